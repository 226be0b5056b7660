"""What of some observations an answer needs, told from the fields that are asked for."""

from functools import lru_cache

from hub.views.library import EVERYTHING, Needs

ROWS = ("nodes.", "edges.node.", "points.")
SOURCES = {
    "figure.marks": "marks",
    "figure.reason": "reason",
    "figure.denominator": "base",
    "provenance": "provenance",
    "derived": "derived",
}
"""Columns that only some fields show; the address and the figure's value are always read."""
PARTS = frozenset({"figure.numerator", "figure.denominator"})


@lru_cache(maxsize=512)
def needs_of(asked: frozenset[str] | None) -> Needs:
    """Tell the needs of dotted field names below ``observations`` or ``series``.

    Everything, where it is not known what is asked.
    """
    if asked is None:
        return EVERYTHING
    fields = {
        name.removeprefix(start) for name in asked for start in ROWS if name.startswith(start)
    }
    return Needs(
        columns=frozenset(SOURCES[name] for name in fields & SOURCES.keys()),
        total="totalCount" in asked,
        parts=bool(fields & PARTS),
    )
