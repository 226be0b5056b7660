"""What is kept of a counted row: pseudonyms, a day and category numbers, in packed columns.

About 8 bytes for each key and event, 4 for day and row number, 1 or 2 for each field: a million
rows take some tens of megabytes whatever the extract's width.
"""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field

from hub.prepare.cells import Reader, looks_like_day, read_day, reader_of
from hub.prepare.drops import Drops, Reason
from hub.prepare.key import normal, pseudonym
from hub.prepare.recipe import Recipe
from hub.vocabulary import Period, Vocabulary

AREA = " area"
"""Name under which the area's column is kept."""
_CACHED = 50_000
_MASK = 2**64 - 1


@dataclass
class Kept:
    """The columns of all rows in or before the period."""

    rows: "array[int]" = field(default_factory=lambda: array("I"))
    days: "array[int]" = field(default_factory=lambda: array("i"))
    events: "array[int]" = field(default_factory=lambda: array("Q"))
    keys: "dict[str, array[int]]" = field(default_factory=dict)
    codes: "dict[str, array[int]]" = field(default_factory=dict)
    categories: dict[str, list[str]] = field(default_factory=dict)
    """By field, the code of each category number."""


class Keeper:
    """Reads rows into :class:`Kept`, or names why not."""

    def __init__(
        self,
        recipe: Recipe,
        header: Sequence[str],
        period: Period,
        key: bytes,
        words: Vocabulary,
        drops: Drops,
    ) -> None:
        self.recipe, self.drops, self.key = recipe, drops, key
        self.last = _after(period) - 1
        self.place = {name: at for at, name in enumerate(header)}
        self.kept = Kept(
            keys={name: array("Q") for name in recipe.keys},
        )
        coded = dict(recipe.fields) | ({AREA: recipe.areas} if recipe.areas else {})
        self._readers: list[tuple[str, str, int, Reader, dict[str, int]]] = []
        for name, rule in coded.items():
            known = words.categories.get(rule.dimension or "", {})
            self.kept.codes[name], self.kept.categories[name] = array("H"), []
            reader = reader_of(rule, known, recipe.dates)
            self._readers.append((name, rule.column, self.place[rule.column], reader, {}))
        self._append = [
            column.append for part in (self.kept.keys, self.kept.codes) for column in part.values()
        ]
        self._days: dict[str, int | Reason] = {}
        self._missing = {normal(text) for text in recipe.missing}
        self._keys = [
            (name, [(column, self.place[column]) for column in columns])
            for name, columns in recipe.keys.items()
        ]
        self._event = [self.place[name] for name in recipe.event]

    def add(self, row: int, cells: list[str]) -> None:
        """Keep a row, or name the first reason why it is not counted."""
        day = self._day(cells[self.place[self.recipe.date]])
        if isinstance(day, Reason):
            return self.drops.add(row, day, self.recipe.date)
        if day > self.last:
            return self.drops.add(row, Reason.AFTER, self.recipe.date)
        pseudonyms = []
        for name, columns in self._keys:
            parts = []
            for column, at in columns:
                cell = normal(cells[at])
                if cell in self._missing:
                    return self.drops.add(row, Reason.KEY_MISSING, column)
                if looks_like_day(cells[at]):
                    return self.drops.add(row, Reason.KEY_IS_DATE, column)
                parts.append(cell)
            pseudonyms.append(pseudonym(self.key, name, parts))
        numbers = []
        for name, column, at, read, cache in self._readers:
            number = self._number(name, cells[at], day, read, cache)
            if isinstance(number, Reason):
                return self.drops.add(row, number, column)
            numbers.append(number)
        self._keep(row, day, cells, pseudonyms, numbers)
        return None

    def _keep(
        self, row: int, day: int, cells: list[str], pseudonyms: list[int], numbers: list[int]
    ) -> None:
        kept = self.kept
        kept.rows.append(row)
        kept.days.append(day)
        event = [normal(cells[at]) for at in self._event] if self._event else cells
        # Kept in memory only and never compared between runs: Python's own keyed hash will do.
        kept.events.append(hash("\x1f".join(event)) & _MASK)
        for append, value in zip(self._append, (*pseudonyms, *numbers), strict=True):
            append(value)

    def _day(self, text: str) -> int | Reason:
        found = self._days.get(text)
        if found is None:
            found = read_day(text, self.recipe.dates)
            if len(self._days) < _CACHED:
                self._days[text] = found
        return found

    def _number(
        self, name: str, cell: str, day: int, read: Reader, cache: dict[str, int]
    ) -> int | Reason:
        """The number of a cell's category."""
        rule = self.recipe.fields.get(name)
        is_cached = rule is None or not rule.born
        if is_cached and (number := cache.get(cell)) is not None:
            return number
        code = read(cell, day)
        if isinstance(code, Reason):
            return code
        known = self.kept.categories[name]
        if code not in known:
            known.append(code)
        number = known.index(code)
        if is_cached and len(cache) < _CACHED:
            cache[cell] = number
        return number


def _after(period: Period) -> int:
    """The first day after the period."""
    year, month = divmod(period.end, 12)
    return period.first_day.replace(year=year, month=month + 1, day=1).toordinal()
