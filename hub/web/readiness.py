"""What must hold before a hub takes requests: its database, its record and its clock (H12)."""

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import func, select, text

from hub.audit.soundness import require_sound
from hub.errors import DatabaseError
from hub.web.health import Check
from hub.web.state import Hub

SKEW = timedelta(seconds=30)
"""How far two clocks may be apart: what tokens allow as well."""


def readiness(hub: Hub) -> list[Check]:
    """Give the checks behind ``/readyz``; each raises while what it looks at does not hold."""
    checks: list[Callable[[Hub], Check]] = [_database_answers, _record_holds, _clocks_agree]
    return [make(hub) for make in checks]


def _database_answers(hub: Hub) -> Check:
    async def database_answers() -> None:
        async with hub.database.protected() as session:
            await session.execute(text("SELECT 1"))

    return database_answers


def _record_holds(hub: Hub) -> Check:
    async def record_holds() -> None:
        if not hub.database.is_writing:
            raise DatabaseError("The record of acts is not anchored.")
        async with hub.database.identity() as session:
            await require_sound(session, no_later_than=hub.clock() + SKEW)

    return record_holds


def _clocks_agree(hub: Hub) -> Check:
    async def clocks_agree() -> None:
        async with hub.database.protected() as session:
            theirs = (await session.execute(select(func.clock_timestamp()))).scalar_one()
        if abs(theirs - hub.clock()) > SKEW:
            raise DatabaseError("The clock differs from the database's.")

    return clocks_agree
