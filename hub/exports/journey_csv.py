"""The journey as tidy CSV: one observation a row, its value, status and symbol apart.

A row is a ``stage``, a ``part`` of one, a ``planned`` level or a ``link`` (a ratio between two
stages, with its comparability). Suppressed figures have an empty value and the symbol ``c``; no
row is left out because its figure is.
"""

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal

from hub.protected.figures import Figure
from hub.views.journey import Journey, LinkView, StageView

COLUMNS = (
    *("release", "record", "code", "title", "within", "agency", "area", "period", "unit"),
    *("value", "status", "symbol", "marks", "reason"),
    *("from", "to", "comparability", "common_months", "longest_months", "caveats"),
)
"""The header. ``within`` is the stage a row is counted in; ``from`` and ``to`` are a link's."""

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def journey_csv(journey: Journey) -> str:
    """Write the journey as CSV (RFC 4180) with a header."""
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, restval="")
    writer.writeheader()
    for row in _rows(journey):
        writer.writerow({"release": safe(journey.release), **row})
    return out.getvalue()


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


def number(figure: Figure) -> Decimal | None:
    """A figure's value rounded half up, once, to the places it is shown with."""
    if figure.value is None:
        return None
    return figure.value.quantize(Decimal(1).scaleb(-figure.decimals), ROUND_HALF_UP)


def safe(text: str) -> str:
    """A text cell that no spreadsheet takes for a formula (security requirement U8)."""
    clean = text.replace("\0", "")
    return f"'{clean}" if clean.startswith(_FORMULA) else clean


@dataclass(frozen=True, slots=True)
class _Place:
    """What a stage and everything counted in it have in common."""

    agency: str
    area: str
    period: str

    @classmethod
    def of(cls, stage: StageView) -> "_Place":
        agency = stage.agency.code if stage.agency else ""
        return cls(agency, stage.area.code, stage.period.id if stage.period else "")

    def row(self, record: str, code: str, title: str, within: str, figure: Figure) -> "_Row":
        place = {"agency": self.agency, "area": self.area, "period": self.period}
        return _row(record, code, title, figure) | place | {"within": within}


_Row = dict[str, object]


def _rows(journey: Journey) -> Iterator[_Row]:
    for stage in stages_of(journey):
        yield from _stage_rows(stage)
    yield from (_link_row(link) for link in journey.links)


def _stage_rows(stage: StageView) -> Iterable[_Row]:
    place = _Place.of(stage)
    yield place.row("stage", stage.code, stage.title, stage.parent or "", stage.figure)
    for part in stage.parts:
        yield place.row("part", part.code, part.title, stage.code, part.figure)
    if stage.target is not None:
        yield place.row("planned", stage.code, stage.title, stage.code, stage.target)


def _link_row(link: LinkView) -> _Row:
    return _row("link", link.code, link.title, link.ratio) | {
        "from": link.source,
        "to": link.target,
        "comparability": str(link.grade),
        "common_months": link.common_months,
        "longest_months": link.longest_months,
        "caveats": safe(" ".join(caveat.text for caveat in link.caveats)),
    }


def _row(record: str, code: str, title: str, figure: Figure) -> _Row:
    value = number(figure)
    return {
        "record": record,
        "code": safe(code),
        "title": safe(title),
        "unit": safe(figure.unit),
        "value": "" if value is None else f"{value:f}",
        "status": str(figure.status),
        "symbol": figure.symbol or "",
        "marks": figure.marks,
        "reason": safe(figure.reason or ""),
    }
