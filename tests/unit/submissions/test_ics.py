"""The calendar file: its form by RFC 5545, and nothing in it but names and days."""

from datetime import UTC, date, datetime

from hub.submissions.ics import calendar_file
from hub.submissions.owing import Due
from hub.vocabulary import parse_period, vocabulary
from hub.vocabulary.calendar import Owing, Slot

AT = datetime(2018, 5, 1, 9, 30, tzinfo=UTC)


def written(state: Owing = Owing.LATE, title: str = "Returns") -> str:
    words = vocabulary()
    slot = Slot(
        words.dataset("IDVA"),
        words.agency("REFUGE_HERTS"),
        parse_period("2018-01/2018-03"),
        date(2018, 4, 30),
        date(2018, 5, 15),
    )
    return calendar_file(title, [Due(slot, state)], "hub.example", AT)


def lines(text: str) -> list[str]:
    return text.replace("\r\n ", "").split("\r\n")


def test_an_event_of_the_day_it_is_due() -> None:
    found = lines(written())
    assert found[0] == "BEGIN:VCALENDAR"
    assert found[-2:] == ["END:VCALENDAR", ""]
    assert "UID:IDVA-REFUGE_HERTS-2018-01_2018-03@hub.example" in found
    assert "DTSTAMP:20180501T093000Z" in found
    assert found.index("DTSTART;VALUE=DATE:20180430") + 1 == found.index(
        "DTEND;VALUE=DATE:20180501"
    )
    assert "SUMMARY:Late: IDVA service\\, Jan to Mar 2018" in found


def test_lines_are_folded_by_octets_and_fold_back() -> None:
    text = written(title="Rückmeldungen " * 20)
    assert max(len(line.encode()) for line in text.split("\r\n")) <= 75
    assert f"X-WR-CALNAME:{'Rückmeldungen ' * 20}" in lines(text)


def test_text_is_escaped_so_that_no_line_can_be_forged() -> None:
    found = lines(written(title="a;b,c\\d\r\nEND:VCALENDAR"))
    assert "X-WR-CALNAME:a\\;b\\,c\\\\d\\nEND:VCALENDAR" in found
    assert found.count("END:VCALENDAR") == 1


def test_what_is_owed_rings_and_what_has_come_does_not() -> None:
    assert "BEGIN:VALARM" in written(Owing.EXPECTED)
    assert "BEGIN:VALARM" not in written(Owing.RECEIVED)


def test_a_nil_return_is_written_as_received() -> None:
    assert written(Owing.NIL) == written(Owing.RECEIVED)
