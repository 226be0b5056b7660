"""Disclosure control. Pure: a table of counts in, a protected table with its proof out.

The chain: :func:`relations_of` links the counts of a release; :func:`protect` marks what is small
(primary), hides what would give it away (secondary) and checks its own proof;
:func:`published_table` is what readers will see; :func:`attack` tries to break that.
"""

from hub.disclosure.attack import (
    AttackReport,
    Finding,
    Observer,
    Verdict,
    attack,
    attack_each,
)
from hub.disclosure.contributors import observers, with_parts
from hub.disclosure.policy import PARTNER, PUBLIC, Audience, Method, Policy
from hub.disclosure.primary import is_sensitive, sensitive_cells
from hub.disclosure.protect import protect
from hub.disclosure.protection import (
    PRIMARY,
    PUBLISHED,
    SECONDARY,
    Loss,
    Progress,
    Protection,
    Side,
    State,
    Witness,
)
from hub.disclosure.published import PublishedTable, Told, known_to, published_table, told_of
from hub.disclosure.relations import cell_of, relations_of
from hub.disclosure.rounding import rounded
from hub.disclosure.table import Bound, Cell, CountTable, Past, Relation, VirtualKey, share
from hub.disclosure.witness import check_witnesses

__all__ = [
    "PARTNER",
    "PRIMARY",
    "PUBLIC",
    "PUBLISHED",
    "SECONDARY",
    "AttackReport",
    "Audience",
    "Bound",
    "Cell",
    "CountTable",
    "Finding",
    "Loss",
    "Method",
    "Observer",
    "Past",
    "Policy",
    "Progress",
    "Protection",
    "PublishedTable",
    "Relation",
    "Side",
    "State",
    "Told",
    "Verdict",
    "VirtualKey",
    "Witness",
    "attack",
    "attack_each",
    "cell_of",
    "check_witnesses",
    "is_sensitive",
    "known_to",
    "observers",
    "protect",
    "published_table",
    "relations_of",
    "rounded",
    "sensitive_cells",
    "share",
    "told_of",
    "with_parts",
]
