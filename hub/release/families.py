"""Which indicators a resubmission can touch, so that nothing else is worked out anew.

Every relation of the disclosure control stays within one indicator, follows an identity of the
vocabulary, or ties a stated figure to what it is made of; and so does every roll-up. Indicators
that are tied together are a *family*; a family whose figures nobody changed is protected already,
by the release before.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import NamedTuple, TypeAlias

from hub.release.collation import return_periods
from hub.submissions.revisions import SignedOff
from hub.vocabulary import CellKey, Vocabulary

_Figure: TypeAlias = tuple[str, CellKey, Decimal | None, str | None, Decimal | None]


def changed_indicators(
    now: Sequence[SignedOff], before: Sequence[SignedOff], known: Sequence[Vocabulary]
) -> frozenset[str] | None:
    """The indicators of every family of which some agency's figures are not what they were.

    ``known`` are the vocabularies of this release and of earlier ones: what any of them ties
    together is together. None is all indicators: other stretches of months are summed over than
    before.
    """
    if return_periods(now) != return_periods(before):
        return None
    gone, come = Counter(map(_address, before)), Counter(map(_address, now))
    old = _figures(one for one in before if not come[_address(one)])
    new = _figures(one for one in now if not gone[_address(one)])
    touched = {key.indicator for _, key, *_ in [*(old - new), *(new - old)]}
    return family_of(touched, known)


def family_of(indicators: Collection[str], known: Iterable[Vocabulary]) -> frozenset[str]:
    """The indicators and all that is tied to them, over any number of steps."""
    ties = [tie for words in known for tie in _ties(words)]
    found, before = set(indicators), -1
    while len(found) > before:
        before = len(found)
        for tie in ties:
            if not found.isdisjoint(tie.through) or not tie.members.isdisjoint(indicators):
                found |= tie.members
    return frozenset(found)


class _Tie(NamedTuple):
    """Indicators that belong together if any of ``through`` is touched."""

    members: frozenset[str]
    through: frozenset[str]


def _ties(words: Vocabulary) -> Iterator[_Tie]:
    """Identities, and stated figures with the counts they are made of. A count of no people (a
    population) is known to all, so that figures over the same one have nothing to do with each
    other; only if it changes itself do they all."""
    for identity in words.identities:
        every = frozenset(term.indicator for term in (*identity.left, *identity.right))
        yield _Tie(every, every)
    for code, word in words.indicators.items():
        made_of = {term.indicator for term in (*word.numerator, *word.denominator)}
        every = frozenset({code, *made_of})
        people = frozenset(one for one in every if words.indicator(one).sensitive)
        yield _Tie(every, people | {code})


def only_of(signed: Iterable[SignedOff], indicators: Collection[str]) -> list[SignedOff]:
    """The same returns, with the figures of these indicators only."""
    return [
        replace(
            one,
            observations=tuple(
                item for item in one.observations if item.key.indicator in indicators
            ),
        )
        for one in signed
    ]


def _address(one: SignedOff) -> tuple[object, int, str]:
    return one.revision.return_id, one.revision.number, one.revision.content_hash


def _figures(signed: Iterable[SignedOff]) -> Counter[_Figure]:
    """What each agency said, wherever in its returns it stands."""
    return Counter(
        (one.revision.agency, item.key, item.value, item.status, item.base)
        for one in signed
        for item in one.observations
    )
