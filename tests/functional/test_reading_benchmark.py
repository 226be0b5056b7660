"""The reading benchmark in small: its data, its questions, its peers' SQL and its load."""

import asyncio
import json
import os
from contextlib import suppress
from dataclasses import replace
from typing import Any

import httpx2
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from benchmarks import national, questions
from benchmarks.load import Measured, ask, cpu, get, load, median, memory, post
from benchmarks.national import SIZES, publish
from benchmarks.peers_tables import make_tables
from benchmarks.questions import told
from benchmarks.reading import Run
from hub.auth.roles import Role
from hub.running import RunningHub
from tests.functional.conftest import Sign

TINY = replace(SIZES["tiny"], areas=3, indicators=50, years=1)
FIGURE = ("value", "status", "symbol", "display")


@pytest.fixture
async def driver(hub: RunningHub, owner: AsyncEngine) -> Any:
    """The owner's own connection of the driver; the made-up release is published over it."""
    async with owner.connect() as connection:
        outside = await connection.execution_options(isolation_level="AUTOCOMMIT")
        raw: Any = (await outside.get_raw_connection()).driver_connection
        await publish(raw, TINY)
        await make_tables(raw, TINY)
        yield raw


async def peers_answer(driver: Any, question: str, given: dict[str, Any]) -> dict[str, Any]:
    """What a peer would answer, out of the SQL that both peers are served from."""
    call, rows = {
        "Q1": ("series($1, $2, $3)", (given.get("i"), given.get("a"), given.get("periods"))),
        "Q3": ("journey($1, $2)", (given.get("a"), given.get("p"))),
    }.get(question, ("cells($1, $2, $3)", (given.get("i"), given.get("a"), given.get("p"))))
    found = [dict(row) for row in await driver.fetch(f"SELECT * FROM peers.{call}", *rows)]  # noqa: S608
    words = {
        name: {row[0]: dict(row) for row in await driver.fetch(f"SELECT * FROM peers.{name}")}  # noqa: S608
        for name in ("indicator", "area", "period")
    }
    above: dict[str, list[dict[str, Any]]] = {}
    for row in await driver.fetch("SELECT child, parent FROM peers.area_parent"):
        above.setdefault(row["child"], []).append({"area": words["area"][row["parent"]]})
    for cell in found:
        cell["period"] = words["period"][cell["period_id"]]
        if "area_code" in cell:
            code = cell["area_code"]
            cell["area"] = words["area"][code] | {"parents": above.get(code, [])}
        if "indicator_code" in cell:
            cell["indicator"] = words["indicator"][cell["indicator_code"]]
    name = {"Q1": "series", "Q3": "journey"}.get(question, "cells")
    return {"data": {name: found}}


async def test_the_hub_and_its_peers_say_the_same(
    driver: Any, hub: RunningHub, http: httpx2.AsyncClient, sign: Sign
) -> None:
    analyst = await sign(Role.ANALYST)
    for question in questions.questions(TINY, sets=2):
        for number, variables in enumerate(question.variables):
            answer = await analyst.graphql("/graphql", question.document, **variables)
            if not question.peers:
                assert answer["data"]["journey"]["links"], answer
                continue
            mine = told(question.name, answer)
            other = await peers_answer(driver, question.name, question.peers[number])
            assert mine, question.name
            assert mine == told(question.name, other), question.name


async def test_the_data_are_as_large_as_they_say(driver: Any) -> None:
    found = await driver.fetch(
        "SELECT area, period, breakdown, indicator, value, status FROM protected.observation "
        "WHERE release_id = $1 ORDER BY ctid",
        national.RELEASE,
    )
    assert len(found) == 3 * 50 * (12 + 4 + 1)
    assert [row[:4] for row in found] == sorted(row[:4] for row in found)
    shown = [row["value"] for row in found if row["status"] == "PUBLISHED"]
    assert len(shown) == pytest.approx(0.9 * len(found), rel=0.05)
    assert 5 <= min(shown) < 100 < 4900 < max(shown) < 5000
    whole = SIZES["2.7"]
    periods = len(whole.months()) + len(whole.quarters()) + len(whole.years_())
    totals = len(whole.area_codes()) * len(whole.indicator_codes()) * periods
    assert totals == pytest.approx(2.7e6, rel=0.01)
    assert totals * (1 + SIZES["13.5"].bands) == pytest.approx(13.5e6, rel=0.01)


async def test_load_is_counted_and_measured() -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError):
            while head := await reader.readuntil(b"\r\n\r\n"):
                length = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0] or 0)
                await reader.readexactly(length)
                is_get = head.startswith(b"GET")
                how = b"transfer-encoding: chunked" if is_get else b"content-length: 5"
                body = b"5\r\nhello\r\n0\r\n\r\n" if is_get else b"hello"
                writer.write(b"HTTP/1.1 200 OK\r\n" + how + b"\r\n\r\n" + body)
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    assert (await ask(port, get("/")))[1] == b"hello"
    found = await load(port, [post("/", b"{}")], 0.2, (os.getpid(), os.getpid()))
    server.close()
    await server.wait_closed()
    assert found.rate > 10
    assert found.server == found.postgres
    assert cpu(os.getpid(), os.getppid())[0] <= cpu(os.getpid(), os.getppid())[0]
    assert memory(os.getpid()) > 1


def test_ratios_are_of_one_round() -> None:
    run = Run(1, 3, 0.1)
    for cold, base in ((10, 5), (30, 10), (40, 10)):
        run.found["Q1", "cold"].append(Measured(cold, 1, 1))
        run.found["Q1", "roofline"].append(Measured(base, 1, 0))
    assert run.ratio("Q1", "cold", "roofline") == "3.00 (2.00 to 4.00)"
    assert run.ratio("Q1", "cold", "roofline", "cpu") == "2.00 (2.00 to 2.00)"
    assert run.ratio("Q1", "cold", "mercurius") == "-"
    assert "30.0 (10 to 40)" in run.report("Q1")
    assert median([1, 2, 3, 4]) == 2.5
    assert json.loads(post("/", b'{"a": 1}').partition(b"\r\n\r\n")[2]) == {"a": 1}
