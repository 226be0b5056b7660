"""The journey as JSON, in the shape and with the field names of the GraphQL type ``Journey``."""

import json
from typing import Any

from hub.exports.journey_csv import number, stages_of
from hub.protected.figures import Figure
from hub.views.journey import Journey, LinkView, MissingView, Part, StageView
from hub.vocabulary.rows import Agency, Area


def journey_json(journey: Journey) -> str:
    """Write the journey as one JSON object."""
    content = {
        "area": _area(journey.area),
        "period": journey.period.id,
        "release": journey.release,
        "stages": [_stage(stage) for stage in stages_of(journey)],
        "links": [_link(link) for link in journey.links],
        "missing": [_missing(item) for item in journey.missing],
    }
    return json.dumps(content, ensure_ascii=False)


def _figure(figure: Figure) -> dict[str, Any]:
    """A figure; a withheld one keeps its status beside the empty value."""
    value = number(figure)
    whole = value is not None and value == value.to_integral_value()
    return {
        "value": None if value is None else int(value) if whole else float(value),
        "status": str(figure.status),
        "symbol": figure.symbol,
        "marks": list(figure.marks),
        "display": figure.display,
        "unit": figure.unit,
        "reason": figure.reason,
    }


def _stage(stage: StageView) -> dict[str, Any]:
    return {
        "code": stage.code,
        "title": stage.title,
        "band": stage.band,
        "within": stage.parent,
        "agency": _agency(stage.agency),
        "unit": stage.unit,
        "period": stage.period.id if stage.period else None,
        "area": _area(stage.area),
        "figure": _figure(stage.figure),
        "parts": [_part(part) for part in stage.parts],
        "target": _figure(stage.target) if stage.target else None,
        "samePeriod": stage.same_period,
        "note": stage.note,
    }


def _part(part: Part) -> dict[str, Any]:
    return {"code": part.code, "title": part.title, "figure": _figure(part.figure)}


def _link(link: LinkView) -> dict[str, Any]:
    return {
        "code": link.code,
        "title": link.title,
        "from": link.source,
        "to": link.target,
        "per": link.per,
        "ratio": _figure(link.ratio),
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
        "agency": _agency(item.agency),
        "reason": item.figure.reason,
        "symbol": item.figure.symbol,
    }


def _agency(agency: Agency | None) -> dict[str, str] | None:
    return None if agency is None else {"code": agency.code, "name": agency.title}


def _area(area: Area) -> dict[str, str]:
    return {"code": area.code, "name": area.name, "level": area.level}
