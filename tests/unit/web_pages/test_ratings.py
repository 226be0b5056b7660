"""What a card says of its figure: judged in the report's words, or the change on a year."""

from decimal import Decimal

import pytest

from hub.protected.figures import FigureStatus
from hub.protected.observations import Cells
from hub.views.assembly import journey_of
from hub.views.standings import standings_of
from hub.vocabulary import parse_period, vocabulary
from hub.web.pages.headline import Rating
from hub.web.pages.labels import labels
from hub.web.pages.ratings import ratings_of
from tests.unit.views.published import HIDDEN, Said, cells, observation, rows_of

AREA, POLICE, SERVICE = "E07000102", "CY2017", "FY2017-18"


def held(**changes: Said) -> Cells:
    """The published figures of Three Rivers that the cards are about."""
    said: dict[str, Said] = {
        "POL_DA_TOTAL": 1270,
        "BEFORE": 1175,
        "DAC_REFERRAL": 556,
        "DAC_REFERRAL_TARGET": 357,
        "DAC_CLIENT": 118,
        "DAC_CLIENT_TARGET": 97,
    } | changes
    before = observation("POL_DA_TOTAL", AREA, "CY2016", said.pop("BEFORE"))
    found = [
        observation(code, AREA, POLICE if code.startswith("POL") else SERVICE, figure)
        for code, figure in said.items()
    ]
    return cells(before, *found)


def ratings(found: Cells) -> dict[str, Rating]:
    words = vocabulary()
    rows = rows_of(found.values())
    view = journey_of(words.area(AREA), parse_period(POLICE), "one", "partner", rows, words)
    return ratings_of(standings_of(view, found, words), labels())


def test_cards_say_the_judgement_and_the_change() -> None:
    found = ratings(held())
    assert found["DAC_REFERRED"] == Rating("Significant concern: 156% of planned level", "red")
    assert found["DAC_ENGAGED"] == Rating("Generally satisfied: 122% of planned level", "green")
    assert found["POLICE_RECORD"] == Rating("Monitoring only: up 8.1% on 2016")


@pytest.mark.parametrize(
    ("before", "said"),
    [(1270, "as in 2016"), (2540, "down 50.0% on 2016")],
)
def test_the_change_follows_the_figures(before: int, said: str) -> None:
    assert ratings(held(BEFORE=before))["POLICE_RECORD"].words == f"Monitoring only: {said}"


@pytest.mark.parametrize(
    ("gone", "stage"),
    [
        ("BEFORE", "POLICE_RECORD"),
        ("POL_DA_TOTAL", "POLICE_RECORD"),
        ("DAC_REFERRAL", "DAC_REFERRED"),
        ("DAC_REFERRAL_TARGET", "DAC_REFERRED"),
        ("DAC_CLIENT", "DAC_ENGAGED"),
    ],
)
def test_what_is_withheld_is_not_rated(gone: str, stage: str) -> None:
    """A judgement or a change beside a withheld figure would tell where it lies."""
    assert stage in ratings(held())
    assert stage not in ratings(held(**{gone: HIDDEN}))


def test_a_figure_of_other_months_than_the_measure_is_not_judged() -> None:
    quarter = observation("DAC_CLIENT", AREA, "FY2017-18-Q1", 48)
    target = observation("DAC_CLIENT_TARGET", AREA, "FY2018-19", 97)
    found = cells(quarter, target)
    words = vocabulary()
    rows = rows_of(found.values())
    view = journey_of(words.area(AREA), parse_period("FY2017-18-Q1"), "1", "partner", rows, words)
    stage = next(one for one in view.stages if one.code == "DAC_ENGAGED")
    assert stage.figure.status is FigureStatus.PUBLISHED
    assert stage.figure.value == Decimal(48)
    assert "DAC_ENGAGED" not in ratings_of(standings_of(view, found, words), labels())
