"""Non-interference (D1): hidden values do not show in anything a reader gets.

Two hubs hold returns that differ only in counts that both hide. Generated questions of every
reader role must get the same bytes from both, status and headers included, by the same statements
to the database (D6; the long run measures the time of both against each other as well).
"""

import csv
import json
import logging
import random
import re
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest
import structlog
from graphql import GraphQLObjectType
from sqlalchemy import event
from starlette.applications import Starlette

import hub
from hub.app import build
from hub.auth.roles import Role
from hub.db.logins import Duty
from hub.db.tables import intake
from hub.running import RunningHub
from hub.schema.read.query import schema
from tests.conftest import FreshSettings
from tests.functional.acts import Partnership, open_partnership, plain, rows
from tests.functional.conftest import Client
from tests.functional.questions import questions

HERE, MARAC = "E07000102", "MAR_THREE_RIVERS"


@dataclass(frozen=True)
class Counts:
    """What the agencies return: the counts that both twins hide, each beside its complement."""

    high: int
    medium: int
    repeats: int
    engaged_long: int
    engaged_short: int
    clients: int
    ceased: int
    no_change: int

    def bodies(self) -> dict[str, Any]:
        """The returns by their addresses."""
        grades = {"HIGH": self.high, "MEDIUM": self.medium, "STANDARD": 602}
        answers = {"REDUCED": 97, "CEASED": self.ceased, "NO_CHANGE": self.no_change}
        return {
            "POLICE_CRIME/HERTS_POLICE/CY2017": rows(
                ("POL_DA_CRIME", 617),
                *(("POL_DA_CRIME", n, _cut("RISK", grade)) for grade, n in grades.items()),
                ("POL_DA_INCIDENT", 653),
            ),
            "MARAC/HERTS_MARAC/CY2017": rows(
                ("MAR_CASE", 87), ("MAR_REPEAT", self.repeats), area=MARAC
            ),
            "IDVA/REFUGE_HERTS/FY2017-18": rows(
                ("IDV_REFERRAL", 141),
                ("IDV_ENGAGED_LONG", self.engaged_long),
                ("IDV_ENGAGED_SHORT", self.engaged_short),
            ),
            "DAC/HERTS_MIND/FY2017-18": rows(
                ("DAC_REFERRAL", 556),
                ("DAC_REFERRAL_TARGET", 357),
                ("DAC_CLIENT", self.clients),
                ("DAC_CLIENT_TARGET", 97),
                ("DAC_OUTCOME", sum(answers.values())),
                *(("DAC_OUTCOME", n, _cut("CLIENT_OUTCOME", one)) for one, n in answers.items()),
            ),
        }


def _cut(dimension: str, category: str) -> dict[str, Any]:
    return {"breakdown": {dimension: category}}


HIDDEN = (Counts(3, 12, 3, 3, 67, 3, 3, 29), Counts(2, 13, 2, 2, 68, 2, 2, 30))
SHOWN = Counts(7, 8, 3, 3, 67, 3, 3, 29)
"""Another count of high risk, which is published."""
IGNORED = {b"x-request-id", b"date", b"age", b"server-timing", b"content-length"}


Answer = tuple[int, str, tuple[tuple[bytes, bytes], ...]]


@dataclass
class Twin:
    """One of the two hubs with its clients, asked without a network or a client's own work."""

    partnership: Partnership
    hub: RunningHub
    app: Starlette
    statements: list[str] = field(default_factory=list)

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Keep every statement that readers' connections are asked to run."""
        engine = self.hub.database._engines[Duty.READ].sync_engine

        def keep(_c: Any, _k: Any, statement: str, parameters: Any, *_: Any) -> None:
            self.statements.append(f"{statement} {parameters}")

        event.listen(engine, "before_cursor_execute", keep)
        try:
            yield
        finally:
            event.remove(engine, "before_cursor_execute", keep)

    async def ask(self, role: Role, body: bytes) -> Answer:
        """Ask as a role; with another token where the last one has ended in a long run."""
        client = await self.partnership.client(role)
        found = await self._asked(client, body)
        if found[0] == HTTPStatus.UNAUTHORIZED:
            await client.renew()
            found = await self._asked(client, body)
        return found

    async def _asked(self, client: Client, body: bytes) -> Answer:
        sent: list[dict[str, Any]] = []
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": "POST",
            "scheme": "http",
            "path": "/graphql",
            "raw_path": b"/graphql",
            "query_string": b"",
            "root_path": "",
            "headers": [
                (b"host", b"127.0.0.1:8000"),
                (b"content-type", b"application/json"),
                (b"authorization", client.headers["Authorization"].encode()),
            ],
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 8000),
        }

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Any) -> None:
            sent.append(message)

        await self.app(scope, receive, send)
        headers = tuple(sorted(one for one in sent[0]["headers"] if one[0] not in IGNORED))
        text = b"".join(one.get("body", b"") for one in sent[1:]).decode()
        return sent[0]["status"], plain(text), headers


async def twin(fresh: FreshSettings, stack: AsyncExitStack, counts: Counts) -> Twin:
    partnership = await stack.enter_async_context(open_partnership(fresh))
    for address, body in counts.bodies().items():
        await partnership.returned(address, body)
    for audience in ("PARTNER", "PUBLIC"):
        await partnership.release(audience)
    return Twin(partnership, partnership.hub, build(partnership.hub))


async def answer(twin_: Twin, role: Role, question: str) -> Answer:
    """Ask one question."""
    return await twin_.ask(role, json.dumps({"query": question}).encode())


@pytest.fixture(scope="module")
async def twins(fresh_settings: FreshSettings) -> AsyncIterator[tuple[Twin, Twin]]:
    async with AsyncExitStack() as stack:
        yield (
            await twin(fresh_settings, stack, HIDDEN[0]),
            await twin(fresh_settings, stack, HIDDEN[1]),
        )


ADDRESSES = {
    "observations": "period=CY2017&period=FY2017-18",
    "journey": "area=E07000102&period=CY2017",
    "overview": "area=MAR_THREE_RIVERS&period=CY2017",
    "performance": "area=E07000102&asAt=FY2017-18",
    "profile": "dataset=DAC&area=E07000102&period=FY2017-18",
    "series": "indicator=DAC_CLIENT&area=E07000102&from=FY2016-17&to=FY2017-18",
    "completeness": "period=FY2017-18",
}
CUT = "/v1/queries/profile.{}?dataset=POLICE_CRIME&area=E07000102&period=CY2017" + (
    "&table=POL_DA_CRIME%5BRISK%5D"
)
"""The table of the hidden cells themselves. It is drawn as PNG in every run, the other pictures in
the long run: a PNG is its SVG in pixels and nothing else (``test_one_value.py``, for each view)."""
FORMATS = ("csv", "csv-metadata.json", "json", "xlsx", "svg")
"""Charts and workbooks too: a bar's length, an axis' end or a hidden row would differ."""
PAGES = (
    "/",
    "/journey?area=E07000102&period=CY2017",
    "/journey?area=E07000102&period=FY2017-18",
    "/overview",
    "/overview?area=MAR_THREE_RIVERS&area=E07000102&period=CY2017",
    "/series?indicator=DAC_CLIENT&area=E07000102",
    "/series?indicator=MAR_REPEAT_PC&area=MAR_THREE_RIVERS",
    "/series?indicator=POL_DA_CRIME&area=E07000102",
    "/performance",
    "/performance?area=E07000102&asAt=2018-03",
    "/profile",
    "/profile?dataset=POLICE_CRIME&area=E07000102&period=CY2017",
    "/profile?dataset=IDVA&area=E07000102&period=FY2017-18",
    "/profile?dataset=MARAC&area=MAR_THREE_RIVERS&period=CY2017",
    "/changes",
    "/method",
    "/accessibility",
    "/schema.graphql",
    "/openapi.json",
    "/releases.atom",
    "/v1/templates/DAC.csv",
)
TIMES = re.compile(r"<(updated|published)>[^<]*")
"""The feed tells when a release was published, and the twins were not published in one moment."""
APART = {
    "GET /healthz": "says that the process runs",
    "GET /readyz": "says that the database answers",
    "GET /metrics": "counts requests",
    "GET /static/{path}": "files of the product",
    "GET /.well-known/oauth-authorization-server": "addresses of the product",
    "GET /oauth/jwks": "keys, drawn at random",
    "GET /oauth/authorize": "signs in",
    "GET /sign-in": "signs in",
    "GET /sign-in/callback": "signs in",
    "GET /sign-out": "signs out",
    "GET /returns": "tells what was sent, and no figure",
    "GET /v1/calendar/{agency}.ics": "tells what is owed, and no figure",
}
"""What a reader may ask that is no answer out of a release."""


def test_every_route_of_readers_is_compared() -> None:
    """A new page or file is compared, or it is said why not."""
    text = (Path(hub.__file__).parent / "auth/data/surface.csv").read_text(encoding="utf-8")
    lines = {"open", "published.read", "completeness.read", "template.read"}
    found = csv.DictReader(text.splitlines())
    routes = [row["item"] for row in found if row["line"] in lines and row["item"][:4] == "GET "]
    asked = [url.split("?")[0] for url in urls(with_pictures=False)]
    patterns = {route: re.sub(r"\{\w+\}", "[^/]+", route[4:]) for route in routes}
    matched = {
        route for route, pattern in patterns.items() if any(re.fullmatch(pattern, a) for a in asked)
    }
    assert len(routes) > 30
    assert set(routes) - matched == set(APART)


def urls(*, with_pictures: bool) -> list[str]:
    """Every file and page that is compared."""
    kinds = (*FORMATS, "png") if with_pictures else FORMATS
    files = [f"/v1/queries/{name}.{kind}?{q}" for name, q in ADDRESSES.items() for kind in kinds]
    return [*files, *(CUT.format(kind) for kind in (*FORMATS, "png")), *PAGES]


async def exported(twin_: Twin, role: Role | None, *, with_pictures: bool) -> dict[str, Any]:
    """Every file and page that a reader can get: status, bytes, size and tag."""
    partnership = twin_.partnership
    client = await partnership.client(role or Role.PUBLIC)
    # Twins get their tokens at different moments, and a long run outlives one.
    await client.renew()
    headers = client.headers if role else {}
    found: dict[str, Any] = {}
    for url in urls(with_pictures=with_pictures):
        got = await client.http.get(url, headers=headers)
        if got.headers.get("content-type", "").startswith("application/atom+xml"):
            found[url] = got.status_code, TIMES.sub("", got.text)
            continue
        kept = got.headers.get("etag"), got.headers.get("content-length")
        content = plain(got.text) if got.status_code >= 400 else got.content
        found[url] = got.status_code, content, *kept
    return found


async def settled(twin_: Twin, role: Role, body: bytes) -> Answer:
    """The answer; asked for again while the machine is too busy for one (503, 504)."""
    for _ in range(9):
        found = await twin_.ask(role, body)
        if found[0] not in (HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.GATEWAY_TIMEOUT):
            break
    return found


async def compare(
    twins: tuple[Twin, Twin],
    count: int,
    *,
    seed: int = 7,
    files: bool = True,
    with_pictures: bool = False,
) -> Counter[int]:
    """Ask both the same; how many questions got which status."""
    dice, differing, kinds = random.Random(seed), [], Counter[int]()
    for role, body in questions(dice, count):
        one, other = [await settled(each, role, body) for each in twins]
        kinds[one[0]] += 1
        if one != other:
            differing.append((role, body, one, other))
    assert differing == []
    assert kinds[200] >= count / 4 and not kinds[401]
    # One of each audience, for what a file holds is its own; and a stranger's pages.
    for reader in (Role.ANALYST, Role.PUBLIC, None) if files else ():
        found, others = [
            await exported(each, reader, with_pictures=with_pictures) for each in twins
        ]
        assert [url for url in found if found[url] != others[url]] == []
        got = Counter(status for status, *_ in found.values())
        assert got[200] > (len(PAGES) - 2 if reader is None else len(found) - 12), got
    return kinds


async def raw(twin_: Twin) -> list[Any]:
    async with twin_.hub.database.release() as session:
        rows_ = await session.execute(
            intake.observation.select().with_only_columns(
                intake.observation.c.breakdown, intake.observation.c.value
            )
        )
        return sorted(map(tuple, rows_.all()))


async def test_hidden_values_show_nowhere(twins: tuple[Twin, Twin]) -> None:
    assert await raw(twins[0]) != await raw(twins[1])
    cells = [await each.partnership.cells() for each in twins]
    assert cells[0] == cells[1]
    for key in (
        *(("POL_DA_CRIME", HERE, "CY2017", f"RISK={grade}") for grade in ("HIGH", "MEDIUM")),
        *((code, MARAC, "CY2017", "") for code in ("MAR_REPEAT", "MAR_REPEAT_PC")),
        *((f"IDV_ENGAGED_{kind}", HERE, "FY2017-18", "") for kind in ("LONG", "SHORT")),
        ("DAC_CLIENT", HERE, "FY2017-18", ""),
        *(
            ("DAC_OUTCOME", HERE, "FY2017-18", f"CLIENT_OUTCOME={one}")
            for one in ("CEASED", "NO_CHANGE")
        ),
    ):
        assert cells[0][key]["symbol"] == "c", key
    await compare(twins, 80)


async def test_hidden_values_change_no_statement(twins: tuple[Twin, Twin]) -> None:
    """D6 by construction: both are answered by the same statements with the same parameters."""
    for each in twins:
        each.app = build(each.hub)  # nothing is kept from before
    with twins[0].listening(), twins[1].listening():
        await compare(twins, 40, files=False)
    assert twins[0].statements == twins[1].statements
    assert len(twins[0].statements) > 20


@pytest.fixture
def quietly() -> Iterator[None]:
    """Without a line for each answer: a third of the time of a long run."""
    quiet = structlog.make_filtering_bound_logger(logging.WARNING)
    structlog.configure(wrapper_class=quiet)
    yield
    structlog.reset_defaults()


@pytest.mark.long
@pytest.mark.parametrize("part", range(20))
async def test_hidden_values_show_nowhere_in_many_questions(
    twins: tuple[Twin, Twin], quietly: None, part: int
) -> None:
    """100,000 in twenty parts, each with documents of its own; every picture in the first."""
    for each in twins:
        each.app = build(each.hub)
    kinds = await compare(twins, 5_000, seed=part, files=part == 0, with_pictures=True)
    print("part", part, "questions by status:", dict(kinds))  # noqa: T201 what the page of proofs records


def suspects() -> list[tuple[str, str, str]]:
    """Arguments by whose name or type an answer could be ordered or filtered by value."""
    core = schema._schema
    arguments = {
        (kind.name, name, argument): str(given.type)
        for kind in core.type_map.values()
        if isinstance(kind, GraphQLObjectType) and not kind.name.startswith("__")
        for name, field in kind.fields.items()
        for argument, given in field.args.items()
    }
    assert arguments
    words = ("value", "order", "sort", "least", "most", "above", "below", "min", "max", "status")
    return [
        at
        for at, kind in arguments.items()
        if kind.startswith("Float") or any(word in at[2].lower() for word in words)
    ]


def test_nothing_can_be_ordered_or_filtered_by_value() -> None:
    """Which figures come first, or at all, is decided by addresses alone."""
    assert suspects() == []


async def test_a_shown_value_does_show(
    fresh_settings: FreshSettings, twins: tuple[Twin, Twin]
) -> None:
    """The comparison can fail: twins that differ in a published count differ in answers."""
    async with AsyncExitStack() as stack:
        other = await twin(fresh_settings, stack, SHOWN)
        with pytest.raises(AssertionError):
            await compare((twins[0], other), 60)
