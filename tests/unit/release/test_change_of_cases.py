"""A fall on the year before is derived with its sign, which no agency could have stated."""

from decimal import Decimal

from hub.protected.figures import FigureStatus
from hub.protected.observations import Observation
from hub.release.derivation import derived
from hub.vocabulary import CellKey, vocabulary


def test_the_change_of_marac_cases_comes_from_both_years_with_its_sign() -> None:
    cases = {"R12-2023-03": 1055, "R12-2024-03": 844}
    cells = {
        key: Observation(key, FigureStatus.PUBLISHED, Decimal(value))
        for period, value in cases.items()
        if (key := CellKey("MAR_CASE", "MAR_MET_5", period))
    }
    found = derived(cells, vocabulary())
    change = found[CellKey("MAR_CASE_YOY_PC", "MAR_MET_5", "R12-2024-03")]
    assert change.value == Decimal(-20)
    assert CellKey("MAR_CASE_YOY_PC", "MAR_MET_5", "R12-2023-03") not in found
