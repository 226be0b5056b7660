"""Which of the two GraphQL media types an ``Accept`` header wants.

``application/graphql-response+json`` is taken where it is named; ``*/*`` and silence get
``application/json``, because clients that old expect status 200 for a refused document.
"""

from dataclasses import dataclass
from functools import lru_cache

from starlette.requests import Request

JSON = "application/json"
RESPONSE = "application/graphql-response+json"
HTML = "text/html"


@dataclass(frozen=True)
class Range:
    """One media range of an ``Accept`` header with its weight from 0 to 1."""

    kind: str
    weight: float

    def covers(self, kind: str) -> bool:
        """Tell whether the range names the kind, its family or everything."""
        return self.kind in {kind, kind.split("/")[0] + "/*", "*/*"}

    @property
    def exactness(self) -> int:
        """Rank the range: a full name beats ``application/*`` beats ``*/*``."""
        return 2 - self.kind.count("*")


def accepted(request: Request) -> str | None:
    """Choose the media type of a GraphQL answer; none when the client takes neither."""
    return _chosen(_header(request))


@lru_cache(maxsize=256)
def _chosen(header: str) -> str | None:
    ranges = _ranges(header)
    if not ranges:
        return JSON
    plain, response = _weight(JSON, ranges), _weight(RESPONSE, ranges)
    is_named = any(each.kind == RESPONSE for each in ranges)
    if response > 0 and (response > plain or (is_named and response >= plain)):
        return RESPONSE
    return JSON if plain > 0 else None


def wants_page(request: Request) -> bool:
    """Tell whether the client is a browser that asks for a page: it names HTML itself."""
    return _names_page(_header(request))


@lru_cache(maxsize=256)
def _names_page(header: str) -> bool:
    return any(each.kind == HTML and each.weight > 0 for each in _ranges(header))


def _weight(kind: str, ranges: list[Range]) -> float:
    fitting = [each for each in ranges if each.covers(kind)]
    return max(fitting, key=lambda each: each.exactness).weight if fitting else 0.0


def _header(request: Request) -> str:
    given = [value for name, value in request.scope["headers"] if name == b"accept"]
    return b",".join(given).decode("latin-1")


def _ranges(header: str) -> list[Range]:
    return [_range(part) for part in header.split(",") if part.strip()]


def _range(text: str) -> Range:
    kind, *parameters = [part.strip().lower() for part in text.split(";")]
    weight = 1.0
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            weight = _quality(value.strip())
        elif name.strip() == "charset" and value.strip('" ') != "utf-8":
            weight = 0.0
    return Range(kind, weight)


def _quality(text: str) -> float:
    try:
        weight = float(text)
    except ValueError:
        return 0.0
    return weight if 0 <= weight <= 1 else 0.0
