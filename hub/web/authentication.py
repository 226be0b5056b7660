"""Who a request is from: a bearer token, client credentials on a read, or a browser's cookie.

Looks at headers only, so a request is refused before its body is read.
"""

from dataclasses import dataclass
from typing import Any, Never

from starlette.requests import Request

from hub.auth.clients import Client, hash_secret
from hub.auth.credentials import basic_credentials, bearer_token
from hub.auth.principals import Principal
from hub.auth.standing import BrowserSession
from hub.errors import RefusedError, UnauthenticatedError
from hub.web.rates import Rates, rates_of
from hub.web.state import assumed_factor, hub_of, verifier

COOKIE = "__Host-hub"
"""A browser's session: set for this host alone, never over plain http from elsewhere."""
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


async def principal_of(request: Request) -> Principal | None:
    """Give the verified caller, None for a request that shows nothing at all.

    Raises ``UnauthenticatedError`` for a proof that does not hold: an anonymous answer to a
    caller with a bad token would hide the mistake. Raises ``RefusedError`` when another site
    makes a browser send the cookie with a request that may change something, and
    ``RateLimitedError`` when the client has used up its allowance.
    """
    headers = request.headers.getlist("authorization")
    if len(headers) > 1:
        _refuse()
    found = await (_by_header(request, headers[0]) if headers else _by_cookie(request))
    if found is not None:
        state = request.scope.setdefault("state", {})
        _count(state, found.counted_as)
        # The program, whoever it acts for: its origins may read the answer (CORS).
        state["program"] = found.client_id
        # For the record, should the caller be refused.
        state["principal"] = found
    return found


def _count(state: dict[str, Any], client_id: str) -> None:
    """Count the request for the client, once however often the route asks who it is from."""
    rates: Rates | None = state.get("rates")
    if rates is not None and "client_id" not in state:
        rates.client(client_id)
    # For the access log: which client, never its token.
    state["client_id"] = client_id


async def _by_header(request: Request, header: str) -> Principal:
    token = bearer_token(header)
    if token is not None:
        return await verifier(hub_of(request)).verify(token)
    shown = basic_credentials(header)
    if shown is None or request.method not in SAFE:
        _refuse()
    return await _by_secret(request, *shown)


async def _by_secret(request: Request, client_id: str, secret: str) -> Principal:
    rates = rates_of(request)
    attempt = rates.prove(request.scope, client_id) if rates is not None else None
    client = await hub_of(request).standing.client(client_id)
    if client is None or not client.holds_secret(secret):
        _refuse()
    if attempt is not None:
        attempt.held()
    factor = assumed_factor(hub_of(request))
    return client.principal(client.scopes, second_factor=factor)


async def _by_cookie(request: Request) -> Principal | None:
    found = await browser_of(request)
    if found is None:
        return None
    if request.method not in SAFE and not is_same_origin(request):
        raise RefusedError("This request came from another site.", code="CROSS_SITE")
    hub, session = hub_of(request), found.session
    shown = session.second_factor_at
    age = hub.clock() - shown if shown is not None else assumed_factor(hub)
    return found.account.principal(found.account.scopes, second_factor=age)


@dataclass(frozen=True, slots=True)
class Browser:
    """A signed-in browser: its session and the account it acts as."""

    session: BrowserSession
    account: Client


async def browser_of(request: Request) -> Browser | None:
    """Find the session that a request's cookie names; a ticket's counts in the demo only."""
    hub = hub_of(request)
    key = request.cookies.get(COOKIE)
    session = await hub.standing.session(hash_secret(key)) if key else None
    if session is None or session.is_demo is not (hub.settings.env == "demo"):
        return None
    account = await hub.standing.client(session.client_id)
    return Browser(session, account) if account is not None else None


def is_same_origin(request: Request) -> bool:
    """Say whether the browser itself vouches that one of the hub's own pages sent this."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    origin = request.headers.get("origin", "")
    return origin == f"{request.url.scheme}://{request.headers.get('host', '')}"


def _refuse() -> Never:
    raise UnauthenticatedError(
        "The credentials do not hold. Use a token of /oauth/token, or client id and secret "
        "with Basic for reading.",
        code="TOKEN_INVALID",
    )
