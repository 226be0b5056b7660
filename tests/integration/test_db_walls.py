"""One agency's raw returns are out of another's reach, whatever the statement (Z6, Z7, Z8)."""

import asyncio
from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, insert, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from hub.clock import now
from hub.db.engine import Database
from hub.db.logins import Duty
from hub.db.tables import intake

TABLES = {table.name: table for table in intake.metadata.sorted_tables}
RAW = ("return", "revision", "observation", "finding", "transition", "sign_off")
AGENCIES = ("A", "B")
COUNTS: Mapping[str, int] = {"A": 1111, "B": 2222}


async def give(database: Database, agency: str) -> UUID:
    """Store a return of ``agency`` with one count that only it has."""
    head, at = uuid4(), now()
    here = {"return_id": head, "revision": 1}
    made = {"submitted_by": "s", "client_id": "c", "submitted_at": at, "rows": 1}
    async with database.intake(agency) as session:
        await session.execute(
            insert(intake.return_).values(
                id=head, dataset="D", agency=agency, period="CY2020", created_at=at
            )
        )
        await session.execute(
            insert(intake.revision).values(
                return_id=head,
                number=1,
                content_hash="h",
                state="VALIDATED",
                is_current=True,
                **made,
            )
        )
        await session.execute(
            insert(intake.observation).values(
                **here, area="E1", period="CY2020", indicator="I", value=COUNTS[agency]
            )
        )
        finding = {"ordinal": 0, "severity": "query", "code": "C", "message": "m"}
        await session.execute(insert(intake.finding).values(**here, **finding))
        step = {"ordinal": 0, "to_state": "VALIDATED", "by_subject": "s", "at": at}
        await session.execute(insert(intake.transition).values(**here, **step))
        signed = {"content_hash": "h", "by_subject": "s", "at": at}
        await session.execute(insert(intake.sign_off).values(**here, **signed))
    return head


@pytest.fixture
async def heads(database: Database) -> dict[str, UUID]:
    """A return of each of two agencies, of the same dataset and period."""
    return {agency: await give(database, agency) for agency in AGENCIES}


async def seen(database: Database, agency: str | None) -> dict[str, int]:
    """Count the rows of every raw table that an agency's session sees."""
    opened = database.intake() if agency is None else database.intake(agency)
    async with opened as session:
        return {
            table: await session.scalar(select(func.count()).select_from(TABLES[table])) or 0
            for table in RAW
        }


async def test_an_agency_sees_its_own_rows_and_nobody_none(
    database: Database, heads: dict[str, UUID]
) -> None:
    assert await seen(database, "A") == dict.fromkeys(RAW, 1)
    assert await seen(database, "B") == dict.fromkeys(RAW, 1)
    assert await seen(database, "C") == dict.fromkeys(RAW, 0)
    assert await seen(database, None) == dict.fromkeys(RAW, 0)
    async with database.release() as session:
        assert len((await session.execute(select(intake.observation))).all()) == 2


async def test_an_agency_moves_its_own_rows_only(
    database: Database, heads: dict[str, UUID]
) -> None:
    async with database.intake("B") as session:
        moved = await session.execute(
            update(intake.revision).values(state="WITHDRAWN").returning(intake.revision.c.return_id)
        )
        answered = await session.execute(
            update(intake.finding).values(answer="yes").returning(intake.finding.c.return_id)
        )
    assert (list(moved.scalars()), list(answered.scalars())) == ([heads["B"]], [heads["B"]])


def theirs(head: UUID) -> list[Any]:
    """Statements that write into the return ``head``."""
    at = now()
    here = {"return_id": head, "revision": 2}
    return [
        insert(intake.return_).values(
            id=uuid4(), dataset="D", agency="A", period="CY2021", created_at=at
        ),
        insert(intake.observation).values(
            **here, area="E1", period="CY2020", indicator="J", value=5
        ),
        insert(intake.finding).values(
            return_id=head, revision=1, ordinal=1, severity="query", code="C", message="m"
        ),
        insert(intake.sign_off).values(**here, content_hash="h", by_subject="s", at=at),
        insert(intake.transition).values(
            return_id=head, revision=1, ordinal=1, to_state="X", by_subject="s", at=at
        ),
        insert(intake.revision).values(
            return_id=head,
            number=2,
            content_hash="h",
            state="VALIDATED",
            is_current=False,
            submitted_by="s",
            client_id="c",
            submitted_at=at,
            rows=1,
        ),
    ]


@pytest.mark.parametrize("number", range(6))
async def test_an_agency_cannot_write_into_anothers_return(
    database: Database, heads: dict[str, UUID], number: int
) -> None:
    with pytest.raises(DBAPIError, match="row-level security"):
        async with database.intake("B") as session:
            await session.execute(theirs(heads["A"])[number])


async def test_an_agency_writes_into_its_own(database: Database, heads: dict[str, UUID]) -> None:
    async with database.intake("A") as session:
        for statement in reversed(theirs(heads["A"])):
            await session.execute(statement)


async def alternate(database: Database, times: int) -> int:
    """Ask for both agencies in turn, several at a time; count what was not the asker's own."""

    async def ask(agency: str) -> int:
        async with database.intake(agency) as session:
            found = await session.scalars(select(intake.observation.c.value))
            return sum(1 for value in found if value != COUNTS[agency])

    leaks = 0
    for start in range(0, times, 10):
        leaks += sum(await asyncio.gather(*(ask(AGENCIES[(start + n) % 2]) for n in range(10))))
    return leaks


@pytest.fixture
async def narrow(database: Database, monkeypatch: pytest.MonkeyPatch, settings: Any) -> Any:
    """The same database over a pool of two connections."""
    from hub.db import pools

    monkeypatch.setattr(pools, "SIZES", dict.fromkeys(Duty, 2))
    opened = await Database.open(settings)
    yield opened
    await opened.close()


async def test_nothing_leaks_over_a_pool_of_two(narrow: Database, heads: dict[str, UUID]) -> None:
    assert await alternate(narrow, 100) == 0


@pytest.mark.long
async def test_nothing_leaks_in_a_thousand_requests(
    narrow: Database, heads: dict[str, UUID]
) -> None:
    assert await alternate(narrow, 1000) == 0


async def test_the_agency_is_forgotten_with_the_transaction(narrow: Database) -> None:
    query = text("SELECT current_setting('hub.agency', true)")
    for _ in range(4):
        async with narrow.intake("A") as session:
            assert await session.scalar(query) == "A"
    for _ in range(4):
        async with narrow.release() as session:
            assert not await session.scalar(query)
        async with narrow.intake() as session:
            assert await session.scalar(query) == ""


async def test_a_conflict_never_tells_about_another_agency(
    database: Database, heads: dict[str, UUID]
) -> None:
    """Z8: every unique key of a raw table holds the agency or the return it belongs to."""
    query = text(
        "SELECT c.conrelid::regclass::text, array_agg(a.attname::text)"
        " FROM pg_constraint c JOIN pg_attribute a"
        " ON a.attrelid = c.conrelid AND a.attnum = ANY(c.conkey)"
        " WHERE c.contype IN ('p', 'u') AND c.connamespace = 'intake'::regnamespace"
        " AND c.conrelid::regclass::text = ANY(:raw) GROUP BY c.oid, c.conrelid"
    )
    async with database.release() as session:
        found = (await session.execute(query, {"raw": [f"intake.{t}" for t in RAW]})).all()
    keys = [set(columns) for _, columns in found]
    assert len(keys) >= len(RAW)
    # A random identifier that nobody else can guess is its own wall.
    assert [key for key in keys if not key & {"agency", "return_id"}] == [{"id"}]


async def test_every_raw_table_has_its_wall(owner: AsyncEngine) -> None:
    query = text(
        "SELECT relname::text FROM pg_class WHERE relnamespace = 'intake'::regnamespace"
        " AND relkind = 'r' AND relrowsecurity AND relforcerowsecurity"
    )
    async with owner.connect() as connection:
        assert set(await connection.scalars(query)) >= set(RAW)


async def test_views_act_as_the_caller_and_no_function_as_its_owner(owner: AsyncEngine) -> None:
    views = text(
        "SELECT oid::regclass::text FROM pg_class WHERE relkind IN ('v', 'm')"
        " AND relnamespace::regnamespace::text IN ('intake', 'protected', 'identity', 'audit')"
        " AND NOT coalesce(reloptions, '{}') @> '{security_invoker=true}'"
    )
    functions = text(
        "SELECT oid::regprocedure::text FROM pg_proc WHERE prosecdef"
        " AND pronamespace::regnamespace::text NOT IN ('pg_catalog', 'information_schema')"
    )
    async with owner.connect() as connection:
        assert list(await connection.scalars(views)) == []
        assert list(await connection.scalars(functions)) == []
