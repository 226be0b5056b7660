"""Policies that ask for rounding or noise: proposed, approved, released and read back."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from hub import keyfiles
from hub.auth.roles import Role
from hub.db.engine import Database
from hub.disclosure import PARTNER, Method
from hub.disclosure.methods import told_by_method
from hub.release import flow
from hub.running import RunningHub
from hub.settings import Settings
from tests.functional.acts import Cell, Partnership, act, codes, rows
from tests.functional.conftest import Sign
from tests.functional.conftest import hub as plain_hub

PROPOSE = """mutation($method: ProtectionMethod!, $base: Int!, $table: String!,
    $threshold: Int!) {
  proposePolicy(audience: PARTNER, threshold: $threshold, base: $base, method: $method,
      perturbation: $table, why: "A figure in every cell.") {
    policy { version method perturbation leastVariance roundingBase }
    userErrors { code message }
  }
}"""
APPROVE = """mutation($version: ID!) {
  approvePolicy(version: $version) { policy { approvedAt } userErrors { code } }
}"""
RELEASED = "{ release { policyVersion method methodSettings { name setting } } }"
GRADES = {"HIGH": 3, "MEDIUM": 12, "STANDARD": 602}
ROUNDING, NOISE = ("CONTROLLED_ROUNDING", 5, ""), ("CELL_KEY", 1, "D6V4J4")
HERE, YEAR = "E07000102", "CY2017"


@pytest.fixture
async def hub(settings: Settings, database: Database, tmp_path: Path) -> RunningHub:
    """A hub whose operator keeps a secret."""
    file = tmp_path / "secret"
    keyfiles.write(file, "a secret of the tests, long enough for them")
    made: RunningHub = await plain_hub.__wrapped__(settings, database)  # type: ignore[attr-defined]
    return replace(made, settings=settings.model_copy(update={"method_secret_file": file}))


@pytest.fixture
def partnership(hub: RunningHub, sign: Sign) -> Partnership:
    return Partnership(hub, sign)


async def proposed(
    partnership: Partnership, method: str, base: int, table: str, threshold: int = 5
) -> dict[str, Any]:
    first = await partnership.client(Role.STEWARD, None, "first")
    return await act(first, PROPOSE, method=method, base=base, table=table, threshold=threshold)


async def in_force(
    partnership: Partnership, method: str, base: int, table: str, threshold: int = 5
) -> None:
    made = await proposed(partnership, method, base, table, threshold)
    assert not made["userErrors"], made
    second = await partnership.client(Role.STEWARD, None, "second")
    done = await act(second, APPROVE, version=made["policy"]["version"])
    assert not done["userErrors"], done


async def returned(partnership: Partnership, grades: Mapping[str, int] = GRADES) -> None:
    crimes = sum(grades.values())
    body = rows(
        ("POL_DA_CRIME", crimes),
        *(("POL_DA_CRIME", n, {"breakdown": {"RISK": grade}}) for grade, n in grades.items()),
        *(
            ("POL_DA_CRIME", 0, {"breakdown": {"RISK": grade}})
            for grade in ("VERY_HIGH", "NONE_ALLOCATED")
        ),
        ("POL_DA_INCIDENT", 653),
        ("POL_DA_TOTAL", crimes + 653),
    )
    await partnership.returned(f"POLICE_CRIME/HERTS_POLICE/{YEAR}", body)


def key(code: str, grade: str = "", area: str = HERE) -> Cell:
    return code, area, YEAR, f"RISK={grade}" if grade else ""


def values(cells: Mapping[Cell, Mapping[str, Any]], keys: Iterable[Cell]) -> list[float]:
    return [cells[one]["value"] for one in keys]


async def test_controlled_rounding_from_proposal_to_reader(partnership: Partnership) -> None:
    await in_force(partnership, *ROUNDING)
    await returned(partnership)
    await partnership.release()
    cells = await partnership.cells()
    counts = {at: one for at, one in cells.items() if at[0].startswith("POL_DA_")}
    shown = {at: one["value"] for at, one in counts.items() if not at[0].endswith("_PC")}
    assert len(shown) > 20
    assert all(value is not None and value % 5 == 0 for value in shown.values())
    for area in {at[1] for at in shown}:
        crime, incident, total = values(
            cells, [key(c, area=area) for c in ("POL_DA_CRIME", "POL_DA_INCIDENT", "POL_DA_TOTAL")]
        )
        assert crime + incident == total
        parts = [at for at in shown if at[:3] == key("POL_DA_CRIME", area=area)[:3] and at[3]]
        assert sum(values(cells, parts)) == crime
    client = await partnership.client(Role.ANALYST)
    release = (await client.graphql("/graphql", RELEASED))["data"]["release"]
    assert release["method"] == "controlled_rounding"
    assert "all counts to multiples of 5" in (await client.get("/method")).text
    told = {one["name"]: one["setting"] for one in release["methodSettings"]}
    assert told["base"] == "5"
    assert told["reach"] == "5"
    assert told["threshold"] == "5"


async def test_cell_keys_from_proposal_to_reader(partnership: Partnership) -> None:
    await in_force(partnership, *NOISE)
    await returned(partnership)
    await partnership.release()
    cells = await partnership.cells()
    policy = replace(PARTNER, method=Method.CELL_KEY, perturbation="D6V4J4")
    truth = {key("POL_DA_CRIME", grade): n for grade, n in GRADES.items()}
    truth |= {key("POL_DA_INCIDENT"): 653, key("POL_DA_CRIME"): 617}
    for at, count in truth.items():
        figure = cells[at]
        if figure["value"] is None:
            assert figure["symbol"] == "c"
            continue
        assert figure["marks"] == ["e"]
        low, high = told_by_method(policy, None, int(figure["value"]))  # type: ignore[arg-type]
        assert low <= count <= high
        assert not 0 < figure["value"] <= 4
    assert [cells[at]["value"] for at in truth] != list(truth.values())
    client = await partnership.client(Role.ANALYST)
    release = (await client.graphql("/graphql", RELEASED))["data"]["release"]
    told = {one["name"]: one["setting"] for one in release["methodSettings"]}
    assert release["method"] == "cell_key"
    assert told["perturbation table"] == "D6V4J4"
    assert "secret" not in str(told)


async def test_released_again_the_numbers_are_the_same(partnership: Partnership) -> None:
    await in_force(partnership, *ROUNDING)
    await returned(partnership)
    await partnership.release()
    before = await partnership.cells()
    await partnership.release()
    after = await partnership.cells()
    assert {at: one["value"] for at, one in before.items()} == {
        at: one["value"] for at, one in after.items()
    }


async def test_a_method_that_does_not_hold_beside_earlier_releases_is_refused(
    partnership: Partnership,
) -> None:
    """607 and 600 were printed exactly. The 7 between them, fine under a threshold of 5, holds
    two counts that a threshold of 10 calls small: neither can seem to be 10."""
    address = f"POLICE_CRIME/HERTS_POLICE/{YEAR}"
    before = rows(("POL_DA_CRIME", 607), ("POL_DA_CRIME", 600, {"breakdown": {"RISK": "STANDARD"}}))
    await partnership.returned(address, before)
    await partnership.release()
    await in_force(partnership, "CONTROLLED_ROUNDING", 5, "", threshold=10)
    await returned(partnership, {"HIGH": 3, "MEDIUM": 4, "STANDARD": 600})
    answer = await partnership.prepare()
    assert codes(answer) == ["METHOD_CHANGE"]
    assert "earlier releases" in answer["userErrors"][0]["message"]


async def test_back_to_suppression_the_rounded_numbers_stay_known(
    partnership: Partnership,
) -> None:
    """What rounding told is an interval in the next release's system: it holds, or is refused."""
    await in_force(partnership, *ROUNDING)
    await returned(partnership)
    await partnership.release()
    await in_force(partnership, "SUPPRESSION", 1, "")
    answer = await partnership.prepare()
    if answer["userErrors"]:
        assert codes(answer) == ["DISCLOSURE"]
    else:
        assert answer["release"]["state"] == "PREPARED"


async def test_the_public_gets_nothing_made_of_rounded_numbers(partnership: Partnership) -> None:
    await in_force(partnership, *ROUNDING)
    await returned(partnership)
    await partnership.release()
    assert codes(await partnership.prepare("PUBLIC")) == ["PARTNER_METHOD"]


async def test_without_that_refusal_it_would_get_exact_counts_rounded_anew(
    partnership: Partnership, monkeypatch: pytest.MonkeyPatch
) -> None:
    """617 rounded to 5 at random for partners, to the nearest for the public: the two together
    say more than either."""

    async def anything(*_: object) -> None:
        return None

    monkeypatch.setattr(flow, "_exact", anything)
    await in_force(partnership, *ROUNDING)
    await returned(partnership)
    await partnership.release()
    assert codes(await partnership.prepare("PUBLIC")) != ["PARTNER_METHOD"]


@pytest.mark.parametrize(
    ("method", "base", "table"),
    [("CELL_KEY", 1, ""), ("CELL_KEY", 5, "D6V4J4"), ("CELL_KEY", 1, "D2V1J1"),
     ("CONTROLLED_ROUNDING", 1, ""), ("SUPPRESSION", 1, "D6V4J4")],
)  # fmt: skip
async def test_settings_that_cannot_keep_the_promise_are_refused(
    partnership: Partnership, method: str, base: int, table: str
) -> None:
    assert codes(await proposed(partnership, method, base, table)) == ["DISCLOSURE"]


async def test_without_a_secret_no_method_that_draws(
    partnership: Partnership, hub: RunningHub
) -> None:
    assert hub.settings.method_secret_file is not None
    hub.settings.method_secret_file.write_bytes(b"short")
    answer = await proposed(partnership, *ROUNDING)
    assert codes(answer) == ["SECRET_MISSING"]
    assert "HUB_METHOD_SECRET_FILE" in answer["userErrors"][0]["message"]


async def test_a_secret_that_others_may_read_is_none(
    partnership: Partnership, hub: RunningHub
) -> None:
    """S1: by it anyone on the machine could take the noise off again."""
    assert hub.settings.method_secret_file is not None
    hub.settings.method_secret_file.chmod(0o644)
    answer = await proposed(partnership, *ROUNDING)
    assert codes(answer) == ["KEY_FILE"]
    assert "chmod 600" in answer["userErrors"][0]["message"]


async def test_a_secret_lost_after_the_policy_stops_the_release(
    partnership: Partnership, hub: RunningHub
) -> None:
    await in_force(partnership, *ROUNDING)
    await returned(partnership)
    assert hub.settings.method_secret_file is not None
    hub.settings.method_secret_file.unlink()
    assert codes(await partnership.prepare()) == ["SECRET_MISSING"]


async def test_a_percentage_made_of_exact_counts_is_withheld(partnership: Partnership) -> None:
    await in_force(partnership, *ROUNDING)
    body = rows(("MAR_CASE", 100), area="MSG_MET")
    body["observations"].append(
        {"indicator": "MAR_MALE_PC", "area": "MSG_MET", "value": 20.0, "base": 100}
    )
    await partnership.returned("MARAC_PORTAL/SAFELIVES/R12-2024-03", body)
    await partnership.release()
    cells = await partnership.cells()
    assert cells["MAR_MALE_PC", "MSG_MET", "R12-2024-03", ""]["symbol"] == "c"
    assert cells["MAR_CASE", "MSG_MET", "R12-2024-03", ""]["value"] % 5 == 0
