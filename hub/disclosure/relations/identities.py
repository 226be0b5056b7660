"""Relations between indicators at one place and time, complements that nobody prints included."""

from collections import Counter, defaultdict

from hub.disclosure.relations.draft import Draft
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


def _link(
    draft: Draft,
    identity: Identity,
    area: str,
    period: str,
    cut: Breakdown,
    terms: dict[Term, int],
) -> None:
    def present(side: tuple[Term, ...]) -> tuple[list[int], list[Term]]:
        cells, missing = [], []
        for term in side:
            full = Term(term.indicator, tuple(sorted((*term.breakdown, *cut))))
            if full in terms:
                cells.append(terms[full])
            else:
                missing.append(full)
        return cells, missing

    (left, left_missing), (right, right_missing) = present(identity.left), present(identity.right)
    origin = f"{identity.code} {area} {period}"
    if not left or not right:
        return
    if identity.relation == "<=":
        if not right_missing:
            _complement(draft, area, period, left, right, origin)
        return
    if left_missing and right_missing:
        return
    for missing, cells in ((left_missing, left), (right_missing, right)):
        if missing:
            name = " + ".join(str(term) for term in missing)
            people = any(draft.people(term.indicator) for term in missing)
            cells.append(draft.virtual(name, area, period, people=people))
    _balance(draft, left, right, origin)


def _balance(draft: Draft, left: list[int], right: list[int], origin: str) -> None:
    """``left = right``, as one whole and its parts where there is one."""
    if len(left) == 1:
        draft.equal(left[0], right, origin)
    else:
        draft.balance(right, left, origin)


def _complement(
    draft: Draft, area: str, period: str, left: list[int], right: list[int], origin: str
) -> None:
    def name(cells: list[int]) -> str:
        keys = [draft.cells[cell].key for cell in cells]
        return " + ".join(str(key).removesuffix(f" {area} {period}") for key in keys)

    people = all(draft.cells[cell].people for cell in (*left, *right))
    rest = draft.virtual(f"{name(right)} - {name(left)}", area, period, people=people)
    _balance(draft, right, [*left, rest], origin)
