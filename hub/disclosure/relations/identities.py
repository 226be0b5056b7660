"""Relations between indicators at one place and time, complements that nobody prints included."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from hub.disclosure.relations.draft import Draft
from hub.disclosure.table import VirtualKey
from hub.vocabulary import Breakdown
from hub.vocabulary.cells import Term
from hub.vocabulary.rows import Identity


def link_identities(draft: Draft) -> None:
    """Apply every identity of the vocabulary wherever enough of its terms were reported."""
    at: dict[tuple[str, str], dict[Term, int]] = defaultdict(dict)
    for key, place in draft.reported():
        at[key.area, key.period][Term(key.indicator, key.breakdown)] = place
    for (area, period), terms in at.items():
        for identity in draft.words.identities:
            for cut in _cuts(identity, terms):
                _link(draft, identity, area, period, cut, terms)


def _cuts(identity: Identity, terms: dict[Term, int]) -> list[Breakdown]:
    """The breakdowns that several terms were reported by (a term that lacks one is then only a
    subtraction away), besides the identity as it stands."""
    shared = Counter(
        cut for term in (*identity.left, *identity.right) for cut in _cuts_of(term, terms)
    )
    return sorted({(), *(cut for cut, times in shared.items() if times > 1)})


def _cuts_of(term: Term, terms: dict[Term, int]) -> set[Breakdown]:
    return {
        tuple(pair for pair in found.breakdown if pair not in term.breakdown)
        for found in terms
        if found.indicator == term.indicator and set(term.breakdown) <= set(found.breakdown)
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
