"""The chain finds what was done to it."""

from collections.abc import Callable
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.audit import GENESIS, Entry, Event, verify
from hub.audit.chain import link

START = datetime(2026, 1, 1, tzinfo=UTC)


def chain(length: int, **details: str) -> list[Entry]:
    """Make an intact chain."""
    entries: list[Entry] = []
    for number in range(length):
        event = Event("return.submit", f"sub-{number % 3}", "client", "POL", None, "done", details)
        head = entries[-1].head if entries else GENESIS
        entries.append(link(head, event, START + timedelta(seconds=number)))
    return entries


def other(value: object) -> object:
    """Give a different value of the same kind."""
    match value:
        case int():
            return value + 1
        case datetime():
            return value + timedelta(microseconds=1)
        case bytes():
            return bytes([value[0] ^ 1]) + value[1:]
        case dict():
            return {**value, "added": "later"}
        case _:
            return f"{value}!"


def test_an_intact_chain_holds() -> None:
    entries = chain(20)
    verdict = verify(entries, [entries[9].head, entries[-1].head])
    assert verdict.is_intact
    assert verdict.head == entries[-1].head


def test_an_empty_chain_holds_unless_a_head_was_kept() -> None:
    assert verify([]).is_intact
    assert not verify([], [chain(1)[0].head]).is_intact


@pytest.mark.parametrize("name", [field.name for field in fields(Entry)])
@pytest.mark.parametrize("place", [0, 4, 8])
def test_an_edit_of_any_field_is_found(name: str, place: int) -> None:
    entries = chain(9)
    edited = {name: other(getattr(entries[place], name))}
    entries[place] = replace(entries[place], **edited)  # type: ignore[arg-type]
    verdict = verify(entries)
    assert verdict.faults[0].sequence in {place + 1, entries[place].sequence}


def test_details_of_another_shape_are_a_fault_not_a_crash() -> None:
    entries = chain(3)
    entries[1] = replace(entries[1], details=7)  # type: ignore[arg-type]
    assert verify(entries).faults[0].sequence == 2


def delete(entries: list[Entry], one: int, two: int) -> None:
    del entries[one]


def swap(entries: list[Entry], one: int, two: int) -> None:
    entries[one], entries[two] = entries[two], entries[one]


def double(entries: list[Entry], one: int, two: int) -> None:
    entries.insert(two, entries[one])


def rehash(entries: list[Entry], one: int, two: int) -> None:
    """Edit and make the edited entry itself consistent again."""
    edited = replace(entries[one], outcome="refused")
    entries[one] = replace(edited, hash=edited.digest())


def insert_forged(entries: list[Entry], one: int, two: int) -> None:
    """Put in an entry that follows its predecessor perfectly."""
    event = Event("release.publish", "sub-9", None, None, None, "done")
    entries.insert(one + 1, link(entries[one].head, event, START))


def renumber(entries: list[Entry], one: int, two: int) -> None:
    """Delete and close the gap in the numbers."""
    del entries[one]
    entries[one:] = [replace(entry, sequence=entry.sequence - 1) for entry in entries[one:]]


Mutation = Callable[[list[Entry], int, int], None]


@given(
    mutation=st.sampled_from([delete, swap, double, rehash, insert_forged, renumber]),
    places=st.lists(st.integers(0, 10), min_size=2, max_size=2, unique=True),
)
def test_every_mutation_before_the_tail_is_found(mutation: Mutation, places: list[int]) -> None:
    entries = chain(12)
    mutation(entries, *places)
    assert not verify(entries).is_intact


@given(length=st.integers(1, 12), rest=st.integers(0, 11))
def test_a_cut_tail_is_found_by_a_kept_head_only(length: int, rest: int) -> None:
    entries = chain(length)
    cut = entries[: min(rest, length - 1)]
    assert verify(cut).is_intact
    assert not verify(cut, [entries[-1].head]).is_intact


def test_a_rewritten_tail_is_found_by_a_kept_head() -> None:
    entries = chain(6)
    forged = link(entries[4].head, Event("x", "y", None, None, None, "done"), START)
    assert verify([*entries[:5], forged]).is_intact
    assert not verify([*entries[:5], forged], [entries[5].head]).is_intact


@given(text=st.text(), name=st.text())
def test_no_text_breaks_the_line_or_the_encoding(text: str, name: str) -> None:
    event = Event("act", "actor", text, text, text, "done", {name: text})
    content = link(GENESIS, event, START).content()
    assert b"\n" not in content
    assert b"\r" not in content
    assert content.isascii()
    assert all(byte >= 0x20 for byte in content)


def test_fields_that_look_like_json_do_not_collide() -> None:
    one = Event("act", "a", '","agency":"POL', None, None, "done")
    two = Event("act", "a", "", "POL", None, "done")
    assert link(GENESIS, one, START).hash != link(GENESIS, two, START).hash


def test_the_same_moment_in_another_zone_has_the_same_hash() -> None:
    event = Event("act", "actor", None, None, None, "done")
    local = START.astimezone(timezone(timedelta(hours=5)))
    assert link(GENESIS, event, START).hash == link(GENESIS, event, local).hash


def test_a_time_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        link(GENESIS, Event("a", "b", None, None, None, "done"), datetime(2026, 1, 1))  # noqa: DTZ001


def test_what_the_database_cannot_hold_is_replaced() -> None:
    event = Event("act", "a\0b", "\ud800", None, None, "done", {"k\0": "v\udfff"})
    assert event.actor == "a\N{REPLACEMENT CHARACTER}b"
    assert event.client_id == "\N{REPLACEMENT CHARACTER}"
    assert dict(event.details) == {"k\N{REPLACEMENT CHARACTER}": "v\N{REPLACEMENT CHARACTER}"}


def test_details_cannot_change_after_the_event_was_made() -> None:
    details = {"a": "b"}
    event = Event("act", "actor", None, None, None, "done", details)
    details["a"] = "c"
    assert event.details["a"] == "b"


@pytest.mark.parametrize("missing", ["act", "actor", "outcome"])
def test_an_event_needs_its_essentials(missing: str) -> None:
    values = {"act": "a", "actor": "b", "outcome": "done"} | {missing: ""}
    with pytest.raises(ValueError, match=missing):
        Event(values["act"], values["actor"], None, None, None, values["outcome"])
