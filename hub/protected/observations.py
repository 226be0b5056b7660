"""A published observation: the address of a figure, what it is, and where it came from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from hub.protected.figures import Figure, FigureStatus
from hub.vocabulary import CellKey, Vocabulary

SUPPRESSED = "Suppressed, so that no small count can be told from it."
NOT_RETURNED = "Nobody has returned this figure."


@dataclass(frozen=True, slots=True)
class Provenance:
    """Which revision of which return a figure came from."""

    agency: str
    dataset: str
    revision: int


@dataclass(frozen=True, slots=True)
class Observation:
    """One published observation.

    ``reason`` is a code of the vocabulary's reasons; ``base`` the denominator of a stated figure;
    ``derived`` says that the hub computed it (a roll-up or a formula) from returned figures.
    """

    key: CellKey
    status: FigureStatus
    value: Decimal | None = field(default=None, repr=False)
    marks: str = ""
    reason: str | None = None
    base: Decimal | None = field(default=None, repr=False)
    provenance: tuple[Provenance, ...] = ()
    derived: bool = False


Cells = Mapping[CellKey, Observation]


def figure_of(item: Observation, words: Vocabulary) -> Figure:
    """Dress an observation with its unit, decimals and the reason in words."""
    indicator = words.indicator(item.key.indicator)
    base = None
    if item.base is not None:
        unit = (
            words.indicator(indicator.denominator[0].indicator).unit
            if indicator.denominator
            else ""
        )
        base = Figure(FigureStatus.PUBLISHED, unit, item.base)
    return Figure(
        status=item.status,
        unit=indicator.unit,
        value=item.value,
        decimals=indicator.decimals,
        marks=item.marks,
        reason=_reason(item, words),
        denominator=base,
    )


def _reason(item: Observation, words: Vocabulary) -> str | None:
    if item.status is FigureStatus.SUPPRESSED:
        return SUPPRESSED
    if item.reason:
        return words.reasons[item.reason].text if item.reason in words.reasons else item.reason
    return None
