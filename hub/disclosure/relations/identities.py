"""Relations between indicators at one place and time, complements that nobody prints included."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from hub.disclosure.relations.draft import Draft
from hub.disclosure.table import VirtualKey
from hub.vocabulary import Breakdown, CellKey
from hub.vocabulary.cells import Term
from hub.vocabulary.rows import Identity


@dataclass(frozen=True)
class _Reported:
    """What was reported at one place and time."""

    place_of: dict[Term, int] = field(default_factory=dict)
    cuts: dict[str, list[Breakdown]] = field(default_factory=lambda: defaultdict(list))
    """The breakdowns that each indicator was reported by."""

    def add(self, key: CellKey, place: int) -> None:
        self.place_of[Term(key.indicator, key.breakdown)] = place
        self.cuts[key.indicator].append(key.breakdown)

    def has(self, terms: Iterable[Term]) -> bool:
        """Whether any of these indicators was reported at all."""
        return any(term.indicator in self.cuts for term in terms)


def link_identities(draft: Draft) -> None:
    """Apply every identity of the vocabulary wherever enough of its terms were reported."""
    at: dict[tuple[str, str], _Reported] = defaultdict(_Reported)
    for key, place in draft.reported():
        at[key.area, key.period].add(key, place)
    for (area, period), found in at.items():
        for identity in draft.words.identities:
            if found.has(identity.left) and found.has(identity.right):
                for cut in _cuts(identity, found):
                    _link(draft, identity, area, period, cut, found.place_of)


def _cuts(identity: Identity, found: _Reported) -> list[Breakdown]:
    """The breakdowns that several terms were reported by (a term that lacks one is then only a
    subtraction away), besides the identity as it stands."""
    shared = Counter(
        cut for term in (*identity.left, *identity.right) for cut in _cuts_of(term, found)
    )
    return sorted({(), *(cut for cut, times in shared.items() if times > 1)})


def _cuts_of(term: Term, found: _Reported) -> set[Breakdown]:
    return {
        tuple(pair for pair in cut if pair not in term.breakdown)
        for cut in found.cuts.get(term.indicator, ())
        if set(term.breakdown) <= set(cut)
    }


@dataclass(frozen=True)
class _Side:
    """One side of an identity at one place, time and cut: what was reported of it, what not."""

    cells: list[int]
    present: list[Term]
    missing: list[Term]

    @classmethod
    def of(cls, terms: Sequence[Term], cut: Breakdown, found: dict[Term, int]) -> "_Side":
        full = [(t, Term(t.indicator, tuple(sorted((*t.breakdown, *cut))))) for t in terms]
        cells = [found[at] for _, at in full if at in found]
        present = [term for term, at in full if at in found]
        return cls(cells, present, [term for term, at in full if at not in found])


def _link(
    draft: Draft,
    identity: Identity,
    area: str,
    period: str,
    cut: Breakdown,
    terms: dict[Term, int],
) -> None:
    left, right = (_Side.of(side, cut, terms) for side in (identity.left, identity.right))
    origin = f"{identity.code} {area} {period}"
    if not left.cells or not right.cells:
        return
    if identity.relation == "<=":
        if not right.missing:
            people = all(draft.cells[cell].people for cell in (*left.cells, *right.cells))
            name = f"{_sum(right.present)} - {_sum(left.present)}"
            rest = draft.virtual(VirtualKey(name, area, period, cut), people=people)
            draft.balance(right.cells, [*left.cells, rest], origin)
        return
    if left.missing and right.missing:
        return
    for side in (left, right):
        if side.missing:
            people = any(draft.people(term.indicator) for term in side.missing)
            key = VirtualKey(_sum(side.missing), area, period, cut)
            side.cells.append(draft.virtual(key, people=people))
    draft.balance(left.cells, right.cells, origin)


def _sum(terms: Sequence[Term]) -> str:
    return " + ".join(str(term) for term in terms)
