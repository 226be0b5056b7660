"""Where a webhook may lead: https outside development, and never into one's own network.

A notice is sent by the hub from inside its network, so an address of a private, loopback or
link-local network would let whoever registers it knock at doors that are closed to them (SSRF).
The name is looked up for each delivery and the connection goes to the address that was checked,
so a name that leads elsewhere a moment later gains nothing.
"""

import asyncio
import socket
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

from hub.errors import InvalidError, SettingsError

LONGEST = 500
Address = IPv4Address | IPv6Address

WRAPPED = tuple(map(IPv6Network, ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32")))
"""IPv6 networks whose addresses carry an IPv4 address (NAT64, 6to4, Teredo): it may be private."""


class UnfitAddressError(Exception):
    """A name leads to an address that notices must not go to, or nowhere."""


@dataclass(frozen=True, slots=True)
class Reach:
    """Where notices may go.

    ``plain`` allows http, for development. ``networks`` are the operator's exceptions.
    """

    plain: bool = False
    networks: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for text in self.networks:
            try:
                ip_network(text)
            except ValueError:
                raise SettingsError(
                    f"HUB_WEBHOOK_NETWORKS holds {text!r}; write networks such as 10.1.0.0/16, "
                    "with commas between them."
                ) from None

    def is_fit(self, address: Address) -> bool:
        """Say whether notices may go to an address."""
        plain = address.ipv4_mapped if isinstance(address, IPv6Address) else None
        found = plain or address
        if any(found in ip_network(text) for text in self.networks):
            return True
        if isinstance(found, IPv6Address) and any(found in each for each in WRAPPED):
            return False
        return found.is_global and not found.is_multicast


def require_fit(url: str, reach: Reach) -> None:
    """Refuse an address that no webhook may have.

    Raises:
        InvalidError: it is too long, not https (or http where that is allowed), has a user, a
            fragment or no host, or its host is written as an address notices must not go to.
    """
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise _unfit() from None
    schemes = ("https", "http") if reach.plain else ("https",)
    is_plain = url.isascii() and url.isprintable() and " " not in url and len(url) <= LONGEST
    if not (is_plain and host and parts.scheme in schemes):
        raise _unfit()
    if "@" in parts.netloc or "#" in url or "\\" in url:
        raise _unfit()
    literal = _literal(host)
    if literal is not None and not reach.is_fit(literal):
        raise InvalidError(
            "This address lies in a network that notices do not go to; an operator may allow it "
            "with HUB_WEBHOOK_NETWORKS.",
            code="WEBHOOK_ADDRESS",
        )


async def resolve(host: str, port: int, reach: Reach) -> Address:
    """Look a host up and give the address to connect to.

    Raises:
        UnfitAddressError: it has none, or one of them is an address notices must not go to.
    """
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError:
        raise UnfitAddressError("unknown host") from None
    addresses = [ip_address(place[0]) for *_, place in found]
    if not addresses or not all(map(reach.is_fit, addresses)):
        raise UnfitAddressError("address not allowed")
    return addresses[0]


def _literal(host: str) -> Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


def _unfit() -> InvalidError:
    return InvalidError(
        "A webhook's address is https with a host: no user, no fragment, at most "
        f"{LONGEST} plain characters.",
        code="WEBHOOK_ADDRESS",
    )
