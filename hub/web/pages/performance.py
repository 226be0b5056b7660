"""The performance page: the exception report, each measure with its words, exceptions first."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from hub.protected.figures import Figure, FigureStatus
from hub.statistics.targets import Standing
from hub.views.comparison import Comparison
from hub.views.performance import MeasureView, Performance
from hub.vocabulary import Period
from hub.web.pages.charts import Chart, Series, line_chart, share_of, top_of
from hub.web.pages.copying import Copy
from hub.web.pages.frame import Frame, Option, ReleaseNote, render
from hub.web.pages.labels import Labels, labels
from hub.web.pages.series import signed
from hub.web.pages.tally import tally_of

TONES = {
    Standing.RED: "red",
    Standing.AMBER: "yellow",
    Standing.GREEN: "green",
    Standing.MONITORING: "grey",
    Standing.UNKNOWN: "grey",
}


@dataclass(frozen=True, slots=True)
class Compared:
    """A figure beside another: what it is, the two, how far apart in number and per cent."""

    name: str
    period: Period | None
    figure: Figure = field(repr=False)
    comparison: Comparison = field(repr=False)


@dataclass(frozen=True, slots=True)
class MeasureRow:
    """A measure as the page shows it; ``anchor`` is its place on the page."""

    view: MeasureView
    anchor: str
    tone: str
    finding: str
    compared: tuple[Compared, ...]
    chart: Chart | None


@dataclass(frozen=True, slots=True)
class SimilarRow:
    """An area of a most similar group with its bar; ``own`` marks the page's own area."""

    name: str
    period: Period
    figure: Figure = field(repr=False)
    share: float | None = field(repr=False)
    own: bool = False


Similar = Sequence[tuple[str, Period, Figure, bool]]


def performance_page(
    view: Performance,
    *,
    areas: Sequence[Option],
    copy: Copy,
    release: ReleaseNote,
    similar: Similar = (),
    frame: Frame | None = None,
) -> str:
    """Draw the exception report of an area as at a month."""
    frame = frame or Frame()
    t = labels(frame.lang)
    rows = tuple(_measure(item, t) for item in view.measures)
    return render(
        "performance.html",
        frame,
        view=view,
        rows=rows,
        lead=_lead(view, t),
        shown=tally_of((item.cumulative.status for item in view.measures), t),
        signed=signed,
        areas=areas,
        copy=copy,
        release=release,
        similar=tuple(_similar(similar)),
    )


def _similar(found: Similar) -> Iterator[SimilarRow]:
    top = top_of(figure for _, _, figure, _ in found)
    for name, period, figure, own in found:
        yield SimilarRow(name, period, figure, share_of(figure, top), own)


def _measure(view: MeasureView, t: Labels) -> MeasureRow:
    return MeasureRow(
        view=view,
        anchor=view.measure.code.lower().replace("_", "-"),
        tone=TONES[view.standing],
        finding=_finding(view, t),
        compared=tuple(_compared(view, t)),
        chart=_chart(view, t),
    )


def _compared(view: MeasureView, t: Labels) -> Iterator[Compared]:
    yield Compared(t("performance.against.plan"), view.period, view.cumulative, view.profile)
    yield Compared(t("performance.against.year"), view.period, view.cumulative, view.last_year)
    if view.last is not None and view.period and view.last.months != view.period.months:
        name = t("performance.against.last", period=t.period(view.last))
        yield Compared(name, view.last, view.actual, view.actual_last_year)


def _chart(view: MeasureView, t: Labels) -> Chart | None:
    points = view.outlook
    series = [
        Series(t("performance.planned"), [point.profile for point in points], planned=True),
        Series(t("performance.actual"), [point.cumulative for point in points]),
    ]
    return line_chart([point.period for point in points], series)


def _finding(view: MeasureView, t: Labels) -> str:
    """What the chart shows: the figure to date against the level planned for it."""
    if view.cumulative.value is None or view.period is None:
        return t("performance.finding.none")
    words = {
        "figure": _said(view.cumulative, t),
        "month": t.last_month(view.period),
    }
    gap = view.profile.difference
    if gap.status is not FigureStatus.PUBLISHED or gap.value is None:
        return t("performance.finding.alone", **words)
    if gap.value == 0:
        return t("performance.finding.on", **words, plan=view.profile.other.display)
    key = "above" if gap.value > 0 else "below"
    size = gap.display.lstrip("-")
    return t(f"performance.finding.{key}", **words, size=size, plan=view.profile.other.display)


def _said(figure: Figure, t: Labels) -> str:
    if figure.unit == "rate":
        return t("performance.finding.rate", figure=figure.display)
    if figure.unit == "percent":
        return figure.display
    return f"{figure.display} {t.unit(figure.unit, figure.value)}"


def _lead(view: Performance, t: Labels) -> str:
    """How many measures stand where, exceptions first."""
    found = [item.standing for item in view.measures]
    if not found:
        return t("performance.lead.none")
    parts = [
        t(f"performance.lead.{standing.name}", n=found.count(standing))
        for standing in dict.fromkeys(found)
    ]
    return t("performance.lead.some", total=len(found), parts=t.listed(parts))
