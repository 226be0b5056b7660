"""The links of the journey: ratios between stages, graded, with their caveats."""

from decimal import Decimal

from hub.protected.figures import Figure, FigureStatus
from hub.statistics.comparability import THRESHOLD, Comparison, Grade, overlap, worst
from hub.statistics.formulas import ratio
from hub.views.journey import CaveatView, LinkView, StageView
from hub.vocabulary import Period, Vocabulary
from hub.vocabulary.rows import Link

NOT_COMPARABLE = (
    "Not comparable: the areas differ, or the periods share less than "
    f"{round(THRESHOLD * 100)} in 100 of their months."
)


UNLIKE = CaveatView(
    "UNLIKE", "Computed only because it was asked for; no release and no file has this ratio."
)
"""Travels with a ratio that grade D forbids."""


def link_views(
    stages: dict[str, StageView], words: Vocabulary, *, allow_unlike: bool = False
) -> list[LinkView]:
    """Make every link whose two stages have a place in time, in order.

    ``allow_unlike`` computes ratios of grade D too, each with the caveat :data:`UNLIKE`. Only a
    caller who asks in so many words gets them; pages, files and releases never do.
    """
    links = sorted(words.links.values(), key=lambda link: link.order)
    pairs = ((link, stages.get(link.source), stages.get(link.target)) for link in links)
    return [
        _link(link, source, source.period, target, target.period, words, allow_unlike)
        for link, source, target in pairs
        if source and target and source.period and target.period
    ]


def _link(
    link: Link,
    source: StageView,
    source_period: Period,
    target: StageView,
    target_period: Period,
    words: Vocabulary,
    allow_unlike: bool,
) -> LinkView:
    comparison = Comparison(
        overlap=overlap(source_period, target_period),
        same_period=source_period.months == target_period.months,
        same_unit=source.unit == target.unit,
        same_area=source.area.code == target.area.code,
        restricted=link.restricted,
    )
    grade = worst(comparison.grade, Grade.C if link.capped else Grade.A)
    unlike = grade is Grade.D and allow_unlike
    caveats = _caveats(link, source, target, comparison, words)
    return LinkView(
        code=link.code,
        title=link.title,
        source=source.code,
        target=target.code,
        per=int(link.per),
        ratio=_ratio(link, source, target, Grade.C if unlike else grade, words),
        overlap=comparison.overlap,
        common_months=source_period.common_months(target_period),
        longest_months=max(source_period.length, target_period.length),
        unit_match=comparison.same_unit,
        area_match=comparison.same_area,
        source_filter=link.source_filter or None,
        grade=grade,
        caveats=(*caveats, UNLIKE) if unlike else caveats,
    )


def _ratio(
    link: Link, source: StageView, target: StageView, grade: Grade, words: Vocabulary
) -> Figure:
    """Divide published figures; otherwise say which of the two is missing and why."""
    unit = f"per {int(link.per)} {words.plural(source.unit)}"
    value, status, reason = _divided(link, source, target, grade)
    return Figure(
        status,
        unit,
        value,
        decimals=1,
        reason=reason,
        numerator=target.figure,
        denominator=source.figure,
    )


def _divided(
    link: Link, source: StageView, target: StageView, grade: Grade
) -> tuple[Decimal | None, FigureStatus, str | None]:
    if grade is Grade.D:
        return None, FigureStatus.NOT_COMPARABLE, NOT_COMPARABLE
    for figure in (target.figure, source.figure):
        if figure.value is None:
            return None, figure.status, figure.reason
    value = ratio(_value(target.figure), _value(source.figure), Decimal(str(link.per)))
    if value is None:
        return None, FigureStatus.NOT_APPLICABLE, "Nothing can be divided by zero."
    return value, FigureStatus.PUBLISHED, None


def _value(figure: Figure) -> Decimal:
    if figure.value is None:
        raise ValueError("A ratio needs published figures.")
    return figure.value


def _caveats(
    link: Link,
    source: StageView,
    target: StageView,
    comparison: Comparison,
    words: Vocabulary,
) -> tuple[CaveatView, ...]:
    """The link's own caveats, and those that follow from what was compared."""
    details: dict[str, dict[str, str]] = {code: {} for code in link.caveats}
    if not comparison.same_period and source.period and target.period:
        longest = max(source.period.length, target.period.length)
        common = source.period.common_months(target.period)
        details["PERIOD"] = {"common": str(common), "longest": str(longest)}
    if not comparison.same_unit:
        units = {"numerator": target.unit, "denominator": source.unit}
        details["UNIT"] = {side: words.plural(unit) for side, unit in units.items()}
    if not comparison.restricted:
        details["SOURCE"] = {"denominator": source.title}
    if not comparison.same_area:
        details["AREA"] = {"numerator": target.area.name, "denominator": source.area.name}
    return tuple(
        CaveatView(code, words.caveats[code].text.format_map(detail))
        for code, detail in details.items()
    )
