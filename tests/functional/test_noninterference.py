"""Non-interference (D1): hidden values do not show in anything a reader gets.

Two hubs hold returns that differ only in counts that both hide. Generated questions of every
reader role must get the same bytes from both, status and headers included.
"""

import random
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

import pytest
from graphql import GraphQLObjectType

from hub.app import RunningHub
from hub.auth.roles import Role
from hub.db.tables import intake
from hub.schema.read.query import schema
from hub.web.trusted import trusted_documents
from tests.conftest import FreshSettings
from tests.functional.acts import Partnership, open_partnership, plain, rows

READERS = [Role.ANALYST, Role.STEWARD, Role.PUBLIC, Role.AUDITOR]
HIDDEN = ({"HIGH": 3, "MEDIUM": 12, "STANDARD": 602}, {"HIGH": 2, "MEDIUM": 13, "STANDARD": 602})
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


async def twin(fresh: FreshSettings, stack: AsyncExitStack, counts: dict[str, int]) -> Twin:
    partnership = await stack.enter_async_context(open_partnership(fresh))
    body = rows(
        ("POL_DA_CRIME", 617),
        *(("POL_DA_CRIME", n, {"breakdown": {"RISK": grade}}) for grade, n in counts.items()),
        ("POL_DA_INCIDENT", 653),
    )
    await partnership.returned("POLICE_CRIME/HERTS_POLICE/CY2017", body)
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
    "observations": "area=E07000102&period=CY2017",
    "journey": "area=E07000102&period=CY2017",
    "overview": "area=MAR_THREE_RIVERS&period=CY2017",
    "performance": "area=E07000102&asAt=CY2017",
    "profile": "dataset=POLICE_CRIME&area=E07000102&period=CY2017",
    "series": "indicator=POL_DA_CRIME&area=E07000102&from=CY2016&to=CY2017",
}
CUT = "/v1/queries/profile.{}?dataset=POLICE_CRIME&area=E07000102&period=CY2017" + (
    "&table=POL_DA_CRIME%5BRISK%5D"
)
"""The table of the hidden cells themselves; the one picture that is drawn as PNG too, which is
nothing but its SVG in pixels."""
FORMATS = ("csv", "csv-metadata.json", "json", "xlsx", "svg")
"""Charts and workbooks too: a bar's length, an axis' end or a hidden row would differ."""
PAGES = ("/", "/journey?area=E07000102&period=CY2017", "/method")


async def exported(twin_: Twin, role: Role) -> dict[str, tuple[Any, ...]]:
    """Every file and page that a reader can get: status, bytes, size and tag."""
    client = await twin_.partnership.client(role)
    urls = [
        *(
            f"/v1/queries/{name}.{kind}?{asked}"
            for name, asked in ADDRESSES.items()
            for kind in FORMATS
        ),
        *(CUT.format(kind) for kind in (*FORMATS, "png")),
        *PAGES,
    ]
    found = {}
    for url in urls:
        got = await client.get(url)
        kept = got.headers.get("etag"), got.headers.get("content-length")
        content = plain(got.text) if got.status_code >= 400 else got.content
        found[url] = got.status_code, content, *kept
    return found


async def compare(twins: tuple[Twin, Twin], count: int) -> None:
    dice, differing, kinds = random.Random(7), [], set()
    for question in questions(dice, count):
        role = dice.choice(READERS)
        one, other = [await answer(each, role, question) for each in twins]
        kinds.add(one[0])
        if one != other:
            differing.append((role, question))
    assert differing == []
    assert 200 in kinds
    for role in (Role.ANALYST, Role.PUBLIC):  # one of each audience: what a file holds is its own
        files, others = [await exported(each, role) for each in twins]
        assert [url for url in files if files[url] != others[url]] == []
        assert {f"{status}"[0] for status, *_ in files.values()} >= {"2"}


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
    for grade in ("HIGH", "MEDIUM"):
        key = ("POL_DA_CRIME", "E07000102", "CY2017", f"RISK={grade}")
        assert cells[0][key]["symbol"] == "c"
    await compare(twins, 80)


@pytest.mark.long
async def test_hidden_values_show_nowhere_in_many_questions(twins: tuple[Twin, Twin]) -> None:
    await compare(twins, 100_000)


def test_nothing_can_be_ordered_or_filtered_by_value() -> None:
    """Which figures come first, or at all, is decided by addresses alone."""
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
    assert [at for at in arguments if any(word in at[2].lower() for word in words)] == []
    assert [at for at, kind in arguments.items() if kind.startswith("Float")] == []


async def test_a_shown_value_does_show(fresh_settings: FreshSettings) -> None:
    """The comparison can fail: twins that differ in a published count differ in answers."""
    async with AsyncExitStack() as stack:
        one = await twin(fresh_settings, stack, HIDDEN[0])
        other = await twin(fresh_settings, stack, {"HIGH": 7, "MEDIUM": 8, "STANDARD": 602})
        with pytest.raises(AssertionError):
            await compare((one, other), 60)
