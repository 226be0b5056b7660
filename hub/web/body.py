"""Bodies counted on the stream, and JSON read strictly.

Python's own reader takes NaN, doubled keys, numbers of any length and nesting of any depth; each
of them has made some server say two different things about one body.
"""

import json
import math
from collections.abc import Iterable
from functools import lru_cache
from typing import Any, NoReturn

from starlette.requests import ClientDisconnect, Request

from hub.errors import MalformedError, MediaTypeError, TooLargeError

DEPTH = 64
"""How deep arrays and objects may nest (security requirement H5)."""
DIGITS = 20
"""How many digits a whole number may have (security requirement H5)."""


async def read_body(request: Request, limit: int) -> bytes:
    """Read the body, at most ``limit`` bytes, whatever its declared length says.

    Raises ``TooLargeError`` as soon as the limit is passed; what follows is not read.
    """
    declared = request.headers.get("content-length", "")
    if declared.isascii() and declared.isdigit() and int(declared[:20]) > limit:
        raise _too_large(limit)
    parts: list[bytes] = []
    size, is_more = 0, True
    while is_more:
        message = await request.receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        part = message.get("body", b"")
        size += len(part)
        if size > limit:
            raise _too_large(limit)
        parts.append(part)
        is_more = message.get("more_body", False)
    return b"".join(parts)


def require_json(request: Request) -> None:
    """Refuse (``MediaTypeError``) every body that is not exactly JSON in UTF-8, uncompressed."""
    given = request.headers.getlist("content-type")
    if len(given) != 1 or not _is_plain(request) or not _is_json(given[0]):
        raise MediaTypeError("Send the body as application/json in UTF-8, not compressed.")


def require_plain(request: Request) -> None:
    """Refuse (``MediaTypeError``) a compressed body: its size would not be what it asks for."""
    if not _is_plain(request):
        raise MediaTypeError("Send the body as it is, not compressed.")


def _is_plain(request: Request) -> bool:
    return request.headers.get("content-encoding", "identity").strip().lower() == "identity"


async def read_json(request: Request, limit: int) -> dict[str, Any]:
    """Read a JSON object of at most ``limit`` bytes.

    Raises ``MediaTypeError``, ``TooLargeError`` or ``MalformedError``.
    """
    require_json(request)
    return read_object(await read_body(request, limit))


def read_object(body: bytes) -> dict[str, Any]:
    """Parse a JSON object strictly; raises ``MalformedError``."""
    value = parse_json(body)
    if not isinstance(value, dict):
        raise MalformedError("The body must be a JSON object.")
    return value


def parse_json(body: bytes) -> Any:
    """Parse JSON strictly; raises ``MalformedError`` that tells the place and never the content."""
    try:
        value = json.loads(
            body.decode("utf-8"),
            object_pairs_hook=_object,
            parse_constant=_constant,
            parse_int=_integer,
            parse_float=_number,
        )
    except UnicodeDecodeError as error:
        raise MalformedError(f"The body is not UTF-8: byte {error.start}.") from None
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise MalformedError(f"The body is not JSON: {place}.") from None
    except RecursionError:
        raise _too_deep() from None
    if not _is_shallow(value):
        raise _too_deep()
    if b"\\u" in body:
        _refuse_unstorable(value)
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise MalformedError("An object in the body names the same key twice.")
    return value


def _constant(_: str) -> NoReturn:
    raise MalformedError("NaN and Infinity are not JSON.")


def _integer(text: str) -> int:
    if len(text.lstrip("-")) > DIGITS:
        raise MalformedError(f"A whole number in the body has more than {DIGITS} digits.")
    return int(text)


def _number(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise MalformedError("A number in the body is too large.")
    return value


def _is_shallow(value: Any) -> bool:
    level = [value]
    for _ in range(DEPTH + 1):
        nested = [node for node in level if isinstance(node, dict | list)]
        if not nested:
            return True
        level = [child for node in nested for child in _children(node)]
    return False


def _children(node: dict[str, Any] | list[Any]) -> Iterable[Any]:
    return node.values() if isinstance(node, dict) else node


def _refuse_unstorable(value: Any) -> None:
    # PostgreSQL cannot store NUL, and half a surrogate pair cannot be sent back as UTF-8: both
    # would surface later as a server error.
    text = json.dumps(value, ensure_ascii=False)
    if "\\u0000" in text.replace("\\\\", "") or any("\ud800" <= char <= "\udfff" for char in text):
        raise MalformedError("A text in the body holds a character that cannot be stored.")


@lru_cache(maxsize=256)
def _is_json(content_type: str) -> bool:
    kind, *parameters = [part.strip().lower() for part in content_type.split(";")]
    accepted = {"charset=utf-8", 'charset="utf-8"'}
    return kind == "application/json" and len(parameters) < 2 and set(parameters) <= accepted


def _too_large(limit: int) -> TooLargeError:
    return TooLargeError(f"The body is larger than {limit} bytes.")


def _too_deep() -> MalformedError:
    return MalformedError(f"The body nests deeper than {DEPTH} levels.")
