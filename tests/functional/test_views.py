"""Overview, performance, profile and completeness of the demo, asked as a client asks."""

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

from hub.auth.revocation import source
from hub.auth.roles import Role
from hub.auth.standing import Standing
from hub.clock import now
from hub.running import RunningHub
from tests.functional.conftest import Client, Sign
from tests.spec.acceptance import COLUMNS, PARTS, POSTS
from tests.spec.demo_release import MET, PLYMOUTH, SIMILAR, THREE_RIVERS, UK

ROLLING = "R12-2024-03"
MARACS = [area for area in COLUMNS if area.startswith("MAR_MET")]
FIGURE = "{ value status symbol display unit reason }"
OVERVIEW = f"""query Grid($areas: [String!]!, $period: String!, $comparators: [Comparator!]) {{
  overview(areas: $areas, period: $period, comparators: $comparators) {{
    columns {{ comparator title area {{ code }} }}
    bands {{ code title rows {{ indicator {{ code }} cells {FIGURE} }} }}
    leftOut {{ comparator reason }}
  }}
}}"""
COMPARED = f"{{ other {FIGURE} difference {FIGURE} percent {FIGURE} }}"
PERFORMANCE = f"""query Report($area: String!, $asAt: String!) {{
  performance(area: $area, asAt: $asAt) {{
    measures {{
      code standing words reason rule {{ direction tolerance profile target }}
      period {{ id }} lastObserved {{ id }}
      actual {FIGURE} actualLastYear {COMPARED} cumulative {FIGURE}
      profile {COMPARED} lastYear {COMPARED} yearTarget {FIGURE}
      points {{ period {{ id }} actual {FIGURE} cumulative {FIGURE} profile {FIGURE} }}
    }}
  }}
}}"""
PROFILE = f"""query Tables($dataset: String!, $area: String!, $period: String!, $after: String) {{
  profile(dataset: $dataset, area: $area, period: $period) {{
    periods {{ id }} tableCount
    tables(after: $after) {{
      code partition bases {{ term figure {FIGURE} }}
      rows {{ title group answer breakdown {{ dimension category }}
        cells {{ period {{ id }} count {FIGURE} share {FIGURE} perHundred {FIGURE} }} }}
    }}
  }}
}}"""
COMPLETENESS = """query Owed($period: String!) {
  completeness(period: $period) {
    expected received
    returns { agency { code } dataset { code } state months monthsPublished due overdue }
  }
}"""


@pytest.fixture
def hub(demo: RunningHub) -> RunningHub:
    """The same hub with a registry read anew, so that it knows this test's clients."""
    return replace(demo, standing=Standing(source(demo.database, now), now))


async def asked(client: Client, query: str, **variables: Any) -> Any:
    """The one root field of an answer without errors."""
    answer = await client.graphql("/graphql", query, **variables)
    assert "errors" not in answer, answer["errors"]
    (content,) = answer["data"].values()
    return content


async def whole(client: Client, query: str, **variables: Any) -> Any:
    """A profile with the tables of every page."""
    found = page = await asked(client, query, **variables)
    while page.get("tables"):
        page = await asked(client, query, after=page["tables"][-1]["code"], **variables)
        found["tables"] += page["tables"]
    return found


async def grid(client: Client) -> dict[str, list[Any]]:
    """Every line of the overview of the Metropolitan Police and its six Maracs."""
    found = await asked(client, OVERVIEW, areas=[MET, *MARACS], period=ROLLING)
    areas = [column["area"]["code"] for column in found["columns"]]
    assert areas == [UK, MET, SIMILAR, MET, *MARACS]
    return {
        row["indicator"]["code"]: row["cells"] for band in found["bands"] for row in band["rows"]
    }


async def test_overview_is_the_portals_grid(analyst: Client) -> None:
    found = await asked(analyst, OVERVIEW, areas=[MET, *MARACS], period=ROLLING)
    kinds = [column["comparator"] for column in found["columns"]]
    assert kinds == ["UK", "RECOMMENDED", "SIMILAR", "FORCE", *["AREA"] * 6]
    bands = [band["title"] for band in found["bands"]]
    assert bands == ["Performance", "Resource recommendations", "Referrals", "Demographics"]
    (region,) = found["leftOut"]
    assert region["comparator"] == "REGION", "nobody reports on London"


async def test_every_post_of_the_portal(analyst: Client) -> None:
    """AF-40: all 36 staffing values."""
    rows = await grid(analyst)
    for code, printed in POSTS.items():
        cells = [cell["display"] for at, cell in enumerate(rows[code]) if at != 1]
        assert [text.replace(",", "") for text in cells] == printed.split(), code


async def test_recommended_column_holds_the_first_areas_levels(analyst: Client) -> None:
    rows = await grid(analyst)
    assert rows["MAR_CASE"][1]["display"] == "13,040"
    assert rows["MAR_IDVA_FTE_CURRENT"][1]["display"] == "130.5"
    assert rows["MAR_REPEAT_PC"][1]["status"] == "NOT_APPLICABLE"


async def test_referral_shares_sum(analyst: Client) -> None:
    """AF-41 and AF-42: police and other shares; the thirteen parts of the others."""
    rows = await grid(analyst)
    for police, others in zip(rows["MAR_REF_POLICE_PC"], rows["MAR_REF_NONPOLICE_PC"], strict=True):
        if police["value"] is not None:
            assert police["value"] + others["value"] == pytest.approx(100)
    for column in (0, 3):
        parts = sum(rows[f"MAR_REF_{part}_PC"][column]["value"] for part in PARTS)
        assert round(parts, 1) == rows["MAR_REF_NONPOLICE_PC"][column]["value"]


async def test_overview_rates_and_young_victims(analyst: Client) -> None:
    """AF-38, AF-39 and AF-43, as the portal prints them."""
    rows = await grid(analyst)
    assert [rows["MAR_CASE_RATE"][at]["display"] for at in (0, 2, 3)] == ["46", "59", "48"]
    young = [rows["MAR_V1617_PC"][at]["display"] for at in (0, 2, 3)]
    assert young == ["1.3%", "1.2%", "1.0%"]


async def test_overview_of_an_area_nobody_reported_on_says_so(analyst: Client) -> None:
    found = await asked(analyst, OVERVIEW, areas=["MAR_WIRRAL"], period=ROLLING, comparators=[])
    cells = [cell for band in found["bands"] for row in band["rows"] for cell in row["cells"]]
    assert {cell["status"] for cell in cells} == {"NOT_RETURNED"}
    assert {cell["value"] for cell in cells} == {None}


async def test_overview_takes_no_more_areas_than_fit(analyst: Client) -> None:
    words = [f"E090000{number:02d}" for number in range(1, 34)] + [
        f"E120000{n:02d}" for n in range(1, 9)
    ]
    answer = await analyst.graphql("/graphql", OVERVIEW, areas=words, period=ROLLING)
    assert answer["errors"][0]["extensions"]["code"] == "PAGE_SIZE"


async def measures(client: Client, as_at: str = "2015-06", area: str = PLYMOUTH) -> dict[str, Any]:
    found = await asked(client, PERFORMANCE, area=area, asAt=as_at)
    return {item["code"]: item for item in found["measures"]}


async def test_domestic_abuse_to_june(analyst: Client) -> None:
    """AF-27, AF-28 and AF-29: year to date, June alone, and against the profile."""
    found = (await measures(analyst))["DA_REPORTING"]
    assert (found["period"]["id"], found["lastObserved"]["id"]) == ("YTD-2015-06", "2015-06")
    assert (found["actual"]["value"], found["cumulative"]["value"]) == (504, 1632)
    assert found["lastYear"]["difference"]["display"] == "-107"
    assert found["lastYear"]["percent"]["value"] == pytest.approx(-6.153, abs=0.001)
    assert found["actualLastYear"]["percent"]["value"] == pytest.approx(-19.36)
    assert found["profile"]["other"]["value"] == 1647
    assert found["profile"]["difference"]["value"] == -15
    assert found["profile"]["percent"]["display"] == "-0.9%"
    assert (found["standing"], found["words"]) == ("AMBER", "Some concerns")
    assert found["reason"].endswith("within 15 per cent of it, to Jun 2015.")
    assert found["rule"] == {
        **{"direction": "HIGHER", "tolerance": 15, "profile": "LISTED"},
        **{"target": "POL_DA_TOTAL_TARGET"},
    }


async def test_domestic_abuse_months_of_the_year_before(analyst: Client) -> None:
    """AF-26: the year to date, month by month."""
    found = (await measures(analyst, "2015-03"))["DA_REPORTING"]
    to_date = [point["cumulative"]["value"] for point in found["points"]]
    assert to_date == [542, 1114, 1739, 2401, 2965, 3493, 4012, 4556, 5143, 5623, 6111, 6587]


async def test_referrals_by_quarter(analyst: Client) -> None:
    """AF-30 and AF-31."""
    before = (await measures(analyst, "2015-03"))["DA_REFERRALS"]
    assert [point["actual"]["value"] for point in before["points"]] == [629, 727, 760, 549]
    assert [point["cumulative"]["value"] for point in before["points"]] == [629, 1356, 2116, 2665]
    after = (await measures(analyst))["DA_REFERRALS"]
    assert after["lastYear"]["difference"]["value"] == -104
    assert after["lastYear"]["percent"]["value"] == pytest.approx(-16.534, abs=0.001)
    assert after["profile"]["percent"]["value"] == pytest.approx(-21.289, abs=0.001)
    assert after["standing"] == "RED"


async def test_gap_hate_and_antisocial_behaviour(analyst: Client) -> None:
    """AF-33 to AF-35 and AF-37; the source's green for AF-35 is the fault F-15."""
    found = await measures(analyst)
    gap, hate, asb = (found[code] for code in ("ALL_CRIME_GAP", "HATE_REPORTING", "ASB"))
    assert (gap["standing"], gap["profile"]["difference"]["value"]) == ("GREEN", -1.32)
    assert (hate["standing"], hate["profile"]["percent"]["display"]) == ("GREEN", "10.8%")
    assert (asb["cumulative"]["value"], asb["lastYear"]["difference"]["value"]) == (2527, -186)
    assert asb["lastYear"]["percent"]["value"] == pytest.approx(-6.856, abs=0.001)
    assert (asb["standing"], asb["profile"]["difference"]["value"]) == ("AMBER", 13)


async def test_acquisitive_crime_says_its_last_month(analyst: Client) -> None:
    """AF-36: figures to May only, whatever is asked for (T22); monitoring has no target."""
    found = (await measures(analyst))["ACQUISITIVE_CRIME"]
    assert (found["period"]["id"], found["standing"]) == ("YTD-2015-05", "MONITORING")
    assert found["lastYear"]["percent"]["value"] == pytest.approx(17.066, abs=0.001)
    assert found["yearTarget"]["status"] == "NOT_APPLICABLE"
    year = (await measures(analyst, "2015-03"))["ACQUISITIVE_CRIME"]
    assert year["cumulative"]["value"] == 2017


async def test_months_to_come_are_never_computed(analyst: Client) -> None:
    """T16 and F-08: a level is planned for July, and nothing stands beside it."""
    july = (await measures(analyst))["DA_REPORTING"]["points"][3]
    assert july["period"]["id"] == "2015-07"
    assert july["profile"]["value"] == 2196
    assert {july["actual"]["status"], july["cumulative"]["status"]} == {"NOT_RETURNED"}


async def test_exceptions_come_first_and_what_is_missing_is_said(analyst: Client) -> None:
    found = list((await measures(analyst)).values())
    order = ["RED", "AMBER", "UNKNOWN", "GREEN", "MONITORING"]
    places = [order.index(item["standing"]) for item in found]
    assert places == sorted(places)
    absent = [item for item in found if item["standing"] == "UNKNOWN"]
    assert absent
    assert {item["cumulative"]["status"] for item in absent} == {"NOT_RETURNED"}


async def test_all_crime_of_the_source_is_up(analyst: Client) -> None:
    """AF-32 through the figures the report is made of: 4,799 against 4,786 is a rise."""
    query = """{ series(indicator: "POL_ALL_CRIME", area: "E06000026",
      from: "YTD-2014-06", to: "YTD-2015-06") { points { period { id } figure { value } } } }"""
    points = (await asked(analyst, query))["points"]
    values = {point["period"]["id"]: point["figure"]["value"] for point in points}
    assert values["YTD-2015-06"] - values["YTD-2014-06"] == 13


async def test_three_rivers_has_its_own_measures_only(analyst: Client) -> None:
    found = await measures(analyst, "2018-03", THREE_RIVERS)
    assert found["CASEWORKER_REFERRALS"]["profile"]["other"]["value"] == 357
    assert "DA_REFERRALS" not in found


async def test_profile_has_bases_and_shares(analyst: Client) -> None:
    found = await whole(analyst, PROFILE, dataset="DAC", area=THREE_RIVERS, period="FY2017-18")
    tables = {table["code"]: table for table in found["tables"]}
    outcome = tables["DAC_OUTCOME[CLIENT_OUTCOME]"]
    assert outcome["partition"] is True
    assert [(base["term"], base["figure"]["value"]) for base in outcome["bases"]] == [
        ("DAC_OUTCOME", 132)
    ]
    cells = {row["title"]: row["cells"][0] for row in outcome["rows"]}
    assert cells["The abuse reduced"]["share"]["display"] == "73.5%"
    assert cells["No change"]["share"]["display"] == "22.0%"
    assert cells["No change"]["perHundred"]["unit"] == "per 100 answers"


async def test_profile_shows_the_year_before_where_it_was_published(analyst: Client) -> None:
    found = await whole(
        analyst, PROFILE, dataset="POLICE_CRIME", area=THREE_RIVERS, period="CY2017"
    )
    assert [period["id"] for period in found["periods"]] == ["CY2017", "CY2016"]
    tables = {table["code"]: table for table in found["tables"]}
    (crimes,) = tables["POL_DA_CRIME"]["rows"]
    assert [cell["count"]["value"] for cell in crimes["cells"]] == [617, 559]


async def test_tables_come_a_page_at_a_time(analyst: Client) -> None:
    query = """query Page($after: String) {
      profile(dataset: "POLICE_CRIME", area: "E07000102", period: "CY2017") {
        tableCount tables(first: 5, after: $after) { code } } }"""
    seen: list[str] = []
    while True:
        found = await asked(analyst, query, after=seen[-1] if seen else None)
        if not found["tables"]:
            break
        seen += [table["code"] for table in found["tables"]]
    assert len(seen) == len({*seen}) == found["tableCount"] > 5


@pytest.mark.parametrize(
    ("tables", "code"),
    [("first: 0", "PAGE_SIZE"), ("first: 101", "PAGE_SIZE"), ('after: "NONE"', "NOT_FOUND")],
)
async def test_a_page_of_tables_is_one(analyst: Client, tables: str, code: str) -> None:
    query = f"""{{ profile(dataset: "POLICE_CRIME", area: "E07000102", period: "CY2017") {{
        tables({tables}) {{ code }} }} }}"""
    (error,) = (await analyst.graphql("/graphql", query))["errors"]
    assert error["extensions"]["code"] == code


async def test_completeness_of_a_year(analyst: Client) -> None:
    found = await asked(analyst, COMPLETENESS, period="FY2017-18")
    states = {(i["dataset"]["code"], i["agency"]["code"]): i for i in found["returns"]}
    assert states["IDVA", "REFUGE_HERTS"]["state"] == "RECEIVED"
    mash = states["MASH_CHILD", "HERTS_MASH"]
    assert (mash["state"], mash["monthsPublished"], mash["months"]) == ("OVERDUE", 8, 12)
    assert states["FSU", "WIRRAL_FSU"]["overdue"] == "2018-05-15"
    assert 0 < found["received"] < found["expected"] == len(found["returns"])


async def test_every_partner_sees_who_owes_what(sign: Sign, analyst: Client) -> None:
    refuge = await sign(Role.SUBMITTER, "REFUGE_HERTS", "completeness")
    found = await asked(refuge, COMPLETENESS, period="FY2017-18")
    assert found == await asked(analyst, COMPLETENESS, period="FY2017-18")
    assert {"REFUGE_HERTS", "HERTS_MASH"} <= {row["agency"]["code"] for row in found["returns"]}


async def test_the_public_is_not_told_who_owes(sign: Sign) -> None:
    reader = await sign(Role.AUDITOR, person="curious")
    answer = await reader.graphql("/graphql", COMPLETENESS, period="FY2017-18")
    assert answer["errors"][0]["extensions"]["code"] == "REFUSED"


async def test_the_public_does_not_read_the_partners_release(sign: Sign) -> None:
    reader = await sign(Role.AUDITOR, person="overview")
    answer = await reader.graphql("/graphql", OVERVIEW, areas=[MET], period=ROLLING)
    assert answer["errors"][0]["extensions"]["code"] == "NOT_FOUND"


async def test_completeness_is_of_a_year_at_most(analyst: Client) -> None:
    answer = await analyst.graphql("/graphql", COMPLETENESS, period="2014-01/2017-12")
    assert answer["errors"][0]["extensions"]["code"] == "PERIOD_LENGTH"


def figures(content: Any) -> Iterator[tuple[float | None, str, str | None]]:
    """Every figure in an answer, in its order, however deep it lies; not the parts of a ratio."""
    if isinstance(content, list):
        for item in content:
            yield from figures(item)
    elif isinstance(content, dict) and {"status", "display"} <= set(content):
        yield content["value"], content["status"], content["symbol"]
    elif isinstance(content, dict):
        for item in content.values():
            yield from figures(item)


def tidy(text: str) -> list[tuple[float | None, str, str | None]]:
    """Every figure of a file."""
    rows = list(csv.DictReader(io.StringIO(text)))
    values = [float(row["value"]) if row["value"] else None for row in rows]
    return [
        (value, row["status"], row["symbol"] or None)
        for value, row in zip(values, rows, strict=True)
    ]


@dataclass(frozen=True)
class Same:
    """A saved query, the same question in GraphQL, and where its figures lie in the answer."""

    name: str
    address: str
    query: str
    variables: dict[str, Any]
    path: tuple[str, ...]


GRID = "&".join(f"area={code}" for code in [MET, *MARACS])
SAME = [
    Same(
        "overview",
        f"{GRID}&period={ROLLING}",
        OVERVIEW,
        {"areas": [MET, *MARACS], "period": ROLLING},
        ("bands",),
    ),
    Same(
        "performance",
        f"area={PLYMOUTH}&asAt=2015-06",
        PERFORMANCE,
        {"area": PLYMOUTH, "asAt": "2015-06"},
        ("measures",),
    ),
    Same(
        "profile",
        f"dataset=DAC&area={THREE_RIVERS}&period=FY2017-18",
        PROFILE,
        {"dataset": "DAC", "area": THREE_RIVERS, "period": "FY2017-18"},
        ("tables", "rows"),
    ),
]


def within(content: Any, path: tuple[str, ...]) -> Any:
    """The part of an answer that a tidy file holds."""
    first, *rest = path
    if rest:
        return [item[name] for item in content[first] for name in rest]
    return content[first]


@pytest.mark.parametrize("same", SAME, ids=lambda same: same.name)
async def test_one_figure_has_one_value(analyst: Client, same: Same) -> None:
    """GraphQL, JSON and CSV agree, figure by figure, and in how many there are."""
    answer = await whole(analyst, same.query, **same.variables)
    file = await analyst.get(f"/v1/queries/{same.name}.json?{same.address}")
    table = await analyst.get(f"/v1/queries/{same.name}.csv?{same.address}")
    assert (file.status_code, table.status_code) == (200, 200)
    assert list(figures(json.loads(file.text))) == list(figures(answer))
    assert tidy(table.text) == list(figures(within(answer, same.path)))
    assert len(tidy(table.text)) > 20


async def test_saved_queries_have_an_etag(analyst: Client) -> None:
    address = f"/v1/queries/performance.csv?area={PLYMOUTH}&period=2015-06"
    first = await analyst.get(address)
    again = await analyst.get(address, **{"If-None-Match": first.headers["etag"]})
    assert (first.status_code, again.status_code) == (200, 304)


@pytest.mark.parametrize(
    "address",
    [
        "overview.json",
        f"overview.json?period={ROLLING}&comparator=NEIGHBOUR",
        "performance.csv?area=E06000026",
        "profile.json?area=E06000026&period=CY2017",
    ],
)
async def test_what_is_missing_from_an_address_is_said(analyst: Client, address: str) -> None:
    answer = await analyst.get(f"/v1/queries/{address}")
    assert answer.status_code == 400
    assert "parameter" in answer.json()["detail"]


RECONCILE = """query Check($statements: [Statement!]!) {
  reconcile(statements: $statements) {
    rounding cannotBeComputed outcomes { id verdict shouldBe reason fault } } }"""


def statement(**given: str) -> dict[str, str]:
    return {"id": "one", "what": "A figure", "area": THREE_RIVERS, "period": "FY2017-18"} | given


async def test_printed_figures_are_reconciled(analyst: Client) -> None:
    share = "100 * IDV_ENGAGED / IDV_REFERRAL"
    found = await asked(
        analyst,
        RECONCILE,
        statements=[statement(printed="49%", figure=share), statement(printed="1", figure="(")],
    )
    assert (found["rounding"], found["cannotBeComputed"]) == (1, 1)
    first, second = found["outcomes"]
    assert (first["verdict"], first["shouldBe"]) == ("ROUNDING", "50")
    assert (second["verdict"], second["shouldBe"]) == ("CANNOT_BE_COMPUTED", None)


async def test_reconciling_has_a_limit(analyst: Client) -> None:
    many = [statement(printed="1", figure="1")] * 201
    answer = await analyst.graphql("/graphql", RECONCILE, statements=many)
    assert answer["errors"][0]["extensions"]["code"] == "RECONCILE_SIZE"
