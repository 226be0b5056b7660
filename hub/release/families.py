"""Which indicators a resubmission can touch, so that nothing else is worked out anew.

Every relation of the disclosure control stays within one indicator or follows an identity of the
vocabulary, and so does every roll-up. Indicators that identities tie together are a *family*; a
family whose figures nobody changed is protected already, by the release before.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import TypeAlias

from hub.release.collation import return_periods
from hub.submissions.revisions import SignedOff
from hub.vocabulary import CellKey, Vocabulary

_Figure: TypeAlias = tuple[str, CellKey, Decimal | None, str | None, Decimal | None]


def changed_indicators(
    now: Sequence[SignedOff], before: Sequence[SignedOff], words: Vocabulary
) -> frozenset[str] | None:
    """The indicators of every family of which some agency's figures are not what they were.

    None is all of them: other stretches of months are summed over than before.
    """
    if return_periods(now) != return_periods(before):
        return None
    gone, come = Counter(map(_address, before)), Counter(map(_address, now))
    old = _figures(one for one in before if not come[_address(one)])
    new = _figures(one for one in now if not gone[_address(one)])
    touched = {key.indicator for _, key, *_ in [*(old - new), *(new - old)]}
    return family_of(touched, words)


def family_of(indicators: Collection[str], words: Vocabulary) -> frozenset[str]:
    """The indicators and all that identities tie to them, over any number of steps."""
    ties = [
        {term.indicator for term in (*identity.left, *identity.right)}
        for identity in words.identities
    ]
    found, before = set(indicators), -1
    while len(found) > before:
        before = len(found)
        for tie in ties:
            if not found.isdisjoint(tie):
                found |= tie
    return frozenset(found)


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


def _address(one: SignedOff) -> tuple[object, int]:
    return one.revision.return_id, one.revision.number


def _figures(signed: Iterable[SignedOff]) -> Counter[_Figure]:
    """What each agency said, wherever in its returns it stands."""
    return Counter(
        (one.revision.agency, item.key, item.value, item.status, item.base)
        for one in signed
        for item in one.observations
    )
