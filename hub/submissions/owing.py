"""Who owes what, as it stands this minute: the calendar against what has come in.

Every partner may see it, so it holds no figure. That a return is nil tells one (nought): only
its own agency is told, everybody else sees that it was received.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import func, select

from hub.db.engine import Database
from hub.db.tables import intake
from hub.submissions.exemptions import Exemption, exemptions
from hub.submissions.history import all_revisions
from hub.submissions.revisions import Revision
from hub.submissions.states import APPROVED, State
from hub.vocabulary import Vocabulary, parse_period
from hub.vocabulary.calendar import Owing, Slot
from hub.vocabulary.periods import month_number

DONE = (Owing.RECEIVED, Owing.NIL, Owing.EXEMPT)
"""States in which nothing is owed."""
BACK, AHEAD = timedelta(days=183), timedelta(days=92)
"""How far from today a calendar looks: half a year back, a quarter ahead."""


@dataclass(frozen=True, slots=True)
class Due:
    """One return that is expected, and where it stands.

    ``revisions`` are the current revisions that cover the slot's months, in whole or in part.
    ``is_signed_off`` tells whether all of them are: only then does a release use them.
    """

    slot: Slot
    state: Owing
    revisions: tuple[Revision, ...] = ()
    exemption: Exemption | None = None

    @property
    def is_signed_off(self) -> bool:
        """Whether the agency has done all it has to."""
        came = self.state in (Owing.RECEIVED, Owing.NIL)
        return came and all(one.state in APPROVED for one in self.revisions)

    @property
    def is_owed(self) -> bool:
        """Whether the agency still has to send something."""
        return self.state not in DONE


async def calendar(
    database: Database,
    words: Vocabulary,
    today: date,
    months: tuple[int, int],
    *,
    eyes: str | None = None,
) -> tuple[Due, ...]:
    """Say what is expected for the months and where it stands, soonest due first.

    ``eyes`` is the agency that asks: of its own returns it is told which are nil. Of the others
    only the heads are read, by the one duty that sees every agency's.
    """
    slots = [slot for expected in words.expected for slot in expected.slots(*months)]
    async with database.release() as session:
        came = _by_pair(await all_revisions(session))
        freed = await exemptions(session)
    nil = await _nil(database, eyes) if eyes else set()
    found = (_due(slot, came, freed, nil, today) for slot in slots)
    return tuple(sorted(found, key=lambda one: (one.slot.due, one.slot.dataset.code)))


def _by_pair(revisions: Iterable[Revision]) -> dict[tuple[str, str], list[Revision]]:
    found: dict[tuple[str, str], list[Revision]] = defaultdict(list)
    for one in revisions:
        if one.state is not State.WITHDRAWN:
            found[one.dataset, one.agency].append(one)
    return found


def _due(
    slot: Slot,
    came: dict[tuple[str, str], list[Revision]],
    freed: Sequence[Exemption],
    nil: set[UUID],
    today: date,
) -> Due:
    pair = slot.dataset.code, slot.agency.code
    covering = [one for one in came.get(pair, ()) if _months(one) & _of(slot.period.months)]
    missing = _of(slot.period.months).difference(*map(_months, covering))
    if not missing:
        is_nil = all(one.return_id in nil for one in covering)
        return Due(slot, Owing.NIL if is_nil else Owing.RECEIVED, tuple(covering))
    for one in freed:
        if (one.dataset, one.agency) == pair and one.period.covers(slot.period):
            return Due(slot, Owing.EXEMPT, tuple(covering), one)
    return Due(slot, slot.outstanding(today), tuple(covering))


def _months(revision: Revision) -> set[int]:
    return _of(parse_period(revision.period).months)


def _of(months: tuple[int, int]) -> set[int]:
    return set(range(*months))


async def _nil(database: Database, agency: str) -> set[UUID]:
    """The agency's current returns without a figure other than 0."""
    head, body, cell = intake.return_, intake.revision, intake.observation
    said = func.count().filter((cell.c.value > 0) | (cell.c.status == "x"))
    query = (
        select(head.c.id)
        .join(body, body.c.return_id == head.c.id)
        .outerjoin(
            cell, (cell.c.return_id == body.c.return_id) & (cell.c.revision == body.c.number)
        )
        .where(head.c.agency == agency, body.c.is_current)
        .group_by(head.c.id)
        .having(said == 0)
    )
    async with database.intake(agency) as session:
        return set((await session.scalars(query)).all())


def months_around(today: date) -> tuple[int, int]:
    """The months whose returns may be due about now: from two years back to a quarter ahead."""
    now = month_number(today.year, today.month)
    return now - 24, now + 4


def due_about(found: Iterable[Due], today: date) -> tuple[Due, ...]:
    """What is due from :data:`BACK` before today to :data:`AHEAD` after it."""
    return tuple(one for one in found if today - BACK <= one.slot.due <= today + AHEAD)
