"""Addresses that a webhook may have, and those that notices never go to."""

import pytest

from hub.errors import InvalidError, SettingsError
from hub.webhooks.address import Reach, UnfitAddressError, require_fit, resolve

OWN = (
    "127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0",  # noqa: S104
    "100.64.0.1", "224.0.0.1", "255.255.255.255", "::1", "::", "fd00::1", "fe80::1", "ff02::1",
    "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "2001:0::1",
)  # fmt: skip


@pytest.mark.parametrize("host", OWN)
async def test_notices_never_go_into_own_networks(host: str) -> None:
    written = f"[{host}]" if ":" in host else host
    with pytest.raises(InvalidError, match="HUB_WEBHOOK_NETWORKS"):
        require_fit(f"https://{written}/x", Reach())
    with pytest.raises(UnfitAddressError):
        await resolve(host, 443, Reach())


@pytest.mark.parametrize("host", ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946"])
async def test_public_addresses_are_fit(host: str) -> None:
    written = f"[{host}]" if ":" in host else host
    require_fit(f"https://{written}/x", Reach())
    assert str(await resolve(host, 443, Reach())) == host


async def test_an_operator_may_allow_a_network() -> None:
    reach = Reach(networks=("10.1.0.0/16", "fd00::/8"))
    require_fit("https://10.1.2.3/x", reach)
    assert str(await resolve("fd00::1", 443, reach)) == "fd00::1"
    with pytest.raises(InvalidError):
        require_fit("https://10.2.0.1/x", reach)


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example.org/x",
        "ftp://hooks.example.org/x",
        "https://user:secret@hooks.example.org/x",
        "https://hooks.example.org/x#part",
        "https:///x",
        "https://hooks.example.org:99999/x",
        "https://hooks.example.org\\@10.0.0.1/",
        "https://hooks.example.org/ x",
        "https://hooks.example.org/\n",
        "https://hooks.exämple.org/",
        "https://hooks.example.org/" + "x" * 500,
        "hooks.example.org",
        "",
    ],
)
def test_addresses_that_are_refused(url: str) -> None:
    with pytest.raises(InvalidError, match="https"):
        require_fit(url, Reach())


def test_http_is_for_development_only() -> None:
    require_fit("http://hooks.example.org/x", Reach(plain=True))


def test_a_network_that_is_none_is_named() -> None:
    with pytest.raises(SettingsError, match="'ten'"):
        Reach(networks=("ten",))
