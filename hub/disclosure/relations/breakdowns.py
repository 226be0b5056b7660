"""A total is the sum of the categories of each partition; all margins together."""

from collections import defaultdict

from hub.disclosure.relations.draft import Draft, Place
from hub.disclosure.table import VirtualKey
from hub.vocabulary import Breakdown, breakdown_text


def link_breakdowns(draft: Draft) -> None:
    """Tie every count to its categories, one dimension at a time."""
    at: dict[Place, set[Breakdown]] = defaultdict(set)
    for key, _ in draft.reported():
        at[key.indicator, key.area, key.period].add(key.breakdown)
    for place, breakdowns in at.items():
        for parent, dimension in _margins(draft, place, breakdowns):
            if draft.words.dimensions[dimension].partition:
                _partition(draft, place, parent, dimension)
            else:
                _multiple(draft, place, parent, dimension)


def _margins(draft: Draft, place: Place, breakdowns: set[Breakdown]) -> list[tuple[Breakdown, str]]:
    """Every parent with a dimension it is broken down by; parents that link others are made."""
    found: dict[tuple[Breakdown, str], None] = {}
    todo = sorted(breakdowns, key=lambda b: (-len(b), b))
    for breakdown in todo:
        for dimension, _ in breakdown:
            parent = tuple(pair for pair in breakdown if pair[0] != dimension)
            partition = draft.words.dimensions[dimension].partition
            if draft.find(place, parent) is None:
                if not partition or not (parent or _meet(draft, breakdowns)):
                    continue
                draft.virtual(VirtualKey(*place, parent), people=draft.people(place[0]))
                todo.append(parent)
            found[parent, dimension] = None
    return list(found)


def _meet(draft: Draft, breakdowns: set[Breakdown]) -> bool:
    """Whether more than one partition shares the (missing) total."""
    dimensions = {dimension for breakdown in breakdowns for dimension, _ in breakdown}
    return sum(draft.words.dimensions[dimension].partition for dimension in dimensions) > 1


def _child(parent: Breakdown, dimension: str, category: str) -> Breakdown:
    return tuple(sorted((*parent, (dimension, category))))


def _partition(draft: Draft, place: Place, parent: Breakdown, dimension: str) -> None:
    categories = draft.words.categories[dimension]
    cells = [draft.find(place, _child(parent, dimension, code)) for code in categories]
    whole = draft.find(place, parent)
    present = [cell for cell in cells if cell is not None]
    if whole is None or not present:
        return
    rest = None
    if len(present) < len(cells):
        shown = [c for c, cell in zip(categories, cells, strict=True) if cell is not None]
        rest = VirtualKey(*place, _child(parent, dimension, f"none of {','.join(shown)}"))
    draft.sum_of(whole, present, rest, f"{_name(place, parent)}: categories of {dimension}")


def _multiple(draft: Draft, place: Place, parent: Breakdown, dimension: str) -> None:
    """Several answers may be ticked: each category is at most the base, and so is its rest."""
    whole = draft.find(place, parent)
    for code in draft.words.categories[dimension]:
        cell = draft.find(place, _child(parent, dimension, code))
        if cell is None or whole is None:
            continue
        key = VirtualKey(*place, _child(parent, dimension, f"not {code}"))
        rest = draft.virtual(key, people=draft.people(place[0]))
        draft.equal(whole, [cell, rest], f"{_name(place, parent)}: at least {dimension}={code}")


def _name(place: Place, breakdown: Breakdown) -> str:
    inner = f"[{breakdown_text(breakdown)}]" if breakdown else ""
    return f"{place[0]}{inner} {place[1]} {place[2]}"
