"""``/v1/returns``: agencies push their returns and look at what the hub has of them."""

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from hub.audit.keys import ledger_keys
from hub.auth.permissions import demand, enter
from hub.db.sessions import IntakeSession
from hub.errors import MalformedError, NotFoundError
from hub.loaders.agencies import Mapping, named
from hub.loaders.body import require_readable
from hub.submissions.changes import Change
from hub.submissions.history import (
    changed_by,
    findings_of,
    observations_of,
    one_revision,
    revisions_of,
)
from hub.submissions.idempotency import request_key
from hub.submissions.reading import record_reading
from hub.submissions.receipts import Receipts, receipt_of
from hub.submissions.reception import (
    Address,
    Conditions,
    Push,
    receive,
    receive_once,
    rehearsed,
    require_known,
)
from hub.submissions.revisions import Revision, Submission, etag_of
from hub.submissions.store import find
from hub.validation import Completeness
from hub.vocabulary import Vocabulary
from hub.web.authentication import principal_of
from hub.web.body import read_body, require_plain
from hub.web.state import Hub, hub_of


async def put_return(request: Request) -> Response:
    """Take a return in; see the contract for its answers."""
    hub = hub_of(request)
    principal = enter(await principal_of(request), "return.submit")
    address = _address(request)
    require_known(address, hub.words)
    demand(principal, "return.submit", agency=address.agency)
    media_type = request.headers.get("content-type", "")
    require_readable(media_type)
    require_plain(request)
    dry_run, mapping = _flag(request, "dryRun"), _mapping(request, hub.words)
    body = await read_body(request, hub.settings.upload_limit)
    headers = request.headers
    conditions = Conditions(headers.get("if-match"), headers.get("if-none-match"))

    target = request.url.path + (f"?mapping={request.query_params['mapping']}" if mapping else "")
    sent = None if dry_run else headers.get("idempotency-key")
    key = request_key(principal, sent, target, body)

    async def answer_of(
        session: IntakeSession, answer: Submission, complete: Completeness
    ) -> tuple[int, dict[str, Any]]:
        content = as_json(answer, complete)
        content["receipt"] = await _receipt(session, hub, answer)
        return (201 if answer.created else 200), content

    push = Push(principal, address, body, media_type, conditions, mapping)
    where = hub.database, hub.words, hub.clock
    if dry_run:
        status, content = 200, as_json(*await rehearsed(*where, push))
    elif key is None:
        status, content = await receive(*where, push, answer_of)
    else:
        status, content = await receive_once(*where, push, key, answer_of)
    response = JSONResponse(content, status)
    if content["revision"] is not None and not dry_run:
        response.headers["ETag"] = etag_of(content["revision"], content["contentHash"])
    return response


async def _receipt(session: IntakeSession, hub: Hub, answer: Submission) -> str | None:
    """The receipt of the revision; none for one stored before the hub gave receipts."""
    if answer.return_id is None or answer.revision is None:
        return None
    revision = await one_revision(session, answer.return_id, answer.revision)
    try:
        found = await receipt_of(session, revision)
    except NotFoundError:
        return None
    return Receipts(ledger_keys(hub.settings.data_dir), hub.settings.issuer).sign(found)


async def get_return(request: Request) -> Response:
    """Show the caller's own return: its revisions, their states, and the current content."""
    hub = hub_of(request)
    principal = enter(await principal_of(request), "return.read")
    address = _address(request)
    require_known(address, hub.words)
    demand(principal, "return.read", agency=address.agency)
    async with hub.database.intake(address.agency) as session:
        current = await find(session, address.dataset, address.agency, address.period)
        if current is None:
            raise NotFoundError("Nothing was returned at this address yet.")
        history = await revisions_of(session, current.return_id)
        rows = await observations_of(session, current.return_id, current.number)
        findings = await findings_of(session, current.return_id, current.number)
        changed = await changed_by(session, current)
        await record_reading(session, current, principal, hub.clock())
    content = revision_json(current) | {
        "returnId": str(current.return_id),
        "dataset": current.dataset,
        "agency": current.agency,
        "period": current.period,
        "note": current.note,
        "revisions": [revision_json(one) for one in history],
        "findings": [item.as_json() for item in findings],
        "changes": [change_json(one) for one in changed if current.number > 1],
        "observations": [_observation(item) for item in rows],
    }
    etag = etag_of(current.number, current.content_hash)
    return JSONResponse(content, headers={"ETag": etag})


def _address(request: Request) -> Address:
    path = request.path_params
    return Address(path["dataset"], path["agency"], path["period"])


def _flag(request: Request, name: str) -> bool:
    """Read a switch; whatever is not plainly true or false is refused, never taken for false.

    Raises:
        MalformedError: it is neither, or given twice; or another parameter is given.
    """
    asked = request.query_params
    values = [value.lower() for value in asked.getlist(name)]
    unknown = sorted(set(asked.keys()) - {name, "mapping"})
    if unknown or len(values) > 1 or not set(values) <= {"true", "false"}:
        raise MalformedError(
            f"The only parameters here are {name}=true or {name}=false, and mapping=NAME."
        )
    return values == ["true"]


def _mapping(request: Request, words: Vocabulary) -> Mapping | None:
    """The shipped mapping a body in an agency's own layout is read by.

    Raises:
        MalformedError: two are given.
        NotFoundError: there is none of that name.
    """
    names = request.query_params.getlist("mapping")
    if len(names) > 1:
        raise MalformedError("Give one mapping.")
    return named(names[0], words) if names else None


def as_json(answer: Submission, complete: Completeness) -> dict[str, Any]:
    """Write the answer to a push as the contract has it; of a dry run with every change.

    The answer to a real push names no figure: it is kept under its ``Idempotency-Key``.
    """
    changed = {"changes": [change_json(one) for one in answer.changes]} if answer.dry_run else {}
    return changed | {
        "returnId": str(answer.return_id) if answer.return_id else None,
        "dataset": answer.dataset,
        "agency": answer.agency,
        "period": answer.period,
        "revision": answer.revision,
        "state": str(answer.state) if answer.state else None,
        "contentHash": answer.content_hash,
        "dryRun": answer.dry_run,
        "counts": {name: getattr(answer.counts, name) for name in answer.counts.__slots__},
        "findings": [item.as_json() for item in answer.findings],
        "completeness": {"expected": complete.expected, "received": complete.received},
    }


def change_json(one: Change) -> dict[str, Any]:
    """Write a cell that differs, with what it held and what it holds."""
    key = one.key
    return {
        "kind": str(one.kind),
        "indicator": key.indicator,
        "area": key.area,
        "period": key.period,
        "breakdown": dict(key.breakdown),
        "before": _observation(one.before) if one.before else None,
        "after": _observation(one.after) if one.after else None,
    }


def revision_json(one: Revision) -> dict[str, Any]:
    """Write a revision's place in its history."""
    return {
        "revision": one.number,
        "state": str(one.state),
        "contentHash": one.content_hash,
        "submittedAt": one.submitted_at.isoformat(),
        "rows": one.rows,
        "current": one.current,
    }


def _observation(item: Any) -> dict[str, Any]:
    return {
        "indicator": item.indicator,
        "area": item.area,
        "period": item.period,
        "breakdown": dict(item.breakdown),
        "value": None if item.value is None else _number(item.value),
        "status": item.status,
        "reason": item.reason,
        "base": None if item.base is None else _number(item.base),
        "note": item.note,
    }


def _number(value: Any) -> int | float:
    return int(value) if value == int(value) else float(value)


routes = [
    Route("/v1/returns/{dataset}/{agency}/{period:path}", put_return, methods=["PUT"]),
    Route("/v1/returns/{dataset}/{agency}/{period:path}", get_return, methods=["GET"]),
]
