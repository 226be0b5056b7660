"""``/v1/audit``: signed heads of the record for everybody to keep, and the record itself.

One's own acts for everyone, an agency's for its approvers, the whole and its verification for
auditors.
"""

from collections.abc import AsyncIterator
from datetime import UTC

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from hub.audit import Entry, event_by, record, verify_chain
from hub.audit.anchors import anchors, head_of
from hub.audit.export import export
from hub.audit.keys import ledger_keys
from hub.audit.reading import acts_for, acts_of
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
    principal = demand(await principal_of(request), "audit.read")
    async with hub.database.identity() as session:
        await record(session, event_by(principal, "audit.export"), hub.clock())

    async def lines() -> AsyncIterator[str]:
        async with hub.database.identity() as session:
            keys = ledger_keys(hub.settings.data_dir)
            async for line in export(session, keys, hub.settings.issuer, hub.clock()):
                yield line

    named = {"Content-Disposition": 'attachment; filename="audit.jsonl"'}
    return StreamingResponse(lines(), media_type="application/jsonl", headers=NO_STORE | named)


async def mine(request: Request) -> Response:
    """Give what the caller did, as the record has it."""
    hub = hub_of(request)
    principal = enter(await principal_of(request), "audit.mine")
    async with hub.database.identity() as session:
        found = await acts_of(session, principal.subject, _number(request, "after"))
    return _listed(found)


async def agency(request: Request) -> Response:
    """Give what was done for the caller's agency; people stand there by their pseudonyms."""
    hub = hub_of(request)
    principal = enter(await principal_of(request), "audit.agency")
    async with hub.database.identity() as session:
        found = await acts_for(session, principal.agency or "", _number(request, "after"))
    return _listed(found)


async def verified(request: Request) -> Response:
    """Verify the stored record against its signed heads; that it was asked is recorded."""
    hub = hub_of(request)
    principal = demand(await principal_of(request), "audit.verify")
    async with hub.database.identity() as session:
        await record(session, event_by(principal, "audit.verify"), hub.clock())
    keys = ledger_keys(hub.settings.data_dir).key_set()
    async with hub.database.identity() as session:
        signed = [head_of(one.signed, keys) for one in await anchors(session, first=10**9)]
        verdict = await verify_chain(session, signed)
    content = {
        "intact": verdict.is_intact,
        "sequence": verdict.head.sequence,
        "hash": verdict.head.hash.hex(),
        "signed": max((head.sequence for head in signed), default=0),
        "faults": [{"sequence": one.sequence, "reason": one.reason} for one in verdict.faults],
    }
    return JSONResponse(content, headers=NO_STORE)


def _listed(found: list[Entry]) -> Response:
    entries = [
        {
            "sequence": one.sequence,
            "at": one.at.astimezone(UTC).isoformat(),
            "act": one.act,
            "actor": one.actor,
            "client": one.client_id,
            "agency": one.agency,
            "object": one.object,
            "outcome": one.outcome,
            "details": dict(one.details),
        }
        for one in found
    ]
    return JSONResponse({"entries": entries}, headers=NO_STORE)


def _number(request: Request, name: str) -> int:
    """Read a whole number of 0 or more; 0 when it is not given."""
    text = request.query_params.get(name, "0")
    if not (text.isascii() and text.isdecimal() and len(text) <= 18):
        raise MalformedError(f"{name} is a whole number of 0 or more.")
    return int(text)


routes = [
    Route("/v1/audit/heads", heads, methods=["GET"]),
    Route("/v1/audit/export", whole, methods=["GET"]),
    Route("/v1/audit/mine", mine, methods=["GET"]),
    Route("/v1/audit/agency", agency, methods=["GET"]),
    Route("/v1/audit/verify", verified, methods=["GET"]),
]
