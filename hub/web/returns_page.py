"""``/returns``: officers see what is due, check a file, send it, and a second person signs off.

Nothing that is checked is stored: the page that shows the findings carries the file on to the form
that sends it. Every act asks the role matrix and the object again, as the API does.
"""

import asyncio
import base64
import binascii
import json
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from functools import partial
from uuid import UUID

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from hub.auth.permissions import allows, demand
from hub.auth.principals import Principal
from hub.db.sessions import IntakeSession
from hub.errors import HubError, InvalidError, MalformedError, NotFoundError, TooLargeError
from hub.loaders.annotation import annotated_csv, annotated_xlsx
from hub.loaders.body import JSON, XLSX
from hub.returns import Finding
from hub.submissions import owing, sign_off
from hub.submissions.history import (
    all_revisions,
    changed_by,
    current_revision,
    findings_of,
    observations_of,
    revisions_of,
)
from hub.submissions.reading import record_reading
from hub.submissions.reception import (
    Address,
    Conditions,
    Push,
    receive,
    rehearsed,
    require_known,
)
from hub.submissions.revisions import Revision, Submission, etag_of
from hub.submissions.store import find
from hub.validation import Completeness
from hub.vocabulary import parse_period
from hub.vocabulary.calendar import Owing
from hub.web import refusals
from hub.web.forms import read_form
from hub.web.layouts import OWN, Layout, layout_of, transcript_of
from hub.web.members import Draw, frame_of, member_page
from hub.web.pages.frame import Option
from hub.web.pages.labels import labels
from hub.web.pages.returns import (
    Checked,
    Sight,
    Standing,
    Stored,
    check_page,
    return_page,
    returns_page,
)
from hub.web.state import Hub, hub_of
from hub.web.uploads import KINDS, Upload, read_upload

LONGEST_NOTE = 500
"""Characters of a note or a reason given on a page."""
_frame = partial(frame_of, "/returns")
Fields = Mapping[str, str]


async def returns(request: Request, principal: Principal) -> Response:
    """Draw the calendar, or lead on to the return that the form asks for."""
    hub, asked = hub_of(request), request.query_params
    error = ""
    if principal.agency and asked.get("dataset") and asked.get("period"):
        address = Address(asked["dataset"], principal.agency, asked["period"].strip())
        try:
            require_known(address, hub.words)
        except HubError as refused:
            error = refused.message
        else:
            return RedirectResponse(_sight(hub, principal, address).href, 303)
    today = hub.clock().date()
    months = owing.months_around(today)
    found = await owing.calendar(hub.database, hub.words, today, months, eyes=principal.agency)
    due = owing.due_about(found, today)
    page = returns_page(
        agency=principal.agency,
        due=[one for one in due if one.slot.agency.code == principal.agency],
        sent=await _sent(hub, principal),
        partners=_partners(due),
        datasets=_datasets(hub, principal),
        words=hub.words,
        error=error,
        frame=_frame(hub, principal),
    )
    return HTMLResponse(page, 404 if error else 200)


async def _sent(hub: Hub, principal: Principal) -> list[Revision]:
    if not allows(principal, "return.read", agency=principal.agency):
        return []
    async with hub.database.intake(principal.agency or "") as session:
        return await all_revisions(session, principal.agency)


def _partners(due: tuple[owing.Due, ...]) -> list[Standing]:
    """Every agency with how many of its returns stand where; nil counts as received."""
    found: dict[str, list[owing.Due]] = defaultdict(list)
    for one in due:
        found[one.slot.agency.code].append(one)
    rows = [
        Standing(code, mine[0].slot.agency.title, Counter(_public(one.state) for one in mine))
        for code, mine in found.items()
    ]
    return sorted(rows, key=lambda row: row.title)


def _public(state: Owing) -> Owing:
    return Owing.RECEIVED if state is Owing.NIL else state


def _datasets(hub: Hub, principal: Principal) -> list[Option]:
    if principal.agency is None:
        return []
    kind = hub.words.agency(principal.agency).kind
    known = labels().vocabulary(hub.words).datasets.values()
    found = [one for one in known if kind in one.agency_kinds]
    return [Option(one.code, one.title) for one in found]


async def one_return(request: Request, principal: Principal) -> Response:
    """Draw one return of the caller's agency."""
    path = request.path_params
    address = Address(path["dataset"], path["agency"], path["period"])
    return await _drawn(hub_of(request), principal, address)


async def _drawn(
    hub: Hub, principal: Principal, address: Address, error: HubError | None = None
) -> Response:
    """Draw a return, with a refusal told on it; reading its counts is recorded."""
    require_known(address, hub.words)
    demand(principal, "return.read", agency=address.agency)
    stored = await _stored(hub, principal, address)
    today = hub.clock().date()
    period = parse_period(address.period)
    found = await owing.calendar(
        hub.database, hub.words, today, period.months, eyes=principal.agency
    )
    mine = [
        one
        for one in found
        if (one.slot.dataset.code, one.slot.agency.code, one.slot.period.id)
        == (address.dataset, address.agency, period.id)
    ]
    sight = _sight(hub, principal, address, stored, mine[0] if mine else None)
    page = return_page(
        sight,
        stored,
        hub.words,
        error=error.message if error else "",
        frame=_frame(hub, principal),
    )
    return HTMLResponse(page, error.status if error else 200)


async def _stored(hub: Hub, principal: Principal, address: Address) -> Stored | None:
    async with hub.database.intake(address.agency) as session:
        current = await find(session, address.dataset, address.agency, address.period)
        if current is None:
            return None
        history = await revisions_of(session, current.return_id)
        findings = await findings_of(session, current.return_id, current.number)
        changed = await changed_by(session, current) if current.number > 1 else ()
        rows = await observations_of(session, current.return_id, current.number)
        await record_reading(session, current, principal, hub.clock())
    return Stored(current, tuple(history), findings, changed, rows)


def _sight(
    hub: Hub,
    principal: Principal,
    address: Address,
    stored: Stored | None = None,
    due: owing.Due | None = None,
) -> Sight:
    t = labels()
    words = t.vocabulary(hub.words)
    return Sight(
        dataset=address.dataset,
        agency=address.agency,
        period=address.period,
        title=words.dataset(address.dataset).title,
        agency_title=words.agency(address.agency).title,
        period_title=t.period(parse_period(address.period)),
        may_submit=allows(principal, "return.submit", agency=address.agency),
        may_sign_off=allows(principal, "return.approve", agency=address.agency),
        is_submitter=stored is not None and stored.current.submitted_by == principal.subject,
        due=due,
    )


async def check(request: Request, principal: Principal) -> Response:
    """Judge a file and show what the hub would say; store nothing."""
    hub = hub_of(request)
    fields, upload = await _sent_file(request)
    address = _address(hub, fields, principal, "return.submit")
    note = _note(fields)
    if upload is None:
        return await _drawn(hub, principal, address, MalformedError("Choose a file first."))
    try:
        layout = await layout_of(fields, hub.words)
        found = await _checked(hub, principal, address, upload, note, layout)
    except HubError as error:
        if error.status >= 500:
            raise
        return await _drawn(hub, principal, address, error)
    page = check_page(
        _sight(hub, principal, address),
        found,
        hub.words,
        frame=_frame(hub, principal),
    )
    return HTMLResponse(page, 200 if found.is_valid else 422)


async def _checked(
    hub: Hub,
    principal: Principal,
    address: Address,
    upload: Upload,
    note: str,
    layout: Layout,
) -> Checked:
    blank = Checked(
        upload.kind,
        base64.b64encode(upload.content).decode(),
        note=note,
        layout=layout.name,
        mapping=layout.text,
        transcript=await transcript_of(upload, layout, address, hub.words),
    )
    async with hub.database.intake(address.agency) as session:
        current = await find(session, address.dataset, address.agency, address.period)
    etag = etag_of(current.number, current.content_hash) if current else ""
    try:
        push = Push(
            principal,
            address,
            upload.content,
            upload.media_type,
            mapping=layout.mapping,
            note=note or None,
        )
        answer, complete = await rehearsed(hub.database, hub.words, hub.clock, push)
    except InvalidError as error:
        return replace(blank, etag=etag, findings=_findings(error))
    return replace(
        blank,
        etag=etag,
        findings=answer.findings,
        changes=answer.changes,
        counts=answer.counts,
        received=complete.received,
        expected=complete.expected,
    )


async def annotated(request: Request, principal: Principal) -> Response:
    """Give the file back with its findings in it; made from what was sent, kept nowhere."""
    hub = hub_of(request)
    fields, upload = await _sent_file(request)
    address = _address(hub, fields, principal, "return.submit")
    if upload is None or upload.kind == "json":
        raise MalformedError("Annotated files are .csv or .xlsx.")
    found = await _checked(hub, principal, address, upload, _note(fields), Layout())
    make = annotated_xlsx if upload.kind == "xlsx" else annotated_csv
    body = await asyncio.to_thread(make, upload.content, found.findings)
    media = XLSX if upload.kind == "xlsx" else "text/csv; charset=utf-8"
    name = f"{address.dataset}-{address.period}-findings.{upload.kind}".replace("/", "_")
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(body, media_type=media, headers=headers)


async def submit(request: Request, principal: Principal) -> Response:
    """Store the file that was checked, if nobody has sent anything since."""
    hub = hub_of(request)
    fields, upload = await _sent_file(request)
    address = _address(hub, fields, principal, "return.submit")
    if upload is None:
        raise MalformedError("The form carries no file.")
    try:
        layout = await layout_of(fields, hub.words)
        if layout.name == OWN:  # the bounds of a stranger's mapping hold here as well
            await transcript_of(upload, layout, address, hub.words)
    except HubError as error:
        return await _drawn(hub, principal, address, error)
    push = Push(
        principal,
        address,
        upload.content,
        upload.media_type,
        _unless_newer(fields),
        layout.mapping,
        _note(fields) or None,
    )
    return await _store(hub, push)


def _unless_newer(fields: Fields) -> Conditions:
    """What the page showed may be replaced, and nothing that somebody sent since."""
    seen = fields.get("etag")
    return Conditions(if_match=seen) if seen else Conditions(if_none_match="*")


async def nil(request: Request, principal: Principal) -> Response:
    """Store a nil return: nothing to report, and why."""
    hub = hub_of(request)
    fields = await read_form(request)
    address = _address(hub, fields, principal, "return.submit")
    reason = _note(fields, "reason")
    if not reason:
        error = MalformedError("Say why there is nothing to report.")
        return await _drawn(hub, principal, address, error)
    body = json.dumps({"observations": [], "note": reason}).encode()
    return await _store(hub, Push(principal, address, body, JSON, _unless_newer(fields)))


async def _store(hub: Hub, push: Push) -> Response:
    try:
        await receive(hub.database, hub.words, hub.clock, push, _as_it_is)
    except HubError as error:
        if error.status >= 500:
            raise
        return await _drawn(hub, push.principal, push.address, error)
    return RedirectResponse(_sight(hub, push.principal, push.address).href, 303)


async def _as_it_is(_: IntakeSession, answer: Submission, __: Completeness) -> Submission:
    return answer


async def sign(request: Request, principal: Principal) -> Response:
    """Sign off the revision and content that the page showed."""
    form = await read_form(request)
    number, seen = form.get("revision", ""), form.get("contentHash", "")
    if not (number.isascii() and number.isdigit() and len(number) < 10):
        raise MalformedError("The form names no revision.")

    async def act(session: IntakeSession, revision: Revision, hub: Hub) -> None:
        await sign_off.sign_off(
            session,
            revision.return_id,
            int(number),
            seen,
            principal,
            hub.clock(),
            note=_note(form) or None,
        )

    return await _acted(request, principal, form, act)


async def withdraw(request: Request, principal: Principal) -> Response:
    """Take a return back."""
    form = await read_form(request)

    async def act(session: IntakeSession, revision: Revision, hub: Hub) -> None:
        reason = _note(form, "reason")
        await sign_off.withdraw(
            session,
            revision.return_id,
            reason,
            principal,
            hub.clock(),
        )

    return await _acted(request, principal, form, act)


async def _acted(
    request: Request,
    principal: Principal,
    form: Fields,
    act: Callable[[IntakeSession, Revision, Hub], Awaitable[None]],
) -> Response:
    """Find the return as the caller's own, act, and lead back to its page; tell a refusal there."""
    hub = hub_of(request)
    async with hub.database.intake(principal.agency or "") as session:
        row = await current_revision(session, _uuid(form.get("returnId", "")))
    if row is None or row.agency != principal.agency:
        raise NotFoundError("There is no such return.")
    address = Address(row.dataset, row.agency, row.period)
    try:
        async with hub.database.intake(row.agency) as session:
            await act(session, row, hub)
    except HubError as error:
        if error.status >= 500:
            raise
        await refusals.note(request, error)
        return await _drawn(hub, principal, address, error)
    return RedirectResponse(_sight(hub, principal, address).href, 303)


async def _sent_file(request: Request) -> tuple[Fields, Upload | None]:
    """The file of the form, or the one that a checked page carries on."""
    limit = hub_of(request).settings.upload_limit
    fields, upload = await read_upload(request, limit)
    if upload is None and "content" in fields:
        upload = _carried(fields)
    if upload is not None and len(upload.content) > limit:
        raise TooLargeError(f"The file is larger than {limit} bytes.")
    return fields, upload


def _carried(fields: Fields) -> Upload:
    kind, carried = fields.get("kind", ""), fields["content"]
    try:
        content = base64.b64decode(carried, validate=True)
    except (binascii.Error, ValueError):
        raise MalformedError("The form carries no file.") from None
    if kind not in KINDS:
        raise MalformedError("The form carries a file of no known kind.")
    return Upload(kind, content)


def _address(hub: Hub, fields: Fields, principal: Principal, line: str) -> Address:
    """The return a form is about; another agency's is refused before anything is read of it."""
    address = Address(*(fields.get(name, "") for name in ("dataset", "agency", "period")))
    require_known(address, hub.words)
    demand(principal, line, agency=address.agency)
    return address


def _note(fields: Fields, name: str = "note") -> str:
    text = fields.get(name, "").strip()
    if len(text) > LONGEST_NOTE:
        raise MalformedError(f"A note may have {LONGEST_NOTE} characters.")
    return " ".join(text.split())


def _findings(error: InvalidError) -> tuple[Finding, ...]:
    return tuple(item for item in error.findings if isinstance(item, Finding))


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise MalformedError("That is not the id of a return.") from None


_PAGES: dict[str, Draw] = {
    "/returns": returns,
    "/returns/{dataset}/{agency}/{period:path}": one_return,
}
_ACTS: dict[str, Draw] = {
    "/returns/check": check,
    "/returns/annotated": annotated,
    "/returns/submit": submit,
    "/returns/nil": nil,
    "/returns/sign-off": sign,
    "/returns/withdraw": withdraw,
}

FORMS = frozenset({"/returns/nil", "/returns/sign-off", "/returns/withdraw"})
"""Paths that take a form of the hub's own pages; the outer wall must know them."""
UPLOADS = frozenset({"/returns/check", "/returns/annotated", "/returns/submit"})
"""Paths that take a form with a file."""

routes = [
    *(Route(p, member_page(f"POST {p}", act), methods=["POST"]) for p, act in _ACTS.items()),
    *(
        Route(p, member_page(f"GET {p.replace(':path', '')}", draw), methods=["GET"])
        for p, draw in _PAGES.items()
    ),
]
