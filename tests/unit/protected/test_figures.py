"""Figures: a value exactly when published; rounding once, half up; the symbols."""

from decimal import Decimal

import pytest

from hub.protected.figures import Figure, FigureStatus, missing
from hub.protected.observations import SUPPRESSED, Observation, Provenance, figure_of
from hub.vocabulary import CellKey
from tests.factory import DISTRICT, words

KEY = CellKey("POL_DA_CRIME", DISTRICT, "CY2017")


@pytest.mark.parametrize("status", FigureStatus)
def test_a_value_is_there_exactly_when_published(status: FigureStatus) -> None:
    value = None if status is FigureStatus.PUBLISHED else Decimal(3)
    with pytest.raises(ValueError, match="exactly when"):
        Figure(status, "crime", value)


@pytest.mark.parametrize(
    ("value", "decimals", "unit", "shown"),
    [
        ("1270", 0, "record", "1,270"),
        ("21.97", 1, "percent", "22.0%"),
        ("0.25", 1, "rate", "0.3"),
        ("0", 0, "crime", "0"),
    ],
)
def test_display_rounds_half_up_once(value: str, decimals: int, unit: str, shown: str) -> None:
    assert Figure(FigureStatus.PUBLISHED, unit, Decimal(value), decimals).display == shown


@pytest.mark.parametrize(
    ("status", "symbol", "shown"),
    [
        (FigureStatus.SUPPRESSED, "c", "[c]"),
        (FigureStatus.NOT_AVAILABLE, "x", "[x]"),
        (FigureStatus.NOT_APPLICABLE, "z", "[z]"),
        (FigureStatus.NOT_RETURNED, None, "–"),
        (FigureStatus.NOT_COMPARABLE, None, "–"),
    ],
)
def test_symbols(status: FigureStatus, symbol: str | None, shown: str) -> None:
    figure = missing(status, "crime", "because")
    assert (figure.symbol, figure.display, figure.reason) == (symbol, shown, "because")


def test_every_suppressed_figure_gives_one_and_the_same_reason() -> None:
    figure = figure_of(Observation(KEY, FigureStatus.SUPPRESSED), words())
    assert (figure.value, figure.reason) == (None, SUPPRESSED)


def test_an_observation_does_not_show_its_count_in_its_repr() -> None:
    source = (Provenance("HERTS_POLICE", "POLICE_RECORDS", 1),)
    item = Observation(
        KEY, FigureStatus.PUBLISHED, Decimal(48_151), base=Decimal(62_342), provenance=source
    )
    assert "48151" not in repr(item)
    assert "62342" not in repr(item)
