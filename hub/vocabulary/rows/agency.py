"""Agencies, their kinds, and the datasets they return."""

from hub.vocabulary.periods import PeriodKind
from hub.vocabulary.rows.row import AreaCodes, Code, Codes, PeriodKinds, Row


class AgencyKind(Row):
    """A kind of agency, such as a police force or a Marac coordinator."""

    code: Code
    title: str
    description: str = ""


class Agency(Row):
    """An agency that publishes returns; it may report on its ``areas`` and all within them."""

    code: Code
    title: str
    kind: Code
    areas: AreaCodes
    role_title: str = ""
    """How a page names its part: "Police", "Domestic Abuse Caseworker"."""


class Dataset(Row):
    """What one kind of agency returns, how often, and when it is due.

    ``due_days`` counts from the end of the period; ``grace_days`` after that it is overdue.
    """

    code: Code
    title: str
    agency_kinds: Codes
    period_kinds: PeriodKinds
    frequency: PeriodKind
    due_days: int
    grace_days: int
    description: str = ""
