"""Non-interference (D1): hidden values do not show in anything a reader gets.

Two hubs hold returns that differ only in counts that both hide. Generated questions of every
reader role must get the same bytes from both, status and headers included.
"""

import csv
import random
import re
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from graphql import GraphQLObjectType

import hub
from hub.app import RunningHub
from hub.auth.roles import Role
from hub.db.tables import intake
from hub.schema.read.query import schema
from hub.web.trusted import trusted_documents
from tests.conftest import FreshSettings
from tests.functional.acts import Partnership, open_partnership, plain, rows

READERS = [Role.ANALYST, Role.STEWARD, Role.PUBLIC, Role.AUDITOR]
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
FIGURE = "value status symbol marks display unit reason denominator { value }"
TABLE = "code rows { title cells { count { value status symbol } share { value status } } }"
DATASETS = ("POLICE_CRIME", "IDVA", "NOPE")
PUBLIC = {
    "areas": ["E07000102"],
    "area": "E07000102",
    "indicator": "POL_DA_CRIME",
    "from": "CY2017",
    "to": "CY2017",
    "period": "CY2017",
}
"""What the public client, who runs trusted documents only, fills them with."""
IGNORED = {"x-request-id", "date", "age", "server-timing", "content-length"}


@dataclass
class Twin:
    """One of the two hubs with its clients."""

    partnership: Partnership
    hub: RunningHub


async def twin(fresh: FreshSettings, stack: AsyncExitStack, counts: Counts) -> Twin:
    partnership = await stack.enter_async_context(open_partnership(fresh))
    for address, body in counts.bodies().items():
        await partnership.returned(address, body)
    for audience in ("PARTNER", "PUBLIC"):
        await partnership.release(audience)
    return Twin(partnership, partnership.hub)


@pytest.fixture
async def twins(fresh_settings: FreshSettings) -> AsyncIterator[tuple[Twin, Twin]]:
    async with AsyncExitStack() as stack:
        yield (
            await twin(fresh_settings, stack, HIDDEN[0]),
            await twin(fresh_settings, stack, HIDDEN[1]),
        )


def questions(dice: random.Random, count: int) -> list[str]:
    """Generated reading questions: every root field, arguments drawn, fields drawn."""
    areas = ["E07000102", "MAR_THREE_RIVERS", "E10000015", "E00000000"]
    codes = ["POL_DA_CRIME", "POL_DA_TOTAL", "POL_DA_INCIDENT", "POL_DA_CRIME_PC", "NOPE"]
    periods = ["CY2017", "FY2017-18", "2017-05", "Q1"]
    cuts = ["RISK=HIGH", "RISK=MEDIUM", "RISK=STANDARD", "", "RISK=NOPE"]
    figure = f"figure {{ {FIGURE} }}"

    def some(choices: list[str]) -> str:
        return str(dice.sample(choices, dice.randint(0, 2))).replace("'", '"')

    def one() -> str:
        area, period, code = dice.choice(areas), dice.choice(periods), dice.choice(codes)
        return dice.choice(
            [
                f"{{ observations(areas: {some(areas)}, indicators: {some(codes)}, "
                f"periods: {some(periods)}, breakdowns: {some(cuts)}, "
                f"first: {dice.randint(1, 9)}) {{ totalCount pageInfo {{ hasNextPage endCursor }} "
                f"nodes {{ {figure} derived provenance {{ agency revision }} "
                "breakdown { category } } } }",
                f'{{ series(indicator: "{code}", area: "{area}", from: "{period}", to: "{period}")'
                f" {{ points {{ period {{ id }} {figure} }} }} }}",
                f'{{ journey(area: "{area}", period: "{period}") {{ stages {{ code {figure} '
                f"parts {{ code {figure} }} }} links {{ code comparability ratio {{ value status "
                "} } missing { code reason } } }",
                f'{{ overview(areas: ["{area}"], period: "{period}") {{ columns {{ title }} '
                f"bands {{ rows {{ indicator {{ code }} cells {{ {FIGURE} }} }} }} }} }}",
                f'{{ performance(area: "{area}", asAt: "{period}") {{ measures {{ code standing '
                f"reason actual {{ value status }} cumulative {{ value status }} }} }} }}",
                f'{{ profile(dataset: "{dice.choice(DATASETS)}", area: "{area}", '
                f'period: "{period}") {{ tableCount tables(first: 20) {{ {TABLE} }} }} }}',
                f'{{ completeness(period: "{period}") {{ __typename }} }}',
                f'{{ indicators(codes: ["{code}"]) {{ code title }} area(code: "{area}") '
                "{ code name } }",
                "{ releases { id sequence contentHash figures note } }",
                "{ release { id contentHash figures } viewer { audience } }",
            ]
        )

    return [one() for _ in range(count)]


async def answer(twin_: Twin, role: Role, question: str) -> tuple[Any, ...]:
    client = await twin_.partnership.client(role)
    body: dict[str, Any] = {"query": question}
    if role is Role.PUBLIC:
        # Not the list of releases: it says when each was published, and the twins are not one.
        known = [text for name, text in trusted_documents().items() if name != "releases"]
        body = {"query": known[len(question) % len(known)], "variables": PUBLIC}
    got = await client.http.post("/graphql", json=body, headers=client.headers)
    headers = {name: value for name, value in got.headers.items() if name not in IGNORED}
    return got.status_code, plain(got.text), sorted(headers)


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
"""The table of the hidden cells themselves. It is drawn as PNG in every run; the other pictures,
a PNG being nothing but its SVG in pixels, in the long run."""
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


async def compare(twins: tuple[Twin, Twin], count: int, *, with_pictures: bool = False) -> None:
    dice, differing, kinds = random.Random(7), [], set()
    for question in questions(dice, count):
        role = dice.choice(READERS)
        one, other = [await answer(each, role, question) for each in twins]
        kinds.add(one[0])
        if one != other:
            differing.append((role, question))
    assert differing == []
    assert 200 in kinds
    # One of each audience, for what a file holds is its own; and a stranger's pages.
    for reader in (Role.ANALYST, Role.PUBLIC, None):
        files, others = [
            await exported(each, reader, with_pictures=with_pictures) for each in twins
        ]
        assert [url for url in files if files[url] != others[url]] == []
        got = Counter(status for status, *_ in files.values())
        assert got[200] > (len(PAGES) - 2 if reader is None else len(files) - 12), got


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


@pytest.mark.long
async def test_hidden_values_show_nowhere_in_many_questions(twins: tuple[Twin, Twin]) -> None:
    await compare(twins, 100_000, with_pictures=True)


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


async def test_a_shown_value_does_show(fresh_settings: FreshSettings) -> None:
    """The comparison can fail: twins that differ in a published count differ in answers."""
    async with AsyncExitStack() as stack:
        one = await twin(fresh_settings, stack, HIDDEN[0])
        other = await twin(fresh_settings, stack, SHOWN)
        with pytest.raises(AssertionError):
            await compare((one, other), 60)
