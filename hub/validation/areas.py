"""Rules on areas: known, within the agency's reach, of a level the indicator is counted at."""

from collections.abc import Iterator
from functools import cached_property

from hub.returns import Finding, Reported, Severity
from hub.validation.codes import SHOWN, Meant, unknown
from hub.validation.context import Context, readable_period
from hub.validation.findings import RuleCode, finding
from hub.vocabulary.rows import Area, Indicator

ERROR = Severity.ERROR


def check_areas(context: Context) -> Iterator[Finding]:
    """Every observation is of a known area that this agency reports on."""
    reach = _Reach(context)
    one = context.columns
    yield from context.judged(
        lambda item: _check_area(context, item, reach), one.indicator, one.area, one.period
    )


def _check_area(context: Context, item: Reported, reach: "_Reach") -> Iterator[Finding]:
    if not item.area:
        return  # it could not be read, which the loader has said
    area = context.words.areas.get(item.area)
    if area is None:
        near = reach.meant.by(item.area)
        message = unknown("area", near)
        if item.area in context.words.indicators:
            message = "This is the code of an indicator. Are the columns swapped?"
        yield finding(ERROR, RuleCode.UNKNOWN_AREA, message, item, "area", near or reach.shown)
        return
    if not reach.holds(area.code):
        yield finding(
            ERROR,
            RuleCode.AREA_REACH,
            "The agency does not report on this area.",
            item,
            "area",
            reach.shown,
        )
    yield from _check_dates(item, area)
    indicator = context.words.indicators.get(item.indicator)
    if indicator:
        yield from _check_level(item, area, indicator)


class _Reach:
    """The areas an agency may report on, each looked up once."""

    def __init__(self, context: Context) -> None:
        agency = context.words.agencies.get(context.return_.agency)
        self.codes = agency.areas if agency else ()
        self._words = context.words
        self._known: dict[str, bool] = {}

    @cached_property
    def _names(self) -> dict[str, str]:
        """Names and codes of every area within reach, in capitals, each with its code."""
        within = [item for item in self._words.areas.values() if self.holds(item.code)]
        codes = {item.code.upper(): item.code for item in within}
        return {item.name.upper(): item.code for item in within} | codes

    @cached_property
    def shown(self) -> str | None:
        """What may stand there: every code where they are few, else what they lie in."""
        found = tuple(dict.fromkeys(self._names.values()))
        if len(found) <= SHOWN:
            return ", ".join(found) or None
        return f"{', '.join(self.codes)}, and the areas within"

    @cached_property
    def meant(self) -> Meant:
        """What an unknown text may have been meant as; somebody may write the area's name."""
        return Meant(self._names)

    def holds(self, area: str) -> bool:
        """Whether the area is one of the agency's, or lies in one."""
        if area not in self._known:
            self._known[area] = self._words.within(area, self.codes)
        return self._known[area]


def _check_level(item: Reported, area: Area, indicator: Indicator) -> Iterator[Finding]:
    if area.level not in indicator.area_levels:
        yield finding(
            ERROR,
            RuleCode.AREA_LEVEL,
            f"{indicator.code} is not counted for areas of level {area.level}.",
            item,
            "area",
            ", ".join(indicator.area_levels),
        )


def _check_dates(item: Reported, area: Area) -> Iterator[Finding]:
    period = readable_period(item.period)
    if period is None:
        return
    year, month = period.last_month
    begins_late = area.valid_from is not None and (year, month) < (
        area.valid_from.year,
        area.valid_from.month,
    )
    ended = area.valid_to is not None and area.valid_to < period.first_day
    if begins_late or ended:
        yield finding(
            ERROR,
            RuleCode.AREA_DATES,
            f"The area {area.code} does not exist in this period.",
            item,
            "area",
            area.successor if ended else None,
        )
