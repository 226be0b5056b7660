"""Coarser versions of a raw table: fewer breakdowns, wider bands, longer periods."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from hub.release.collation import RawCell
from hub.vocabulary import CellKey, Vocabulary, breakdown_of, parse_period
from hub.vocabulary.rows import Category

Raw = Mapping[CellKey, RawCell]

YEAR = 12
"""Months."""


@dataclass(frozen=True, slots=True)
class Union:
    """A table with wider bands, and the vocabulary that names them."""

    raw: Raw = field(repr=False)
    words: Vocabulary = field(repr=False)


def lossy_dimensions(hidden: Iterable[CellKey]) -> list[str]:
    """The dimensions that hidden cells are broken down by, those with most of them first."""
    found = Counter(dimension for key in hidden for dimension, _ in key.breakdown)
    return [code for code, _ in sorted(found.items(), key=lambda item: (-item[1], item[0]))]


def without(raw: Raw, dimension: str) -> Raw:
    """The table without every breakdown that uses a dimension; totals stay."""
    return {key: cell for key, cell in raw.items() if dimension not in dict(key.breakdown)}


def whole_years(raw: Raw) -> Raw:
    """The table without periods shorter than a year; sums over years stay."""
    return {key: cell for key, cell in raw.items() if parse_period(key.period).length >= YEAR}


def merged(raw: Raw, words: Vocabulary, dimension: str) -> Union | None:
    """The table with neighbouring bands of a partition put together in pairs.

    None if the dimension is no partition into bands in order. A union of which one band was not
    returned has no count and is left out.
    """
    if dimension not in words.dimensions or not words.dimensions[dimension].partition:
        return None
    pairs = _pairs(list(words.categories[dimension].values()))
    if not pairs:
        return None
    to = {one.code: _code(pair) for pair in pairs for one in pair}
    return Union(_put_together(raw, dimension, to), _renamed(words, dimension, pairs))


def _pairs(categories: Sequence[Category]) -> list[Sequence[Category]]:
    """Neighbouring bands, two by two; a last odd one stays alone."""
    bands = [one for one in categories if one.lower is not None or one.upper is not None]
    bands.sort(key=lambda one: float("-inf") if one.lower is None else one.lower)
    pairs = [bands[at : at + 2] for at in range(0, len(bands), 2)]
    return [pair for pair in pairs if len(pair) == 2]


def _code(pair: Sequence[Category]) -> str:
    return "_AND_".join(one.code for one in pair)[:60]


def _put_together(raw: Raw, dimension: str, to: Mapping[str, str]) -> Raw:
    groups: dict[CellKey, list[RawCell]] = defaultdict(list)
    wanted = Counter(to.values())
    for key, cell in raw.items():
        groups[_moved(key, dimension, to)].append(cell)
    found = {}
    for key, cells in groups.items():
        category = dict(key.breakdown).get(dimension, "")
        if category not in wanted:
            found[key] = cells[0]
        elif len(cells) == wanted[category] and all(cell.value is not None for cell in cells):
            found[key] = _sum(key, cells)
    return found


def _moved(key: CellKey, dimension: str, to: Mapping[str, str]) -> CellKey:
    pairs = {d: to.get(c, c) if d == dimension else c for d, c in key.breakdown}
    return replace(key, breakdown=breakdown_of(pairs))


def _sum(key: CellKey, cells: Sequence[RawCell]) -> RawCell:
    parts: dict[str, Decimal] = defaultdict(Decimal)
    for cell in cells:
        for agency, amount in cell.parts:
            parts[agency] += amount
    total = sum((cell.value or Decimal(0) for cell in cells), Decimal(0))
    return RawCell(key, total, parts=tuple(sorted(parts.items())), derived=True)


def _renamed(words: Vocabulary, dimension: str, pairs: Sequence[Sequence[Category]]) -> Vocabulary:
    gone = {one.code for pair in pairs for one in pair}
    left = {c: one for c, one in words.categories[dimension].items() if c not in gone}
    new = {_code(pair): _wider(pair) for pair in pairs}
    return replace(words, categories={**words.categories, dimension: {**left, **new}})


def _wider(pair: Sequence[Category]) -> Category:
    title = " and ".join(one.title for one in pair)
    return pair[0].model_copy(update={"code": _code(pair), "title": title, "upper": pair[-1].upper})
