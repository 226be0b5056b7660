"""Places with their codes and dates, and which lies in which."""

from datetime import date

from hub.vocabulary.rows.row import AreaCode, Code, Row


class Level(Row):
    """A level of geography; ``rank`` orders from the widest (0)."""

    code: Code
    title: str
    rank: int


class Area(Row):
    """A place with its GSS code, or a geography of the hub's own (Maracs, comparator groups)."""

    code: AreaCode
    name: str
    level: Code
    valid_from: date | None = None
    valid_to: date | None = None
    successor: AreaCode | None = None
    registrar: str = "ONS"
    note: str = ""


class Membership(Row):
    """``child`` lay in ``parent`` during the dates. The rows of one parent and hierarchy that are
    ``exhaustive`` together cover the parent exactly, so counts may be summed over them."""

    parent: AreaCode
    hierarchy: Code
    child: AreaCode
    exhaustive: bool
    valid_from: date | None = None
    valid_to: date | None = None
