"""Reading published observations: pages, series, the caller, and what is refused."""

import base64
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from hub.app import build
from hub.auth import matrix
from hub.auth.matrix import surface_lines
from hub.auth.roles import Role
from hub.errors import SettingsError
from hub.running import RunningHub
from hub.web.trusted import trusted_documents
from tests.conftest import FreshSettings
from tests.functional.acts import Partnership, open_partnership, plain, rows

HERE = "E07000102"
PAGES = """query($first: Int!, $after: String) {
  observations(first: $first, after: $after) {
    totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    edges { cursor node { area { code } period { id } indicator { code } } }
    nodes { area { code } period { id } indicator { code } }
  }
}"""
SERIES = """query($from: String!, $to: String!) {
  series(indicator: "POL_DA_CRIME", area: "E07000102", from: $from, to: $to) {
    points { period { id } figure { value status display } } } }"""


@pytest.fixture(scope="module")
async def partnership(fresh_settings: FreshSettings) -> AsyncIterator[Partnership]:
    """Crimes of four months of 2017, one of them small, published to partners."""
    async with open_partnership(fresh_settings) as made:
        for month, count in (("01", 51), ("02", 3), ("03", 62), ("05", 57)):
            body = rows(("POL_DA_CRIME", count), ("POL_DA_INCIDENT", 70))
            await made.returned(f"POLICE_CRIME/HERTS_POLICE/2017-{month}", body)
        await made.release()
        yield made


async def test_pages_follow_each_other_without_gap_or_double(partnership: Partnership) -> None:
    analyst = await partnership.client(Role.ANALYST)
    whole: list[Any] = []
    after = None
    while True:
        answer = await analyst.graphql("/graphql", PAGES, first=7, after=after)
        page = answer["data"]["observations"]
        info = page["pageInfo"]
        assert [edge["node"] for edge in page["edges"]] == page["nodes"]
        assert info["startCursor"] == page["edges"][0]["cursor"]
        assert info["endCursor"] == page["edges"][-1]["cursor"]
        assert info["hasPreviousPage"] == (after is not None)
        whole += page["nodes"]
        if not info["hasNextPage"]:
            break
        assert len(page["nodes"]) == 7
        after = info["endCursor"]
    assert len(whole) == page["totalCount"] > 14
    places = [(n["area"]["code"], n["period"]["id"], n["indicator"]["code"]) for n in whole]
    assert places == sorted(set(places))


@pytest.mark.parametrize("first", [0, -1, 101])
async def test_pages_hold_one_to_a_hundred(partnership: Partnership, first: int) -> None:
    analyst = await partnership.client(Role.ANALYST)
    answer = await analyst.graphql("/graphql", PAGES, first=first)
    assert answer["errors"][0]["extensions"]["code"] == "PAGE_SIZE"


def cursor(content: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode()


@pytest.mark.parametrize(
    "after",
    [
        *("x", "", "é", cursor({}), cursor(5), cursor(["a"]), cursor([1, 2, 3, 4])),
        *(cursor(["a\x00", "b", "c", "d"]), cursor(["\ud800", "b", "c", "d"])),
    ],
)
async def test_a_made_up_cursor_is_refused_or_empty(partnership: Partnership, after: str) -> None:
    analyst = await partnership.client(Role.ANALYST)
    answer = await analyst.graphql("/graphql", PAGES, first=5, after=after)
    for error in answer.get("errors", ()):
        assert error["extensions"]["code"] == "MALFORMED", answer


async def test_a_cursor_holds_an_address_and_no_value(partnership: Partnership) -> None:
    analyst = await partnership.client(Role.ANALYST)
    page = (await analyst.graphql("/graphql", PAGES, first=1))["data"]["observations"]
    place = json.loads(base64.urlsafe_b64decode(page["edges"][0]["cursor"]))
    node = page["nodes"][0]
    assert place == [node["area"]["code"], node["period"]["id"], "", node["indicator"]["code"]]


async def test_filters_narrow_by_address(partnership: Partnership) -> None:
    analyst = await partnership.client(Role.ANALYST)
    document = """{ observations(indicators: ["POL_DA_CRIME"], areas: ["E07000102"],
      periods: ["2017-05", "2017-06"], breakdowns: []) { totalCount nodes { figure { value } } }
    }"""
    page = (await analyst.graphql("/graphql", document))["data"]["observations"]
    assert [node["figure"]["value"] for node in page["nodes"]] == [57]
    assert page["totalCount"] == 1


@pytest.mark.parametrize(
    "argument",
    [
        'indicators: ["NOPE"]',
        'areas: ["E00000000"]',
        'periods: ["Q1"]',
        'breakdowns: ["RISK"]',
        'breakdowns: ["NOPE=HIGH"]',
        'breakdowns: ["RISK=NOPE"]',
        'release: "nothing"',
        'release: "\\u0000"',
    ],
)
async def test_undeclared_words_are_errors_with_a_code(
    partnership: Partnership, argument: str
) -> None:
    """D3: only declared combinations are answered."""
    analyst = await partnership.client(Role.ANALYST)
    answer = await analyst.graphql("/graphql", f"{{ observations({argument}) {{ totalCount }} }}")
    assert answer["errors"][0]["extensions"]["code"] not in ("INTERNAL", "HUB_ERROR"), answer


async def test_a_series_says_its_gaps(partnership: Partnership) -> None:
    analyst = await partnership.client(Role.ANALYST)
    answer = await analyst.graphql("/graphql", SERIES, **{"from": "2017-01", "to": "2017-06"})
    points = answer["data"]["series"]["points"]
    found = {one["period"]["id"]: one["figure"]["status"] for one in points}
    assert list(found) == [f"2017-{month:02d}" for month in range(1, 7)]
    assert (found["2017-02"], found["2017-05"]) == ("SUPPRESSED", "PUBLISHED")
    assert (found["2017-04"], found["2017-06"]) == ("NOT_RETURNED", "NOT_RETURNED")
    assert all(
        (one["figure"]["value"] is None) == (one["figure"]["status"] != "PUBLISHED")
        for one in points
    )
    assert points[1]["figure"]["display"] == "[c]"


async def test_a_suppressed_figure_is_one_symbol_and_nothing_else(
    partnership: Partnership,
) -> None:
    """No reader can tell a small count from one hidden to protect it."""
    hidden = [f for f in (await partnership.cells()).values() if f["status"] == "SUPPRESSED"]
    assert len(hidden) > 1
    shown = [{k: f[k] for k in f if k not in ("display", "provenance")} for f in hidden]
    assert all(one == shown[0] for one in shown)
    assert shown[0] == {
        **{"value": None, "status": "SUPPRESSED", "symbol": "c", "marks": [], "denominator": None}
    }


@pytest.mark.parametrize(
    ("role", "agency", "audience"),
    [
        (Role.SUBMITTER, "HERTS_POLICE", "partner"),
        (Role.ANALYST, None, "partner"),
        (Role.STEWARD, None, "partner"),
        (Role.PUBLIC, None, "public"),
        (Role.AUDITOR, None, "public"),
    ],
)
async def test_the_viewer_is_told_who_it_is(
    partnership: Partnership, role: Role, agency: str | None, audience: str
) -> None:
    client = await partnership.client(role, agency)
    answer = await client.graphql("/graphql", trusted_documents()["viewer"])
    assert answer["data"]["viewer"] == {
        "client": client.client_id,
        "agency": agency,
        "roles": [str(role)],
        "audience": audience,
    }


async def test_every_role_of_an_audience_reads_the_same_bytes(partnership: Partnership) -> None:
    bodies = set()
    for role, agency in (
        (Role.ANALYST, None),
        (Role.STEWARD, None),
        (Role.SUBMITTER, "HERTS_POLICE"),
        (Role.APPROVER, "REFUGE_HERTS"),
    ):
        client = await partnership.client(role, agency)
        answer = await client.http.post(
            "/graphql",
            json={"query": PAGES, "variables": {"first": 50}},
            headers=client.headers,
        )
        bodies.add(plain(answer.text))
    assert len(bodies) == 1


async def test_the_hub_is_not_built_with_an_unguarded_field(
    hub: RunningHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Z1: one line missing from the surface file, and nothing is served."""
    build(hub)
    for item in ("read.Query.observations", "intake.Mutation.publishRelease", "POST /graphql"):
        gone = {one: line for one, line in surface_lines().items() if one != item}
        with monkeypatch.context() as patch:
            patch.setattr(matrix, "surface_lines", lambda gone=gone: gone)
            with pytest.raises(SettingsError, match=item.replace(".", r"\.")):
                build(hub)
