"""Strict JSON: no name twice, no NaN, no deep nesting, and numbers as they are written."""

import json
from decimal import Decimal
from typing import Any

from hub.errors import MalformedError
from hub.loaders.cells import read_number
from hub.loaders.findings import CellError

MAX_DEPTH = 64


class _Numbers(dict[str, Decimal | CellError]):
    """What each number reads as, by how it is written: ``1e3`` and ``1000`` stay apart.

    A number that is none of the hub's stays in the document as what is wrong with it, until it is
    known where it stands.
    """

    def __missing__(self, text: str) -> Decimal | CellError:
        try:
            found: Decimal | CellError = read_number(text)
        except CellError as error:
            found = error
        self[text] = found
        return found


def parse_strict(text: str) -> dict[str, Any]:
    """Parse strict JSON whose top is an object; a number comes as the hub reads it, or as the
    :class:`CellError` that says why it does not.

    Raises:
        MalformedError: it is not strict JSON, nests deeper than 64, or is no object.
    """
    number = _Numbers().__getitem__
    try:
        document = json.loads(
            text,
            parse_float=number,
            parse_int=number,
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
    depth, front = 0, [document] if type(document) in (dict, list) else []
    while front:
        depth += 1
        front = [
            inner
            for item in front
            for inner in (item.values() if type(item) is dict else item)
            if type(inner) is dict or type(inner) is list
        ]
    return depth
