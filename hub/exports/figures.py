"""A figure in a file: its value as GraphQL gives it, and everything that travels with it.

Values are not rounded here; ``decimals`` says to how many places, half up, they are shown.
"""

from collections.abc import Mapping
from typing import Any

from hub.exports.cells import Cell
from hub.protected.figures import Figure, FigureStatus
from hub.protected.releases import Release
from hub.vocabulary import Period
from hub.vocabulary.rows import Agency, Area, Dataset, Indicator

FIGURE = ("unit", "value", "status", "symbol", "marks", "decimals", "reason")
"""The columns of a figure in a tidy file. A withheld one has an empty ``value``."""

Record = Mapping[str, Cell]

WITHHELD = {
    FigureStatus.SUPPRESSED: "suppressed",
    FigureStatus.NOT_AVAILABLE: "not available",
    FigureStatus.NOT_APPLICABLE: "not applicable",
    FigureStatus.NOT_RETURNED: "not returned",
    FigureStatus.NOT_COMPARABLE: "not comparable",
}
"""What stands beside the symbol of a withheld figure, or in place of one."""


def figure_columns(figure: Figure) -> dict[str, Cell]:
    """A figure in the columns of :data:`FIGURE`."""
    return {
        "unit": figure.unit,
        "value": figure.number,
        "status": str(figure.status),
        "symbol": figure.symbol,
        "marks": figure.marks,
        "decimals": figure.decimals,
        "reason": figure.reason,
    }


def figure_json(figure: Figure | None) -> dict[str, Any] | None:
    """A figure with the field names of the GraphQL type; its parts too, if it is a ratio."""
    if figure is None:
        return None
    return {
        "value": figure.number,
        "status": str(figure.status),
        "symbol": figure.symbol,
        "marks": list(figure.marks),
        "display": figure.display,
        "unit": figure.unit,
        "reason": figure.reason,
        "numerator": figure_json(figure.numerator),
        "denominator": figure_json(figure.denominator),
    }


def period_json(period: Period) -> dict[str, str]:
    """A period by its string, with its months in words."""
    return {"id": period.id, "title": period.title}


def area_json(area: Area) -> dict[str, str]:
    """An area by its code."""
    return {"code": area.code, "name": area.name, "level": area.level}


def indicator_json(indicator: Indicator) -> dict[str, str]:
    """An indicator by its code."""
    return {"code": indicator.code, "title": indicator.title, "unit": indicator.unit}


def agency_json(agency: Agency | None) -> dict[str, str] | None:
    """An agency by its code, if there is one."""
    return None if agency is None else {"code": agency.code, "name": agency.title}


def dataset_json(dataset: Dataset) -> dict[str, str]:
    """A dataset by its code."""
    return {"code": dataset.code, "title": dataset.title}


def source_of(release: Release) -> str:
    """Where the figures of a file are from, in a sentence."""
    day = release.published_at.date().isoformat()
    return (
        "Source: returns of the agencies, protected and published in release "
        f"{release.sequence} for the {release.audience} audience on {day}."
    )
