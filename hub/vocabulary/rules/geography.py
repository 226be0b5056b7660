"""Places over time: validity, successors, and hierarchies whose children tile their parent."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import combinations

from hub.vocabulary.files import Problem
from hub.vocabulary.rows import Area, Membership
from hub.vocabulary.vocabulary import Vocabulary

_DAY = timedelta(days=1)


def check(words: Vocabulary) -> Iterator[Problem]:
    """Find places and memberships whose dates contradict, and hierarchies that overlap or gape."""
    for area in words.areas.values():
        yield from _validity(area, words)
    tilings: dict[tuple[str, str], list[Membership]] = defaultdict(list)
    for member in words.memberships:
        yield from _dates(member, words)
        if member.exhaustive:
            tilings[member.parent, member.hierarchy].append(member)
    for members in tilings.values():
        yield from _tiling(members, words)
    yield from _circles(words)


def _validity(area: Area, words: Vocabulary) -> Iterator[Problem]:
    if _start(area) > _end(area):
        yield Problem(*area.place, "valid_to", f"{area.code} ends before it begins")
    heir = words.areas.get(area.successor or "")
    if area.successor and area.valid_to is None:
        yield Problem(*area.place, "valid_to", f"{area.code} has a successor and no end")
    elif heir and area.valid_to and heir.valid_from != area.valid_to + _DAY:
        message = f"{heir.code} does not begin the day after {area.code} ends"
        yield Problem(*area.place, "successor", message)


def _dates(member: Membership, words: Vocabulary) -> Iterator[Problem]:
    if _start(member) > _end(member):
        yield Problem(*member.place, "valid_to", "the membership ends before it begins")
    for column in ("parent", "child"):
        area = words.areas.get(getattr(member, column))
        if area and (_start(member) < _start(area) or _end(member) > _end(area)):
            message = f"the membership of {member.child} in {member.parent} outlasts {area.code}"
            yield Problem(*member.place, "valid_from", message)


def _tiling(members: list[Membership], words: Vocabulary) -> Iterator[Problem]:
    """Children of one exhaustive hierarchy neither overlap nor leave a hole in time."""
    for first, second in combinations(members, 2):
        if _start(first) <= _end(second) and _start(second) <= _end(first):
            reason = _shared(first.child, second.child, words)
            if reason:
                message = f"{first.child} and {second.child} cover {first.parent} twice: {reason}"
                yield Problem(*second.place, "child", message)
    begins, ends = min(map(_start, members)), max(map(_end, members))
    for member in members:
        if _start(member) > begins and not _any_ends(members, _start(member) - _DAY):
            message = f"before {member.child} began, {member.parent} was not wholly covered"
            yield Problem(*member.place, "valid_from", message)
        if _end(member) < ends and not _any_starts(members, _end(member) + _DAY):
            message = f"after {member.child} ended, {member.parent} is not wholly covered"
            yield Problem(*member.place, "valid_to", message)


def _any_ends(members: list[Membership], day: date) -> bool:
    return any(_end(member) == day for member in members)


def _any_starts(members: list[Membership], day: date) -> bool:
    return any(_start(member) == day for member in members)


def _shared(first: str, second: str, words: Vocabulary) -> str:
    if first == second:
        return "they are the same place"
    known = [words.areas[code] for code in (first, second) if code in words.areas]
    if any(area.successor in (first, second) for area in known):
        return "one is the successor of the other"
    if words.within(first, [second]) or words.within(second, [first]):
        return "one lies in the other"
    return ""


def _circles(words: Vocabulary) -> Iterator[Problem]:
    for member in words.memberships:
        if words.within(member.parent, [member.child]):
            message = f"{member.parent} lies in its own child {member.child}"
            yield Problem(*member.place, "parent", message)


def _start(row: Area | Membership) -> date:
    return row.valid_from or date.min


def _end(row: Area | Membership) -> date:
    return row.valid_to or date.max
