"""The demo's sign-in: a one-time ticket from the terminal becomes a browser session.

It exists in the demo profile only, which serves on a loopback address only. Everywhere else
people sign in at an identity provider (:mod:`hub.web.sign_in`).
"""

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from hub.auth.registry import find
from hub.auth.sessions import redeem_ticket
from hub.auth.startup import is_loopback
from hub.errors import SettingsError
from hub.settings import Settings
from hub.web.language import in_their_language
from hub.web.pages.message import not_signed_in_page
from hub.web.sign_in import PRIVATE, record_session, signed_in_answer
from hub.web.state import hub_of
from hub.web.visitor import Visitor


def ticket_routes(settings: Settings) -> list[Route]:
    """Give the demo's route; raises ``SettingsError`` outside the demo profile."""
    if settings.env != "demo" or not is_loopback(settings.host):
        raise SettingsError("The demo sign-in exists in the demo profile on loopback only.")
    return [Route("/sign-in", in_their_language(sign_in), methods=["GET"])]


async def sign_in(request: Request) -> Response:
    """Exchange ``ticket`` for the cookie and go on to the local path ``to``."""
    hub = hub_of(request)
    if "ticket" not in request.query_params:
        return HTMLResponse(
            not_signed_in_page(frame=Visitor(hub, None, "/sign-in").frame), 401, PRIVATE
        )
    signed_in = None
    if request.method == "GET":
        async with hub.database.identity() as session:
            ticket = request.query_params.get("ticket", "")
            signed_in = await redeem_ticket(session, ticket, hub.clock())
            client = await find(session, signed_in.client_id) if signed_in else None
            await record_session(hub, session, "session.begin", client)
    if signed_in is None:
        text = (
            "This sign-in link was used before, or is more than ten minutes old. "
            "Start the demo again for new ones."
        )
        return PlainTextResponse(text, 403, PRIVATE)
    hub.standing.forget()
    return signed_in_answer(signed_in, request.query_params.get("to", "/"))
