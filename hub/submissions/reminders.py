"""Reminders of what is due: one letter an agency, with names and days and never a figure.

Each return is asked about at most three times: a week before it is due, once it is late, and once
it is overdue. What was sent is kept, so that the command may run as often as one likes.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from hub.db.sessions import ReleaseSession
from hub.db.tables import intake
from hub.submissions.owing import Due
from hub.vocabulary.calendar import Owing
from hub.vocabulary.rows import Agency

SOON = timedelta(days=7)
"""How long before the day a return is due its agency is first reminded."""
_SAID = {
    Owing.EXPECTED: "is due on {due:%d %B %Y}",
    Owing.LATE: "was due on {due:%d %B %Y}; it is overdue after {overdue:%d %B %Y}",
    Owing.OVERDUE: "was due on {due:%d %B %Y}, at the latest on {overdue:%d %B %Y}; it is overdue",
}


@dataclass(frozen=True, slots=True)
class Reminder:
    """What one agency is reminded of, at one address or several."""

    agency: Agency
    addresses: tuple[str, ...]
    owed: tuple[Due, ...]

    def lines(self) -> list[str]:
        """Say what is owed, a line a return."""
        return [
            f"{one.slot.dataset.title} for {one.slot.period.title} "
            + _SAID[one.state].format(due=one.slot.due, overdue=one.slot.overdue)
            for one in self.owed
        ]

    def letter(self, sender: str, page: str, at: datetime) -> EmailMessage:
        """Write the e-mail; ``page`` is the address of the officers' page."""
        letter = EmailMessage()
        many = f"{len(self.owed)} returns" if len(self.owed) > 1 else "1 return"
        letter["Subject"] = f"Reminder: {many} due from {self.agency.title}"
        letter["From"], letter["To"] = sender, ", ".join(self.addresses)
        letter["Date"] = format_datetime(at)
        letter["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2].strip(">") or "hub")
        letter["Auto-Submitted"] = "auto-generated"
        listed = "".join(f"- {line}.\n" for line in self.lines())
        letter.set_content(
            f"{self.agency.title} has not returned:\n\n{listed}\n"
            f"Send it, or say that there is nothing to report, at {page}\n\n"
            "This letter is sent by the hub. It holds no figures; please send none in reply.\n"
        )
        return letter


async def reminders(
    session: ReleaseSession, due: Iterable[Due], contacts: Mapping[str, Sequence[str]], today: date
) -> list[Reminder]:
    """Say who is to be reminded of what today; agencies without an address are listed too."""
    known = await _sent(session)
    owed: dict[str, list[Due]] = defaultdict(list)
    for one in due:
        is_near = one.state is not Owing.EXPECTED or one.slot.due - today <= SOON
        if one.is_owed and is_near and _key(one) not in known:
            owed[one.slot.agency.code].append(one)
    return [
        Reminder(found[0].slot.agency, tuple(contacts.get(code, ())), tuple(found))
        for code, found in sorted(owed.items())
    ]


async def keep(session: ReleaseSession, reminder: Reminder, at: datetime) -> None:
    """Keep what an agency was reminded of."""
    names = ("dataset", "agency", "period", "state")
    rows = [dict(zip(names, _key(one), strict=True)) | {"at": at} for one in reminder.owed]
    await session.execute(insert(intake.reminder).values(rows).on_conflict_do_nothing())


async def _sent(session: ReleaseSession) -> set[tuple[str, ...]]:
    table = intake.reminder.c
    query = select(table.dataset, table.agency, table.period, table.state)
    return {tuple(row) for row in (await session.execute(query)).all()}


def _key(one: Due) -> tuple[str, str, str, str]:
    slot = one.slot
    return slot.dataset.code, slot.agency.code, slot.period.id, str(one.state)
