"""A view as every file of it needs it: what it is, its rows, its caveats, its picture."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from hub.exports.chart import Chart
from hub.exports.figures import Record, source_of
from hub.protected.releases import Release

_UNSAFE = re.compile(r"[^A-Za-z0-9_-]+")

SYMBOLS = (
    "[c] suppressed: the figure is withheld so that no small count can be told from it.",
    "[x] not available: the agency holds no figure, or does not share it; the reason says which.",
    "[z] not applicable: there can be no figure.",
    "Not returned: nobody has returned the figure. Not comparable: the two counts must not be "
    "divided. None of these is zero; never fill one in with 0.",
    "Marks: p provisional, r revised, e estimated, b break in the series, u low reliability.",
)
"""What stands in every file that holds figures."""


@dataclass(frozen=True, slots=True)
class Document:
    """A view, ready for any format.

    ``title`` says what is counted, where and when; ``finding`` is a sentence computed from the
    figures shown. ``slug`` are the words of its file name, all from the hub's own vocabulary.
    Rows, JSON and picture are made when a format asks for them. ``sheets`` names the column whose
    values part the rows into sheets, with the title of each.
    """

    name: str
    title: str
    finding: str
    release: Release
    slug: tuple[str, ...]
    columns: tuple[str, ...]
    records: Callable[[], Iterable[Record]]
    content: Callable[[], Mapping[str, Any]]
    chart: Callable[[], Chart]
    caveats: tuple[str, ...] = ()
    sheets: tuple[str, Mapping[str, str]] | None = None

    @property
    def source(self) -> str:
        """Where the figures are from."""
        return source_of(self.release)

    @property
    def notes(self) -> tuple[str, ...]:
        """What must be known before using a figure: its caveats, then the symbols."""
        return (*dict.fromkeys(self.caveats), *SYMBOLS)

    def filename(self, kind: str) -> str:
        """A name made by the server, of letters, digits and hyphens (security U9)."""
        words = [_UNSAFE.sub("_", word) for word in (self.name, *self.slug)]
        return f"{'-'.join(words)[:120]}.{kind}"
