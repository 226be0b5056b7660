"""What a page prints: its tables, row by row and cell by cell, as a reader sees them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

UNSEEN = frozenset({"hub-narrow", "govuk-visually-hidden"})
"""Classes of what is said for narrow screens or for listening only."""
FIGURES = frozenset({"hub-value", "hub-box"})
"""Classes of a figure that stands among words: a value, or the box of a symbol."""
VOID = frozenset({"meta", "link", "input", "br", "img", "hr"})


@dataclass
class Cell:
    """A cell: its text, and the figures that are marked as such in it."""

    words: list[str] = field(default_factory=list)
    figures: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The visible text, one space between words."""
        return " ".join("".join(self.words).split())


@dataclass
class Row:
    """A row of a table's body with its own ``data-`` attributes; its head is the first cell."""

    data: dict[str, str]
    cells: list[Cell] = field(default_factory=list)

    @property
    def texts(self) -> list[str]:
        """The text of every cell."""
        return [cell.text for cell in self.cells]

    @property
    def figures(self) -> list[str]:
        """Every marked figure."""
        return [text for cell in self.cells for text in cell.figures]


@dataclass
class Table:
    """A table of a page."""

    data: dict[str, str]
    rows: list[Row] = field(default_factory=list)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tables: list[Table] = []
        self._open: list[tuple[str, frozenset[str]]] = []
        self._in_head = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        data = {name[5:]: value for name, value in given.items() if name.startswith("data-")}
        if tag == "table":
            self.tables.append(Table(data))
        elif tag == "thead":
            self._in_head = True
        elif tag == "tr" and not self._in_head:
            self.tables[-1].rows.append(Row(data))
        elif tag in ("td", "th") and not self._in_head:
            self.tables[-1].rows[-1].cells.append(Cell())
        if tag not in VOID:
            classes = frozenset(given.get("class", "").split())
            self._open.append((tag, classes))
            if classes & FIGURES and (cell := self._cell()) is not None:
                cell.figures.append("")

    def handle_endtag(self, tag: str) -> None:
        if tag == "thead":
            self._in_head = False
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        cell = self._cell()
        classes = frozenset().union(*(classes for _, classes in self._open))
        if cell is None or classes & UNSEEN or any(tag == "svg" for tag, _ in self._open):
            return
        cell.words.append(data)
        if classes & FIGURES:
            cell.figures[-1] += data

    def _cell(self) -> Cell | None:
        is_inside = any(tag in ("td", "th") for tag, _ in self._open)
        if not is_inside or self._in_head:
            return None
        return self.tables[-1].rows[-1].cells[-1]


def tables(html: str) -> list[Table]:
    """Every table of a page, in order."""
    reader = _Reader()
    reader.feed(html)
    return reader.tables


def rows(html: str, name: str) -> Iterator[Row]:
    """Every row that has this ``data-`` attribute."""
    return (row for table in tables(html) for row in table.rows if name in row.data)
