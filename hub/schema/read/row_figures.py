"""Figures told by rows of the store, column by column, without a figure in between."""

from collections.abc import Sequence
from json.encoder import encode_basestring as quote
from types import MappingProxyType
from typing import Any

from hub.protected.figures import blank
from hub.protected.observations import Cells
from hub.protected.rows import Row, Rows
from hub.schema.naming import INSIDE, Inside, Told
from hub.schema.read.figures import SYMBOLS, display_of, is_plain

NO_PARTS: Cells = MappingProxyType({})
UNPARTED = 4
"""Digits of a whole number from which its thousands are set apart."""
LONGEST = 15
"""Digits of a whole number up to which a float prints as itself with ``.0``."""


def figure_told() -> dict[str, Inside]:
    """Say that the object with a field ``figure`` holds its row, which tells most of it."""
    return {
        INSIDE: {
            "value": Told("row.value", _numbers),
            "status": Told("row.status", _quoted, keeps=True),
            "symbol": Told("row.status", _symbols, keeps=True),
            "unit": Told("row.indicator", _units, keeps=True),
            "display": Told("row", _displays),
        }
    }


def _numbers(texts: Sequence[str | None], run: Any) -> list[str]:
    """Write decimal texts as JSON writes the floats they stand for."""
    return [
        "null"
        if text is None
        else f"{text}.0"
        if text.isdecimal() and len(text) <= LONGEST
        else repr(float(text))
        for text in texts
    ]


def _quoted(texts: Sequence[str], run: Any) -> list[str]:
    return [quote(text) for text in texts]


def _symbols(statuses: Sequence[str], run: Any) -> list[str]:
    symbols = [SYMBOLS[status] for status in statuses]
    return [quote(symbol) if symbol else "null" for symbol in symbols]


def _units(codes: Sequence[str], run: Any) -> list[str]:
    words = run.context.words
    return [quote(words.indicator(code).unit) for code in codes]


def _displays(rows: Sequence[Row], run: Any) -> list[str]:
    words = run.context.words
    if not isinstance(rows, Rows):
        return [quote(display_of(row, words)) for row in rows]
    codes, values = rows.column("row.indicator"), rows.column("row.value")
    plain = {code for code in set(codes) if is_plain(words.indicators[code])}
    told = zip(codes, values, rows.column("row.status"), range(len(rows)), strict=True)
    return [
        _BLANKS[status]
        if text is None
        else quote(display_of(rows[place], words))
        if code not in plain or not text.isdecimal()
        else f'"{text}"'
        if len(text) < UNPARTED
        else f'"{int(text):,}"'
        for code, text, status, place in told
    ]


_BLANKS = {status: quote(blank(symbol)) for status, symbol in SYMBOLS.items()}
