"""Kept rows -> counts: events, distinct keys, repeats, by category."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hub.prepare.keeping import AREA, Kept
from hub.prepare.recipe import Coded, Count, Recipe
from hub.vocabulary import Vocabulary

Flags = NDArray[np.bool_]
_EPOCH = 719_163
"""1 January 1970, counted from 1 January of year 1 as 1."""


@dataclass(frozen=True, slots=True)
class Counted:
    """One count with its address."""

    indicator: str
    area: str
    breakdown: tuple[tuple[str, str], ...]
    value: int


class Columns:
    """The kept columns as arrays; nothing is copied."""

    def __init__(self, kept: Kept) -> None:
        self.rows = np.frombuffer(kept.rows, dtype=np.uint32)
        self.days = np.frombuffer(kept.days, dtype=np.int32)
        self.events = np.frombuffer(kept.events, dtype=np.uint64)
        self.keys = {name: np.frombuffer(item, np.uint64) for name, item in kept.keys.items()}
        self.codes = {name: np.frombuffer(item, np.uint16) for name, item in kept.codes.items()}
        self.categories = kept.categories

    def category(self, name: str, code: str) -> Flags:
        """The rows of one category; none where no row has it."""
        known = self.categories[name]
        if code not in known:
            return np.zeros(len(self.rows), dtype=np.bool_)
        found: Flags = self.codes[name] == known.index(code)
        return found


def first_of_each(events: NDArray[np.uint64]) -> Flags:
    """Which rows are the first with their event."""
    first = np.zeros(len(events), dtype=np.bool_)
    first[np.unique(events, return_index=True)[1]] = True
    return first


def repeats(keys: NDArray[np.uint64], days: NDArray[np.int32], months: int) -> Flags:
    """Which rows have one of the same key on an earlier day within so many calendar months.

    The last day still counts: 6 months from 31 August end on the last day of February.
    """
    order = np.lexsort((days, keys))
    key, day = keys[order], days[order].astype(np.int64)
    is_new = np.ones(len(order), dtype=np.bool_)
    is_new[1:] = (key[1:] != key[:-1]) | (day[1:] != day[:-1])
    group = np.cumsum(is_new) - 1
    days_of, keys_of = day[is_new], key[is_new]
    within = np.zeros(len(days_of), dtype=np.bool_)
    same = keys_of[1:] == keys_of[:-1]
    within[1:] = same & (days_of[1:] <= _later(days_of[:-1], months))
    found = np.zeros(len(order), dtype=np.bool_)
    found[order] = within[group]
    return found


def _later(days: NDArray[np.int64], months: int) -> NDArray[np.int64]:
    """The same day of a month so much later, or that month's last day."""
    dates = (days - _EPOCH).astype("datetime64[D]")
    month = dates.astype("datetime64[M]")
    ahead = month + np.timedelta64(months, "M")
    start = ahead.astype("datetime64[D]")
    length = (ahead + np.timedelta64(1, "M")).astype("datetime64[D]") - start
    offset = np.minimum(dates - month.astype("datetime64[D]"), length - np.timedelta64(1, "D"))
    found: NDArray[np.int64] = (start + offset).astype(np.int64) + _EPOCH
    return found


def count_all(
    columns: Columns, in_period: Flags, recipe: Recipe, words: Vocabulary
) -> Iterator[Counted]:
    """Every count of the recipe in every area: the total, and each breakdown."""
    coded = recipe.areas.codes.values() if recipe.areas else ()
    areas = [recipe.area] if recipe.area else sorted(set(coded))
    for count in recipe.counts:
        chosen = in_period & _where(columns, count)
        if count.repeat is not None:
            chosen = chosen & repeats(
                columns.keys[count.repeat.same], columns.days, count.repeat.months
            )
        for area in areas:
            here = chosen & columns.category(AREA, str(area)) if recipe.areas else chosen
            yield Counted(count.indicator, str(area), (), _size(columns, count, here))
            for name in count.by:
                yield from _by(columns, count, here, str(area), name, recipe.fields[name], words)


def _where(columns: Columns, count: Count) -> Flags:
    chosen = np.ones(len(columns.rows), dtype=np.bool_)
    for name, codes in count.where.items():
        chosen &= np.logical_or.reduce([columns.category(name, code) for code in codes])
    return chosen


def _size(columns: Columns, count: Count, chosen: Flags) -> int:
    if count.distinct is None:
        return int(np.count_nonzero(chosen))
    return len(np.unique(columns.keys[count.distinct][chosen]))


def _by(
    columns: Columns,
    count: Count,
    chosen: Flags,
    area: str,
    name: str,
    field: Coded,
    words: Vocabulary,
) -> Iterator[Counted]:
    """The counts of each category the recipe can give; one that no row has is a true nought."""
    dimension = str(field.dimension)
    if count.distinct is not None and words.dimensions[dimension].partition:
        chosen = _last_of_each(columns, columns.keys[count.distinct], chosen)
    for code in _possible(field, words):
        here = chosen & columns.category(name, code)
        yield Counted(count.indicator, area, ((dimension, code),), _size(columns, count, here))


def _last_of_each(columns: Columns, keys: NDArray[Any], chosen: Flags) -> Flags:
    """A person counts once, with what their latest row says."""
    at = np.flatnonzero(chosen)
    order = at[np.lexsort((columns.rows[at], columns.days[at], keys[at]))]
    is_last = np.ones(len(order), dtype=np.bool_)
    is_last[:-1] = keys[order][1:] != keys[order][:-1]
    found = np.zeros(len(chosen), dtype=np.bool_)
    found[order[is_last]] = True
    return found


def _possible(field: Coded, words: Vocabulary) -> list[str]:
    known = words.categories[str(field.dimension)]
    if field.codes:
        used = {*field.codes.values(), field.otherwise}
    else:
        banded = {
            code for code, item in known.items() if item.lower is not None or item.upper is not None
        }
        used = {*banded, field.otherwise}
    return [code for code in known if code in used]
