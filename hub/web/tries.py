"""Tries to prove a client at the identity endpoints: only those that fail are limited (A15)."""

import json
from collections.abc import Awaitable, Callable, Mapping

from authlib.common.encoding import urlsafe_b64decode
from starlette.requests import Request
from starlette.responses import Response

from hub.auth.credentials import basic_credentials
from hub.web.rates import rates_of

Handler = Callable[[Request, Mapping[str, str]], Awaitable[Response]]


async def tried(request: Request, form: Mapping[str, str], handle: Handler) -> Response:
    """Answer a request that proves a client; one that does not is counted.

    Raises ``RateLimitedError`` after too many for this client from this address.
    """
    rates = rates_of(request)
    if rates is None:
        return await handle(request, form)
    attempt = rates.prove(request.scope, claimed_client(request, form))
    answer = await handle(request, form)
    if answer.status_code != 401:
        attempt.held()
    return answer


def claimed_client(request: Request, form: Mapping[str, str]) -> str:
    """Name whom a request says it is from, unproved; no more than a name for a bucket."""
    shown = basic_credentials(request.headers.get("authorization", ""))
    return shown[0] if shown else form.get("client_id") or _issuer(form.get("client_assertion", ""))


def _issuer(assertion: str) -> str:
    try:
        claims = json.loads(urlsafe_b64decode(assertion.split(".")[1].encode("ascii")))
        return str(claims["iss"])[:200]
    except (ValueError, LookupError, TypeError, RecursionError):
        return ""
