"""The whole way from an extract to a return: read, pseudonymise, count, account for every row."""

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import IO

import numpy as np

from hub.errors import MalformedError
from hub.prepare.counting import Columns, Flags, count_all, first_of_each
from hub.prepare.drops import Drops, Reason
from hub.prepare.keeping import Keeper
from hub.prepare.key import year_key
from hub.prepare.recipe import Recipe
from hub.prepare.rows import read_rows
from hub.returns import Reported, Return
from hub.vocabulary import Vocabulary, parse_period


@dataclass(frozen=True, slots=True)
class Prepared:
    """A return made of case records, and what became of every row of the extract."""

    return_: Return = field(repr=False)
    rows: int
    """Rows of the extract, without the header."""
    counted: int
    """Rows in the period that were counted."""
    dropped: dict[tuple[Reason, str], int]
    """By reason and column, rows that were not; together with the counted ones they are all."""


def prepare(
    source: IO[bytes],
    log: IO[str],
    recipe: Recipe,
    key: bytes,
    agency: str,
    period: str,
    words: Vocabulary,
    advance: Callable[[int], None] = lambda _: None,
) -> Prepared:
    """Count an extract. Nothing of a row but its number reaches ``log``.

    Raises:
        MalformedError: the extract has no such header, or rows went missing on the way.
    """
    when, drops, rows = parse_period(period), Drops(log), 0
    header, lines = read_rows(source, recipe, drops, advance)
    keeper = Keeper(recipe, header, when, year_key(key, when), words, drops)
    for number, cells in lines:
        rows += 1
        keeper.add(number, cells)
    unread = drops.total - (rows - len(keeper.kept.rows))
    columns = Columns(keeper.kept)
    first = first_of_each(columns.events)
    drops.add_all(columns.rows[~first].tolist(), Reason.DUPLICATE)
    late = columns.days >= when.first_day.toordinal()
    drops.add_all(columns.rows[first & ~late].tolist(), Reason.BEFORE)
    counted = int(np.count_nonzero(first & late))
    total = rows + unread
    if counted + drops.total != total:
        raise MalformedError("Rows went missing while counting. Nothing was written.")
    kept = _without_doubles(columns, first)
    found = count_all(kept, kept.days >= when.first_day.toordinal(), recipe, words)
    observations = tuple(
        Reported(item.indicator, item.area, period, item.breakdown, Decimal(item.value))
        for item in found
    )
    return Prepared(
        Return(recipe.dataset, agency, period, observations), total, counted, dict(drops.counts)
    )


def _without_doubles(columns: Columns, first: Flags) -> Columns:
    """The columns without rows that repeat an event, so that they feed no repeat rule either."""
    columns.rows, columns.days = columns.rows[first], columns.days[first]
    columns.events = columns.events[first]
    columns.keys = {name: item[first] for name, item in columns.keys.items()}
    columns.codes = {name: item[first] for name, item in columns.codes.items()}
    return columns
