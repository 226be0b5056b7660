"""Figures told by rows of the store, column by column, without a figure in between."""

from json.encoder import encode_basestring as quote
from types import MappingProxyType
from typing import Any

from hub.protected.observations import Cells
from hub.protected.rows import Row
from hub.schema.naming import INSIDE, Inside, Told
from hub.schema.read.figures import SYMBOLS, RowFigure

NO_PARTS: Cells = MappingProxyType({})
LONGEST = 15
"""Digits of a whole number up to which a float prints as itself with ``.0``."""


def figure_told() -> dict[str, Inside]:
    """Say that the object with a field ``figure`` holds its row, which tells most of it."""
    return {
        INSIDE: {
            "value": Told("row.value", _number),
            "status": Told("row.status", _quoted, keeps=True),
            "symbol": Told("row.status", _symbol, keeps=True),
            "unit": Told("row.indicator", _unit, keeps=True),
            "display": Told("row", _display),
        }
    }


def _number(text: str | None, run: Any) -> str:
    """Write a decimal text as JSON writes the float it stands for."""
    if text is None:
        return "null"
    if text.isdecimal() and len(text) <= LONGEST:
        return f"{text}.0"
    return repr(float(text))


def _quoted(text: str, run: Any) -> str:
    return quote(text)


def _symbol(status: str, run: Any) -> str:
    symbol = SYMBOLS[status]
    return quote(symbol) if symbol else "null"


def _unit(indicator: str, run: Any) -> str:
    return quote(run.context.words.indicator(indicator).unit)


def _display(row: Row, run: Any) -> str:
    return quote(RowFigure(row, NO_PARTS, run.context.words).display)
