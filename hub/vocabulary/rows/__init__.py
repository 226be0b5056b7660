"""Row types of the vocabulary's data files: frozen, and valid from birth.

Every file is CSV in UTF-8 with a header. Lists inside a cell are separated by ``;``.
An empty cell means the column's default. Adding a word to the hub is adding a row; the
check (:mod:`hub.vocabulary.check`) says which file, row and column is wrong and why.
"""

from hub.vocabulary.rows.agency import Agency, AgencyKind, Dataset, Schedule
from hub.vocabulary.rows.breakdown import Category, Dimension, Identity
from hub.vocabulary.rows.indicator import Direction, Formula, Indicator, Kind, Unit, ZeroRule
from hub.vocabulary.rows.journey import Band, Caveat, Link, Measure, Profile, Reason, Stage
from hub.vocabulary.rows.overview import Line, Similar
from hub.vocabulary.rows.place import Area, Level, Membership
from hub.vocabulary.rows.row import Row

__all__ = [
    "Agency",
    "AgencyKind",
    "Area",
    "Band",
    "Category",
    "Caveat",
    "Dataset",
    "Dimension",
    "Direction",
    "Formula",
    "Identity",
    "Indicator",
    "Kind",
    "Level",
    "Line",
    "Link",
    "Measure",
    "Membership",
    "Profile",
    "Reason",
    "Row",
    "Schedule",
    "Similar",
    "Stage",
    "Unit",
    "ZeroRule",
]
