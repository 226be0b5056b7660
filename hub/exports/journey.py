"""The journey as a document: its stages, their parts and planned levels, and its links.

A row is a ``stage``, a ``part`` of one, a ``planned`` level or a ``link`` (a ratio between two
stages, with its comparability). No row is left out because its figure is.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import partial

from hub.exports.cells import Cell
from hub.exports.chart import Bar, Chart, Panel
from hub.exports.document import Document
from hub.exports.figures import FIGURE, Record, figure_columns
from hub.exports.journey_json import journey_json
from hub.protected.figures import Figure
from hub.protected.releases import Release
from hub.views.journey import Journey, LinkView, StageView
from hub.vocabulary import Vocabulary

COLUMNS = (
    *("release", "record", "code", "title", "within", "agency", "area", "period", *FIGURE),
    *("from", "to", "comparability", "common_months", "longest_months", "caveats"),
)
"""The header. ``within`` is the stage a row is counted in; ``from`` and ``to`` are a link's."""
SHEETS = {
    "stage": "Stages",
    "part": "Counts within a stage",
    "planned": "Planned levels",
    "link": "Ratios between stages",
}
CAVEATS = (
    "Stages are separate counts, not people followed over time: periods, units and people differ.",
    "A ratio over unlike periods or units is no conversion rate; read its grade and its caveats.",
)
KEY = ("Hatched: another period than that of the first count.", "Red tick: planned level.")
BESIDE = 3
"""How many later stages the headline names."""


def journey_document(view: Journey, release: Release, words: Vocabulary) -> Document:
    """Make the journey ready for files."""
    return Document(
        name="journey",
        title=f"Victim journey: {view.area.name}, {view.period.title}",
        finding=_finding(view, words),
        release=release,
        slug=(view.area.code, view.period.id),
        columns=COLUMNS,
        records=partial(_records, view),
        content=partial(journey_json, view, stages_of(view)),
        chart=partial(_chart, view, words),
        caveats=CAVEATS,
        sheets=("record", SHEETS),
    )


def stages_of(journey: Journey) -> tuple[StageView, ...]:
    """Every stage once, nested ones with the stage that holds them, and the missing ones."""
    found: dict[str, StageView] = {}
    for stage in journey.stages:
        found.setdefault(stage.code, stage)
        for inner in stage.nested:
            found[inner.code] = replace(inner, parent=stage.code)
    for item in journey.missing:
        bare = StageView(
            code=item.code,
            title=item.title,
            band="",
            unit=item.figure.unit,
            period=None,
            area=journey.area,
            agency=item.agency,
            figure=item.figure,
        )
        found.setdefault(item.code, bare)
    return tuple(found.values())


def _finding(view: Journey, words: Vocabulary) -> str:
    tops = [
        stage for stage in view.stages if stage.parent is None and stage.figure.value is not None
    ]
    if not tops:
        return f"No figure of the journey of {view.area.name} is shown"
    first, *others = tops
    text = f"{first.figure.display} {first.title[0].lower()}{first.title[1:]}"
    beside = [
        f"{stage.figure.display} {words.plural(stage.unit)}, {stage.title.partition(':')[0]}"
        for stage in others[:BESIDE]
    ]
    return "; ".join([text, *beside])


def _records(view: Journey) -> Iterator[Record]:
    for stage in stages_of(view):
        for row in _stage_rows(stage):
            yield {"release": view.release, **row}
    for link in view.links:
        yield {"release": view.release, **_link_row(link)}


def _stage_rows(stage: StageView) -> Iterable[Record]:
    place: Record = {
        "agency": stage.agency.code if stage.agency else None,
        "area": stage.area.code,
        "period": stage.period.id if stage.period else None,
    }

    def row(record: str, code: str, title: str, within: str | None, figure: Figure) -> Record:
        head: dict[str, Cell] = {"record": record, "code": code, "title": title, "within": within}
        return head | dict(place) | figure_columns(figure)

    yield row("stage", stage.code, stage.title, stage.parent, stage.figure)
    for part in stage.parts:
        yield row("part", part.code, part.title, stage.code, part.figure)
    if stage.target is not None:
        yield row("planned", stage.code, stage.title, stage.code, stage.target)


def _link_row(link: LinkView) -> Record:
    return {
        "record": "link",
        "code": link.code,
        "title": link.title,
        **figure_columns(link.ratio),
        "from": link.source,
        "to": link.target,
        "comparability": str(link.grade),
        "common_months": link.common_months,
        "longest_months": link.longest_months,
        "caveats": " ".join(caveat.text for caveat in link.caveats) or None,
    }


def _chart(view: Journey, words: Vocabulary) -> Chart:
    bars = tuple(_bar(stage, words) for stage in stages_of(view))
    subtitle = "Counts of each stage in its own unit and period"
    return Chart(_finding(view, words), subtitle, (Panel("", bars),), KEY)


def _bar(stage: StageView, words: Vocabulary) -> Bar:
    when = [stage.period.title] if stage.period else []
    return Bar(
        label=stage.title,
        figure=stage.figure,
        note=", ".join([words.plural(stage.unit), *when]),
        level=stage.target,
        is_apart=not stage.same_period,
        indent=0 if stage.parent is None else 1,
    )
