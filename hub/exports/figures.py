"""A figure in a file: its value as GraphQL gives it, and everything that travels with it.

Values are not rounded here; ``decimals`` says to how many places, half up, they are shown.
"""

from collections.abc import Mapping

from hub.exports.cells import Cell
from hub.protected.figures import Figure, FigureStatus
from hub.protected.releases import Release

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


def source_of(release: Release) -> str:
    """Where the figures of a file are from, in a sentence."""
    day = release.published_at.date().isoformat()
    return (
        "Source: returns of the agencies, protected and published in release "
        f"{release.sequence} for the {release.audience} audience on {day}."
    )
