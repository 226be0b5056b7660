"""A webhook as its user meets it: ``hub webhook add``, ``hub serve``, https with an own CA."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from hub.auth.roles import Role
from hub.db.engine import Database
from hub.errors import SettingsError
from hub.protected.releases import Audience
from hub.settings import Settings
from hub.webhooks.sending import Sending
from tests.functional.certificates import certificates
from tests.functional.conftest import Run, Sign
from tests.functional.released import publish_empty
from tests.functional.test_two_servers import server
from tests.functional.test_webhooks import LOOPBACK, receiving
from tests.provider.running import free_port

GUIDE = Path(__file__).parents[2] / "docs" / "how-to" / "follow-releases.md"


def is_genuine(notice: dict[str, Any], secret: str) -> bool:
    """Ask the very code that the guide gives to receivers."""
    blocks = re.findall(r"```python\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.S)
    given: dict[str, Any] = {}
    exec(blocks[0], given)  # noqa: S102 - a page of our own
    return bool(given["is_genuine"](notice["headers"], notice["body"].encode(), secret))


async def test_a_serving_hub_tells_a_receiver_behind_https(
    hub_command: Run,
    sign: Sign,
    settings: Settings,
    database: Database,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The first try is refused by the receiver; the second, of the same id, is delivered."""
    made = certificates(tmp_path)
    monkeypatch.setenv("RECEIVER_CERTIFICATE", str(made.server))
    monkeypatch.setenv("HUB_WEBHOOK_NETWORKS", LOOPBACK)
    administrator = await sign(Role.ADMINISTRATOR, person="one")
    await sign(Role.ADMINISTRATOR, person="two")
    port = free_port()
    issuer = f"http://127.0.0.1:{port}"
    authority = {"HUB_WEBHOOK_AUTHORITIES": str(made.authority)}
    async with receiving(503, 204) as receiver:
        url = receiver.url.replace("http:", "https:")
        add = ("webhook", "add", url, "--title", "Board", "--audience", "public")
        hook = await hub_command(*add, token=administrator.token)
        async with server(settings, port, issuer, **authority) as http:
            await publish_empty(database, "told", Audience.PUBLIC)
            notices = [await receiver.next(), await receiver.next()]
            assert await receiver.has_none()
            feed = await http.get("/releases.atom")
            changes = await http.get("/changes?release=told")
    assert len({one["headers"]["webhook-id"] for one in notices}) == 1
    assert all(is_genuine(one, hook["secret"]) for one in notices)
    assert not is_genuine(notices[0] | {"body": "{}"}, hook["secret"])
    told = json.loads(notices[1]["body"])["data"]
    assert told["url"] == f"{issuer}/changes?release=told"
    assert changes.status_code == 200 and "told" in feed.text
    (line,) = await hub_command("webhook", "log")
    assert (line["release"], line["state"], line["tries"], line["status"]) == (
        *("told", "delivered"),
        *(2, 204),
    )


async def test_a_receiver_whose_authority_is_unknown_gets_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, other = certificates(tmp_path), tmp_path / "other"
    other.mkdir()
    monkeypatch.setenv("RECEIVER_CERTIFICATE", str(made.server))
    async with receiving() as receiver:
        url = receiver.url.replace("http:", "https:")
        for authority in (None, certificates(other).authority):
            async with Sending.client(authority) as http:
                with pytest.raises(Exception, match="CERTIFICATE_VERIFY_FAILED"):
                    await http.post(url, content=b"{}")
        async with Sending.client(made.authority) as http:
            assert (await http.post(url, content=b"{}")).status_code == 200
            with pytest.raises(Exception, match="CERTIFICATE_VERIFY_FAILED"):
                await http.post(url.replace("127.0.0.1", "localhost"), content=b"{}")


def test_a_file_that_holds_no_certificate_is_named(tmp_path: Path) -> None:
    empty = tmp_path / "empty.pem"
    empty.write_text("nothing")
    for path in (empty, tmp_path / "none.pem"):
        with pytest.raises(SettingsError, match="HUB_WEBHOOK_AUTHORITIES"):
            Sending.client(path)
