"""What the answer of each root field rests on: one table for its price and for keeping it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Root:
    """A root field of the readers' schema.

    ``is_kept`` says that the audience's releases, the vocabulary and the arguments alone decide the
    answer, so that it may be kept; not so where the caller or today has a part in it. ``rows`` are
    those of the store that it reads whatever is asked, ``each`` those for a row of a page.
    """

    is_kept: bool = True
    rows: int = 0
    each: int = 0


ROOTS = {
    "viewer": Root(is_kept=False),
    "agencies": Root(),
    "datasets": Root(),
    "indicators": Root(),
    "areas": Root(),
    "area": Root(),
    "period": Root(),
    "release": Root(),
    "releases": Root(),
    "observations": Root(rows=4, each=2),
    "series": Root(rows=100),
    "journey": Root(rows=200),
    "journeyTrend": Root(is_kept=False, rows=2000),
    "overview": Root(rows=200),
    "performance": Root(rows=200),
    "profile": Root(rows=2000),
    "reconcile": Root(rows=2000),
    "completeness": Root(is_kept=False, rows=2000),
}
"""By the field's name. Rows are measured on the demo's release, with room to grow."""
