"""The journey as JSON, in the shape and with the field names of the GraphQL type ``Journey``."""

from collections.abc import Iterable
from typing import Any

from hub.exports import shapes
from hub.views.journey import Journey, LinkView, MissingView, Part, StageView


def journey_json(journey: Journey, stages: Iterable[StageView]) -> dict[str, Any]:
    """Write the journey as one JSON object; every stage stands in one flat list."""
    return {
        "area": shapes.area(journey.area),
        "period": journey.period.id,
        "release": journey.release,
        "stages": [_stage(stage) for stage in stages],
        "links": [_link(link) for link in journey.links],
        "missing": [_missing(item) for item in journey.missing],
    }


def _stage(stage: StageView) -> dict[str, Any]:
    return {
        "code": stage.code,
        "title": stage.title,
        "band": stage.band,
        "within": stage.parent,
        "agency": shapes.agency(stage.agency),
        "unit": stage.unit,
        "period": stage.period.id if stage.period else None,
        "area": shapes.area(stage.area),
        "figure": shapes.figure(stage.figure),
        "parts": [_part(part) for part in stage.parts],
        "target": shapes.figure(stage.target),
        "samePeriod": stage.same_period,
        "note": stage.note,
    }


def _part(part: Part) -> dict[str, Any]:
    return {"code": part.code, "title": part.title, "figure": shapes.figure(part.figure)}


def _link(link: LinkView) -> dict[str, Any]:
    return {
        "code": link.code,
        "title": link.title,
        "from": link.source,
        "to": link.target,
        "per": link.per,
        "ratio": shapes.figure(link.ratio),
        "periodOverlap": link.overlap,
        "commonMonths": link.common_months,
        "longestMonths": link.longest_months,
        "unitMatch": link.unit_match,
        "areaMatch": link.area_match,
        "sourceFilter": link.source_filter,
        "comparability": str(link.grade),
        "caveats": [{"code": item.code, "text": item.text} for item in link.caveats],
    }


def _missing(item: MissingView) -> dict[str, Any]:
    return {
        "code": item.code,
        "title": item.title,
        "agency": shapes.agency(item.agency),
        "reason": item.figure.reason,
        "symbol": item.figure.symbol,
    }
