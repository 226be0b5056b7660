"""JSON in which nothing is wrong, as nearly all of it is.

The decoder is msgspec's, which makes one plain object a row and leaves numbers, notes and
breakdowns as they are written: each different one is then read once, by the very functions that
read it anywhere else. Whatever is not plainly right is not judged here: there is no answer, and
:mod:`hub.loaders.json_body` reads the body anew and says what is wrong, and where.
"""

import json
from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import cache, partial
from typing import Generic, NamedTuple, TypeVar

from msgspec import UNSET, Raw, Struct, UnsetType
from msgspec.json import Decoder

from hub.errors import MalformedError
from hub.loaders.cells import read_code, read_note, read_number, read_status
from hub.loaders.findings import CellError
from hub.loaders.loaded import MAX_ROWS, Frame, Loaded
from hub.loaders.strict_json import parse_strict
from hub.returns import Reported
from hub.vocabulary import Breakdown, Vocabulary, breakdown_of

K = TypeVar("K")
T = TypeVar("T")
Text = str | None | UnsetType
_ABSENT = Raw()
"""What stands for a field that is not there; nothing that is written is empty."""
_EMPTY = (b"", b"null")


class _Item(Struct, forbid_unknown_fields=True, gc=False):
    indicator: str
    area: str
    period: Text = UNSET
    breakdown: Raw = _ABSENT
    value: Raw = _ABSENT
    status: Text = UNSET
    note: Raw = _ABSENT
    reason: Text = UNSET
    base: Raw = _ABSENT


class _Body(Struct, forbid_unknown_fields=True):
    observations: list[_Item]
    note: Raw = _ABSENT


_decoder = Decoder(_Body)


class _Columns(NamedTuple):
    """The fields of all rows that may be left out, as they were sent."""

    periods: list[Text]
    statuses: list[Text]
    reasons: list[Text]
    breakdowns: list[bytes]
    values: list[bytes]
    notes: list[bytes]
    bases: list[bytes]

    @classmethod
    def of(cls, items: list[_Item]) -> "_Columns":
        return cls(
            [one.period for one in items],
            [one.status for one in items],
            [one.reason for one in items],
            _written([one.breakdown for one in items]),
            _written([one.value for one in items]),
            _written([one.note for one in items]),
            _written([one.base for one in items]),
        )


def _written(column: list[Raw]) -> list[bytes]:
    if column.count(_ABSENT) == len(column):
        return [b""] * len(column)
    return list(map(bytes, column))


class _Read(dict[K, T], Generic[K, T]):
    """What each thing that is written reads as: a return says the same thousands of times."""

    def __init__(self, read: Callable[[K], T]) -> None:
        super().__init__()
        self._read = read

    def __missing__(self, written: K) -> T:
        found = self[written] = self._read(written)
        return found

    def all(self, column: Sequence[K]) -> list[T]:
        """Read a column."""
        return list(map(self.__getitem__, column))


def read_sound(body: bytes, frame: Frame, words: Vocabulary) -> Loaded | None:
    """Read a JSON body of which every row can be read; ``None`` where that is in any doubt."""
    try:
        document = _decoder.decode(body)
        items = document.observations
        columns = _Columns.of(items)
        if len(items) > MAX_ROWS or not _names_once(body, document, columns):
            return None
        rows = _observations(items, columns, frame, words)
        return Loaded(frame.make(rows, _note(bytes(document.note))), (), len(items))
    except (CellError, MalformedError, ValueError, RecursionError):  # also all that msgspec raises
        return None


def _names_once(body: bytes, document: _Body, columns: _Columns) -> bool:
    """Whether no object names a field twice: the decoder would take the last and not say so.

    Behind every name stands a colon. So there are as many as names that were read, and those
    within what is left as written; codes hold none (:func:`_code`).
    """
    absent = sum(column.count(UNSET) for column in columns[:3])
    absent += sum(column.count(b"") for column in columns[3:])
    names = len(document.observations) * len(_Item.__struct_fields__) - absent
    note = bytes(document.note)
    within = b"".join((*columns.breakdowns, *columns.notes, note)).count(b":")
    return body.count(b":") == 1 + (note != b"") + names + within


def _observations(
    items: list[_Item], columns: _Columns, frame: Frame, words: Vocabulary
) -> list[Reported]:
    codes, numbers = _Read(_code), _Read(_number)
    return list(
        map(
            partial(tuple.__new__, Reported),
            zip(
                _Read(_needed).all([one.indicator for one in items]),
                _Read(_needed).all([one.area for one in items]),
                [code or frame.period for code in codes.all(columns.periods)],
                _Read(partial(_breakdown, words=words)).all(columns.breakdowns),
                numbers.all(columns.values),
                _Read(_status).all(columns.statuses),
                codes.all(columns.reasons),
                numbers.all(columns.bases),
                _Read(_note).all(columns.notes),
                range(len(items)),
                _pointers()[: len(items)],
                [None] * len(items),
                strict=True,
            ),
        )
    )


@cache
def _pointers() -> tuple[str, ...]:
    """The RFC 6901 pointer of each row that there may be."""
    return tuple(f"/observations/{row}" for row in range(MAX_ROWS))


def _needed(code: str) -> str:
    found = _code(code)
    if found is None:
        raise ValueError
    return found


def _code(text: Text) -> str | None:
    if not text:
        return None
    if ":" in text:
        raise ValueError  # it could hide a name given twice, and is no code anyway
    return read_code(text)


def _status(text: Text) -> str | None:
    return read_status(text) if text else None


def _number(written: bytes) -> Decimal | None:
    return None if written in _EMPTY else read_number(written.decode("ascii"))


def _note(written: bytes) -> str | None:
    note = None if written in _EMPTY else json.loads(written.decode())
    if not isinstance(note, str | None):
        raise ValueError
    return read_note(note) if note else None


def _breakdown(written: bytes, words: Vocabulary) -> Breakdown:
    if written in _EMPTY:
        return ()
    found = parse_strict(written.decode())
    if not words.dimensions.keys() >= found.keys():
        raise ValueError
    if not all(isinstance(code, str) and code for code in found.values()):
        raise ValueError
    return breakdown_of({name: read_code(code) for name, code in found.items()})
