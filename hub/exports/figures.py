"""A figure in a file: its value as GraphQL gives it, and everything that travels with it.

Values are not rounded here; ``decimals`` says to how many places, half up, they are shown.
"""

import csv
import io
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from hub.exports.journey_csv import safe
from hub.protected.figures import Figure
from hub.vocabulary import Period
from hub.vocabulary.rows import Area, Indicator

FIGURE = ("unit", "value", "status", "symbol", "marks", "decimals", "reason")
"""The columns of a figure in a tidy file. A withheld one has an empty ``value``."""

Record = Mapping[str, object]


def tidy(columns: tuple[str, ...], records: Iterable[Record]) -> str:
    """Write records as CSV (RFC 4180) with a header; text cells are never formulas (U8)."""
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, restval="")
    writer.writeheader()
    for record in records:
        writer.writerow({name: _cell(content) for name, content in record.items()})
    return out.getvalue()


def figure_columns(figure: Figure) -> dict[str, object]:
    """A figure in the columns of :data:`FIGURE`."""
    return {
        "unit": figure.unit,
        "value": plain(figure),
        "status": str(figure.status),
        "symbol": figure.symbol,
        "marks": figure.marks,
        "decimals": figure.decimals,
        "reason": figure.reason,
    }


def figure_json(figure: Figure | None) -> dict[str, Any] | None:
    """A figure with the field names of the GraphQL type; its parts too, if it is a ratio."""
    if figure is None:
        return None
    return {
        "value": plain(figure),
        "status": str(figure.status),
        "symbol": figure.symbol,
        "marks": list(figure.marks),
        "display": figure.display,
        "unit": figure.unit,
        "reason": figure.reason,
        "numerator": figure_json(figure.numerator),
        "denominator": figure_json(figure.denominator),
    }


def plain(figure: Figure) -> int | float | None:
    """A figure's value, whole where it is whole; nothing when it is withheld."""
    if figure.value is None:
        return None
    is_whole = figure.value == figure.value.to_integral_value()
    return int(figure.value) if is_whole else float(figure.value)


def period_json(period: Period) -> dict[str, str]:
    """A period by its string, with its months in words."""
    return {"id": period.id, "title": period.title}


def area_json(area: Area) -> dict[str, str]:
    """An area by its code."""
    return {"code": area.code, "name": area.name, "level": area.level}


def indicator_json(indicator: Indicator) -> dict[str, str]:
    """An indicator by its code."""
    return {"code": indicator.code, "title": indicator.title, "unit": indicator.unit}


def _cell(content: object) -> object:
    if content is None:
        return ""
    if isinstance(content, float):
        return f"{Decimal(repr(content)):f}"
    return safe(content) if isinstance(content, str) else content
