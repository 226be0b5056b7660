"""What runs the hub elsewhere says what the security design asks of it (P6).

No container is built here. That the hub runs under the same conditions (an ordinary user, nothing
to write to, no capability, no new privilege) is tried in ``test_demo.py``.
"""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

INFRA = Path(__file__).parents[2] / "infra"
SERVICES: dict[str, Any] = yaml.safe_load((INFRA / "compose.yaml").read_text())["services"]
IMAGE = (INFRA / "Dockerfile").read_text()
OURS = ("hub", "migrate")


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_is_shut_in(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert not {"privileged", "pid", "ipc", "network_mode", "devices"} & set(service)
    assert not any("docker.sock" in str(one) for one in service.get("volumes", ()))


@pytest.mark.parametrize("name", OURS)
def test_the_hub_runs_as_an_ordinary_user_with_no_capability(name: str) -> None:
    assert SERVICES[name]["user"] == "10001:10001"
    assert "cap_add" not in SERVICES[name]
    assert set(SERVICES[name]["tmpfs"]) == {"/tmp"}  # noqa: S108


def test_what_serves_is_watched() -> None:
    for name in ("hub", "postgres"):
        assert SERVICES[name]["healthcheck"]["test"][0] == "CMD"
    assert "/readyz" in str(SERVICES["hub"]["healthcheck"]["test"])


def test_one_port_on_loopback_and_the_database_on_none() -> None:
    ports = [port for service in SERVICES.values() for port in service.get("ports", [])]
    assert ports == ["127.0.0.1:8000:8000"]
    assert SERVICES["postgres"]["networks"] == ["inside"]


def test_no_secret_stands_in_a_file() -> None:
    text = (INFRA / "compose.yaml").read_text()
    given = re.findall(r"(\w*(?:PASSWORD|SECRET|KEY)\w*): (\S+)", text)
    assert given and all(value.startswith("${") for _, value in given)
    assert not re.search(r"^(ENV|ARG).*(PASSWORD|SECRET|TOKEN)", IMAGE, re.MULTILINE)


def test_the_image_is_an_ordinary_users_and_made_from_the_lock() -> None:
    last = IMAGE.rpartition("\nFROM ")[2]
    assert re.search(r"^USER 10001$", last, re.MULTILINE)
    assert "HEALTHCHECK" in last and "HUB_ENV" not in last
    locked, own = re.findall(r"pip install --no-cache-dir (.+?)(?: \\)?$", IMAGE, re.MULTILINE)
    assert locked == "--require-hashes --only-binary :all: -r requirements.txt"
    assert own == "--no-deps --no-build-isolation ."
