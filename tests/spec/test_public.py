"""The public's release of the demo's returns: rounded, and nothing exact beside it."""

from hub.protected.figures import FigureStatus
from hub.protected.observations import Observation
from hub.vocabulary import CellKey, vocabulary
from tests.spec.audiences import public_release
from tests.spec.demo_release import THREE_RIVERS, UK, release


def public() -> dict[CellKey, Observation]:
    """The public's observations, made from the partners' release as the release flow does."""
    return public_release().cells


def test_counts_of_people_and_cases_are_rounded() -> None:
    words = vocabulary()
    for key, item in public().items():
        word = words.indicator(key.indicator)
        if item.value is not None and word.kind.is_count and word.sensitive:
            assert item.value % 5 == 0, key


def test_the_base_of_a_printed_share_is_rounded_as_its_count_is() -> None:
    """A share over 589 cases beside a count of 590 would give the count away."""
    share = CellKey("MAR_REPEAT_PC", "MAR_MET_1", "R12-2024-03")
    count = CellKey("MAR_CASE", "MAR_MET_1", "R12-2024-03")
    assert public()[share].base == public()[count].value == 590
    assert release().cells[share].base == release().cells[count].value == 589


def test_a_population_is_no_count_to_round() -> None:
    population = CellKey("POP_F16P", UK, "R12-2024-03")
    assert public()[population].value == release().cells[population].value


def test_what_partners_do_not_see_the_public_does_not() -> None:
    for key, item in release().cells.items():
        if item.status is FigureStatus.SUPPRESSED:
            assert public()[key].status is FigureStatus.SUPPRESSED, key


def test_a_small_engagement_level_is_withheld_from_the_public_only() -> None:
    key = CellKey(
        "DAC_CLIENT_LEVEL", THREE_RIVERS, "FY2017-18-Q2", (("ENGAGEMENT_LEVEL", "LEVEL_1"),)
    )
    assert release().cells[key].value == 8
    assert public()[key].status is FigureStatus.SUPPRESSED
