"""Rules between indicators at one place and time: the identities of the vocabulary."""

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal

from hub.returns import Finding, Severity
from hub.validation.context import Context
from hub.validation.findings import RuleCode, finding
from hub.vocabulary import Term
from hub.vocabulary.rows import Identity


def check_relations(context: Context) -> Iterator[Finding]:
    """Every identity whose terms were all returned at a place holds there."""
    about: dict[str, list[Identity]] = defaultdict(list)
    for identity in context.words.identities:
        if all(term.indicator in context.indicators for term in identity.right):
            about[identity.right[0].indicator].append(identity)
    if not about:
        return
    for (area, period), codes in context.places.items():
        for code in codes:
            for identity in about.get(code, ()):
                yield from _check_identity(context, identity, area, period)


def _check_identity(
    context: Context, identity: Identity, area: str, period: str
) -> Iterator[Finding]:
    right = total(context, identity.right, area, period)
    if right is None:
        return
    left, is_whole = _given(context, identity.left, area, period)
    broken = left > right or (identity.relation == "=" and is_whole and left != right)
    if broken:
        first = context.figure(identity.right[0], area, period)
        yield finding(
            Severity.ERROR,
            RuleCode.RELATION_BROKEN,
            f"{_sum(identity.left)} {_words(identity.relation)} {_sum(identity.right)}, "
            "and here it does not.",
            first,
            "value",
        )


def total(context: Context, terms: tuple[Term, ...], area: str, period: str) -> Decimal | None:
    """The sum of the terms at a place, or ``None`` when one of them was not returned."""
    summed, is_whole = _given(context, terms, area, period)
    return summed if is_whole else None


def _given(
    context: Context, terms: tuple[Term, ...], area: str, period: str
) -> tuple[Decimal, bool]:
    """The sum of the terms that were returned, and whether all were."""
    values = [context.value(term, area, period) for term in terms]
    given = [value for value in values if value is not None]
    return sum(given, Decimal(0)), bool(terms) and len(given) == len(values)


def _sum(terms: tuple[Term, ...]) -> str:
    return " + ".join(str(term) for term in terms)


def _words(relation: str) -> str:
    return "equals" if relation == "=" else "is at most"
