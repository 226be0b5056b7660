"""Pages answer in the language that the browser asks for, where there is a catalogue for it."""

from collections.abc import Awaitable, Callable
from functools import wraps

from starlette.requests import Request
from starlette.responses import Response

from hub.web.pages.labels.language import speaking

Endpoint = Callable[[Request], Awaitable[Response]]


def in_their_language(endpoint: Endpoint) -> Endpoint:
    """Draw what an endpoint draws in the reader's language; English if there is no other."""

    @wraps(endpoint)
    async def spoken(request: Request) -> Response:
        with speaking(request.headers.get("accept-language", "")):
            return await endpoint(request)

    return spoken
