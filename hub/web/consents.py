"""``/oauth/authorize``: a person lets a public client act for them. Plain HTML, no script.

A request whose client or redirect address does not hold is answered here and sent nowhere; every
other fault goes back to the program, with ``iss`` (RFC 9207).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote, urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from hub import audit
from hub.auth.authorization import RequestError, answer_address, once, read_request
from hub.auth.clients import Client
from hub.auth.consents import Asked, give
from hub.db.sessions import IdentitySession
from hub.errors import HubError, MalformedError, RefusedError
from hub.web.authentication import Browser, browser_of, is_same_origin
from hub.web.forms import read_form
from hub.web.language import in_their_language
from hub.web.pages.frame import Frame
from hub.web.pages.message import message_page, not_signed_in_page
from hub.web.pages.signing import consent_page
from hub.web.state import Hub, hub_of

PATH = "/oauth/authorize"
FORMS = frozenset({PATH})
PRIVATE = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}


@dataclass(frozen=True, slots=True)
class _Asking:
    """A request that holds: what is asked, by which program, of whom."""

    asked: Asked
    program: Client
    parameters: Mapping[str, str]


async def show(request: Request) -> Response:
    """Check the request, have the person sign in, and ask."""
    try:
        asking = await _read(request, request.query_params.multi_items())
    except (RequestError, MalformedError) as error:
        return _fault(request, error)
    browser = await browser_of(request)
    if browser is None:
        return _sign_in_first(request, asking)
    if not asking.asked.scopes <= browser.account.scopes:
        return _fault(request, _beyond(asking))
    return _ask(request, asking, browser)


async def decide(request: Request) -> Response:
    """Take the person's answer, checked all over again, and lead back to the program."""
    browser = await browser_of(request)
    if browser is not None and not is_same_origin(request):
        return _fault(request, RefusedError("This request came from another site."))
    try:
        form = await read_form(request)
        asking = await _read(request, form.items())
    except (RequestError, HubError) as error:
        return _fault(request, error)
    if browser is None:
        return _sign_in_first(request, asking)
    if not asking.asked.scopes <= browser.account.scopes:
        return _fault(request, _beyond(asking))
    if form.get("decision") != "allow":
        await _note(hub_of(request), browser, asking, "access_denied")
        return _fault(request, _fault_of(asking, "access_denied"))
    code = await _allowed(hub_of(request), browser, asking)
    return _lead(request, asking.asked.redirect_uri, asking.asked.state, code=code)


async def _read(request: Request, pairs: Iterable[tuple[str, str]]) -> _Asking:
    parameters = once(pairs)
    program = await hub_of(request).standing.client(parameters.get("client_id", ""))
    asked = read_request(parameters, program)
    if program is None:  # read_request has refused this already; mypy cannot know
        raise MalformedError("No program is registered by this client_id.")
    return _Asking(asked, program, parameters)


async def _allowed(hub: Hub, browser: Browser, asking: _Asking) -> str:
    """Store the consent and its record in one transaction; gives the code."""
    at = hub.clock()
    async with hub.database.identity() as session:
        code = await session.run_sync(
            lambda sync: give(
                sync,
                asking.asked,
                browser.account.client_id,
                second_factor_at=browser.session.second_factor_at,
                at=at,
            )
        )
        await _record(session, browser.account, asking, "done", at)
    return code


async def _note(hub: Hub, browser: Browser, asking: _Asking, outcome: str) -> None:
    async with hub.database.identity() as session:
        await _record(session, browser.account, asking, outcome, hub.clock())


async def _record(
    session: IdentitySession, account: Client, asking: _Asking, outcome: str, at: datetime
) -> None:
    details = {"scope": " ".join(sorted(asking.asked.scopes))}
    what = asking.program.client_id
    event = audit.event_by(account, "consent.give", what, outcome=outcome, details=details)
    await audit.record(session, event, at)


def _ask(request: Request, asking: _Asking, browser: Browser) -> Response:
    target = urlsplit(asking.asked.redirect_uri)
    # A browser holds the redirect after the form to ``form-action`` too.
    origin = f"{target.scheme}://{target.netloc}" if target.netloc else f"{target.scheme}:"
    policy = (
        "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; "
        f"frame-ancestors 'none'; form-action 'self' {origin}"
    )
    page = consent_page(
        asking.program.title,
        browser.account.title,
        asking.asked.scopes,
        asking.parameters,
        origin,
        frame=_frame(request),
    )
    return HTMLResponse(page, headers=PRIVATE | {"Content-Security-Policy": policy})


def _sign_in_first(request: Request, asking: _Asking) -> Response:
    """Lead to the provider and back here; in the demo, say how one signs in."""
    if hub_of(request).provider is None:
        return HTMLResponse(not_signed_in_page(frame=_frame(request)), 401, PRIVATE)
    back = f"{PATH}?{urlencode(asking.parameters)}"
    return RedirectResponse(f"/sign-in?to={quote(back, safe='')}", 303, PRIVATE)


def _fault(request: Request, error: Exception) -> Response:
    if isinstance(error, RequestError):
        return _lead(request, error.redirect_uri, error.state, error=error.error)
    if not isinstance(error, HubError) or error.status >= 500:
        raise error
    page = message_page(error.status, error.message, frame=_frame(request))
    return HTMLResponse(page, error.status, PRIVATE)


def _lead(request: Request, address: str, state: str | None, **members: str) -> Response:
    issuer = hub_of(request).settings.issuer
    target = answer_address(address, issuer, state, **members)
    return RedirectResponse(target, 303, PRIVATE)


def _beyond(asking: _Asking) -> RequestError:
    return _fault_of(asking, "invalid_scope")


def _fault_of(asking: _Asking, error: str) -> RequestError:
    return RequestError(error, asking.asked.redirect_uri, asking.asked.state)


def _frame(request: Request) -> Frame:
    return Frame(demo=hub_of(request).settings.env == "demo")


routes = [
    Route(PATH, in_their_language(show), methods=["GET"]),
    Route(PATH, in_their_language(decide), methods=["POST"]),
]
