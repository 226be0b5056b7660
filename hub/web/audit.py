"""``/v1/audit``: signed heads of the record for everybody to keep, the whole of it for auditors."""

from collections.abc import AsyncIterator

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from hub.audit import Event, record
from hub.audit.anchors import anchors
from hub.audit.export import export
from hub.audit.keys import ledger_keys
from hub.auth.permissions import demand, enter
from hub.errors import MalformedError
from hub.web.authentication import principal_of
from hub.web.state import hub_of

NO_STORE = {"Cache-Control": "no-store"}
MOST = 1000
"""Most heads in one answer."""


async def heads(request: Request) -> Response:
    """Give the signed heads after a sequence number, and the keys that they verify with."""
    hub = hub_of(request)
    enter(await principal_of(request), "anchor.read")
    after = _number(request, "after")
    async with hub.database.identity() as session:
        found = await anchors(session, after, MOST)
    content = {
        "issuer": hub.settings.issuer,
        "keys": ledger_keys(hub.settings.data_dir).public(),
        "heads": [anchor.as_json() for anchor in found],
    }
    return JSONResponse(content, headers=NO_STORE)


async def whole(request: Request) -> Response:
    """Give the whole record, sealed, as JSON lines; that it was taken is recorded first."""
    hub = hub_of(request)
    principal = enter(await principal_of(request), "audit.read")
    demand(principal, "audit.read")
    event = Event(
        act="audit.export",
        actor=principal.subject,
        client_id=principal.client_id,
        agency=principal.agency,
        object=None,
        outcome="done",
    )
    async with hub.database.identity() as session:
        await record(session, event, hub.clock())

    async def lines() -> AsyncIterator[str]:
        async with hub.database.identity() as session:
            keys = ledger_keys(hub.settings.data_dir)
            async for line in export(session, keys, hub.settings.issuer, hub.clock()):
                yield line

    named = {"Content-Disposition": 'attachment; filename="audit.jsonl"'}
    return StreamingResponse(lines(), media_type="application/jsonl", headers=NO_STORE | named)


def _number(request: Request, name: str) -> int:
    """Read a whole number of 0 or more; 0 when it is not given."""
    text = request.query_params.get(name, "0")
    if not (text.isascii() and text.isdecimal() and len(text) <= 18):
        raise MalformedError(f"{name} is a whole number of 0 or more.")
    return int(text)


routes = [
    Route("/v1/audit/heads", heads, methods=["GET"]),
    Route("/v1/audit/export", whole, methods=["GET"]),
]
