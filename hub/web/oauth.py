"""The hub's own OAuth endpoints: token, keys, metadata, revocation, introspection."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from hub import audit
from hub.auth.clients import Client
from hub.auth.consents import withdraw
from hub.auth.revocation import deny_token
from hub.auth.roles import all_scopes
from hub.auth.server import NOT_PROVED, Answer, OAuthServer
from hub.auth.verification import SKEW, Claims
from hub.db.sessions import IdentitySession
from hub.errors import BusyError, DatabaseError, HubError, UnauthenticatedError
from hub.web.forms import read_form
from hub.web.problems import RETRY_AFTER
from hub.web.state import Hub, hub_of, issuer, verifier
from hub.web.tries import tried

NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}
CHALLENGE = {"WWW-Authenticate": 'Basic realm="hub", charset="UTF-8"'}
ASSERTION_ALGORITHMS = ["ES256", "Ed25519", "PS256", "RS256"]
AUTH_METHODS = ["private_key_jwt", "client_secret_basic"]

Handler = Callable[[Request, Mapping[str, str]], Awaitable[Response]]


def _answer(status: int, body: Mapping[str, Any]) -> Response:
    headers = NO_STORE | (CHALLENGE if status == 401 else {})
    return JSONResponse(dict(body), status, headers)


def _form(handle: Handler) -> Callable[[Request], Awaitable[Response]]:
    """Read the form first; what is wrong with it is an ``invalid_request``."""

    async def endpoint(request: Request) -> Response:
        try:
            form = await read_form(request)
            if len(request.headers.getlist("authorization")) + ("client_assertion" in form) > 1:
                return _invalid("Prove the client in one way, once.")
        except HubError as error:
            return _invalid(error.message, 413 if error.status == 413 else 400)
        try:
            return await tried(request, form, handle)
        except (BusyError, DatabaseError) as error:
            return _unavailable(error)

    return endpoint


def _unavailable(error: HubError) -> Response:
    """Say that nothing was issued or ended and that asking again is right, as OAuth does."""
    told = {"error": "temporarily_unavailable", "error_description": error.message}
    answer = _answer(503, told)
    answer.headers["Retry-After"] = str(RETRY_AFTER)
    return answer


def _invalid(description: str, status: int = 400) -> Response:
    return _answer(status, {"error": "invalid_request", "error_description": description})


async def token(request: Request, form: Mapping[str, str]) -> Response:
    """Issue an access token, or say in the words of RFC 6749 why not."""
    if "grant_type" not in form:
        return _invalid("The parameter grant_type is missing.")
    hub = hub_of(request)
    async with hub.database.identity() as session:
        answer: Answer = await session.run_sync(
            lambda sync: OAuthServer(sync, issuer(hub)).token(request.headers, form)
        )
        await _record(hub, session, "token.issue", answer.client, answer.outcome, _told(answer))
    if answer.token is not None and answer.client is not None:
        await _make_known(hub, answer.client)
    elif answer.outcome == "invalid_grant":
        # What a stolen code or refresh token gave ends on this worker at once.
        hub.standing.forget()
    return _answer(answer.status, answer.body)


async def _make_known(hub: Hub, client: Client) -> None:
    """A client registered a moment ago must not be told that its first token does not hold."""
    if await hub.standing.client(client.client_id) is None:
        hub.standing.forget()


def _told(answer: Answer) -> dict[str, str]:
    if answer.token is None:
        return {}
    scope = " ".join(sorted(answer.token.scopes))
    return {"token": answer.token.token_id, "scope": scope}


async def revoke(request: Request, form: Mapping[str, str]) -> Response:
    """End one of the client's own tokens; the answer is the same for any other (RFC 7009)."""
    hub = hub_of(request)
    async with hub.database.identity() as session:
        client, claims = await _proved(hub, session, request, form, public=True)
        if client is None:
            await _record(hub, session, "token.revoke", None, "invalid_client", {})
            return _answer(401, NOT_PROVED)
        ended = None
        if client.is_public:
            shown, client_id = form.get("token", ""), client.client_id
            ended = await session.run_sync(withdraw, shown, client_id, hub.clock())
        if ended is not None:
            await _record(hub, session, "token.revoke", client, "done", {"consent": ended})
        if claims is not None:
            ends = datetime.fromtimestamp(claims.expires_at + SKEW, UTC)
            await session.run_sync(deny_token, claims.token_id, ends)
            told = {"token": claims.token_id}
            await _record(hub, session, "token.revoke", client, "done", told)
    hub.standing.forget()
    return Response(status_code=200, headers=NO_STORE)


async def introspect(request: Request, form: Mapping[str, str]) -> Response:
    """Tell a client about its own token; every other token is just not active (RFC 7662)."""
    hub = hub_of(request)
    async with hub.database.identity() as session:
        client, claims = await _proved(hub, session, request, form)
    if client is None:
        return _answer(401, NOT_PROVED)
    if claims is None or await hub.standing.denied(claims.token_id):
        return _answer(200, {"active": False})
    body = {
        "active": True,
        "client_id": claims.client_id,
        "sub": claims.client_id,
        "iss": hub.settings.issuer,
        "aud": hub.settings.issuer,
        "scope": " ".join(sorted(claims.scopes)),
        "iat": claims.issued_at,
        "exp": claims.expires_at,
        "jti": claims.token_id,
        "token_type": "Bearer",
    }
    return _answer(200, body)


async def _proved(
    hub: Hub,
    session: IdentitySession,
    request: Request,
    form: Mapping[str, str],
    *,
    public: bool = False,
) -> tuple[Client | None, Claims | None]:
    """Authenticate the client and read the token it names, if that is the client's own."""
    client = await session.run_sync(
        lambda sync: OAuthServer(sync, issuer(hub)).prove(request.headers, form, public=public)
    )
    try:
        claims = verifier(hub).read(form.get("token", ""))
    except UnauthenticatedError:
        return client, None
    return client, claims if client and claims.client_id == client.client_id else None


async def _record(
    hub: Hub,
    session: IdentitySession,
    act: str,
    client: Client | None,
    outcome: str,
    details: Mapping[str, str],
) -> None:
    """Record the act in its own transaction. What an unproved caller sent is not repeated."""
    event = audit.event_by(client, act, outcome=outcome, details=details)
    await audit.record(session, event, hub.clock())


async def jwks(request: Request) -> Response:
    """Publish the public halves of the signing keys."""
    body = hub_of(request).keys.jwks()
    return JSONResponse(body, headers={"Cache-Control": "public, max-age=600"})


async def metadata(request: Request) -> Response:
    """Describe the server as RFC 8414 wants it."""
    base = hub_of(request).settings.issuer
    body = {
        "issuer": base,
        "authorization_endpoint": f"{base}/oauth/authorize",
        "token_endpoint": f"{base}/oauth/token",
        "jwks_uri": f"{base}/oauth/jwks",
        "revocation_endpoint": f"{base}/oauth/revoke",
        "introspection_endpoint": f"{base}/oauth/introspect",
        "scopes_supported": sorted(all_scopes()),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "client_credentials", "refresh_token"],
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": True,
    }
    for endpoint in ("token", "revocation", "introspection"):
        open_to_all = [] if endpoint == "introspection" else ["none"]
        body[f"{endpoint}_endpoint_auth_methods_supported"] = AUTH_METHODS + open_to_all
        body[f"{endpoint}_endpoint_auth_signing_alg_values_supported"] = ASSERTION_ALGORITHMS
    return JSONResponse(body, headers={"Cache-Control": "public, max-age=600"})


routes = [
    Route("/oauth/token", _form(token), methods=["POST"]),
    Route("/oauth/revoke", _form(revoke), methods=["POST"]),
    Route("/oauth/introspect", _form(introspect), methods=["POST"]),
    Route("/oauth/jwks", jwks),
    Route("/.well-known/oauth-authorization-server", metadata),
]
