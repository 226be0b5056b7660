"""Who owes what as a document: no figure of the field, but states, days and months."""

from collections.abc import Iterator
from decimal import Decimal
from functools import partial
from typing import Any

from hub.exports import shapes
from hub.exports.chart import Bar, Chart, Panel
from hub.exports.document import Document
from hub.exports.figures import Record
from hub.protected.figures import Figure, FigureStatus
from hub.protected.releases import Release
from hub.views.completeness import Completeness, Owed
from hub.vocabulary.calendar import Owing

COLUMNS = (
    *("release", "period", "dataset", "title", "agency", "state"),
    *("months", "months_published", "due", "overdue"),
)
DONE = frozenset({Owing.RECEIVED, Owing.NIL, Owing.EXEMPT})
CAVEATS = ("Told from a release: a return that was made and is not released yet counts as owed.",)


def completeness_document(view: Completeness, release: Release) -> Document:
    """Make what is owed ready for files, one return a row."""
    return Document(
        name="completeness",
        title=f"Returns owed for {view.period.title}, told on {view.today.isoformat()}",
        finding=_finding(view),
        release=release,
        slug=(view.period.id,),
        columns=COLUMNS,
        records=partial(_records, view),
        content=partial(_content, view),
        chart=partial(_chart, view),
        caveats=CAVEATS,
    )


def _received(view: Completeness) -> int:
    return sum(row.state in DONE for row in view.owed)


def _finding(view: Completeness) -> str:
    return f"{_received(view)} of {len(view.owed)} returns are published whole"


def _records(view: Completeness) -> Iterator[Record]:
    for row in view.owed:
        yield {
            "release": view.release,
            "period": view.period.id,
            "dataset": row.dataset.code,
            "title": row.dataset.title,
            "agency": row.agency.code,
            "state": row.state.value,
            "months": row.months,
            "months_published": row.months_published,
            "due": row.due.isoformat(),
            "overdue": row.overdue.isoformat(),
        }


def _content(view: Completeness) -> dict[str, Any]:
    return {
        "period": shapes.period(view.period),
        "release": view.release,
        "today": view.today.isoformat(),
        "expected": len(view.owed),
        "received": _received(view),
        "returns": [_owed(row) for row in view.owed],
    }


def _owed(row: Owed) -> dict[str, Any]:
    return {
        "dataset": shapes.dataset(row.dataset),
        "agency": shapes.agency(row.agency),
        "state": row.state.value,
        "months": row.months,
        "monthsPublished": row.months_published,
        "due": row.due.isoformat(),
        "overdue": row.overdue.isoformat(),
    }


def _chart(view: Completeness) -> Chart:
    bars = tuple(
        Bar(row.dataset.title, _months(row.months_published), f"{row.agency.title}, {row.state}")
        for row in view.owed
    )
    subtitle = f"Months published, of {view.period.length} in {view.period.title}"
    return Chart(_finding(view), subtitle, (Panel("", bars),))


def _months(count: int) -> Figure:
    return Figure(FigureStatus.PUBLISHED, "month", Decimal(count))
