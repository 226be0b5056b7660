"""JSON -> return: strict JSON, every problem with its RFC 6901 pointer."""

import difflib
from collections.abc import Callable
from decimal import Decimal
from typing import Any, TypeVar, cast

from hub.errors import TooLargeError
from hub.loaders.cells import ALLOWED_NUMBER, read_code, read_note, read_status
from hub.loaders.csv_body import decode
from hub.loaders.findings import (
    PERSON_LEVEL,
    CellError,
    LoaderCode,
    looks_personal,
    shown_name,
)
from hub.loaders.loaded import MAX_ROWS, Frame, Loaded
from hub.loaders.sound_json import read_sound
from hub.loaders.strict_json import parse_strict
from hub.returns import Finding, Reported
from hub.vocabulary import Breakdown, Vocabulary, breakdown_of

T = TypeVar("T")

FIELDS = (
    "indicator", "area", "period", "breakdown", "value", "status", "note", "reason", "base",
)  # fmt: skip
_KNOWN = frozenset(FIELDS)


def read_json(body: bytes, frame: Frame, words: Vocabulary) -> Loaded:
    """Read a JSON body: at once where nothing is wrong with it, else with care.

    Raises what :func:`read_carefully` does.
    """
    return read_sound(body, frame, words) or read_carefully(body, frame, words)


def read_carefully(body: bytes, frame: Frame, words: Vocabulary) -> Loaded:
    """Read a JSON body field after field, each over all observations, and say what is wrong.

    Raises:
        MalformedError: it is not strict JSON (duplicate names, NaN, nesting over 64) or no object.
        TooLargeError: it holds more observations than a return may.
    """
    document = parse_strict(decode(body))
    findings = _unknown_fields(document, ("observations", "note"), "", None)
    items = document.get("observations")
    if not isinstance(items, list):
        code = LoaderCode.FIELD_TYPE if "observations" in document else LoaderCode.MISSING_FIELD
        error = CellError(code, "The body must hold a list called observations.")
        return Loaded(None, (*findings, error.at(pointer="/observations")), 0)
    if len(items) > MAX_ROWS:
        raise TooLargeError(f"The return has more than {MAX_ROWS:,} observations.")
    top = _Objects([(None, "", document)])
    (note,) = top.texts("note", read_note)
    rows = _Objects(
        [
            (row, f"/observations/{row}", item)
            for row, item in enumerate(items)
            if type(item) is dict
        ]
    )
    found = rows.observations(frame, words)
    findings += top.findings + sorted(_no_objects(items) + rows.findings, key=_row)
    faulty = {finding.row for finding in rows.findings}
    good = [item for item in found if item.row not in faulty] if faulty else found
    partial = tuple(item for item in found if item.row in faulty) if faulty else ()
    return Loaded(frame.make(good, note), tuple(findings), len(items), partial)


def _no_objects(items: list[Any]) -> list[Finding]:
    error = CellError(LoaderCode.FIELD_TYPE, "An observation must be a JSON object.")
    return [
        error.at(row, pointer=f"/observations/{row}")
        for row, item in enumerate(items)
        if type(item) is not dict
    ]


def _row(finding: Finding) -> int:
    return finding.row or 0


def _unknown_fields(
    found: dict[str, Any], known: tuple[str, ...], pointer: str, row: int | None
) -> list[Finding]:
    findings = []
    for name in found:
        if name in known:
            continue
        shown = shown_name(name, "a field")
        code, why = LoaderCode.UNKNOWN_FIELD, "The hub does not know it."
        if looks_personal(name):
            code, why = LoaderCode.PERSON_COLUMN, PERSON_LEVEL
        error = CellError(code, f"Remove {shown}. {why}", ", ".join(known))
        place = f"{pointer}/{name}" if shown == name else pointer
        findings.append(error.at(row, shown if shown == name else None, place))
    return findings


_NO_TEXT = CellError(LoaderCode.FIELD_TYPE, "The field must hold text.")
_NO_NUMBER = CellError(
    LoaderCode.NUMBER_FORMAT,
    "The field must hold a JSON number, without quotes.",
    ALLOWED_NUMBER,
)


class _Texts(dict[str, T | CellError | None]):
    """What each text reads as, or what is wrong with it: a return says the same few codes
    thousands of times."""

    def __init__(self, read: Callable[[str], T]) -> None:
        super().__init__({"": None})
        self._read = read

    def __missing__(self, text: str) -> T | CellError | None:
        try:
            found: T | CellError | None = self._read(text)
        except CellError as error:
            found = error
        self[text] = found
        return found


class _Objects:
    """Reads the fields of JSON objects, each field over all of them, and keeps every problem."""

    def __init__(self, objects: list[tuple[int | None, str, dict[str, Any]]]) -> None:
        self.objects = objects
        """Row, pointer and fields of each."""
        self._items = [item for _, _, item in objects]
        self.findings: list[Finding] = []

    def observations(self, frame: Frame, words: Vocabulary) -> list[Reported]:
        """Read the objects; those that a finding names are read in part only."""
        for row, pointer, item in self.objects:
            if not _KNOWN.issuperset(item):
                self.findings += _unknown_fields(item, FIELDS, pointer, row)
        return list(
            map(
                Reported,
                self._needed("indicator"),
                self._needed("area"),
                self._periods(frame),
                self._breakdowns(words),
                self._numbers("value"),
                self.texts("status", read_status),
                self.texts("reason", read_code),
                self._numbers("base"),
                self.texts("note", read_note),
                [row for row, _, _ in self.objects],
                [pointer for _, pointer, _ in self.objects],
            )
        )

    def _periods(self, frame: Frame) -> list[str]:
        """Each item's own, or the return's where it says none; nothing if it is unreadable."""
        said = self._column("period")
        return [
            code or (frame.period if one is None or one == "" else "")
            for code, one in zip(self.texts("period", read_code), said, strict=True)
        ]

    def texts(self, name: str, read: Callable[[str], T]) -> list[T | None]:
        """Read a field that holds text; absent, null and empty are the same."""
        return self._read(name, self._column(name), read)

    def _read(self, name: str, column: list[Any], read: Callable[[str], T]) -> list[T | None]:
        known = _Texts(read)
        if column.count(None) == len(column):
            return column
        return self._sound(
            name,
            [
                None if one is None else known[one] if type(one) is str else _NO_TEXT
                for one in column
            ],
        )

    def _needed(self, name: str) -> list[str]:
        column = self._column(name)
        if None in column or "" in column:
            error = CellError(LoaderCode.MISSING_FIELD, f"The {name} is missing.")
            for place, one in enumerate(column):
                if one is None or one == "":
                    self._note(place, name, error)
        return [code or "" for code in self._read(name, column, read_code)]

    def _numbers(self, name: str) -> list[Decimal | None]:
        return self._sound(
            name,
            [
                one if one is None or isinstance(one, (Decimal, CellError)) else _NO_NUMBER
                for one in self._column(name)
            ],
        )

    def _breakdowns(self, words: Vocabulary) -> list[Breakdown]:
        known: dict[object, Breakdown] = {}
        found: list[Breakdown] = []
        for place, one in enumerate(self._column("breakdown")):
            if one is None:
                found.append(())
            elif type(one) is not dict:
                error = CellError(LoaderCode.FIELD_TYPE, "The breakdown must be a JSON object.")
                self._note(place, "breakdown", error)
                found.append(())
            else:
                found.append(self._breakdown(place, one, words, known))
        return found

    def _breakdown(
        self, place: int, found: dict[str, Any], words: Vocabulary, known: dict[object, Breakdown]
    ) -> Breakdown:
        """Read a breakdown; one without a fault is known from then on."""
        pairs = tuple(found.items())
        try:
            if pairs in known:
                return known[pairs]
        except TypeError:
            pass  # a list or an object in the place of a category, which is found below
        before = len(self.findings)
        read = {name: self._category(place, name, code, words) for name, code in pairs}
        breakdown = breakdown_of({name: code for name, code in read.items() if code})
        if len(self.findings) == before:
            known[pairs] = breakdown
        return breakdown

    def _category(self, place: int, dimension: str, code: Any, words: Vocabulary) -> str | None:
        name = f"breakdown/{dimension}"
        if dimension not in words.dimensions:
            self._note(place, "breakdown", _unknown_dimension(dimension, words))
        elif code is None or code == "":
            message = "The category is empty. Leave the dimension out for the total."
            self._note(place, name, CellError(LoaderCode.MISSING_FIELD, message))
        elif type(code) is not str:
            self._note(place, name, _NO_TEXT)
        else:
            try:
                return read_code(code)
            except CellError as error:
                self._note(place, name, error)
        return None

    def _column(self, name: str) -> list[Any]:
        return [item.get(name) for item in self._items]

    def _sound(self, name: str, found: list[T | CellError | None]) -> list[T | None]:
        """Note what is wrong in a column, and give the rest."""
        if CellError not in set(map(type, found)):
            return cast(list[T | None], found)
        sound: list[T | None] = []
        for place, one in enumerate(found):
            if isinstance(one, CellError):
                self._note(place, name, one)
                sound.append(None)
            else:
                sound.append(one)
        return sound

    def _note(self, place: int, name: str, error: CellError) -> None:
        row, pointer, _ = self.objects[place]
        self.findings.append(error.at(row, name.rpartition("/")[2], f"{pointer}/{name}"))


def _unknown_dimension(name: str, words: Vocabulary) -> CellError:
    shown = shown_name(name, "a name")
    if looks_personal(name):
        return CellError(LoaderCode.PERSON_COLUMN, f"Remove {shown}. {PERSON_LEVEL}")
    near = difflib.get_close_matches(name.upper(), words.dimensions, n=1)
    hint = f" Did you mean {near[0]}?" if near else ""
    return CellError(
        LoaderCode.UNKNOWN_FIELD, f"The breakdown holds {shown}, which is no dimension.{hint}"
    )
