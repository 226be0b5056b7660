"""The Marac overview grid: which indicators stand in it, and which force is like which."""

from hub.vocabulary.rows.row import AreaCode, Code, Row


class Line(Row):
    """A line of the grid: an indicator (``code``) in a band.

    ``recommended`` is the indicator that holds SafeLives' recommended level of it, if any.
    """

    code: Code
    band: Code
    order: int
    recommended: Code | None = None


class Similar(Row):
    """The most similar group (``group``) of a police force (``code``), as its registrar has it."""

    code: AreaCode
    group: AreaCode
