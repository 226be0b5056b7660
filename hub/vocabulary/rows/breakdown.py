"""Dimensions and their categories, and the relations that hold between counts."""

from typing import Annotated

from pydantic import Field

from hub.vocabulary.rows.row import Code, Row, Sum


class Dimension(Row):
    """A way to break a count down. In a ``partition`` the categories sum to the total; in a
    multi-select each is at most the base and their sum means nothing (trap T25).

    ``overlapping`` admits that a source's own bands overlap although each case was put in one of
    them; without it overlapping bands in a partition are an error (trap T26).
    """

    code: Code
    title: str
    partition: bool
    overlapping: bool = False
    scheme: str = ""
    description: str = ""


class Category(Row):
    """One value of a dimension. ``lower`` and ``upper`` are inclusive limits of a numeric band.

    ``of`` chains bases: the category whose count this one is a share of, as *improved* is a share
    of *supported*, and that of *need* (trap T24).
    """

    dimension: Code
    code: Annotated[str, Field(pattern=r"^[A-Z0-9][A-Z0-9_]*$", max_length=60)]
    title: str
    order: int
    lower: float | None = None
    upper: float | None = None
    of: str = ""
    description: str = ""


class Identity(Row):
    """A relation that always holds between indicators at one place and time.

    ``relation`` is ``=`` (both sides are equal) or ``<=``. Disclosure control uses every one of
    them, and validation checks every return against them.
    """

    code: Code
    left: Sum
    relation: Annotated[str, Field(pattern=r"^(=|<=)$")]
    right: Sum
    note: str = ""
