"""From a PostgreSQL address as operators write it to one that SQLAlchemy and asyncpg take."""

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from hub.errors import SettingsError

DRIVER = "postgresql+asyncpg"
SCHEMES = frozenset({"postgresql", "postgres", DRIVER})


def parse(text: str, variable: str = "HUB_DATABASE_URL", *, login: bool = True) -> URL:
    """Read an address: ``postgresql://owner:password@host:port/database``.

    ``variable`` names where it stands, for the error texts; without ``login`` it needs none.

    libpq's ``host`` (a socket folder), ``port`` and ``sslmode`` are taken from the query too; the
    certificate authority for ``verify-ca`` and ``verify-full`` is named by ``PGSSLROOTCERT``.
    Raises ``SettingsError``, which never repeats the address: it holds a password.
    """
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        raise SettingsError(f"{variable} is not an address of a database.") from None
    if url.drivername not in SCHEMES or not url.database or (login and not url.username):
        who = "owner:password@" if login else ""
        raise SettingsError(f"{variable} must read postgresql://{who}host:port/database.")
    query = dict(url.query)
    host, port = query.pop("host", url.host), query.pop("port", url.port)
    if "sslmode" in query:
        query["ssl"] = query.pop("sslmode")
    if isinstance(host, tuple) or not str(port or 0).isdecimal():
        raise SettingsError(f"{variable} must name one host and one port.")
    if unknown := sorted(set(query) - {"ssl"}):
        raise SettingsError(
            f"{variable} has a parameter that is not taken: {', '.join(unknown)}. "
            "It takes host, port and sslmode; name a certificate authority by PGSSLROOTCERT."
        )
    return url.set(drivername=DRIVER, host=host, port=int(str(port)) if port else None, query=query)
