"""Published observations by their addresses, as a view is given them."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from decimal import Decimal

from hub.protected.figures import FigureStatus
from hub.protected.observations import Observation, Provenance
from hub.protected.rows import Row
from hub.vocabulary import CellKey, breakdown_of, breakdown_text

HIDDEN = FigureStatus.SUPPRESSED
Said = float | FigureStatus


def observation(
    code: str,
    area: str,
    period: str,
    said: Said,
    breakdown: dict[str, str] | None = None,
    *,
    source: tuple[str, str] | None = None,
    derived: bool = False,
) -> Observation:
    """A published figure, or why there is none; ``source`` is its agency and dataset."""
    withheld = isinstance(said, FigureStatus)
    return Observation(
        key=CellKey(code, area, period, breakdown_of(breakdown)),
        status=said if isinstance(said, FigureStatus) else FigureStatus.PUBLISHED,
        value=None if withheld else Decimal(str(said)),
        provenance=(Provenance(source[0], source[1], 1),) if source else (),
        derived=derived,
    )


def cells(*items: Observation) -> dict[CellKey, Observation]:
    """Observations by address."""
    return {item.key: item for item in items}


def series(code: str, area: str, figures: Mapping[str, Said]) -> dict[CellKey, Observation]:
    """One indicator's totals by period."""
    return cells(*(observation(code, area, period, said) for period, said in figures.items()))


def rows_of(items: Iterable[Observation]) -> list[Row]:
    """Observations as the store gives them."""
    return [
        Row(
            area=item.key.area,
            period=item.key.period,
            breakdown=breakdown_text(item.key.breakdown),
            indicator=item.key.indicator,
            status=item.status.value,
            value=None if item.value is None else str(item.value),
            marks=item.marks,
            reason=item.reason,
            base=None if item.base is None else str(item.base),
            provenance=json.dumps([asdict(source) for source in item.provenance]),
            derived=item.derived,
        )
        for item in items
    ]


def totals(items: Iterable[Observation]) -> list[Row]:
    """The totals among observations, as the store gives them to a series."""
    return rows_of(item for item in items if not item.key.breakdown)
