"""JSON -> return: strict JSON, every problem with its RFC 6901 pointer."""

import difflib
import json
from collections.abc import Callable
from typing import Any, TypeVar

from hub.errors import MalformedError, TooLargeError
from hub.loaders.cells import ALLOWED_NUMBER, read_code, read_note, read_number, read_status
from hub.loaders.csv_body import decode
from hub.loaders.findings import (
    PERSON_LEVEL,
    CellError,
    LoaderCode,
    looks_personal,
    shown_name,
)
from hub.loaders.loaded import MAX_ROWS, Frame, Loaded
from hub.returns import Finding, Reported
from hub.vocabulary import Breakdown, Vocabulary, breakdown_of

T = TypeVar("T")

MAX_DEPTH = 64
FIELDS = (
    "indicator", "area", "period", "breakdown", "value", "status", "note", "reason", "base",
)  # fmt: skip


class _Literal(str):
    """A number as it is written, so that ``1e3`` and ``1000`` stay apart."""

    __slots__ = ()


def read_json(body: bytes, frame: Frame, words: Vocabulary) -> Loaded:
    """Read a JSON body.

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
    top = _Object(document, "", None, words)
    note = top.field("note", read_note)
    observations: list[Reported] = []
    partial: list[Reported] = []
    findings += top.findings
    for row, item in enumerate(items):
        before = len(findings)
        reported = _read_item(item, row, frame, words, findings)
        if reported:
            (observations if len(findings) == before else partial).append(reported)
    return Loaded(frame.make(observations, note), tuple(findings), len(items), tuple(partial))


def parse_strict(text: str) -> dict[str, Any]:
    """Parse strict JSON whose top is an object; numbers come as the text they are written as.

    Raises:
        MalformedError: it is not strict JSON, nests deeper than 64, or is no object.
    """
    try:
        document = json.loads(
            text,
            parse_float=_Literal,
            parse_int=_Literal,
            parse_constant=_refuse_constant,
            object_pairs_hook=_without_duplicates,
        )
    except json.JSONDecodeError as error:
        raise MalformedError(
            f"The body is not JSON: line {error.lineno}, column {error.colno}."
        ) from None
    except RecursionError:
        raise MalformedError(f"The JSON nests deeper than {MAX_DEPTH} levels.") from None
    if _depth(document) > MAX_DEPTH:
        raise MalformedError(f"The JSON nests deeper than {MAX_DEPTH} levels.")
    if not isinstance(document, dict):
        raise MalformedError('The body must be a JSON object: {"observations": [...]}.')
    return document


def _refuse_constant(_: str) -> None:
    raise MalformedError("NaN and Infinity are not JSON.")


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise MalformedError("A JSON object holds the same name twice.")
    return found


def _depth(document: Any) -> int:
    depth, front = 0, [document]
    while front := [item for item in front if isinstance(item, dict | list)]:
        depth += 1
        front = [
            inner for item in front for inner in (item.values() if isinstance(item, dict) else item)
        ]
    return depth


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


def _read_item(
    item: Any, row: int, frame: Frame, words: Vocabulary, findings: list[Finding]
) -> Reported | None:
    pointer = f"/observations/{row}"
    if not isinstance(item, dict):
        error = CellError(LoaderCode.FIELD_TYPE, "An observation must be a JSON object.")
        findings.append(error.at(row, pointer=pointer))
        return None
    reader = _Object(item, pointer, row, words)
    reported = reader.observation(frame)
    findings += _unknown_fields(item, FIELDS, pointer, row) + reader.findings
    return reported


class _Object:
    """Reads the fields of one JSON object and keeps every problem, not the first."""

    def __init__(
        self, item: dict[str, Any], pointer: str, row: int | None, words: Vocabulary
    ) -> None:
        self.item, self.pointer, self.row, self.words = item, pointer, row, words
        self.findings: list[Finding] = []

    def observation(self, frame: Frame) -> Reported:
        """Read the object; in part only when ``findings`` is not empty afterwards."""
        return Reported(
            indicator=self._needed("indicator"),
            area=self._needed("area"),
            period=self.field("period", read_code) or frame.period,
            breakdown=self._breakdown(),
            value=self._number("value"),
            status=self.field("status", read_status),
            reason=self.field("reason", read_code),
            base=self._number("base"),
            note=self.field("note", read_note),
            row=self.row,
            pointer=self.pointer,
        )

    def field(self, name: str, read: Callable[[str], T]) -> T | None:
        """Read a field that holds text; absent, null and empty are the same."""
        return self._read(name, self.item.get(name), read)

    def _read(self, name: str, found: Any, read: Callable[[str], T]) -> T | None:
        if found is None or found == "":
            return None
        if not isinstance(found, str) or isinstance(found, _Literal):
            self._note(CellError(LoaderCode.FIELD_TYPE, "The field must hold text."), name)
            return None
        try:
            return read(found)
        except CellError as error:
            self._note(error, name)
            return None

    def _needed(self, name: str) -> str:
        if self.item.get(name) in (None, ""):
            self._note(CellError(LoaderCode.MISSING_FIELD, f"The {name} is missing."), name)
        return self.field(name, read_code) or ""

    def _number(self, name: str) -> Any:
        found = self.item.get(name)
        if found is None:
            return None
        try:
            if not isinstance(found, _Literal):
                raise CellError(
                    LoaderCode.NUMBER_FORMAT,
                    "The field must hold a JSON number, without quotes.",
                    ALLOWED_NUMBER,
                )
            return read_number(str(found))
        except CellError as error:
            self._note(error, name)
            return None

    def _breakdown(self) -> Breakdown:
        found = self.item.get("breakdown")
        if found is None:
            return ()
        if not isinstance(found, dict):
            self._note(
                CellError(LoaderCode.FIELD_TYPE, "The breakdown must be a JSON object."),
                "breakdown",
            )
            return ()
        read = {name: self._category(name, code) for name, code in found.items()}
        return breakdown_of({name: code for name, code in read.items() if code})

    def _category(self, dimension: str, code: Any) -> str | None:
        place = f"breakdown/{dimension}"
        if dimension not in self.words.dimensions:
            self._note(_unknown_dimension(dimension, self.words), "breakdown")
        elif code in (None, ""):
            message = "The category is empty. Leave the dimension out for the total."
            self._note(CellError(LoaderCode.MISSING_FIELD, message), place)
        else:
            return self._read(place, code, read_code)
        return None

    def _note(self, error: CellError, name: str) -> None:
        column = name.rpartition("/")[2]
        self.findings.append(error.at(self.row, column, f"{self.pointer}/{name}"))


def _unknown_dimension(name: str, words: Vocabulary) -> CellError:
    shown = shown_name(name, "a name")
    if looks_personal(name):
        return CellError(LoaderCode.PERSON_COLUMN, f"Remove {shown}. {PERSON_LEVEL}")
    near = difflib.get_close_matches(name.upper(), words.dimensions, n=1)
    hint = f" Did you mean {near[0]}?" if near else ""
    return CellError(
        LoaderCode.UNKNOWN_FIELD, f"The breakdown holds {shown}, which is no dimension.{hint}"
    )
