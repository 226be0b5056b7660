"""The series page: one indicator in one area over time, as charts with their tables."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from hub.protected.figures import Figure, FigureStatus
from hub.views.comparison import compare
from hub.views.series import Point
from hub.vocabulary import PeriodKind
from hub.vocabulary.rows import Area, Indicator
from hub.web.pages.charts import Chart, Series, line_chart, share_of, top_of
from hub.web.pages.copying import Copy
from hub.web.pages.frame import Frame, Option, ReleaseNote, render
from hub.web.pages.labels import Labels, labels
from hub.web.pages.tally import tally_of

FEWEST = 4
"""Published points a line is drawn for; fewer are told by the bars alone."""


@dataclass(frozen=True, slots=True)
class SeriesRow:
    """A period with its figure; ``share`` is the bar's length in per cent of the longest."""

    point: Point
    share: float | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Kind:
    """The periods of one kind: the finding, the line and the table."""

    title: str
    finding: str
    chart: Chart | None
    rows: tuple[SeriesRow, ...]


def series_page(
    indicator: Indicator,
    area: Area,
    points: Mapping[PeriodKind, Sequence[Point]],
    *,
    copy: Copy,
    release: ReleaseNote,
    areas: Sequence[Option] = (),
    frame: Frame | None = None,
) -> str:
    """Draw everything a release says on an indicator in an area."""
    frame = frame or Frame()
    t = labels(frame.lang)
    return render(
        "series.html",
        frame,
        indicator=indicator,
        area=area,
        kinds=tuple(_kinds(points, t)),
        copy=copy,
        release=release,
        areas=areas,
        shown=tally_of((p.figure.status for line in points.values() for p in line), t),
    )


def _kinds(points: Mapping[PeriodKind, Sequence[Point]], t: Labels) -> Iterator[Kind]:
    for kind, line in points.items():
        figures = [point.figure for point in line]
        top = top_of(figures)
        known = sum(figure.value is not None for figure in figures)
        yield Kind(
            title=t(f"series.kind.{kind.name}"),
            finding=finding(line, t),
            chart=_chart(line) if known >= FEWEST else None,
            rows=tuple(SeriesRow(point, share_of(point.figure, top)) for point in line),
        )


def _chart(line: Sequence[Point]) -> Chart | None:
    figures = [point.figure for point in line]
    return line_chart([point.period for point in line], [Series("", figures)])


def finding(line: Sequence[Point], t: Labels) -> str:
    """What the series says in a sentence: the first published figure against the last one."""
    known = [point for point in line if point.figure.value is not None]
    if not known:
        return t("series.finding.none")
    first, last = known[0], known[-1]
    if first is last:
        return t("series.finding.one", figure=last.figure.display, period=t.period(last.period))
    change = compare(last.figure, first.figure)
    size = change.difference.value or Decimal(0)
    key = "same" if size == 0 else ("up" if size > 0 else "down")
    return t(
        f"series.finding.{key}",
        first=first.figure.display,
        last=last.figure.display,
        start=t.period(first.period),
        end=t.period(last.period),
        by=_by(change.percent, last.figure),
    )


def _by(percent: Figure, figure: Figure) -> str:
    """The change in per cent; a percentage's own change is told by its two ends alone."""
    if percent.status is not FigureStatus.PUBLISHED or figure.unit == "percent":
        return ""
    return f" ({signed(percent)})"


def signed(figure: Figure) -> str:
    """A difference with its sign: ``+13``, ``−104``; what is missing as it is displayed."""
    if figure.value is None:
        return figure.display
    if figure.value > 0:
        return f"+{figure.display}"
    return figure.display.replace("-", "−")
