"""What a card says of its figure: the judgement in its own words, or the change on a year."""

from collections.abc import Mapping

from hub.protected.figures import FigureStatus
from hub.statistics.targets import Standing
from hub.views.standings import StageStanding
from hub.web.pages.headline import Rating, plan_percent
from hub.web.pages.labels import Labels
from hub.web.pages.performance import TONES

_JUDGED = frozenset({Standing.RED, Standing.AMBER, Standing.GREEN})


def ratings_of(standings: Mapping[str, StageStanding], t: Labels) -> dict[str, Rating]:
    """The rating of each stage that has one, by its code; the colour repeats the words."""
    found = {code: _rating(standing, t) for code, standing in standings.items()}
    return {code: rating for code, rating in found.items() if rating is not None}


def _rating(standing: StageStanding, t: Labels) -> Rating | None:
    measure, percent = standing.measure, plan_percent(standing.stage)
    if measure is not None and measure.standing in _JUDGED and percent is not None:
        words = t("card.judged", words=t.travelling(measure.words), percent=percent)
        return Rating(words, TONES[measure.standing])
    change = standing.last_year.percent
    if percent is not None or change.status is not FigureStatus.PUBLISHED or change.value is None:
        return None
    key = "same" if change.value == 0 else ("up" if change.value > 0 else "down")
    size = change.display.lstrip("-")
    return Rating(t(f"card.{key}", size=size, period=t.year(standing.before)))
