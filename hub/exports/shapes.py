"""The JSON of what views are made of, with the field names of the GraphQL types.

Imported whole, so that a call says what it makes: ``shapes.figure``, ``shapes.period``.
"""

from typing import Any

from hub.protected.figures import Figure
from hub.vocabulary import Period
from hub.vocabulary.rows import Agency, Area, Dataset, Indicator


def figure(one: Figure | None) -> dict[str, Any] | None:
    """A figure; its parts too, if it is a ratio."""
    if one is None:
        return None
    return {
        "value": one.number,
        "status": str(one.status),
        "symbol": one.symbol,
        "marks": list(one.marks),
        "display": one.display,
        "unit": one.unit,
        "reason": one.reason,
        "numerator": figure(one.numerator),
        "denominator": figure(one.denominator),
    }


def period(one: Period) -> dict[str, str]:
    """A period by its string, with its months in words."""
    return {"id": one.id, "title": one.title}


def area(one: Area) -> dict[str, str]:
    """An area by its code."""
    return {"code": one.code, "name": one.name, "level": one.level}


def indicator(one: Indicator) -> dict[str, str]:
    """An indicator by its code."""
    return {"code": one.code, "title": one.title, "unit": one.unit}


def agency(one: Agency | None) -> dict[str, str] | None:
    """An agency by its code, if there is one."""
    return None if one is None else {"code": one.code, "name": one.title}


def dataset(one: Dataset) -> dict[str, str]:
    """A dataset by its code."""
    return {"code": one.code, "title": one.title}
