"""The provisioned Grafana files: whole, and every address their panels ask answers on a release.

Grafana itself is not here; what a panel asks is asked as its data source would, and the columns
that it picks are looked for in the answer.
"""

import csv
import itertools
import json
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
import yaml

from hub.app import build
from hub.auth.registry import grant_role, register_client
from hub.auth.roles import Role
from hub.clock import now
from tests.conftest import FreshSettings
from tests.functional.conftest import URL
from tests.functional.released import released_demo

FOLDER = Path(__file__).parents[2] / "infra" / "grafana"
BOARD: dict[str, Any] = json.loads((FOLDER / "dashboards/journey.json").read_text(encoding="utf-8"))
CREDENTIALS = {"HUB_URL": URL, "HUB_CLIENT_ID": "grafana", "HUB_CLIENT_SECRET": ""}


def provisioned(kind: str) -> dict[str, Any]:
    """Read a provisioning file with the environment put in, as Grafana does."""
    text = (FOLDER / "provisioning" / kind / "hub.yaml").read_text(encoding="utf-8")
    values = re.sub(r"\$(HUB_\w+)", lambda found: CREDENTIALS[found[1]] or "secret", text)
    read: dict[str, Any] = yaml.safe_load(values)
    return read


def asked() -> Iterator[tuple[dict[str, Any], str]]:
    """Every target with every choice of the variables in its address."""
    choices = {
        each["name"]: [option["value"] for option in each["options"]]
        for each in BOARD["templating"]["list"]
    }
    for target in (target for panel in BOARD["panels"] for target in panel["targets"]):
        names = re.findall(r"\$\{(\w+)\}", target["url"])
        for values in itertools.product(*(choices[name] for name in names)):
            chosen = dict(zip(names, values, strict=True))
            fill = re.sub(r"\$\{(\w+)\}", lambda found: chosen[found[1]], target["url"])  # noqa: B023
            yield target, fill


@pytest.fixture(scope="module")
async def grafana(fresh_settings: FreshSettings) -> AsyncIterator[httpx2.AsyncClient]:
    """The released demo, and the token that the data source's settings get."""
    source = provisioned("datasources")["datasources"][0]
    oauth = source["jsonData"]["oauth2"]
    async with fresh_settings() as settings, released_demo(settings) as hub:
        async with hub.database.identity() as session:
            made = await register_client(
                session, client_id=oauth["client_id"], title="Grafana", at=now()
            )
            await grant_role(session, made.client_id, Role.ANALYST, granted_by="test", at=now())
        transport = httpx2.ASGITransport(app=build(hub))
        async with httpx2.AsyncClient(transport=transport, base_url=source["url"]) as http:
            answer = await http.post(
                oauth["token_url"],
                data={"grant_type": oauth["oauth2_type"]},
                auth=(oauth["client_id"], made.secret or ""),
            )
            http.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
            yield http


def test_the_files_belong_together() -> None:
    source = provisioned("datasources")["datasources"][0]
    assert source["type"] == "yesoreyeram-infinity-datasource"
    assert source["jsonData"]["allowedHosts"] == [URL]
    used = {panel["datasource"]["uid"] for panel in BOARD["panels"]}
    used |= {each["datasource"]["uid"] for panel in BOARD["panels"] for each in panel["targets"]}
    assert used == {source["uid"]}
    assert provisioned("dashboards")["providers"][0]["type"] == "file"
    ids = [panel["id"] for panel in BOARD["panels"]]
    assert len(ids) == len(set(ids)) and all(panel["description"] for panel in BOARD["panels"])


def test_no_panel_turns_a_withheld_figure_into_zero() -> None:
    for panel in BOARD["panels"]:
        assert panel["type"] == "table"
        assert panel["fieldConfig"]["defaults"]["noValue"].strip("0 ") != ""
        picked = {column["selector"] for each in panel["targets"] for column in each["columns"]}
        assert not picked or "value" not in picked or "status" in picked
    assert "reduce" not in json.dumps(BOARD) and "groupBy" not in json.dumps(BOARD)


async def test_every_query_of_the_board_answers(grafana: httpx2.AsyncClient) -> None:
    with_rows = set()
    for target, address in asked():
        answer = await grafana.get(address)
        assert answer.status_code == 200, (address, answer.text)
        assert answer.headers["content-type"].startswith("text/csv")
        rows = list(csv.DictReader(answer.text.splitlines()))
        picked = {column["selector"] for column in target["columns"]}
        condition = re.fullmatch(r'(\w+) == "(\w+)"', target.get("filterExpression", 'x == "x"'))
        assert condition is not None
        if rows:
            assert picked <= set(rows[0])
            kept = [row for row in rows if row.get(condition[1], "x") == condition[2]]
            with_rows |= {urlsplit(address).path} if kept else set()
        assert parse_qs(urlsplit(address).query)
    assert with_rows == {urlsplit(address).path for _, address in asked()}
