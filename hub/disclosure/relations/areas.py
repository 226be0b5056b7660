"""A place is the sum of the places that cover it, in each dated hierarchy at once."""

from collections.abc import Sequence

from hub.disclosure.relations.draft import Draft
from hub.disclosure.table import VirtualKey
from hub.vocabulary import CellKey, parse_period


def link_areas(draft: Draft) -> None:
    """Tie every count to the counts of the areas inside its own."""
    for key, place in draft.reported():
        period = parse_period(key.period)
        coverings = draft.words.coverings(key.area, period)
        for hierarchy, children in coverings.items():
            _link(draft, key, place, hierarchy, children)
        covered = {child for children in coverings.values() for child in children}
        for child in draft.words.children(key.area, period):
            inside = _inside(draft, key, child)
            if child not in covered and inside is not None:
                _complement(draft, key, place, inside)


def _link(draft: Draft, key: CellKey, place: int, hierarchy: str, children: Sequence[str]) -> None:
    present, missing = _cover(draft, key, hierarchy, children)
    if not present:
        return
    origin = f"{key}: areas of {hierarchy}"
    if draft.words.indicator(key.indicator).area_additive:
        rest = _outside(key, [draft.cells[inside].key.area for inside in present])
        draft.sum_of(place, present, rest if missing else None, origin)
        return
    for inside in present:
        _complement(draft, key, place, inside)
    if not missing:
        draft.at_most([place], present, origin)


def _cover(
    draft: Draft, key: CellKey, hierarchy: str, children: Sequence[str]
) -> tuple[list[int], bool]:
    """The counts that cover the area, looking through areas that have none of their own."""
    present, missing = list[int](), False
    for child in children:
        inside = _inside(draft, key, child)
        if inside is not None:
            present.append(inside)
            continue
        deeper = draft.words.coverings(child, parse_period(key.period))
        below = deeper.get(hierarchy) or next(iter(deeper.values()), ())
        found, lacking = _cover(draft, key, hierarchy, below) if below else ([], True)
        present += found
        missing |= lacking
    return present, missing


def _inside(draft: Draft, key: CellKey, child: str) -> int | None:
    return draft.index.get(CellKey(key.indicator, child, key.period, key.breakdown))


def _outside(key: CellKey, areas: Sequence[str]) -> VirtualKey:
    area = f"{key.area} outside {','.join(sorted(areas))}"
    return VirtualKey(key.indicator, area, key.period, key.breakdown)


def _complement(draft: Draft, key: CellKey, place: int, inside: int) -> None:
    """The rest of the larger place: a subtraction away, whatever the indicator adds up to."""
    area = draft.cells[inside].key.area
    rest = draft.virtual(_outside(key, [area]), people=draft.people(key.indicator))
    draft.equal(place, [inside, rest], f"{key}: at least that of {area}")
