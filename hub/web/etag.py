"""Strong entity tags of answers, so that a dashboard that asks again is told "not modified"."""

import hashlib

from starlette.requests import Request
from starlette.responses import Response


def strong_etag(body: bytes) -> str:
    """Tell the strong tag of a body: the same bytes, the same tag, on every worker.

    The tag is of the protected answer alone, so it tells nothing the answer does not.
    """
    return f'"{hashlib.sha256(body).hexdigest()[:32]}"'


def is_match(header: str, etag: str) -> bool:
    """Tell whether an ``If-None-Match`` header names the tag, by RFC 9110's weak comparison."""
    if header.strip() == "*":
        return True
    named = (each.strip().removeprefix("W/") for each in header.split(","))
    return etag in named


CACHE = "private, no-cache"
"""``Cache-Control`` of answers read from a release: kept by the reader alone, asked each time."""


def conditional(request: Request, response: Response, cache: str = CACHE) -> Response:
    """Tag a whole answer, and empty it to 304 where the client already has these bytes.

    ``cache`` is the ``Cache-Control`` of answers read from a release: kept by the reader alone
    and asked again each time. Anything but status 200 passes unchanged.
    """
    if response.status_code != 200:
        return response
    etag = strong_etag(bytes(response.body))
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = cache
    if not has_already(request, etag):
        return response
    kept = {name: response.headers[name] for name in _KEPT if name in response.headers}
    return Response(status_code=304, headers=kept)


def has_already(request: Request, etag: str) -> bool:
    """Tell whether the client says that it has what the tag names."""
    return is_match(request.headers.get("if-none-match", ""), etag)


_KEPT = ("etag", "cache-control", "vary", "content-location")
