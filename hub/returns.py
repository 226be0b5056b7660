"""What an agency reported: typed, not yet judged.

A :class:`Return` is one body as it came in: every observation with the row it stood in, so that
a finding can point at it. Nothing here is checked against the vocabulary; that is
:mod:`hub.validation`. No ``repr`` shows a reported number.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from operator import attrgetter
from typing import Any, NamedTuple, TypeVar

from hub.vocabulary import Breakdown, CellKey, breakdown_text

T = TypeVar("T")
S = TypeVar("S")


class Severity(StrEnum):
    """What a finding does: ``error`` blocks, ``query`` needs a note, ``notice`` informs."""

    ERROR = "error"
    QUERY = "query"
    NOTICE = "notice"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to know about a return: which row, which column, what is allowed.

    ``row`` counts a CSV's or sheet's header as 1 and a JSON list from 0 (``pointer`` then holds
    the RFC 6901 address). ``message`` never repeats a reported number.
    """

    severity: Severity
    code: str
    message: str
    row: int | None = None
    column: str | None = None
    pointer: str | None = None
    allowed: str | None = None

    def as_json(self) -> dict[str, str | int | None]:
        """Write the finding as the contract has it."""
        return {
            "severity": str(self.severity),
            "code": str(self.code),
            "message": self.message,
            "row": self.row,
            "column": self.column,
            "pointer": self.pointer,
            "allowed": self.allowed,
        }


class Reported(NamedTuple):
    """One observation as an agency reported it.

    Exactly one of ``value`` and ``status`` (``x`` or ``z``) is set once validated; ``reason`` is
    a reason code of the vocabulary, ``base`` the denominator of a stated figure. A tuple, because
    a push makes thousands of them: a dataclass takes four times as long.
    """

    indicator: str
    area: str
    period: str
    breakdown: Breakdown = ()
    value: Decimal | None = None
    status: str | None = None
    reason: str | None = None
    base: Decimal | None = None
    note: str | None = None
    row: int | None = None
    pointer: str | None = None
    column: str | None = None
    """Letter of the column, where an agency's own layout was read by a mapping."""

    @property
    def key(self) -> CellKey:
        """The address of the figure."""
        return CellKey(self.indicator, self.area, self.period, self.breakdown)

    def __repr__(self) -> str:
        """Without value, base and note."""
        return f"Reported({self.key}, status={self.status!r}, row={self.row!r})"


Address = tuple[str, str, str, Breakdown]
"""Indicator, area, period and breakdown: a :class:`CellKey` that is a plain tuple, which is made
and compared without a line of Python. Rules look at thousands."""

Series = tuple[str, str, Breakdown]
"""Indicator, area and breakdown: what is counted, apart from when."""

Past = Mapping[Series, Sequence[tuple[str, Decimal | None]]]
"""What was returned before: by series, the periods with their values; ``None`` for a status."""

address_of: Callable[[Reported], Address] = attrgetter("indicator", "area", "period", "breakdown")
series_of: Callable[[Reported], Series] = attrgetter("indicator", "area", "breakdown")


def past_of(items: Iterable[Reported]) -> Past:
    """Lay observations out by series, to compare others with."""
    found: dict[Series, list[tuple[str, Decimal | None]]] = defaultdict(list)
    for item in items:
        found[series_of(item)].append((item.period, item.value))
    return found


class Columns(NamedTuple):
    """The fields of many observations, each as a column: looked at together, thousands of rows
    take as long as a hundred looked at one by one."""

    indicator: tuple[str, ...] = ()
    area: tuple[str, ...] = ()
    period: tuple[str, ...] = ()
    breakdown: tuple[Breakdown, ...] = ()
    value: tuple[Decimal | None, ...] = ()
    status: tuple[str | None, ...] = ()
    reason: tuple[str | None, ...] = ()
    base: tuple[Decimal | None, ...] = ()
    note: tuple[str | None, ...] = ()
    row: tuple[int | None, ...] = ()
    pointer: tuple[str | None, ...] = ()
    column: tuple[str | None, ...] = ()

    @classmethod
    def of(cls, items: Iterable[Reported]) -> "Columns":
        """Lay observations out by field."""
        return cls(*zip(*items, strict=True))


@dataclass(frozen=True)
class Return:
    """One return: what ``agency`` says for ``dataset`` in ``period``."""

    dataset: str
    agency: str
    period: str
    observations: tuple[Reported, ...] = field(repr=False)
    note: str | None = field(default=None, repr=False)

    def as_json(self) -> dict[str, Any]:
        """Write the return as a body of the contract's form."""
        listed = [_as_json(item, self.period) for item in self.observations]
        return {"observations": listed} | ({"note": self.note} if self.note else {})

    @cached_property
    def columns(self) -> Columns:
        """The observations, field by field."""
        return Columns.of(self.observations)

    @cached_property
    def content_hash(self) -> str:
        """SHA-256 over the content in canonical order; rows in another order hash alike.

        It is taken of a JSON list without spaces: dataset, agency, period, note, and the rows as
        lists of texts, sorted.
        """
        columns = self.columns
        fields = (
            columns.indicator,
            columns.area,
            columns.period,
            map(breakdown_text, columns.breakdown),
            each(_plain, columns.value),
            each(_text, columns.status),
            each(_text, columns.reason),
            each(_plain, columns.base),
            each(_text, columns.note),
        )
        # The order of the lists themselves: no field that can be read holds a control character
        # other than the end of a line.
        rows = sorted(map("\0".join, zip(*fields, strict=True)))
        head = json.dumps(
            [self.dataset, self.agency, self.period, self.note or ""], separators=_TIGHT
        )
        return hashlib.sha256(f"{head[:-1]},{_lists(rows)}]".encode()).hexdigest()


_TIGHT = (",", ":")


def _lists(rows: list[str]) -> str:
    """Write rows of texts with a NUL between them as JSON does; nearly all need no escape."""
    text = "\1".join(rows)
    bare = text.replace("\0", "").replace("\1", "")
    is_plain = bare.isascii() and bare.isprintable() and '"' not in bare and "\\" not in bare
    if rows and is_plain:
        return '[["' + text.replace("\0", '","').replace("\1", '"],["') + '"]]'
    return json.dumps([row.split("\0") for row in rows], separators=_TIGHT)


def each(told: Callable[[T], S], column: Sequence[T]) -> list[S]:
    """Tell something of each thing of a column, but once of those that are one and the same.

    They are known by their place in memory: a number is sooner looked at than hashed.
    """
    if column.count(None) == len(column):
        return [told(one) for one in column[:1]] * len(column)
    places = list(map(id, column))
    found = {place: told(one) for place, one in dict(zip(places, column, strict=True)).items()}
    return list(map(found.__getitem__, places))


def _text(value: str | None) -> str:
    return value or ""


def _as_json(item: Reported, period: str) -> dict[str, Any]:
    """One observation without its empty fields; the return's own period is left out."""
    found: dict[str, Any] = {
        "indicator": item.indicator,
        "area": item.area,
        "period": None if item.period == period else item.period,
        "breakdown": dict(item.breakdown) or None,
        "value": _number(item.value),
        "status": item.status,
        "reason": item.reason,
        "base": _number(item.base),
        "note": item.note,
    }
    return {name: value for name, value in found.items() if value is not None}


def _number(value: Decimal | None) -> int | float | None:
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else float(value)


def _plain(value: Decimal | None) -> str:
    """Write ``617``, ``617.0`` and ``6.17E2`` alike."""
    if value is None:
        return ""
    return str(value) if value.same_quantum(_ONE) else format(value.normalize(), "f")


_ONE = Decimal(1)
