"""The demo's sign-in: a one-time ticket from the terminal becomes a browser session.

It exists in the demo profile only, which serves on a loopback address only. In production
people sign in at an identity provider.
"""

import re

from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from hub import audit
from hub.auth.registry import find
from hub.auth.sessions import SESSION_LIFETIME, end_session, redeem_ticket
from hub.auth.startup import is_loopback
from hub.db.sessions import IdentitySession
from hub.errors import SettingsError
from hub.settings import Settings
from hub.web.authentication import COOKIE, is_same_origin
from hub.web.state import Hub, hub_of

LOCAL_PATH = re.compile(r"/(?![/\\])[\x21-\x5b\x5d-\x7e]*", re.ASCII)
"""A path on this host: one leading slash, no backslash (browsers read it as a slash)."""
PRIVATE = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}


def sign_in_routes(settings: Settings) -> list[Route]:
    """Give the demo's routes; raises ``SettingsError`` outside the demo profile."""
    if settings.env != "demo" or not is_loopback(settings.host):
        raise SettingsError("The demo sign-in exists in the demo profile on loopback only.")
    return [
        Route("/sign-in", sign_in, methods=["GET"]),
        Route("/sign-out", sign_out, methods=["POST"]),
    ]


async def sign_in(request: Request) -> Response:
    """Exchange ``ticket`` for the cookie and go on to the local path ``to``."""
    hub = hub_of(request)
    signed_in = None
    if request.method == "GET":
        async with hub.database.identity() as session:
            ticket = request.query_params.get("ticket", "")
            signed_in = await redeem_ticket(session, ticket, hub.clock())
            client_id = signed_in.client_id if signed_in else None
            await _record(hub, session, "session.begin", client_id)
    if signed_in is None:
        text = "This sign-in link was used or has expired; make a new one in the terminal."
        return PlainTextResponse(text, 403, PRIVATE)
    hub.standing.forget()
    answer = RedirectResponse(local_path(request.query_params.get("to", "/")), 303, PRIVATE)
    age = int(SESSION_LIFETIME.total_seconds())
    answer.set_cookie(
        COOKIE, signed_in.key, age, path="/", secure=True, httponly=True, samesite="lax"
    )
    return answer


async def sign_out(request: Request) -> Response:
    """End the session and forget the cookie."""
    if not is_same_origin(request):
        return PlainTextResponse("This request came from another site.", 403, PRIVATE)
    hub = hub_of(request)
    async with hub.database.identity() as session:
        client_id = await end_session(session, request.cookies.get(COOKIE, ""))
        if client_id is not None:
            await _record(hub, session, "session.end", client_id)
    hub.standing.forget()
    answer = RedirectResponse("/", 303, PRIVATE)
    answer.delete_cookie(COOKIE, path="/", secure=True, httponly=True, samesite="lax")
    return answer


def local_path(asked: str) -> str:
    """Give the path to go on to; the front page for anything that could lead elsewhere."""
    return asked if LOCAL_PATH.fullmatch(asked) else "/"


async def _record(hub: Hub, session: IdentitySession, act: str, client_id: str | None) -> None:
    client = await find(session, client_id) if client_id else None
    event = audit.Event(
        act=act,
        actor=(client.person or client.client_id) if client else "unknown",
        client_id=client_id,
        agency=client.agency if client else None,
        object=None,
        outcome="done" if client else "refused",
    )
    await audit.record(session, event, hub.clock())
