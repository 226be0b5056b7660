"""Health without detail."""

import asyncio

import pytest

from hub.web import health
from hub.web.health import Check, health_routes, prometheus_meter
from tests.unit.web.sample import PLANTED, client_of


async def well() -> None:
    return None


async def failing() -> None:
    raise ValueError(PLANTED)


async def hanging() -> None:
    await asyncio.sleep(30)


async def test_alive_whatever_the_checks_say() -> None:
    async with client_of(*health_routes([failing], None)) as client:
        assert (await client.get("/healthz")).text == "ok"


@pytest.mark.parametrize(
    ("checks", "status"),
    [([], 200), ([well], 200), ([well, failing], 503), ([failing, well], 503), ([hanging], 503)],
)
async def test_ready_only_when_every_check_holds(
    checks: list[Check], status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "PATIENCE", 0.05)
    async with client_of(*health_routes(checks, None)) as client:
        answer = await client.get("/readyz")
    assert answer.status_code == status
    assert answer.text == ("ready" if status == 200 else "not ready")


async def test_reason_is_logged_by_its_type_only(capsys: pytest.CaptureFixture[str]) -> None:
    async with client_of(*health_routes([failing], None)) as client:
        answer = await client.get("/readyz")
    output = capsys.readouterr().out
    assert "ValueError" in output and "failing" in output
    assert PLANTED not in output + answer.text


async def test_metrics_count_by_template() -> None:
    meter = prometheus_meter()
    if meter is None:
        pytest.skip("prometheus-client is not installed")
    meter.observe("GET", "/items/{item}", 200, 0.5)
    async with client_of(*health_routes([], meter)) as client:
        answer = await client.get("/metrics")
    wanted = 'hub_request_seconds_count{method="GET",route="/items/{item}",status="200"} 1.0'
    assert wanted in answer.text
    assert answer.headers["content-type"].startswith("text/plain")


async def test_metrics_are_missing_without_a_meter() -> None:
    async with client_of(*health_routes([], None)) as client:
        assert (await client.get("/metrics")).status_code == 404
