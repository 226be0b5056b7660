"""The links of the journey: ratios between stages, graded, with their caveats."""

from decimal import Decimal

from hub.protected.figures import Figure, FigureStatus, missing
from hub.statistics.comparability import THRESHOLD, Comparison, Grade, overlap
from hub.statistics.formulas import ratio
from hub.views.journey import CaveatView, LinkView, StageView
from hub.vocabulary import Period, Vocabulary
from hub.vocabulary.rows import Link

NOT_COMPARABLE = (
    "Not comparable: the areas differ, or the periods share less than "
    f"{round(THRESHOLD * 100)} in 100 of their months."
)


def link_views(stages: dict[str, StageView], words: Vocabulary) -> list[LinkView]:
    """Make every link whose two stages have a place in time, in order."""
    links = sorted(words.links.values(), key=lambda link: link.order)
    pairs = ((link, stages.get(link.source), stages.get(link.target)) for link in links)
    return [
        _link(link, source, source.period, target, target.period, words)
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
) -> LinkView:
    comparison = Comparison(
        overlap=overlap(source_period, target_period),
        same_period=source_period.months == target_period.months,
        same_unit=source.unit == target.unit,
        same_area=source.area.code == target.area.code,
        restricted=link.restricted,
        capped=link.capped,
    )
    return LinkView(
        code=link.code,
        title=link.title,
        source=source.code,
        target=target.code,
        per=int(link.per),
        ratio=_ratio(link, source, target, comparison.grade),
        overlap=comparison.overlap,
        common_months=source_period.common_months(target_period),
        longest_months=max(source_period.length, target_period.length),
        unit_match=comparison.same_unit,
        area_match=comparison.same_area,
        source_filter=link.source_filter or None,
        grade=comparison.grade,
        caveats=_caveats(link, source_period, target_period, comparison, words),
    )


def _ratio(link: Link, source: StageView, target: StageView, grade: Grade) -> Figure:
    """Divide published figures; otherwise say which of the two is missing and why."""
    unit = f"per {int(link.per)} {source.unit}s"
    if grade is Grade.D:
        return missing(FigureStatus.NOT_COMPARABLE, unit, NOT_COMPARABLE)
    for figure in (target.figure, source.figure):
        if figure.value is None:
            return missing(figure.status, unit, figure.reason or "")
    value = ratio(_value(target.figure), _value(source.figure), Decimal(str(link.per)))
    if value is None:
        return missing(FigureStatus.NOT_APPLICABLE, unit, "Nothing can be divided by zero.")
    return Figure(
        FigureStatus.PUBLISHED,
        unit,
        value,
        decimals=1,
        numerator=target.figure,
        denominator=source.figure,
    )


def _value(figure: Figure) -> Decimal:
    if figure.value is None:
        raise ValueError("A ratio needs published figures.")
    return figure.value


def _caveats(
    link: Link, source: Period, target: Period, comparison: Comparison, words: Vocabulary
) -> tuple[CaveatView, ...]:
    """The link's own caveats, and those that follow from what was compared."""
    codes = list(link.caveats)
    if not comparison.same_period:
        codes.append("PERIOD")
    if not comparison.same_unit:
        codes.append("UNIT")
    if not comparison.restricted:
        codes.append("SOURCE")
    common = source.common_months(target)
    detail = {
        "numerator": target.title,
        "denominator": source.title,
        "common": str(common),
        "longest": str(max(source.length, target.length)),
    }
    found = [words.caveats[code] for code in dict.fromkeys(codes) if code in words.caveats]
    return tuple(CaveatView(item.code, item.text.format_map(detail)) for item in found)
