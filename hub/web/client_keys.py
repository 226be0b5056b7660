"""``PUT /v1/client/keys``: a system replaces its own public keys, without an operator."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from hub import audit
from hub.auth.matrix import line_for
from hub.auth.permissions import demand
from hub.auth.registry import replace_keys
from hub.web.authentication import principal_of
from hub.web.body import read_json
from hub.web.state import hub_of

LIMIT = 16 * 1024


async def put_keys(request: Request) -> Response:
    """Take a JWK set of public keys in place of the caller's own."""
    principal = demand(await principal_of(request), line_for("PUT /v1/client/keys"))
    jwks = await read_json(request, LIMIT)
    hub = hub_of(request)
    async with hub.database.identity() as session:
        await replace_keys(session, principal.client_id, jwks)
        event = audit.event_by(principal, "client.rotate", principal.client_id)
        await audit.record(session, event, hub.clock())
    kids = [key["kid"] for key in jwks["keys"]]
    return JSONResponse({"clientId": principal.client_id, "keys": kids})


routes = [Route("/v1/client/keys", put_keys, methods=["PUT"])]
