"""Rules between periods and between areas: long against short, cumulative, county and districts.

Two figures that disagree are both kept as sent (trap T20); the agency is asked which one holds.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from decimal import Decimal
from itertools import pairwise

from hub.returns import Finding, Past, Reported, Series, Severity, series_of
from hub.validation.context import Context, Place, amount, readable_period
from hub.validation.findings import RuleCode, finding, place
from hub.vocabulary import Breakdown, Period, PeriodKind
from hub.vocabulary.rows import Indicator, Kind

QUERY = Severity.QUERY
_TILES = (
    PeriodKind.MONTH,
    PeriodKind.FINANCIAL_QUARTER,
    PeriodKind.CALENDAR_QUARTER,
    PeriodKind.FINANCIAL_YEAR,
    PeriodKind.CALENDAR_YEAR,
)
_REPEATS = 3
Dated = tuple[Period, Reported]


def check_periods_agree(context: Context) -> Iterator[Finding]:
    """A longer period agrees with the shorter ones that fill it exactly."""
    for (code, _, _), series in context.series.items():
        indicator = context.words.indicators.get(code)
        if indicator is None or not indicator.kind.is_count or indicator.kind is Kind.SNAPSHOT:
            continue
        tiles: dict[PeriodKind, list[Dated]] = defaultdict(list)
        for pair in series:
            tiles[pair[0].kind].append(pair)
        for whole, item in series:
            for parts in _fillings(whole, tiles):
                yield from _compare(indicator, item, [part for _, part in parts])


def _fillings(whole: Period, tiles: Mapping[PeriodKind, list[Dated]]) -> Iterator[list[Dated]]:
    """The runs of shorter periods of one kind that fill ``whole`` without gap or overlap."""
    if whole.length == 1:
        return
    for kind in _TILES:
        parts = [pair for pair in tiles.get(kind, ()) if whole.covers(pair[0])]
        if len(parts) > 1 and sum(period.length for period, _ in parts) == whole.length:
            yield parts


def _compare(indicator: Indicator, whole: Reported, parts: list[Reported]) -> Iterator[Finding]:
    summed = sum(map(amount, parts), Decimal(0))
    if indicator.time_additive:
        if summed != amount(whole):
            rows = ", ".join(place(part) for part in parts)
            message = f"The periods within it do not sum to it: {rows}. Which figure holds?"
            yield finding(QUERY, RuleCode.TIME_MISMATCH, message, whole, "value")
    elif not max(map(amount, parts)) <= amount(whole) <= summed:
        message = (
            "Distinct people over the longer period can be no fewer than in its busiest part "
            "and no more than all parts together."
        )
        yield finding(QUERY, RuleCode.TIME_DISTINCT, message, whole, "value")


def check_cumulative(context: Context) -> Iterator[Finding]:
    """A year-to-date series rises with the months (traps T15, T16)."""
    for (code, _, _), series in context.series.items():
        indicator = context.words.indicators.get(code)
        if indicator is None or not indicator.kind.is_count:
            continue
        by_year: dict[int, list[Dated]] = defaultdict(list)
        for pair in series:
            if pair[0].kind is PeriodKind.YEAR_TO_DATE:
                by_year[pair[0].start].append(pair)
        for run in by_year.values():
            yield from _check_run(run)


def _check_run(run: list[Dated]) -> Iterator[Finding]:
    same = [run[0]]
    for (_, before), pair in pairwise(run):
        if amount(pair[1]) < amount(before):
            message = f"A year-to-date figure falls below the one before it, {place(before)}."
            yield finding(QUERY, RuleCode.CUMULATIVE_FALLS, message, pair[1], "value")
        same = [*same, pair] if amount(pair[1]) == amount(before) else [pair]
        if len(same) == _REPEATS and amount(pair[1]) > 0:
            message = (
                f"The same year-to-date figure stands in {_REPEATS} months running, from "
                f"{place(same[0][1])}. Leave out the months that have not been observed."
            )
            yield finding(QUERY, RuleCode.CUMULATIVE_REPEATED, message, pair[1], "value")


def check_profiles(context: Context) -> Iterator[Finding]:
    """A target's level to date rises by even steps, or its owner knows why not (F-13, F-15)."""
    for (code, _, _), series in context.series.items():
        indicator = context.words.indicators.get(code)
        if indicator is None or indicator.kind is not Kind.TARGET:
            continue
        run = [pair for pair in series if pair[0].kind is PeriodKind.YEAR_TO_DATE]
        steps = [amount(late[1]) - amount(early[1]) for early, late in pairwise(run)]
        if steps and max(steps) - min(steps) > 1:
            message = "The level to date does not rise by even steps over the year. Is that meant?"
            yield finding(Severity.NOTICE, RuleCode.PROFILE_UNEVEN, message, run[-1][1], "value")


def check_areas_agree(context: Context) -> Iterator[Finding]:
    """An area agrees with the areas that together cover it."""
    covered = _covered(context)
    if not covered:
        return
    for group in _by_area(context).values():
        for area, whole in group.items():
            for hierarchy, children in covered.get((area, whole.period), ()):
                parts = [group[child] for child in children if child in group]
                if len(parts) == len(children) and sum(map(amount, parts)) != amount(whole):
                    message = f"The areas within it ({hierarchy}) do not sum to it."
                    yield finding(QUERY, RuleCode.AREA_MISMATCH, message, whole, "value")


def _covered(context: Context) -> Mapping[Place, list[tuple[str, tuple[str, ...]]]]:
    """The coverings of areas by areas that the return names too, all of them; by hierarchy."""
    found: dict[Place, list[tuple[str, tuple[str, ...]]]] = defaultdict(list)
    for area, text in context.places:
        period = context.periods.get(text)
        coverings = context.words.coverings(area, period) if period else {}
        for hierarchy, children in coverings.items():
            if context.areas.issuperset(children):
                found[area, text].append((hierarchy, children))
    return found


def _by_area(
    context: Context,
) -> Mapping[tuple[str, str, Breakdown], Mapping[str, Reported]]:
    """The figures of additive counts by indicator, period and breakdown, then area."""
    found: dict[tuple[str, str, Breakdown], dict[str, Reported]] = defaultdict(dict)
    additive = {
        code for code, one in context.indicators.items() if one.kind.is_count and one.area_additive
    }
    for item in context.figures.values():
        if item.indicator in additive:
            found[item.indicator, item.period, item.breakdown][item.area] = item
    return {key: group for key, group in found.items() if len(group) > 1}


_LEAST_COINCIDENCE = 10


def check_previous(context: Context) -> Iterator[Finding]:
    """A figure that equals last time's parts added up may be that total sent again (F-14)."""
    totals = _totals(context.previous or {})
    sums = {each for total in totals.values() for each in total.values()}
    # Nearly always none is: as floats, which are not equal only where numbers are not.
    values = context.return_.columns.value
    if set(map(float, sums)).isdisjoint(float(one) for one in values if one is not None):
        return
    for item in context.figures.values():
        if item.value not in sums or amount(item) < _LEAST_COINCIDENCE:
            continue
        period, total = context.periods.get(item.period), totals.get(series_of(item), {})
        if period is not None and total.get(period.kind) == amount(item):
            message = "It equals all periods of the previous return together. Is it this one's?"
            yield finding(QUERY, RuleCode.PREVIOUS_TOTAL, message, item, "value")


def _totals(past: Past) -> Mapping[Series, Mapping[PeriodKind, Decimal]]:
    """By series and kind of period, the sum of all figures where there is more than one."""
    found: dict[Series, Mapping[PeriodKind, Decimal]] = {}
    named = {text for dated in past.values() for text, _ in dated}
    periods = {text: readable_period(text) for text in named}
    kinds = {text: one.kind for text, one in periods.items() if one and one.kind in _TILES}
    for where, dated in past.items():
        values: dict[PeriodKind, list[Decimal]] = defaultdict(list)
        for text, value in dated:
            if value is not None and text in kinds:
                values[kinds[text]].append(value)
        sums = {kind: sum(each, Decimal(0)) for kind, each in values.items() if len(each) > 1}
        if sums:
            found[where] = sums
    return found
