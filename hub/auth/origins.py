"""Origins of sites whose pages may read answers to a client in a browser (CORS)."""

import re
from collections.abc import Iterable

from sqlalchemy import update

from hub.auth.registry import require
from hub.db.sessions import IdentitySession
from hub.db.tables import identity
from hub.errors import InvalidError

SECURE = re.compile(r"https://[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::[1-9][0-9]{0,4})?", re.ASCII)
LOOPBACK = re.compile(r"http://(?:127\.0\.0\.1|localhost)(?::[1-9][0-9]{0,4})?", re.ASCII)
LONGEST = 300


def is_origin(text: str) -> bool:
    """Say whether a text is an origin as browsers send it: https, or http on this machine."""
    fit = SECURE.fullmatch(text) or LOOPBACK.fullmatch(text)
    return bool(fit) and len(text) <= LONGEST and not text.endswith(":443")


async def set_origins(session: IdentitySession, client_id: str, origins: Iterable[str]) -> None:
    """Replace the origins of a client; in force on every worker within five seconds.

    Raises:
        InvalidError: one is no origin; there is no wildcard.
        NotFoundError: there is no such client.
    """
    wanted = sorted(set(origins))
    if not all(map(is_origin, wanted)):
        raise InvalidError(
            "An origin is https and a host in small letters, with its port if it is not 443, and "
            "nothing behind it; http for 127.0.0.1 and localhost only. There is no wildcard.",
            code="ORIGIN_FORMAT",
        )
    await require(session, client_id)
    table = identity.client
    await session.execute(
        update(table).where(table.c.client_id == client_id).values(origins=wanted)
    )
