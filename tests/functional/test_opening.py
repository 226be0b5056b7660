"""What the hub asks of itself before it serves: safe settings, and a line for everything."""

import pytest
from starlette.responses import PlainTextResponse
from starlette.routing import BaseRoute, Route, WebSocketRoute

from hub import app
from hub.app import build
from hub.auth.roles import Role
from hub.errors import SettingsError
from hub.running import RunningHub, running
from hub.settings import Settings
from tests.factory import principal


async def test_unsafe_settings_open_nothing(settings: Settings) -> None:
    unsafe = settings.model_copy(update={"env": "demo", "host": "0.0.0.0"})  # noqa: S104
    with pytest.raises(SettingsError):
        async with running(unsafe):
            pass


async def test_a_route_without_a_line_does_not_start(
    hub: RunningHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    served = app.surface

    def more(routes: list[BaseRoute]) -> list[str]:
        return served([*routes, Route("/nowhere", PlainTextResponse("x"))])

    build(hub)
    monkeypatch.setattr(app, "surface", more)
    with pytest.raises(SettingsError, match="GET /nowhere"):
        build(hub)


def test_a_kind_of_route_that_has_no_name_is_refused() -> None:
    with pytest.raises(SettingsError, match="cannot name"):
        app.surface([WebSocketRoute("/live", PlainTextResponse("x"))])


async def test_a_kept_answer_asks_the_matrix(hub: RunningHub) -> None:
    keeping = app._keeping(hub)
    assert keeping.may(principal(Role.ANALYST), "journey")
    assert not keeping.may(principal(), "journey")
