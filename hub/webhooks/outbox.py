"""The deliveries that releases owe to webhooks: each written down once, tried, logged.

Several hub processes may work on it at once: a delivery is taken for a while with a lease, no
lock is held over the network, and one whose process died is taken again. So a receiver may hear
a notice twice; the id of the message is then the same.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, delete, insert, select, update
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncSession

from hub.db.sessions import IdentitySession
from hub.db.tables import identity
from hub.errors import NotFoundError
from hub.protected.releases import Release

WAITING, DELIVERED, DEAD, BEFORE = "waiting", "delivered", "dead", "before"
"""States; ``before`` are releases older than the webhook, of which it is not told."""
PAUSES = tuple(
    timedelta(seconds=seconds)
    for seconds in (5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400)
)
"""Between two tries, as Standard Webhooks advises: some three days in all, then it is dead."""
LEASE = timedelta(seconds=60)
"""How long a try may take before another process takes the delivery."""
AT_ONCE = 20
"""Most deliveries taken in one go."""
KEPT = timedelta(days=90)
"""How long tries stay in the log."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """A notice on its way, as taken for one try."""

    id: str
    webhook_id: str
    release_id: str
    audience: str
    published_at: datetime
    tries: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a try ended: the receiver's HTTP status, or what went wrong before one came."""

    status: int | None
    fault: str | None
    milliseconds: int
    taken: bool = field(init=False)

    def __post_init__(self) -> None:
        is_taken = self.status is not None and 200 <= self.status < 300
        object.__setattr__(self, "taken", is_taken)

    @property
    def is_gone(self) -> bool:
        """Whether the receiver wants no more notices (410)."""
        return self.status == 410


def message_id(webhook_id: str, release_id: str) -> str:
    """Give the id of a notice: the same for every try, on every process."""
    return "msg_" + hashlib.sha256(f"{webhook_id} {release_id}".encode()).hexdigest()[:32]


async def owe(
    session: IdentitySession,
    pairs: Iterable[tuple[str, Release]],
    at: datetime,
    state: str = WAITING,
) -> None:
    """Write down which webhook is owed a notice of which release; harmless to repeat."""
    rows = [
        {
            "id": message_id(webhook_id, release.id),
            "webhook_id": webhook_id,
            "release_id": release.id,
            "audience": str(release.audience),
            "published_at": release.published_at,
            "state": state,
            "tries": 0,
            "next_at": at,
        }
        for webhook_id, release in pairs
    ]
    if rows:
        table = postgresql.insert(identity.delivery)
        await session.execute(table.on_conflict_do_nothing(), rows)


async def take(session: IdentitySession, at: datetime) -> list[Delivery]:
    """Take what is due for one try each; whoever else looks meanwhile passes over it."""
    table, hook = identity.delivery, identity.webhook
    due = (
        select(table.c.id)
        .join(hook, hook.c.id == table.c.webhook_id)
        .where(table.c.state == WAITING, table.c.next_at <= at, hook.c.removed_at.is_(None))
        .order_by(table.c.next_at, table.c.id)
        .limit(AT_ONCE)
        .with_for_update(of=table, skip_locked=True)
    )
    taken = (
        update(table)
        .where(table.c.id.in_(due))
        .values(tries=table.c.tries + 1, next_at=at + LEASE)
        .returning(table)
    )
    return [_delivery(row) for row in await session.execute(taken)]


async def settle(
    session: IdentitySession, delivery: Delivery, outcome: Outcome, at: datetime
) -> None:
    """Log a try, and say what comes next: done, another try, or given up."""
    tried = {
        "delivery_id": delivery.id,
        "number": delivery.tries,
        "at": at,
        "status": outcome.status,
        "fault": outcome.fault,
        "milliseconds": outcome.milliseconds,
    }
    await session.execute(insert(identity.delivery_try).values(tried))
    state, following = WAITING, at
    if outcome.taken:
        state = DELIVERED
    elif outcome.is_gone or delivery.tries > len(PAUSES):
        state = DEAD
    else:
        following = at + PAUSES[delivery.tries - 1]
    table = identity.delivery
    # Only the newest try decides: a slow one whose lease ran out must not undo its successor.
    mine = (table.c.id == delivery.id, table.c.tries == delivery.tries, table.c.state == WAITING)
    await session.execute(update(table).where(*mine).values(state=state, next_at=following))
    if outcome.is_gone:
        hook = identity.webhook
        await session.execute(
            update(hook).where(hook.c.id == delivery.webhook_id).values(removed_at=at)
        )


async def retry(session: IdentitySession, delivery_id: str, at: datetime) -> None:
    """Try a delivery that was given up once more.

    Raises:
        NotFoundError: there is none of this id that was given up.
    """
    table = identity.delivery
    again = (
        update(table)
        .where(table.c.id == delivery_id, table.c.state == DEAD)
        .values(state=WAITING, next_at=at)
        .returning(table.c.id)
    )
    if await session.scalar(again) is None:
        raise NotFoundError("No delivery of this id was given up.")


async def log(
    session: AsyncSession, webhook_id: str | None = None, most: int = 100
) -> list[dict[str, Any]]:
    """List the newest deliveries with their last try; no body of any answer is ever kept."""
    table, tried = identity.delivery, identity.delivery_try
    is_last = and_(tried.c.delivery_id == table.c.id, tried.c.number == table.c.tries)
    query = (
        select(table, tried.c.at, tried.c.status, tried.c.fault, tried.c.milliseconds)
        .outerjoin(tried, is_last)
        .where(table.c.state != BEFORE)
        .order_by(table.c.published_at.desc(), table.c.id)
        .limit(most)
    )
    if webhook_id is not None:
        query = query.where(table.c.webhook_id == webhook_id)
    return [dict(row._mapping) for row in await session.execute(query)]


async def forget_tries(session: IdentitySession, at: datetime) -> None:
    """Delete old lines of the log; deliveries stay, so that nothing is told twice."""
    tried = identity.delivery_try
    await session.execute(delete(tried).where(tried.c.at < at - KEPT))


def _delivery(row: Any) -> Delivery:
    return Delivery(
        row.id, row.webhook_id, row.release_id, row.audience, row.published_at, row.tries
    )
