"""``/releases``: stewards prepare, judge, approve and publish releases. For nobody else.

Every page is forbidden to all other roles by the role matrix, the workbook too. The acts are
plain form posts, which the outer wall and the session's own check hold to this origin.
"""

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from functools import partial

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from hub.auth.permissions import demand
from hub.auth.principals import Principal
from hub.errors import ConflictError, HubError, MalformedError
from hub.exports.report_xlsx import report_xlsx
from hub.protected.releases import Audience
from hub.release import drafts, flow, reporting
from hub.release.drafts import Draft
from hub.release.following import preparations
from hub.release.report import Report
from hub.web import refusals
from hub.web.forms import read_form
from hub.web.members import frame_of, member_page
from hub.web.pages.labels import ENGLISH, labels
from hub.web.pages.releases import ReleaseRow, alternatives_page, release_page, releases_page
from hub.web.pages.report_tables import (
    alternatives_table,
    cells_table,
    loss_tables,
    settings_table,
    summary_tables,
)
from hub.web.state import Hub, hub_of

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LONGEST_NOTE = 500
"""Characters of a release's note."""

_frame = partial(frame_of, "/releases")
_page = partial(member_page, let_in=demand)
Act = Callable[[Request, Principal, Mapping[str, str]], Awaitable[str]]


def _act(line: str, act: Act) -> Callable[[Request], Awaitable[Response]]:
    """Ask the role matrix, read the form, act, and lead on to the release's page.

    An expected refusal is told on the page that the form stood on.
    """

    async def draw(request: Request, principal: Principal) -> Response:
        form = await read_form(request)
        try:
            release = await act(request, principal, form)
        except HubError as error:
            if error.status >= 500:
                raise
            await refusals.note(request, error)
            return await _redrawn(request, principal, form.get("release"), error)
        return RedirectResponse(f"/releases/{release}", 303)

    return _page(line, draw)


async def _redrawn(
    request: Request, principal: Principal, release: str | None, error: HubError
) -> Response:
    hub = hub_of(request)
    if release is None:
        return await _list(hub, principal, error)
    row, report = await _found(hub, principal, release)
    frame = _frame(hub, principal)
    page = release_page(row, report, hub.words, error=error, frame=frame)
    return HTMLResponse(page, error.status)


async def releases(request: Request, principal: Principal) -> Response:
    """List releases and drafts."""
    return await _list(hub_of(request), principal)


async def _list(hub: Hub, principal: Principal, error: HubError | None = None) -> Response:
    async with hub.database.release() as session:
        found = await drafts.drafts(session)
        seen = await reporting.all_visible_from(session)
        making = await preparations(session)
    rows = [_row(hub, draft, principal, seen.get(draft.id)) for draft in found]
    page = releases_page(rows, making, error=error, frame=_frame(hub, principal))
    return HTMLResponse(page, error.status if error else 200)


async def release(request: Request, principal: Principal) -> Response:
    """Show the suppression report of one release."""
    hub = hub_of(request)
    row, report = await _found(hub, principal, request.path_params["release"])
    return HTMLResponse(release_page(row, report, hub.words, frame=_frame(hub, principal)))


async def alternatives(request: Request, principal: Principal) -> Response:
    """Compare other policies and coarser tables."""
    hub = hub_of(request)
    row, _ = await _found(hub, principal, request.path_params["release"])
    found = await reporting.compare(hub.database, hub.words, row.draft, principal, hub.clock)
    return HTMLResponse(alternatives_page(row, found, frame=_frame(hub, principal)))


async def workbook(request: Request, principal: Principal) -> Response:
    """Give the report as a workbook; with ``?alternatives=true`` the comparison too."""
    hub, t = hub_of(request), labels(ENGLISH)
    row, report = await _found(hub, principal, request.path_params["release"])
    tables = [*summary_tables(report, t), *loss_tables(report, t)]
    if request.query_params.get("alternatives") == "true":
        found = await reporting.compare(hub.database, hub.words, row.draft, principal, hub.clock)
        tables.append(alternatives_table(found, t))
    tables.append(cells_table(report, hub.words, t))
    tables.append(settings_table(report, row.draft.protection, t))
    async with hub.database.release() as session:
        await reporting.record_export(session, row.draft, principal, hub.clock)
    content = report_xlsx(_title(row.draft), _notes(row.draft), tables)
    name = f'attachment; filename="report-{row.draft.id}.xlsx"'
    return Response(content, media_type=XLSX, headers={"Content-Disposition": name})


def _title(draft: Draft) -> str:
    return labels(ENGLISH)("releases.cover.title", id=draft.id)


def _notes(draft: Draft) -> list[str]:
    t = labels(ENGLISH)
    return [
        t("releases.cover.audience", audience=str(draft.audience), state=str(draft.state)),
        t("releases.cover.policy", policy=draft.policy_version, hash=draft.content_hash),
        *(t(f"releases.cover.{name}") for name in ("secret", "counts", "interval")),
    ]


async def prepare(request: Request, principal: Principal, form: Mapping[str, str]) -> str:
    """Prepare a release."""
    hub, note = hub_of(request), form.get("note")
    if form.get("audience") not in set(Audience):
        raise MalformedError("Choose who the release is for.")
    if note is not None and len(note) > LONGEST_NOTE:
        raise MalformedError(f"A note may have {LONGEST_NOTE} characters.")
    audience, at = Audience(form["audience"]), hub.clock()
    made = await flow.prepare_release(
        hub.database,
        hub.words,
        audience,
        note,
        principal,
        at,
        secret_file=hub.settings.method_secret_file,
        processes=hub.settings.protection_processes,
    )
    return made.id


async def approve(request: Request, principal: Principal, form: Mapping[str, str]) -> str:
    """Approve the content that was seen."""
    hub = hub_of(request)
    async with hub.database.release() as session:
        seen = form.get("contentHash", "")
        asked = form.get("release", "")
        return (await flow.approve_release(session, asked, seen, principal, hub.clock())).id


async def publish(request: Request, principal: Principal, form: Mapping[str, str]) -> str:
    """Publish now, or from the end of the embargo on."""
    hub = hub_of(request)
    at = hub.clock()
    until = _embargo(form.get("embargo"), at)
    async with hub.database.release() as session:
        asked = form.get("release", "")
        return (await flow.publish_release(session, asked, until, principal, at)).id


def _embargo(text: str | None, at: datetime) -> datetime | None:
    """Read the end of the embargo; a time without a zone is UTC, as the form says."""
    if text is None:
        return None
    try:
        until = datetime.fromisoformat(text)
    except ValueError:
        raise MalformedError("Give the embargo as 2027-01-31T09:30, in UTC.") from None
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    if until <= at:
        raise ConflictError("The embargo has ended already; leave it out to publish now.")
    return until


async def _found(hub: Hub, principal: Principal, release_id: str) -> tuple[ReleaseRow, Report]:
    async with hub.database.release() as session:
        draft = await drafts.find(session, release_id)
        report = await reporting.report_on(session, draft, hub.words)
        visible = await reporting.visible_from(session, draft)
    return _row(hub, draft, principal, visible), report


def _row(hub: Hub, draft: Draft, principal: Principal, visible: datetime | None) -> ReleaseRow:
    is_embargoed = visible is not None and visible > hub.clock()
    return ReleaseRow(draft, draft.prepared_by == principal.subject, visible, is_embargoed)


_PAGES = {
    "/releases": releases,
    "/releases/{release}": release,
    "/releases/{release}/alternatives": alternatives,
    "/releases/{release}/report.xlsx": workbook,
}
_ACTS = {"/releases/prepare": prepare, "/releases/approve": approve, "/releases/publish": publish}

FORMS = frozenset(_ACTS)
"""Paths that take a form of the hub's own pages; the outer wall must know them."""

routes = [
    *(Route(p, _act(f"POST {p}", act), methods=["POST"]) for p, act in _ACTS.items()),
    *(Route(p, _page(f"GET {p}", draw), methods=["GET"]) for p, draw in _PAGES.items()),
]
