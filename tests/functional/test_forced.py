"""Exceptions forced at many points of the code, each full of secrets: nothing of them comes out.

S2, D5, A11. Requests of every kind go to a listening server. First it is noted which functions
of the hub they run through; then each request is sent again with an exception in one of them. The
exception's text, its arguments, the variables around it and the parameters of its SQL hold a
planted secret and a planted figure; the sinks (answers, headers, logs at DEBUG of the hub and of
every library, standard error, metrics, the audit record) hold neither.
"""

import io
import json
import logging
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

import asyncpg
import httpx2
import pytest
import structlog
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

import hub
from hub import logs
from hub.app import build
from hub.auth.roles import Role
from hub.logs import configure_logs
from tests.conftest import FreshSettings
from tests.functional.acts import SIGN_OFF, Partnership, open_partnership, rows
from tests.serving import listening

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
"""An exception in the middle of anything leaves coroutines behind that nobody awaits."""

SECRET = "planted-secret-7f3a9c"
FIGURE = 777_777
TEXTS = (SECRET, "777777", "777,777", "777_777")
ADDRESS = "POLICE_CRIME/HERTS_POLICE/CY2017"
PLACE = "area=E07000102&period=CY2017"
ROOT = str(Path(hub.__file__).parent)
OUTSIDE = ("logs.py", "settings.py", "keyfiles.py", "cli.py")
"""Not on the way of a request, or what is being tested."""


def from_the_server() -> Any:
    """What the database says of a row: its values are in the detail."""
    error = asyncpg.UniqueViolationError(f"duplicate key {SECRET}")
    error.detail = f"Key (value)=({FIGURE}) already exists."
    return error


KINDS: tuple[Callable[[], BaseException], ...] = (
    lambda: RuntimeError(f"{SECRET} {FIGURE}"),
    lambda: KeyError(SECRET, FIGURE),
    lambda: ValueError({"token": SECRET, "value": FIGURE}),
    lambda: UnicodeDecodeError("utf-8", f"{SECRET} {FIGURE}".encode(), 0, 1, SECRET),
    lambda: DBAPIError(f"a statement with {SECRET}", {"value": FIGURE}, from_the_server()),
    lambda: ExceptionGroup(SECRET, [ValueError(FIGURE)]),
)

Point = tuple[str, str]
"""File and name of a function of the hub."""


@dataclass
class Forcing:
    """Notes which functions run, or makes one of them fail at its first call."""

    seen: dict[Point, None] = field(default_factory=dict)
    where: Point | None = None
    kind: int = 0
    was_forced: bool = False

    def __call__(self, frame: FrameType, what: str, _: Any) -> None:
        if what != "call" or not frame.f_code.co_filename.startswith(ROOT):
            return
        point = frame.f_code.co_filename, frame.f_code.co_qualname
        if self.where is None:
            self.seen[point] = None
        elif point == self.where and not self.was_forced:
            self.was_forced = True
            planted_text, planted_figure = SECRET, FIGURE  # as an error page would show them
            error = KINDS[self.kind % len(KINDS)]()
            error.add_note(f"{planted_text} {planted_figure}")
            raise error

    @contextmanager
    def on(self) -> Iterator[None]:
        """Watch this thread, in which the server runs as well."""
        before = sys.gettrace()
        sys.settrace(self)
        try:
            yield
        finally:
            sys.settrace(before)


@dataclass
class Target:
    """A listening hub, its requests by name, and everything it said."""

    http: httpx2.AsyncClient
    partnership: Partnership
    requests: dict[str, httpx2.Request]
    said: io.StringIO

    async def send(self, name: str, forcing: Forcing) -> httpx2.Response | None:
        """Send one request; None when the server broke the connection off."""
        self.partnership.hub.standing.forget()
        request = self.requests[name]
        with forcing.on():
            try:
                return await self.http.send(request)
            except httpx2.TransportError:
                return None


@pytest.fixture(scope="module")
async def target(fresh_settings: FreshSettings) -> AsyncIterator[Target]:
    async with AsyncExitStack() as stack:
        partnership = await stack.enter_async_context(open_partnership(fresh_settings))
        pushed = await partnership.push(ADDRESS, rows(("POL_DA_CRIME", 617)))
        assert not (await partnership.approve_return(pushed))["userErrors"]
        await partnership.release()
        said = stack.enter_context(everything_said())
        address = await stack.enter_async_context(listening(build(partnership.hub)))
        http = await stack.enter_async_context(httpx2.AsyncClient(base_url=address, timeout=30))
        made = await requests(http, partnership, pushed)
        yield Target(http, partnership, made, said)


@contextmanager
def everything_said() -> Iterator[io.StringIO]:
    """Take what the hub and every library would write on standard error, at DEBUG."""
    said, root, before = io.StringIO(), logging.getLogger(), structlog.get_config()
    handlers, level = root.handlers[:], root.level
    with pytest.MonkeyPatch.context() as change:
        change.setattr(sys, "stderr", said)
        root.handlers = []
        for name in ("uvicorn", "uvicorn.error"):  # as in the product: no handlers of its own
            change.setattr(logging.getLogger(name), "handlers", [])
            change.setattr(logging.getLogger(name), "propagate", True)
        configure_logs("DEBUG")
        root.setLevel(logging.DEBUG)
        yield said
    root.handlers, root.level = handlers, level
    structlog.configure(**before)
    logs._out = None


async def requests(
    http: httpx2.AsyncClient, partnership: Partnership, pushed: dict[str, Any]
) -> dict[str, httpx2.Request]:
    """One request of each kind; what is sent holds the planted ones where it may."""
    analyst = await partnership.client(Role.ANALYST)
    submitter = await partnership.client(Role.SUBMITTER, "HERTS_POLICE")
    approver = await partnership.client(Role.APPROVER, "HERTS_POLICE")
    steward = await partnership.client(Role.STEWARD, None, "first")
    auditor = await partnership.client(Role.AUDITOR)
    form = {"grant_type": "client_credentials"}
    journey = f'{{ journey(area: "E07000102", period: "CY2017") {{ note: __typename {STAGES} }} }}'
    signing = {
        "query": SIGN_OFF,
        "variables": {
            "id": pushed["returnId"],
            "revision": FIGURE,
            "hash": SECRET,
            "note": f"{SECRET} {FIGURE}",
        },
    }
    planted_rows = rows(("POL_DA_CRIME", FIGURE))

    def made(method: str, url: str, who: Any = None, **more: Any) -> httpx2.Request:
        headers = who.headers if who is not None else {}
        return http.build_request(method, url, headers=headers | more.pop("headers", {}), **more)

    basic = httpx2.BasicAuth("nobody", SECRET)
    refused = made("POST", "/oauth/token", data=form)
    next(basic.auth_flow(refused))
    issued = made("POST", "/oauth/token", data=form)
    next(httpx2.BasicAuth(analyst.client_id, analyst.secret).auth_flow(issued))
    dry = f"/v1/returns/{ADDRESS}?dryRun=true"
    return {
        "token": issued,
        "token refused": refused,
        "read": made("POST", "/graphql", analyst, json={"query": journey}),
        "read by GET": made("GET", f"/graphql?query={OBSERVED}", analyst),
        "sign off": made("POST", "/graphql/intake", approver, json=signing),
        "push": made("PUT", dry, submitter, json=planted_rows),
        "push badly": made(
            "PUT",
            dry,
            submitter,
            content=f'{{"a": {FIGURE}, "{SECRET}"'.encode(),
            headers={"content-type": "application/json"},
        ),
        "push CSV": made(
            "PUT", dry, submitter, content=CSV.encode(), headers={"content-type": "text/csv"}
        ),
        "return": made("GET", f"/v1/returns/{ADDRESS}", submitter),
        "officers": made("GET", f"/returns/{ADDRESS}", submitter),
        "workbook": made("GET", f"/v1/queries/journey.xlsx?{PLACE}", analyst),
        "picture": made("GET", f"/v1/queries/journey.svg?{PLACE}", analyst),
        "page": made("GET", f"/journey?{PLACE}", headers={"cookie": f"__Host-hub={SECRET}"}),
        "overview": made("GET", f"/overview?{PLACE}"),
        "stewards": made("GET", "/releases", steward),
        "audit export": made("GET", "/v1/audit/export", auditor),
        "ready": made("GET", "/readyz"),
    }


STAGES = "stages { code figure { value status } } links { code ratio { value } }"
OBSERVED = "{observations(first:9){totalCount nodes{figure{value status}}}}"
CSV = f"indicator,area,period,value,status,note\nPOL_DA_CRIME,E07000102,,{FIGURE},,{SECRET}\n"


async def points(target: Target) -> dict[str, list[Point]]:
    """The functions each request runs through that no request before it did."""
    known: set[Point] = set()
    found: dict[str, list[Point]] = {}
    for name in target.requests:
        watching = Forcing()
        answer = await target.send(name, watching)
        assert answer is not None
        assert answer.status_code < 500, name
        new = [one for one in watching.seen if one not in known and "<" not in one[1]]
        found[name] = [one for one in new if not one[0].endswith(OUTSIDE)]
        known |= {*watching.seen}
    return found


def planted_in(said: str) -> list[str]:
    return [one for one in TEXTS if one in said]


async def force(target: Target, share: int) -> tuple[int, set[int]]:
    """Force an exception at one of ``share`` points; how many were, and the statuses."""
    forced, statuses, turn, leaked = 0, set[int](), 0, []
    for name, ways in (await points(target)).items():
        for where in ways:
            turn += 1
            if turn % share:
                continue
            forcing = Forcing(where=where, kind=turn)
            answer = await target.send(name, forcing)
            forced += forcing.was_forced
            if answer is None or answer.status_code < 400:
                continue  # A dry run tells its sender what it sent.
            statuses.add(answer.status_code)
            shown = f"{answer.headers.multi_items()} {answer.text}"
            leaked += [(name, where, one) for one in planted_in(shown)]
    metrics = await target.http.get("/metrics")
    async with target.partnership.hub.database.identity() as session:
        record = str((await session.execute(text("SELECT * FROM audit.event"))).all())
    for sink, said in (
        ("log", target.said.getvalue()),
        ("metrics", metrics.text),
        ("record", record),
    ):
        lines = [line for line in said.splitlines() if planted_in(line)]
        leaked += [(sink, ("", ""), line[:300]) for line in lines]
    assert leaked == []
    return forced, statuses


async def test_forced_exceptions_tell_nothing(target: Target) -> None:
    forced, statuses = await force(target, 9)
    assert forced >= 30
    assert 500 in statuses
    lines = [json.loads(line) for line in target.said.getvalue().splitlines()]
    assert any(line["event"] == "unforeseen" for line in lines)


@pytest.mark.long
async def test_exceptions_forced_everywhere_tell_nothing(target: Target) -> None:
    """200 points at least; in fact every function that these requests run through."""
    forced, _ = await force(target, 1)
    print("exceptions forced:", forced)  # noqa: T201 what the page of proofs records
    assert forced >= 200


def test_the_search_can_find(caplog: pytest.LogCaptureFixture) -> None:
    """A library that logs an exception the usual way would have told it."""
    try:
        raise KINDS[0]()
    except RuntimeError:
        logging.getLogger("asyncio").exception("never retrieved: %s", SECRET)
    assert planted_in(caplog.text) == [SECRET, "777777"]
