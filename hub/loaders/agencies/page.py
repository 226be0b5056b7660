"""Finding the tables of a page: blocks of rows, their heading row, their columns."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from hub.loaders.agencies.grid import letter
from hub.loaders.agencies.mapping import Column, Mapping, Table
from hub.loaders.findings import (
    PERSON_LEVEL,
    CellError,
    LoaderCode,
    looks_personal,
    shown_name,
)
from hub.loaders.table import Cell, Line
from hub.returns import Finding, Severity

Say = Callable[[Finding], None]


def said(
    severity: Severity, code: LoaderCode, message: str, row: int | None, column: str | None = None
) -> Finding:
    """A finding about a cell of the agency's own page."""
    return Finding(severity, code, message, row, column)


@dataclass(frozen=True, slots=True)
class Block:
    """The rows of one table: everything but its heading row, and where each column stands."""

    table: Table
    lines: tuple[Line, ...]
    columns: tuple[tuple[str, Column], ...]
    """Letter and rule, from left to right."""

    def column(self, name: str) -> str | None:
        """The letter of the column with that heading or letter."""
        return next((at for at, rule in self.columns if name in (rule.heading, at)), None)


def cell_at(line: Line, at: str) -> Cell:
    """The cell of a row below a letter; empty when the row ends before it."""
    place = _place(at)
    return line.cells[place] if place < len(line.cells) else ""


def text_at(line: Line, at: str) -> str:
    """The text of a cell; empty for one that can hold none."""
    cell = cell_at(line, at)
    return "" if isinstance(cell, CellError) else cell


def _place(at: str) -> int:
    place = 0
    for one in at:
        place = 26 * place + ord(one) - 64
    return place - 1


def blocks_of(lines: Sequence[Line], mapping: Mapping, say: Say) -> Iterator[Block]:
    """Give every table of the mapping with its rows; report what is missing and what is over."""
    groups = _groups(lines, whole=len(mapping.tables) == 1 and mapping.tables[0].has is None)
    taken: set[int] = set()
    for number, table in enumerate(mapping.tables):
        wanted = table.has
        found = [at for at, group in enumerate(groups) if wanted is None or _holds(group, wanted)]
        if len(found) != 1:
            message = f"Table {number + 1} of the mapping stands nowhere on the page."
            if found:
                message = f"Table {number + 1} of the mapping stands on the page more than once."
            say(said(Severity.ERROR, LoaderCode.TABLE_MISSING, message, None))
            continue
        taken.add(found[0])
        block = _block(table, groups[found[0]], say)
        if block:
            yield block
    rest = (line for at, group in enumerate(groups) if at not in taken for line in group)
    for line in rest:
        if first_text(line) not in mapping.ignore:
            message = "The row is in no table of the mapping. Map it, or name it under ignore."
            say(said(Severity.ERROR, LoaderCode.UNMAPPED_ROW, message, line.row))


def first_text(line: Line) -> str:
    """The first text that stands in a row."""
    return next((cell for cell in line.cells if isinstance(cell, str) and cell), "")


def _groups(lines: Sequence[Line], *, whole: bool) -> list[list[Line]]:
    """Runs of rows between blank rows; everything together when the page is one table."""
    groups: list[list[Line]] = [[]]
    for line in lines:
        if not line.is_blank:
            groups[-1].append(line)
        elif not whole and groups[-1]:
            groups.append([])
    return [group for group in groups if group]


def _holds(group: Iterable[Line], text: str) -> bool:
    return any(cell == text for line in group for cell in line.cells)


def _block(table: Table, group: list[Line], say: Say) -> Block | None:
    wanted = _headings(table)
    heading = next((line for line in group if wanted <= set(map(_text, line.cells))), None)
    if wanted and heading is None:
        message = "No row of the table holds all the headings: " + ", ".join(sorted(wanted)) + "."
        say(said(Severity.ERROR, LoaderCode.TABLE_MISSING, message, group[0].row))
        return None
    placed = [(_letter(rule, heading), rule) for rule in table.columns]
    rest = tuple(line for line in group if line is not heading)
    columns = tuple(sorted(placed, key=lambda pair: _place(pair[0])))
    _refuse_persons(table, heading, columns, say)
    return (
        Block(table, rest, columns)
        if table.meetings is None
        else Block(table, rest, _meeting_columns(table, heading))
    )


def _headings(table: Table) -> set[str]:
    if table.meetings is None:
        return {rule.heading for rule in table.columns if rule.heading is not None}
    listed = table.meetings
    place = (listed.place,) if listed.place else ()
    return {listed.date, *place, *(item.heading for item in listed.sums)}


def _text(cell: Cell) -> str:
    return "" if isinstance(cell, CellError) else cell


def _letter(rule: Column, heading: Line | None) -> str:
    if rule.at is not None:
        return rule.at
    cells = list(map(_text, heading.cells)) if heading else []
    return letter(cells.index(rule.heading or ""))


def _meeting_columns(table: Table, heading: Line | None) -> tuple[tuple[str, Column], ...]:
    cells = list(map(_text, heading.cells)) if heading else []
    return tuple((letter(place), Column(heading=cell)) for place, cell in enumerate(cells) if cell)


def _refuse_persons(
    table: Table, heading: Line | None, columns: Iterable[tuple[str, Column]], say: Say
) -> None:
    """Headings that look like data about persons, unless the mapping counts below them."""
    if heading is None:
        return
    counted = {at for at, rule in columns if rule.ignore is None} | {table.label}
    named = {item.heading for item in table.meetings.sums} if table.meetings else set()
    for place, cell in enumerate(map(_text, heading.cells)):
        at = letter(place)
        if at not in counted and cell not in named and looks_personal(cell):
            shown = shown_name(cell, f"{at}")
            message = f"The column {shown} must not be sent. {PERSON_LEVEL}"
            say(said(Severity.ERROR, LoaderCode.PERSON_COLUMN, message, heading.row, at))
