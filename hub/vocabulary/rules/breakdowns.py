"""Dimensions and identities: what may be added to what."""

from collections.abc import Iterator
from itertools import combinations
from math import inf

from hub.vocabulary.files import Problem
from hub.vocabulary.rows import Category, Identity
from hub.vocabulary.vocabulary import Vocabulary


def check(words: Vocabulary) -> Iterator[Problem]:
    """Find empty dimensions, overlapping bands (trap T26) and relations between non-counts."""
    for dimension in words.dimensions.values():
        categories = list(words.categories.get(dimension.code, {}).values())
        if not categories:
            yield Problem(*dimension.place, "code", f"{dimension.code} has no categories")
        yield from _limits(categories)
        yield from _chain(categories)
        if dimension.partition and not dimension.overlapping:
            yield from _overlaps(categories)
    for identity in words.identities:
        yield from _relation(identity, words)


def _limits(categories: list[Category]) -> Iterator[Problem]:
    for item in categories:
        low, high = _band(item)
        if low > high:
            message = f"{item.dimension} {item.code}: lower is above upper"
            yield Problem(*item.place, "lower", message)


def _chain(categories: list[Category]) -> Iterator[Problem]:
    earlier: set[str] = set()
    for item in sorted(categories, key=lambda one: one.order):
        if item.of and item.of not in earlier:
            message = f"{item.dimension} {item.code}: {item.of} is no category before it"
            yield Problem(*item.place, "of", message)
        earlier.add(item.code)


def _overlaps(categories: list[Category]) -> Iterator[Problem]:
    bands = [item for item in categories if item.lower is not None or item.upper is not None]
    for first, second in combinations(bands, 2):
        (low, high), (other_low, other_high) = _band(first), _band(second)
        if low <= other_high and other_low <= high:
            message = (
                f"{first.dimension}: bands {first.code} and {second.code} overlap, so they are "
                "no partition"
            )
            yield Problem(*second.place, "lower", message)


def _band(item: Category) -> tuple[float, float]:
    low = -inf if item.lower is None else item.lower
    return low, inf if item.upper is None else item.upper


def _relation(identity: Identity, words: Vocabulary) -> Iterator[Problem]:
    for column, side in (("left", identity.left), ("right", identity.right)):
        if not side:
            yield Problem(*identity.place, column, f"{identity.code}: this side is empty")
        for term in side:
            indicator = words.indicators.get(term.indicator)
            if indicator and not indicator.kind.is_count:
                message = f"{identity.code}: {term} is no count, so it cannot be added"
                yield Problem(*identity.place, column, message)
