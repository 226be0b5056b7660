"""Pages for people who are signed in: the role matrix is asked first; a refusal is a page too."""

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Protocol

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from hub.auth.matrix import line_for
from hub.auth.permissions import enter
from hub.auth.principals import Principal
from hub.errors import HubError
from hub.web import refusals
from hub.web.authentication import principal_of
from hub.web.language import in_their_language
from hub.web.pages.frame import Frame
from hub.web.pages.message import message_page, not_signed_in_page
from hub.web.problems import headers_of
from hub.web.sign_in import sign_in_href
from hub.web.state import Hub, hub_of
from hub.web.visitor import Visitor

Draw = Callable[[Request, Principal], Awaitable[Response]]


class LetIn(Protocol):
    """How the role matrix is asked: at the door (``enter``) or of the whole act (``demand``)."""

    def __call__(self, principal: Principal | None, line: str) -> Principal:
        """Let a caller in, or raise a refusal."""
        ...


def member_page(
    item: str, draw: Draw, let_in: LetIn = enter
) -> Callable[[Request], Awaitable[Response]]:
    """Serve ``draw`` to whom the line of ``item`` lets in.

    A refusal says nothing of the object it was about.
    """

    async def endpoint(request: Request) -> Response:
        try:
            principal = let_in(await principal_of(request), line_for(item))
            return await draw(request, principal)
        except HubError as error:
            await refusals.note(request, error)
            return _refusal(request, error)

    return in_their_language(endpoint)


def _refusal(request: Request, error: HubError) -> Response:
    if error.status == HTTPStatus.INTERNAL_SERVER_ERROR:
        raise error
    frame = frame_of(request.url.path, hub_of(request), getattr(request.state, "principal", None))
    if error.status == 401:
        page = not_signed_in_page(sign_in_href(request, error), frame=frame)
        return HTMLResponse(page, 401, headers_of(error))
    page = message_page(error.status, error.message, frame=frame)
    return HTMLResponse(page, error.status, headers_of(error))


def frame_of(here: str, hub: Hub, principal: Principal | None) -> Frame:
    """Header, navigation and footer: the same as around every other page."""
    return Visitor(hub, principal, here).frame
