"""A calendar file (RFC 5545) of what an agency owes: names and days, never a figure."""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta

from hub.submissions.owing import Due
from hub.vocabulary.calendar import Owing

MEDIA_TYPE = "text/calendar; charset=utf-8"
WIDEST = 75
"""Octets of a content line; a longer one goes on in the next (RFC 5545, 3.1)."""
_SAID = {
    Owing.EXPECTED: "Due",
    Owing.LATE: "Late",
    Owing.OVERDUE: "Overdue",
    Owing.RECEIVED: "Received",
    Owing.NIL: "Received",
    Owing.EXEMPT: "Exempt",
}


def calendar_file(title: str, found: Iterable[Due], host: str, at: datetime) -> str:
    """Write the calendar; the same return keeps its UID, so that a subscription is updated."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Domestic abuse data hub//Returns//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"X-WR-CALNAME:{_text(title)}",
        *(line for one in found for line in _event(one, host, at)),
        "END:VCALENDAR",
    ]
    return "".join(f"{folded}\r\n" for line in lines for folded in _folded(line))


def _event(one: Due, host: str, at: datetime) -> Iterator[str]:
    slot = one.slot
    name = f"{_SAID[one.state]}: {slot.dataset.title}, {slot.period.title}"
    about = (
        f"{slot.dataset.title} of {slot.agency.title} for {slot.period.title}. "
        f"In time until {slot.due:%d %B %Y}, overdue after {slot.overdue:%d %B %Y}."
    )
    yield "BEGIN:VEVENT"
    yield f"UID:{slot.dataset.code}-{slot.agency.code}-{slot.period.id.replace('/', '_')}@{host}"
    yield f"DTSTAMP:{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    yield f"DTSTART;VALUE=DATE:{_day(slot.due)}"
    yield f"DTEND;VALUE=DATE:{_day(slot.due + timedelta(days=1))}"
    yield f"SUMMARY:{_text(name)}"
    yield f"DESCRIPTION:{_text(about)}"
    yield "TRANSP:TRANSPARENT"
    if one.is_owed:
        yield "BEGIN:VALARM"
        yield "ACTION:DISPLAY"
        yield "TRIGGER:-P7D"
        yield f"DESCRIPTION:{_text(name)}"
        yield "END:VALARM"
    yield "END:VEVENT"


def _day(day: date) -> str:
    return f"{day:%Y%m%d}"


def _text(text: str) -> str:
    """Escape what means something else in a TEXT value (RFC 5545, 3.3.11)."""
    for found, written in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\n", "\\n")):
        text = text.replace(found, written)
    return text.replace("\r", "")


def _folded(line: str) -> Iterator[str]:
    """Cut a line into pieces of at most :data:`WIDEST` octets, never inside a character."""
    piece, size = "", 0
    for character in line:
        wide = len(character.encode())
        if size + wide > WIDEST:
            yield piece
            piece, size = " ", 1
        piece, size = piece + character, size + wide
    yield piece
