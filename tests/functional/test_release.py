"""The release: prepared from what is signed off, approved by a second steward, published whole."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, event, select, text, update
from sqlalchemy.exc import DBAPIError

from hub.auth.roles import Role
from hub.clock import now
from hub.db.tables import intake
from hub.errors import ConflictError
from hub.protected.releases import Audience
from hub.release.policies import policy_for
from hub.release.vintages import history, linked_history
from hub.running import RunningHub
from hub.submissions.history import revision_of, revisions
from hub.submissions.signed_off import signed_off
from hub.submissions.states import Act
from hub.submissions.steps import step
from tests.functional.acts import PREPARE, WITHDRAW, Partnership, act, codes, plain, rows
from tests.functional.conftest import Sign

POLICE = "POLICE_CRIME/HERTS_POLICE/CY2017"
BODY = rows(("POL_DA_CRIME", 617), ("POL_DA_INCIDENT", 653))
OTHER = rows(("POL_DA_CRIME", 640), ("POL_DA_INCIDENT", 653))
CRIMES = ("POL_DA_CRIME", "E07000102", "CY2017", "")


@pytest.fixture
def partnership(hub: RunningHub, sign: Sign) -> Partnership:
    return Partnership(hub, sign)


async def test_nothing_signed_off_is_nothing_to_release(partnership: Partnership) -> None:
    assert codes(await partnership.prepare()) == ["CONFLICT"]
    await partnership.push(POLICE, BODY)
    assert codes(await partnership.prepare()) == ["CONFLICT"]


async def test_readers_see_what_was_signed_off_and_sums_of_it(partnership: Partnership) -> None:
    await partnership.returned(POLICE, BODY)
    release = await partnership.release()
    cells = await partnership.cells()
    total = cells["POL_DA_TOTAL", "E07000102", "CY2017", ""]
    assert (cells[CRIMES]["value"], total["value"]) == (617, 1270)
    assert cells[CRIMES]["provenance"] == [
        {"agency": "HERTS_POLICE", "dataset": "POLICE_CRIME", "revision": 1}
    ]
    assert await partnership.cells(release) == cells


async def test_the_preparing_steward_cannot_approve(partnership: Partnership) -> None:
    await partnership.returned(POLICE, BODY)
    for who in ("first", "second"):
        partnership.clients[Role.STEWARD, None, who] = await partnership.client(
            Role.STEWARD, None, "only"
        )
    made = await partnership.prepare()
    refused = await partnership.approve(made["release"])
    assert (codes(refused), refused["release"]) == (["SECOND_PERSON"], None)


async def test_approval_is_bound_to_the_content_seen(partnership: Partnership) -> None:
    await partnership.returned(POLICE, BODY)
    release = (await partnership.prepare())["release"]
    assert codes(await partnership.approve(release, hash="0" * 64)) == ["CONFLICT"]
    assert codes(await partnership.approve(release, id="nothing")) == ["NOT_FOUND"]
    approved = await partnership.approve(release)
    again = await partnership.approve(release)
    assert approved["release"]["state"] == again["release"]["state"] == "APPROVED"


async def test_what_nobody_approved_is_not_published(partnership: Partnership) -> None:
    await partnership.returned(POLICE, BODY)
    release = (await partnership.prepare())["release"]
    assert codes(await partnership.publish(release)) == ["NOT_APPROVED"]
    analyst = await partnership.client(Role.ANALYST)
    assert (await analyst.graphql("/graphql", "{ releases { id } }"))["data"] == {"releases": []}


@pytest.mark.parametrize("after", ["prepare", "approve"])
@pytest.mark.parametrize("change", ["resubmission", "withdrawal"])
async def test_a_changed_return_makes_the_release_stale(
    partnership: Partnership, after: str, change: str
) -> None:
    pushed = await partnership.returned(POLICE, BODY)
    release = (await partnership.prepare())["release"]
    if after == "approve":
        await partnership.approve(release)
    if change == "resubmission":
        await partnership.returned(POLICE, OTHER)
    else:
        approver = await partnership.client(Role.APPROVER, "HERTS_POLICE")
        await act(approver, WITHDRAW, id=pushed["returnId"], reason="Counted twice.")
    last = partnership.approve if after == "prepare" else partnership.publish
    assert codes(await last(release)) == ["STALE_RELEASE"]


async def test_a_release_prepared_before_another_was_published_is_stale(
    partnership: Partnership,
) -> None:
    """It was protected without what the other one told."""
    await partnership.returned(POLICE, BODY)
    early, late = [(await partnership.prepare())["release"] for _ in range(2)]
    for release in (early, late):
        await partnership.approve(release)
    assert codes(await partnership.publish(late)) == []
    assert codes(await partnership.publish(early)) == ["STALE_RELEASE"]


async def test_two_stewards_preparing_at_once_get_two_releases(partnership: Partnership) -> None:
    await partnership.returned(POLICE, BODY)
    await partnership.client(Role.STEWARD, None, "first")
    made = await asyncio.gather(*(partnership.prepare() for _ in range(3)))
    assert len({one["release"]["id"] for one in made}) == 3
    assert len({one["release"]["contentHash"] for one in made}) == 1


async def test_publishing_twice_is_harmless(partnership: Partnership) -> None:
    await partnership.returned(POLICE, BODY)
    release = (await partnership.prepare())["release"]
    await partnership.approve(release)
    answers = await asyncio.gather(*(partnership.publish(release) for _ in range(3)))
    assert [codes(answer) for answer in answers] == [[], [], []]
    analyst = await partnership.client(Role.ANALYST)
    found = await analyst.graphql("/graphql", "{ releases { id sequence } }")
    assert found["data"]["releases"] == [{"id": release["id"], "sequence": 1}]


async def test_readers_see_the_old_release_or_the_new_one_whole(partnership: Partnership) -> None:
    await partnership.returned(POLICE, BODY)
    first = await partnership.cells(await partnership.release())
    await partnership.returned(POLICE, OTHER)
    release = (await partnership.prepare())["release"]
    await partnership.approve(release)
    done = asyncio.Event()
    seen = []

    async def watch() -> None:
        while not done.is_set():
            seen.append(await partnership.cells())

    watching = [asyncio.create_task(watch()) for _ in range(2)]
    await asyncio.sleep(0.1)
    await partnership.publish(release)
    await asyncio.sleep(0.1)
    done.set()
    await asyncio.gather(*watching)
    second = await partnership.cells()
    assert second != first
    assert all(cells in (first, second) for cells in seen)
    assert first in seen
    assert seen[-1] == second


async def test_an_embargo_holds_until_it_is_due(hub: RunningHub, partnership: Partnership) -> None:
    await partnership.returned(POLICE, BODY)
    release = await partnership.release(until=(now() + timedelta(hours=1)).isoformat())
    analyst = await partnership.client(Role.ANALYST)
    assert (await analyst.graphql("/graphql", "{ releases { id } }"))["data"] == {"releases": []}
    document = "query($id: String) { release(id: $id) { id } }"
    hidden = await analyst.graphql("/graphql", document, id=release)
    absent = await analyst.graphql("/graphql", document, id="nothing")
    assert plain(str(hidden)).replace(hidden["errors"][0]["extensions"]["requestId"], "") == plain(
        str(absent)
    ).replace(absent["errors"][0]["extensions"]["requestId"], "")
    due = (now() + timedelta(seconds=1.5)).isoformat()
    await partnership.returned(POLICE, OTHER)
    await partnership.release(until=due)
    await asyncio.sleep(2)
    assert (await partnership.cells())[CRIMES]["value"] == 640


async def test_stewards_see_how_long_an_embargo_lasts(partnership: Partnership) -> None:
    await partnership.returned(POLICE, BODY)
    steward = await partnership.client(Role.STEWARD, None, "second")
    document = "{ releases { state visibility embargoUntil publishedAt } }"

    async def shown() -> dict[str, Any]:
        answer = await steward.graphql("/graphql/intake", document)
        found: dict[str, Any] = answer["data"]["releases"][0]
        return found

    made = (await partnership.prepare())["release"]
    assert ((await shown())["visibility"], (await shown())["embargoUntil"]) == (
        "NOT_PUBLISHED",
        None,
    )
    await partnership.approve(made)
    until = (now() + timedelta(hours=1)).replace(microsecond=0)
    published = await partnership.publish(made, until.isoformat())
    assert not published["userErrors"]
    found = await shown()
    assert (found["state"], found["visibility"]) == ("PUBLISHED", "UNDER_EMBARGO")
    assert datetime.fromisoformat(found["embargoUntil"]) == until
    for page in ("/releases", f"/releases/{made['id']}"):
        text = (await steward.get(page)).text
        assert "Published, under embargo" in text
        assert until.isoformat() in text


async def test_a_release_without_an_embargo_is_visible(partnership: Partnership) -> None:
    await partnership.returned(POLICE, BODY)
    await partnership.release()
    steward = await partnership.client(Role.STEWARD, None, "second")
    answer = await steward.graphql("/graphql/intake", "{ releases { visibility embargoUntil } }")
    assert answer["data"]["releases"] == [{"visibility": "VISIBLE", "embargoUntil": None}]
    assert "under embargo" not in (await steward.get("/releases")).text


async def test_an_embargo_without_a_time_zone_is_refused(partnership: Partnership) -> None:
    await partnership.returned(POLICE, BODY)
    release = (await partnership.prepare())["release"]
    await partnership.approve(release)
    assert codes(await partnership.publish(release, "2027-01-01T00:00:00")) == ["TIME_ZONE"]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE protected.observation SET value = 1",
        "DELETE FROM protected.observation",
        "UPDATE protected.release SET content_hash = ''",
        "DELETE FROM protected.release",
    ],
)
async def test_the_database_lets_nobody_change_a_release(
    hub: RunningHub, partnership: Partnership, statement: str
) -> None:
    await partnership.returned(POLICE, BODY)
    await partnership.release()
    with pytest.raises(DBAPIError, match="permission denied"):
        async with hub.database.release() as session:
            await session.execute(text(statement))


async def test_the_content_hash_is_that_of_the_content(partnership: Partnership) -> None:
    """The same returns give the same hash; another figure gives another."""
    await partnership.returned(POLICE, BODY)
    first, second = [(await partnership.prepare())["release"] for _ in range(2)]
    assert first["contentHash"] == second["contentHash"]
    await partnership.returned(POLICE, OTHER)
    assert (await partnership.prepare())["release"]["contentHash"] != first["contentHash"]


async def test_two_values_for_one_cell_are_named_without_them(partnership: Partnership) -> None:
    row = {"indicator": "POL_DA_CRIME", "area": "E07000102", "period": "2017-05"}
    for period, value in (("2017-05", 51_234), ("CY2017", 51_235)):
        address = f"POLICE_CRIME/HERTS_POLICE/{period}"
        await partnership.returned(
            address, {"observations": [row | {"value": value}], "note": "Checked."}
        )
    refused = await partnership.prepare()
    message = refused["userErrors"][0]["message"]
    assert codes(refused) == ["TWO_VALUES"]
    assert "POL_DA_CRIME E07000102 2017-05" in message
    assert "51" not in message.replace("POL_DA_CRIME E07000102 2017-05", "")


async def test_a_release_marks_its_returns(hub: RunningHub, partnership: Partnership) -> None:
    await partnership.returned(POLICE, BODY)
    await partnership.release()
    police = await partnership.client(Role.SUBMITTER, "HERTS_POLICE")
    history = (await police.get(f"/v1/returns/{POLICE}")).json()
    assert [item["state"] for item in history["revisions"]] == ["PUBLISHED"]


async def test_a_release_of_many_returns_asks_no_more_of_the_database(
    hub: RunningHub, partnership: Partnership
) -> None:
    """Every return is moved, with its history, by as many statements as one alone."""
    asked = []
    for years in (["CY2015"], ["CY2016", "CY2017", "CY2018"]):
        for year in years:
            await partnership.returned(f"POLICE_CRIME/HERTS_POLICE/{year}", BODY)
        release = (await partnership.prepare())["release"]
        with statements() as seen:
            for answer in (await partnership.approve(release), await partnership.publish(release)):
                assert not answer["userErrors"]
        asked.append(len(seen))
    assert len(set(asked)) == 1, asked
    async with hub.database.release() as session:
        steps = select(intake.transition).order_by(intake.transition.c.ordinal)
        histories: dict[Any, list[str]] = {}
        for one in (await session.execute(steps)).all():
            histories.setdefault(one.return_id, []).append(one.to_state)
    path = ["VALIDATED", "AGENCY_APPROVED", "PARTNERSHIP_ACCEPTED", "PUBLISHED"]
    assert list(histories.values()) == [path] * 4


async def test_one_return_that_moved_on_holds_all_of_them(
    hub: RunningHub, partnership: Partnership
) -> None:
    for year in ("CY2016", "CY2017"):
        await partnership.returned(f"POLICE_CRIME/HERTS_POLICE/{year}", BODY)
    body = intake.revision
    async with hub.database.release() as session:
        read = [revision_of(row) for row in (await session.execute(revisions())).all()]
        moved = body.c.return_id == read[0].return_id
        await session.execute(update(body).where(moved).values(state="WITHDRAWN"))
    with pytest.raises(ConflictError, match="moved on"):
        async with hub.database.release() as session:
            await step(session, read, Act.ACCEPT, "steward", now(), None)
    async with hub.database.release() as session:
        states = (await session.scalars(select(body.c.state))).all()
    assert sorted(states) == ["AGENCY_APPROVED", "WITHDRAWN"]


@contextmanager
def statements() -> Iterator[list[str]]:
    """What is asked of the stores meanwhile; who asks is looked up anew by the clock."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if "intake." in statement or "INSERT INTO protected." in statement:
            seen.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(Engine, "before_cursor_execute", note)


@pytest.mark.parametrize("role", [Role.SUBMITTER, Role.APPROVER, Role.ANALYST, Role.AUDITOR])
async def test_only_stewards_release(partnership: Partnership, role: Role) -> None:
    agency = "HERTS_POLICE" if role in (Role.SUBMITTER, Role.APPROVER) else None
    client = await partnership.client(role, agency)
    answer = await client.graphql("/graphql/intake", PREPARE, audience="PARTNER")
    assert codes(answer["data"]["prepareRelease"]) == ["REFUSED"]
    report = '{ disclosureReport(release: "x") { primary } }'
    assert (await client.graphql("/graphql/intake", report))["errors"]


async def test_a_withdrawn_return_is_in_no_later_release(partnership: Partnership) -> None:
    pushed = await partnership.returned(POLICE, BODY)
    idva = rows(("IDV_REFERRAL", 120), area="E10000015")
    await partnership.returned("IDVA/REFUGE_HERTS/FY2017-18", idva)
    await partnership.release()
    approver = await partnership.client(Role.APPROVER, "HERTS_POLICE")
    await act(approver, WITHDRAW, id=pushed["returnId"], reason="Counted twice.")
    await partnership.release()
    assert {cell[0] for cell in await partnership.cells()} == {"IDV_REFERRAL"}


async def test_a_revised_figure_is_marked(partnership: Partnership) -> None:
    await partnership.returned(POLICE, BODY)
    first = await partnership.release()
    await partnership.returned(POLICE, OTHER)
    await partnership.release()
    marks = {cell[0]: figure["marks"] for cell, figure in (await partnership.cells()).items()}
    assert marks["POL_DA_CRIME"] == marks["POL_DA_TOTAL"] == ["r"]
    assert marks["POL_DA_INCIDENT"] == []
    assert (await partnership.cells(first))[CRIMES]["value"] == 617


# the public


async def test_of_earlier_releases_only_what_is_linked_is_read(
    hub: RunningHub, partnership: Partnership
) -> None:
    """The last release whole; of those before it the family that a resubmission touches."""
    await partnership.returned(POLICE, BODY)
    await partnership.returned("DAC/HERTS_MIND/FY2017-18", rows(("DAC_CLIENT", 118)))
    for body in (OTHER, BODY):
        await partnership.release()
        await partnership.returned(POLICE, body)
    await partnership.release()
    await partnership.returned(POLICE, OTHER)
    async with hub.database.release() as session:
        signed, policy = await signed_off(session), policy_for(Audience.PARTNER)
        found = await linked_history(session, Audience.PARTNER, hub.words, signed, policy)
        whole = await history(session, Audience.PARTNER, hub.words)
    assert [one.release for one in found] == [one.release for one in whole]
    assert found[-1] == whole[-1]
    for cut, full in zip(found[:-1], whole[:-1], strict=True):
        assert 0 < len(cut.shown) < len(full.shown)
        assert "DAC_CLIENT" not in {item.key.indicator for item in cut.shown}
        assert {row.indicator for one in cut.signed for row in one.observations} == {
            "POL_DA_CRIME",
            "POL_DA_INCIDENT",
        }
    first, second = [one.signed for one in whole[1:]]
    assert first[0] is second[0], "a return that two releases share is held once"


async def test_a_public_release_needs_a_partners_one(partnership: Partnership) -> None:
    await partnership.returned(POLICE, BODY)
    assert codes(await partnership.prepare("PUBLIC")) == ["NO_PARTNER_RELEASE"]


async def test_public_figures_are_rounded_and_partners_are_exact(partnership: Partnership) -> None:
    await partnership.returned(POLICE, BODY)
    await partnership.release()
    await partnership.release("PUBLIC")
    public = await partnership.cells(role=Role.AUDITOR)
    exact = await partnership.cells()
    assert (exact[CRIMES]["value"], public[CRIMES]["value"]) == (617, 615)
    assert public["POL_DA_TOTAL", "E07000102", "CY2017", ""]["value"] == 1270


async def test_a_partners_release_does_not_exist_for_the_public(partnership: Partnership) -> None:
    """The same bytes as for a release that nobody ever made."""
    await partnership.returned(POLICE, BODY)
    release = await partnership.release()
    public = await partnership.client(Role.AUDITOR)
    for document in (
        "query($id: String) { release(id: $id) { id } }",
        "query($id: String) { observations(release: $id) { totalCount } }",
        'query($id: String) { series(release: $id, indicator: "POL_DA_CRIME", area: "E07000102",'
        ' from: "CY2017", to: "CY2017") { points { figure { display } } } }',
    ):
        answers = [
            await public.http.post(
                "/graphql",
                json={"query": document, "variables": {"id": one}},
                headers=public.headers,
            )
            for one in (release, "2020-01-01-partner-1")
        ]
        assert plain(answers[0].text) == plain(answers[1].text)
        assert answers[0].status_code == answers[1].status_code
        assert "NOT_FOUND" in answers[0].text
    assert (await public.graphql("/graphql", "{ releases { id } }"))["data"] == {"releases": []}


async def test_the_public_never_sees_it_before_partners_do(partnership: Partnership) -> None:
    await partnership.returned(POLICE, BODY)
    await partnership.release(until=(now() + timedelta(hours=1)).isoformat())
    await partnership.release("PUBLIC")
    public = await partnership.client(Role.AUDITOR)
    assert (await public.graphql("/graphql", "{ releases { id } }"))["data"] == {"releases": []}


async def test_what_partners_may_not_see_is_hidden_from_the_public(
    partnership: Partnership,
) -> None:
    """Secondary for partners, yet large and round enough for the public policy by itself."""
    grades = {"HIGH": 3, "MEDIUM": 212, "STANDARD": 402}
    body = rows(
        ("POL_DA_CRIME", 617),
        *(("POL_DA_CRIME", n, {"breakdown": {"RISK": grade}}) for grade, n in grades.items()),
    )
    await partnership.returned(POLICE, body)
    await partnership.release()
    await partnership.release("PUBLIC")
    partners = await partnership.cells()
    public = await partnership.cells(role=Role.AUDITOR)
    hidden = {cell for cell, figure in partners.items() if figure["symbol"] == "c"}
    assert len(hidden) >= 2
    assert all(public[cell]["symbol"] == "c" for cell in hidden)


# the steward's report


async def report(partnership: Partnership, release: str) -> dict[str, Any]:
    steward = await partnership.client(Role.STEWARD, None, "first")
    document = """query($id: ID!) { disclosureReport(release: $id) { primary secondary
      byIndicator { code name primary secondary shown } byArea { code name primary secondary shown }
      byPeriod { code name primary secondary shown }
      cells { indicator area period breakdown { dimension category } role rule low high forcedBy }
    } }"""
    answer = await steward.graphql("/graphql/intake", document, id=release)
    assert answer.get("data"), answer
    found: dict[str, Any] = answer["data"]["disclosureReport"]
    return found


async def test_the_report_says_why_and_how_far_open_and_no_count(partnership: Partnership) -> None:
    grades = {"HIGH": 3, "MEDIUM": 212, "STANDARD": 402}
    body = rows(
        ("POL_DA_CRIME", 617),
        *(("POL_DA_CRIME", n, {"breakdown": {"RISK": grade}}) for grade, n in grades.items()),
    )
    await partnership.returned(POLICE, body)
    found = await report(partnership, await partnership.release())
    small = [cell for cell in found["cells"] if cell["role"] == "PRIMARY"]
    assert found["primary"] == len(small) > 0
    assert found["secondary"] == len(found["cells"]) - len(small) > 0
    for dimension in ("byIndicator", "byArea", "byPeriod"):
        for role in ("primary", "secondary"):
            assert sum(one[role] for one in found[dimension]) == found[role]
    assert {one["name"] for one in found["byPeriod"]} == {"Jan to Dec 2017"}
    assert found["byIndicator"][0]["name"] == "Domestic abuse-related crimes recorded"
    for cell in small:
        assert cell["breakdown"] == [{"dimension": "RISK", "category": "HIGH"}]
        assert (cell["rule"], cell["low"] <= 1, cell["high"] >= 5) == ("SMALL_COUNT", True, True)
    other = next(cell for cell in found["cells"] if cell["role"] == "SECONDARY")
    assert "RISK" in other["forcedBy"]
    assert "value" not in str(found)
