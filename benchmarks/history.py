"""What one more release costs after many others: everything read, and only what is linked.

    python -m benchmarks.history                 24 releases before, in a database of its own
    python -m benchmarks.history --releases 6

Eight services return a year of months (as in ``benchmarks.resubmission``). A release is prepared,
approved and published by the release's own acts, one count of one return is corrected, the next
release is made, and so on. Then the last correction is prepared twice: with every earlier
release read whole, and with what preparing a release reads. Both must give the same content.
Memory is what Python holds for it at most (``tracemalloc``), seconds are of this process's CPU.
"""

import argparse
import asyncio
import gc
import json
import random
import tempfile
import time
import tracemalloc
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

from sqlalchemy import insert, update

from benchmarks.resubmission import AT, SERVICES, World, months_of
from hub.auth.principals import Principal
from hub.db.engine import Database
from hub.db.tables import intake
from hub.disclosure import PARTNER
from hub.protected.releases import Audience
from hub.release.flow import approve_release, prepare_release, publish_release
from hub.release.preparation import Vintage, prepare
from hub.release.vintages import history, linked_history
from hub.settings import Settings
from hub.submissions.revisions import SignedOff
from hub.submissions.signed_off import signed_off
from hub.vocabulary import breakdown_text, vocabulary


@dataclass(frozen=True)
class Measured:
    """One way of reading: ``cells`` are the counts and figures read of earlier releases."""

    way: str
    releases: int
    cells: int
    read_seconds: float
    read_megabytes: float
    prepare_seconds: float
    peak_megabytes: float


def _steward(name: str) -> Principal:
    return Principal(name, name, name, frozenset(), None, (), frozenset(), None)


async def _store(database: Database, one: SignedOff) -> None:
    """One revision, signed off, as the current one of its return."""
    revision = one.revision
    where = {"return_id": revision.return_id, "revision": revision.number}
    async with database.intake(revision.agency) as session:
        if revision.number == 1:
            head = {name: getattr(revision, name) for name in ("dataset", "agency", "period")}
            values = head | {"id": revision.return_id, "created_at": AT}
            await session.execute(insert(intake.return_).values(**values))
        else:
            body = intake.revision
            here = body.c.return_id == revision.return_id
            replaced = {"is_current": False, "state": "SUPERSEDED"}
            await session.execute(update(body).where(here).values(**replaced))
        await session.execute(
            insert(intake.revision).values(
                return_id=revision.return_id,
                number=revision.number,
                content_hash=revision.content_hash,
                state="AGENCY_APPROVED",
                submitted_by="benchmark",
                client_id="benchmark",
                submitted_at=AT,
                rows=len(one.observations),
                is_current=True,
            )
        )
        rows = [
            where
            | {
                "indicator": item.indicator,
                "area": item.area,
                "period": item.period,
                "breakdown": breakdown_text(item.breakdown),
                "value": item.value,
                "row": number,
            }
            for number, item in enumerate(one.observations)
        ]
        await session.execute(insert(intake.observation), rows)


def _corrected(one: SignedOff, dice: random.Random) -> SignedOff:
    """The return's next revision: one count is another."""
    rows = list(one.observations)
    at = dice.randrange(len(rows))
    rows[at] = rows[at]._replace(value=(rows[at].value or Decimal(0)) + dice.randint(1, 9))
    number = one.revision.number + 1
    name = f"{one.revision.dataset}/{one.revision.period}/{number}"
    return SignedOff(replace(one.revision, number=number, content_hash=name), tuple(rows))


async def _release(database: Database) -> None:
    """Prepared by one steward, approved and published by another."""
    made = await prepare_release(
        database, vocabulary(), Audience.PARTNER, None, _steward("one"), AT
    )
    async with database.release() as session:
        await approve_release(session, made.id, made.content_hash, _steward("two"), AT)
    async with database.release() as session:
        await publish_release(session, made.id, None, _steward("two"), AT)


async def _read(database: Database, way: str, signed: list[SignedOff]) -> list[Vintage]:
    words = vocabulary()
    async with database.release() as session:
        if way == "all":
            return await history(session, Audience.PARTNER, words)
        return await linked_history(session, Audience.PARTNER, words, signed, PARTNER)


async def _measure(database: Database, way: str) -> tuple[Measured, str]:
    """Once for the time, once for the memory, which takes time to follow."""
    async with database.release() as session:
        signed = await signed_off(session)
    began = time.process_time()
    past = await _read(database, way, signed)
    middle = time.process_time()
    made = prepare(signed, vocabulary(), PARTNER, past)
    after = time.process_time()
    cells = sum(len(one.shown) + sum(len(body.observations) for body in one.signed) for one in past)
    del past
    gc.collect()
    tracemalloc.start()
    past = await _read(database, way, signed)
    held, _ = tracemalloc.get_traced_memory()
    prepare(signed, vocabulary(), PARTNER, past)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    found = Measured(
        way=way,
        releases=len(past),
        cells=cells,
        read_seconds=round(middle - began, 2),
        read_megabytes=round(held / 2**20, 1),
        prepare_seconds=round(after - middle, 2),
        peak_megabytes=round(peak / 2**20, 1),
    )
    return found, made.content_hash


async def measure(releases: int, months: int, folder: Path) -> list[Measured]:
    """Publish ``releases``, correct one count more, and read both ways."""
    dice = random.Random(1)  # noqa: S311 - a benchmark
    database = await Database.open(Settings(env="development", data_dir=folder))
    try:
        current = list(World(vocabulary(), dice, months_of(months)).returns())
        for one in current:
            await _store(database, one)
        for number in range(releases):
            await _release(database)
            at = dice.randrange(len(current)) if number + 1 < releases else 0
            current[at] = _corrected(current[at], dice)
            await _store(database, current[at])
        found = [await _measure(database, way) for way in ("all", "linked")]
    finally:
        await database.close()
    if len({content for _, content in found}) > 1:
        raise SystemExit("The two ways do not give the same release.")
    return [measured for measured, _ in found]


def main() -> None:
    """Print one JSON object for each way of reading."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--releases", type=int, default=24, help="releases published before")
    parser.add_argument("--months", type=int, default=12, help=f"months of {len(SERVICES)} returns")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for found in asyncio.run(measure(options.releases, options.months, Path(folder))):
            print(json.dumps(found.__dict__), flush=True)


if __name__ == "__main__":
    main()
