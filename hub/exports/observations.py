"""Published observations as a document: one observation a row."""

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import groupby
from typing import Any

from hub.exports.chart import Bar, Chart, Panel
from hub.exports.document import Document
from hub.exports.figures import FIGURE, Record, figure_columns
from hub.protected.figures import Figure
from hub.protected.observations import Observation, figure_of
from hub.protected.releases import Release
from hub.vocabulary import Vocabulary, breakdown_text, parse_period

COLUMNS = (
    *("release", "indicator", "area", "period", "breakdown", *FIGURE),
    *("base", "agency", "dataset", "revision"),
)
"""The header. ``agency``, ``dataset`` and ``revision`` name every source, separated by ``;``."""
CAVEATS = (
    "Do not add people over quarters, or referrals over services: a person counts in each.",
    "A total over areas or months is a row of its own where the hub may publish one.",
)


def observations_document(
    rows: Sequence[Observation], release: Release, words: Vocabulary
) -> Document:
    """Make observations ready for files."""
    return Document(
        name="observations",
        title="Published observations",
        finding=_finding([figure_of(row, words) for row in rows]),
        release=release,
        slug=(),
        columns=COLUMNS,
        records=partial(_records, rows, release, words),
        content=partial(_content, rows, release, words),
        chart=partial(_chart, rows, words),
        caveats=CAVEATS,
    )


def _finding(figures: Sequence[Figure]) -> str:
    shown = sum(figure.value is not None for figure in figures)
    return f"{shown} of {len(figures)} figures are shown"


def _content(rows: Sequence[Observation], release: Release, words: Vocabulary) -> dict[str, Any]:
    records = [
        {**record, "display": figure_of(row, words).display}
        for row, record in zip(rows, _records(rows, release, words), strict=True)
    ]
    return {"release": release.id, "observations": records}


def _records(rows: Sequence[Observation], release: Release, words: Vocabulary) -> Iterator[Record]:
    for row in rows:
        base = figure_of(row, words).denominator
        sources = row.provenance
        yield {
            "release": release.id,
            "indicator": row.key.indicator,
            "area": row.key.area,
            "period": row.key.period,
            "breakdown": breakdown_text(row.key.breakdown),
            **figure_columns(figure_of(row, words)),
            "base": base.number if base else None,
            "agency": ";".join(source.agency for source in sources),
            "dataset": ";".join(source.dataset for source in sources),
            "revision": ";".join(str(source.revision) for source in sources),
        }


def _chart(rows: Sequence[Observation], words: Vocabulary) -> Chart:
    """A panel for each indicator: unlike things share no scale."""
    ordered = sorted(rows, key=lambda row: row.key.indicator)
    panels = tuple(
        _panel(code, tuple(group), words)
        for code, group in groupby(ordered, key=lambda row: row.key.indicator)
    )
    figures = [figure_of(row, words) for row in rows]
    return Chart(_finding(figures), "Published observations", panels)


def _panel(code: str, rows: Sequence[Observation], words: Vocabulary) -> Panel:
    indicator = words.indicator(code)
    title = f"{indicator.title} ({words.plural(indicator.unit)})"
    return Panel(title, tuple(_bar(row, words) for row in rows))


def _bar(row: Observation, words: Vocabulary) -> Bar:
    titles = [words.category(name, code).title for name, code in row.key.breakdown]
    label = ", ".join([words.area(row.key.area).name, *titles])
    return Bar(label, figure_of(row, words), parse_period(row.key.period).title)
