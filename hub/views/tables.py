"""Filling the tables of a profile from published observations."""

from collections.abc import Collection, Iterator, Sequence
from itertools import product

from hub.protected.figures import Figure
from hub.protected.observations import Cells
from hub.views.comparison import figure_at, share
from hub.views.profile import (
    Base,
    Profile,
    ProfileCell,
    ProfileRow,
    ProfileTable,
    answer_of,
    is_partition,
    profile_periods,
)
from hub.vocabulary import Breakdown, CellKey, Period, Term, Vocabulary, breakdown_of
from hub.vocabulary.rows import Area, Dataset, Dimension, Indicator


def profile_of(
    dataset: Dataset, area: Area, period: Period, release: str, cells: Cells, words: Vocabulary
) -> Profile:
    """Lay out a dataset's tables for an area.

    Years before the asked one are columns only where something was published in them; the asked
    one always is, so that what is missing shows.
    """
    codes = words.dataset_indicators.get(dataset.code, ())
    held = {key.period for key in cells if key.indicator in codes}
    asked = profile_periods(period)
    periods = tuple(item for item in asked if item == period or item.id in held)
    tables = (
        _table(words.indicator(code), names, published, area, periods, cells, words)
        for code in codes
        for names, published in _crossings(words.indicator(code), periods, cells).items()
    )
    return Profile(dataset, area, period, release, periods, tuple(tables))


def base_term(indicator: Indicator, dimensions: Sequence[str]) -> Term | None:
    """What the counts of a table are shares of, if that is one count.

    The declared denominator; without one, or where it is a sum of several counts, the indicator's
    own total for its categories: nothing is summed here. A total without one is a base itself.
    """
    if len(indicator.denominator) == 1:
        return indicator.denominator[0]
    return Term(indicator.code) if dimensions else None


def chain_of(term: Term | None, words: Vocabulary) -> tuple[Term, ...]:
    """The bases from ``term`` down to everybody: the first that is no part of another table."""
    found: list[Term] = []
    while term is not None and term not in found:
        found.append(term)
        if not term.breakdown:
            break
        term = base_term(words.indicator(term.indicator), [name for name, _ in term.breakdown])
    return tuple(found)


def _crossings(
    indicator: Indicator, periods: Sequence[Period], cells: Cells
) -> dict[tuple[str, ...], set[Breakdown]]:
    """The published breakdowns by their dimensions; the bare total if nothing was published."""
    columns = {period.id for period in periods}
    found: dict[tuple[str, ...], set[Breakdown]] = {}
    for key in cells:
        if key.indicator == indicator.code and key.period in columns:
            names = tuple(name for name, _ in key.breakdown)
            found.setdefault(names, set()).add(key.breakdown)
    return dict(sorted(found.items(), key=lambda item: (len(item[0]), item[0]))) or {(): set()}


def _table(
    indicator: Indicator,
    names: tuple[str, ...],
    published: Collection[Breakdown],
    area: Area,
    periods: Sequence[Period],
    cells: Cells,
    words: Vocabulary,
) -> ProfileTable:
    chain = chain_of(base_term(indicator, names), words)
    dimensions = tuple(words.dimensions[name] for name in indicator.dimensions if name in names)
    columns = [_Column(indicator, area, period, chain, cells, words) for period in periods]
    first = columns[0]
    return ProfileTable(
        code=f"{indicator.code}[{';'.join(names)}]" if names else indicator.code,
        indicator=indicator,
        dimensions=dimensions,
        partition=is_partition(dimensions),
        bases=tuple(
            Base(str(term), _title(term, words), figure)
            for term, figure in zip(chain, first.bases, strict=True)
        ),
        rows=tuple(
            _row(breakdown, dimensions, columns, words)
            for breakdown in _rows(dimensions, published, words)
        ),
    )


def _rows(
    dimensions: Sequence[Dimension], published: Collection[Breakdown], words: Vocabulary
) -> Iterator[Breakdown]:
    """The rows in the order of the categories: one empty row for a total.

    Of one dimension every category has a row, so that an absent one is said to be missing. Of
    several crossed only the published crossings have: most others make no sense.
    """
    lists = [[(item.code, code) for code in words.categories[item.code]] for item in dimensions]
    for pairs in product(*lists):
        breakdown = breakdown_of(dict(pairs))
        if len(dimensions) < 2 or breakdown in published:
            yield breakdown


def _row(
    breakdown: Breakdown,
    dimensions: Sequence[Dimension],
    columns: Sequence["_Column"],
    words: Vocabulary,
) -> ProfileRow:
    titles = {name: words.category(name, code).title for name, code in breakdown}
    parts = [item.code for item in dimensions if item.partition] or [
        d.code for d in dimensions[-1:]
    ]
    group = [titles[item.code] for item in dimensions if item.code not in parts]
    return ProfileRow(
        breakdown=breakdown,
        title=", ".join(titles[name] for name in parts) or "All",
        group=", ".join(group),
        answer=answer_of(breakdown),
        cells=tuple(column.cell(breakdown) for column in columns),
    )


class _Column:
    """One period of a table, and the bases its shares have there."""

    def __init__(
        self,
        indicator: Indicator,
        area: Area,
        period: Period,
        chain: Sequence[Term],
        cells: Cells,
        words: Vocabulary,
    ) -> None:
        self.indicator, self.area, self.period = indicator, area, period
        self.cells, self.words = cells, words
        self.bases = [figure_at(term.at(area.code, period.id), cells, words) for term in chain]
        self.root = chain[-1] if chain else None

    def cell(self, breakdown: Breakdown) -> ProfileCell:
        key = CellKey(self.indicator.code, self.area.code, self.period.id, breakdown)
        count = figure_at(key, self.cells, self.words)
        if not self.indicator.kind.is_count:
            return ProfileCell(self.period, count, None, None)
        base = self._base(breakdown)
        percent = share(count, base) if base else None
        return ProfileCell(self.period, count, percent, self._per_hundred(count))

    def _base(self, breakdown: Breakdown) -> Figure | None:
        """The base of one row: its own where the table has several, else that of the table."""
        for other in (*self._chained(breakdown), *self._partial(breakdown)):
            key = CellKey(self.indicator.code, self.area.code, self.period.id, other)
            if key in self.cells:
                return figure_at(key, self.cells, self.words)
        return self.bases[0] if self.bases else None

    def _chained(self, breakdown: Breakdown) -> Iterator[Breakdown]:
        """The row's cell for the category that its own is part of."""
        for name, code in breakdown:
            if of := self.words.category(name, code).of:
                yield breakdown_of({**dict(breakdown), name: of})

    def _partial(self, breakdown: Breakdown) -> Iterator[Breakdown]:
        """The totals over one of the row's dimensions, where the whole table has no total."""
        whole = CellKey(self.indicator.code, self.area.code, self.period.id, ())
        if not self.indicator.denominator and len(breakdown) > 1 and whole not in self.cells:
            for name, _ in breakdown:
                yield tuple(pair for pair in breakdown if pair[0] != name)

    def _per_hundred(self, count: Figure) -> Figure | None:
        if self.root is None:
            return None
        unit = self.words.plural(self.words.indicator(self.root.indicator).unit)
        return share(count, self.bases[-1], f"per 100 {unit}", decimals=0)


def _title(term: Term, words: Vocabulary) -> str:
    titles = [words.category(name, code).title for name, code in term.breakdown]
    return ": ".join([words.indicator(term.indicator).title, *titles])
