"""Signing people in at the identity provider, and out again. The browser gets a cookie only."""

import hmac
import re
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from hub import audit
from hub.auth.clients import Client
from hub.auth.oidc.id_tokens import Identified
from hub.auth.oidc.provider import Provider
from hub.auth.people import account_of
from hub.auth.principals import Principal
from hub.auth.registry import find
from hub.auth.sessions import SESSION_LIFETIME, SignedIn, begin_session, end_session
from hub.auth.sign_ins import LIFETIME, Secrets, begin, finish
from hub.db.sessions import IdentitySession
from hub.errors import HubError, NotFoundError, ProviderError, StepUpError, UnauthenticatedError
from hub.web.authentication import COOKIE, is_same_origin
from hub.web.language import in_their_language
from hub.web.pages.frame import Frame, NavLink
from hub.web.pages.labels import labels
from hub.web.pages.message import message_page
from hub.web.pages.signing import sign_out_page, stranger_page
from hub.web.problems import headers_of
from hub.web.state import Hub, hub_of

PENDING = "__Host-hub-sign-in"
"""The secret of a sign-in under way; ends with it."""
LOCAL_PATH = re.compile(r"/(?![/\\])[\x21-\x5b\x5d-\x7e]{0,2000}", re.ASCII)
"""A path on this host: one leading slash, no backslash (browsers read it as a slash)."""
PRIVATE = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
LONGEST = 4096
"""Characters of a code or state that is looked at."""


async def sign_in(request: Request) -> Response:
    """Send the browser to the provider; ``afresh=1`` asks for a new proof (step-up)."""
    hub, provider = hub_of(request), _provider(request)
    asked = request.query_params
    if request.method != "GET":
        return Response(status_code=405, headers=PRIVATE | {"Allow": "GET"})
    async with hub.database.identity() as session:
        own = await begin(session, local_path(asked.get("to", "/")), hub.clock())
    address = provider.sign_in_address(own, afresh=asked.get("afresh") == "1")
    answer = RedirectResponse(address, 303, PRIVATE)
    # Lax: the provider leads back here by a link, and a stricter cookie would stay behind.
    _set(answer, PENDING, own.key, int(LIFETIME.total_seconds()))
    return answer


async def callback(request: Request) -> Response:
    """Take the provider's answer: once, in the browser that began, from this provider only."""
    try:
        answer = await _answered(request)
    except ProviderError as error:
        answer = _told(request, error)
    except UnauthenticatedError as error:
        answer = _told(request, error)
    _forget(answer, PENDING)
    return answer


async def _answered(request: Request) -> Response:
    hub, provider = hub_of(request), _provider(request)
    own = Secrets(request.cookies.get(PENDING, ""))
    async with hub.database.identity() as session:
        destination = await finish(session, own.key, hub.clock())
    code = _code(request, provider, own)
    if destination is None or code is None:
        await _refused(hub)
        raise UnauthenticatedError("The sign-in was not finished; begin again.", code="SIGN_IN")
    try:
        # No transaction is open here: the provider may take its time.
        person = await provider.identify(code, own)
    except HubError:
        await _refused(hub)
        raise
    return await _let_in(request, person, destination)


def _code(request: Request, provider: Provider, own: Secrets) -> str | None:
    """Take the code out of an answer that is ours: state, issuer (RFC 9207), each given once."""
    pairs = request.query_params.multi_items()
    asked = dict(pairs)
    if len(asked) != len(pairs) or not _same(asked.get("state", ""), own.state):
        return None
    issuer = asked.get("iss")
    if issuer is None and provider.profile.answers_with_issuer:
        return None
    if issuer is not None and issuer != provider.profile.issuer:
        return None
    code = asked.get("code", "")
    return code if 0 < len(code) <= LONGEST and "error" not in asked else None


async def _let_in(request: Request, person: Identified, destination: str) -> Response:
    """Begin a session for a person who has an account here; tell a stranger whom to ask."""
    hub = hub_of(request)
    async with hub.database.identity() as session:
        account = await account_of(session, person.issuer, person.subject)
        await end_session(session, request.cookies.get(COOKIE, ""))
        signed_in = None
        if account is not None:
            signed_in = await begin_session(
                session,
                account.client_id,
                second_factor_at=person.second_factor_at,
                at=hub.clock(),
            )
        await record_session(hub, session, "session.begin", account)
    hub.standing.forget()
    if signed_in is None:
        page = stranger_page(person.subject, frame=_frame(hub))
        return HTMLResponse(page, 403, PRIVATE)
    return signed_in_answer(signed_in, destination)


async def sign_out(request: Request) -> Response:
    """End the session and forget the cookie."""
    if not is_same_origin(request):
        return PlainTextResponse("This request came from another site.", 403, PRIVATE)
    hub = hub_of(request)
    async with hub.database.identity() as session:
        client_id = await end_session(session, request.cookies.get(COOKIE, ""))
        if client_id is not None:
            await record_session(hub, session, "session.end", await find(session, client_id))
    hub.standing.forget()
    answer = RedirectResponse("/sign-out" if hub.provider else "/", 303, PRIVATE)
    _forget(answer, COOKIE)
    return answer


async def leaving(request: Request) -> Response:
    """Ask whether to sign out; afterwards say that it is done, and that the provider's stays."""
    hub = hub_of(request)
    elsewhere = hub.provider.profile.end_session_endpoint if hub.provider else None
    page = sign_out_page(
        signed_in=COOKIE in request.cookies, elsewhere=elsewhere, frame=_frame(hub)
    )
    return HTMLResponse(page, headers=PRIVATE)


def signed_in_answer(signed_in: SignedIn, destination: str) -> Response:
    """Give the browser its session and lead it on to a local path."""
    answer = RedirectResponse(local_path(destination), 303, PRIVATE)
    _set(answer, COOKIE, signed_in.key, int(SESSION_LIFETIME.total_seconds()))
    return answer


def account_link(hub: Hub, principal: Principal | None, here: str) -> NavLink | None:
    """Give a page's link to sign in or out; none where nobody can sign in, as in a demo."""
    if principal is not None:
        return NavLink(labels()("account.out"), "/sign-out")
    return NavLink(labels()("account.in"), f"/sign-in?to={quote(here)}") if hub.provider else None


def sign_in_href(request: Request, error: HubError) -> str | None:
    """Tell the address at which a person signs in to do what was refused; None where none does.

    A form's address cannot be opened, so whoever sent one comes back to the page before it.
    """
    if hub_of(request).provider is None:
        return None
    path = request.url.path
    here = path if request.method == "GET" else path.rpartition("/")[0] or "/"
    afresh = "&afresh=1" if isinstance(error, StepUpError) else ""
    return f"/sign-in?to={quote(here)}{afresh}"


def local_path(asked: str) -> str:
    """Give the path to go on to; the front page for anything that could lead elsewhere."""
    return asked if LOCAL_PATH.fullmatch(asked) else "/"


async def record_session(
    hub: Hub, session: IdentitySession, act: str, client: Client | None
) -> None:
    """Record that a session began or ended, or that nobody was let in."""
    event = audit.event_by(client, act, outcome="done" if client else "refused")
    await audit.record(session, event, hub.clock())


async def _refused(hub: Hub) -> None:
    async with hub.database.identity() as session:
        await record_session(hub, session, "session.begin", None)


def _told(request: Request, error: HubError) -> Response:
    frame = _frame(hub_of(request), account=NavLink(labels()("account.in"), "/sign-in"))
    page = message_page(error.status, error.message, frame=frame)
    return HTMLResponse(page, error.status, PRIVATE | headers_of(error))


def _frame(hub: Hub, account: NavLink | None = None) -> Frame:
    return Frame(demo=hub.settings.env == "demo", account=account)


def _provider(request: Request) -> Provider:
    provider = hub_of(request).provider
    if provider is None:
        raise NotFoundError("Signing in is not set up on this hub.")
    return provider


def _set(answer: Response, name: str, value: str, age: int) -> None:
    answer.set_cookie(name, value, age, path="/", secure=True, httponly=True, samesite="lax")


def _forget(answer: Response, name: str) -> None:
    answer.delete_cookie(name, path="/", secure=True, httponly=True, samesite="lax")


def _same(shown: str, expected: str) -> bool:
    return hmac.compare_digest(shown.encode("utf-8", "surrogatepass"), expected.encode())


FORMS = frozenset({"/sign-out"})
provider_routes = [
    Route("/sign-in", in_their_language(sign_in), methods=["GET"]),
    Route("/sign-in/callback", in_their_language(callback), methods=["GET"]),
]
routes = [
    Route("/sign-out", in_their_language(leaving), methods=["GET"]),
    Route("/sign-out", sign_out, methods=["POST"]),
]
