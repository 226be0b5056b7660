"""A release from returns in the database to published, with its memory: prepare, approve, publish.

Run ``python -m benchmarks.releasing`` (one year of eight services) or with ``--years 8`` (ten times
the cells). The returns are stored as signed off; then the release room does what it does for a
steward. Printed: what is told of progress, seconds of each act, and the most memory of this process
(which stands for the server) and of the process that prepares.
"""

import argparse
import asyncio
import random
import resource
import tempfile
import threading
import time
from pathlib import Path
from uuid import uuid4

from sqlalchemy import func, insert, select

from benchmarks.resubmission import World
from hub.auth.principals import Principal
from hub.auth.roles import Role
from hub.clock import now
from hub.db.engine import Database
from hub.db.server import embedded
from hub.db.tables import intake, protected
from hub.protected.releases import Audience
from hub.release import flow
from hub.returns import Columns
from hub.settings import Settings
from hub.submissions import staging
from hub.submissions.revisions import SignedOff
from hub.vocabulary import vocabulary


async def store(database: Database, one: SignedOff) -> None:
    """Put a signed-off return into the store."""
    head, at = one.revision, now()
    made = uuid4()
    names = {"dataset": head.dataset, "agency": head.agency, "period": head.period}
    async with database.intake(head.agency) as session:
        await session.execute(insert(intake.return_).values(id=made, created_at=at, **names))
        await session.execute(
            insert(intake.revision).values(
                return_id=made,
                number=1,
                content_hash=head.content_hash,
                state=str(head.state),
                submitted_by=head.submitted_by,
                client_id=head.submitted_by,
                submitted_at=at,
                rows=len(one.observations),
                is_current=True,
            )
        )
        await staging.stage(session, Columns.of(one.observations))
        await staging.store(session, made, 1)


class Weigher(threading.Thread):
    """Notes the most resident memory, in megabytes, of this process and of its children."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.own = self.child = 0.0
        self.over = threading.Event()

    def run(self) -> None:
        """Look ten times a second."""
        while not self.over.wait(0.1):
            self.own = max(self.own, _megabytes("self"))
            for pid in _children():
                self.child = max(self.child, _megabytes(pid))


def _children() -> list[str]:
    file = Path("/proc/self/task")
    found = []
    for task in file.iterdir():
        try:
            found += (task / "children").read_text().split()
        except OSError:
            continue
    return found


def _megabytes(pid: str) -> float:
    try:
        if "postgres" in Path(f"/proc/{pid}/comm").read_text():
            return 0.0
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except OSError:
        return 0.0
    return pages * resource.getpagesize() / 2**20


def steward(name: str) -> Principal:
    """Somebody who may make releases."""
    return Principal(
        subject=name,
        client_id=name,
        title=name,
        roles=frozenset({Role.STEWARD}),
        agency=None,
        areas=(),
        scopes=frozenset(),
        token_id=None,
    )


def told(step: str, done: int, of: int) -> None:
    """Print progress as the log has it."""
    print(f"    {step} {done} of {of}", flush=True)


async def release(database: Database, quiet: bool) -> None:
    """Make one release of what is stored, and say what it took."""
    weigher, words = Weigher(), vocabulary()
    weigher.start()
    before, began = _megabytes("self"), time.perf_counter()
    progress = (lambda *_: None) if quiet else told
    made = await flow.prepare_release(
        database, words, Audience.PARTNER, None, steward("one"), now(), progress, processes=2
    )
    prepared = time.perf_counter()
    async with database.release() as session:
        await flow.approve_release(session, made.id, made.content_hash, steward("two"), now())
    approved = time.perf_counter()
    async with database.release() as session:
        await flow.publish_release(session, made.id, None, steward("two"), now())
    published = time.perf_counter()
    weigher.over.set()
    async with database.protected() as session:
        shown = await session.scalar(select(func.count()).select_from(protected.observation))
    assert shown == made.cells
    child = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(
        f"{made.cells} cells: prepare {prepared - began:.1f} s (CPU of processes since the start "
        f"{child.ru_utime + child.ru_stime:.1f} s), approve {approved - prepared:.1f} s, publish "
        f"{published - approved:.1f} s; server {before:.0f} MB before, {weigher.own:.0f} at most, "
        f"{_megabytes('self'):.0f} after; preparing process {weigher.child:.0f} at most",
        flush=True,
    )


async def main(years: int, quiet: bool) -> None:
    """Store the returns and release them."""
    settings = Settings(env="development", data_dir=Path(tempfile.mkdtemp(prefix="hub-release-")))
    postgres = embedded(settings)
    assert postgres is not None
    await asyncio.to_thread(postgres.start)
    database = await Database.open(settings)
    try:
        months = tuple(f"{2016 + n // 12}-{n % 12 + 1:02}" for n in range(12 * years))
        world = World(vocabulary(), random.Random(1), months)  # noqa: S311
        for one in world.returns():
            await store(database, one)
        async with database.release() as session:
            stored = await session.scalar(select(func.count()).select_from(intake.observation))
        print(f"{stored} observations signed off", flush=True)
        await release(database, quiet)
    finally:
        await database.close()
        await asyncio.to_thread(postgres.destroy)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--years", type=int, default=1)
    parser.add_argument("--quiet", action="store_true")
    given = parser.parse_args()
    asyncio.run(main(given.years, given.quiet))
