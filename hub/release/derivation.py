"""Derived indicators of a release, computed from what the release shows and nothing else."""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from hub.protected.figures import FigureStatus
from hub.protected.observations import Observation, Provenance
from hub.statistics.formulas import derive, parts_of
from hub.vocabulary import CellKey, Vocabulary, parse_period
from hub.vocabulary.rows import Formula, Indicator

_PASSES = 3
"""A formula may rest on another one's result (posts for recommended cases), no deeper."""


def derived(cells: Mapping[CellKey, Observation], words: Vocabulary) -> dict[CellKey, Observation]:
    """Compute every derived indicator wherever its parts are published.

    Where a part is suppressed, the derived figure is suppressed; where a part was not supplied,
    it is not available for the same reason. A figure that was returned as stated gives way to
    one computed from counts.
    """
    found = dict(cells)
    for _ in range(_PASSES):
        before = len(found)
        for indicator in words.indicators.values():
            if indicator.formula is not Formula.RETURNED:
                for area, period in _places(indicator, found, words):
                    _put(indicator, area, period, found)
        if len(found) == before:
            break
    return found


def _places(
    indicator: Indicator, cells: Mapping[CellKey, Observation], words: Vocabulary
) -> set[tuple[str, str]]:
    """Where and when the first part of the formula has a cell that the indicator may have too."""
    first = indicator.numerator[0]
    return {
        (key.area, key.period)
        for key in cells
        if key.indicator == first.indicator
        and key.breakdown == first.breakdown
        and words.area(key.area).level in indicator.area_levels
        and parse_period(key.period).kind in indicator.period_kinds
    }


def _put(indicator: Indicator, area: str, period: str, found: dict[CellKey, Observation]) -> None:
    key = CellKey(indicator.code, area, period)
    if key in found and found[key].derived:
        return
    parts = [found.get(part) for part in parts_of(indicator, area, period)]
    present = [part for part in parts if part is not None]
    if len(present) < len(parts):
        return
    sources = tuple(sorted({source for part in present for source in part.provenance}, key=str))
    made = _figure(indicator, area, period, present, found, key, sources)
    if made is not None and (key not in found or made.status is FigureStatus.PUBLISHED):
        found[key] = made


class _Values(Mapping[CellKey, Decimal]):
    """The published values among observations, without copying them for each formula."""

    def __init__(self, cells: Mapping[CellKey, Observation]) -> None:
        self._cells = cells

    def __getitem__(self, key: CellKey) -> Decimal:
        value = self._cells[key].value
        if value is None:
            raise KeyError(key)
        return value

    def __iter__(self) -> Iterator[CellKey]:
        return (key for key, item in self._cells.items() if item.value is not None)

    def __len__(self) -> int:
        return sum(1 for _ in self)


def _figure(
    indicator: Indicator,
    area: str,
    period: str,
    parts: Iterable[Observation],
    found: Mapping[CellKey, Observation],
    key: CellKey,
    sources: tuple[Provenance, ...],
) -> Observation | None:
    withheld = next((part for part in parts if part.value is None), None)
    if withheld is not None:
        return Observation(
            key, withheld.status, reason=withheld.reason, provenance=sources, derived=True
        )
    value = derive(indicator, area, period, _Values(found))
    if value is None:
        return None
    marks = "".join(sorted({mark for part in parts for mark in part.marks}))
    exact = value.quantize(Decimal("1e-9")) if value % 1 else value
    return Observation(key, FigureStatus.PUBLISHED, exact, marks, None, None, sources, True)
