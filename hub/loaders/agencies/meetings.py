"""One row per Marac meeting, counted and added up over the return's period.

A blank is not a nought: a sum is only known when every meeting gives its count (trap T15).
"""

from collections import defaultdict
from datetime import date
from decimal import Decimal

from hub.loaders.agencies.mapping import Meetings, Part, Sum
from hub.loaders.agencies.page import Block, cell_at, said, text_at
from hub.loaders.agencies.placed import Placed, Reader, breakdown, merged
from hub.loaders.cells import read_number
from hub.loaders.findings import CellError, DateCellError, LoaderCode
from hub.loaders.table import Cell, Line
from hub.returns import Severity
from hub.vocabulary.periods import month_number

ERROR = Severity.ERROR
Held = tuple[str, date]
"""Where and when a meeting was held."""


def read_meetings(block: Block, listed: Meetings, reader: Reader, whole: tuple[Part, ...]) -> None:
    """Add up the meetings of the return's period at each place."""
    at = {column.heading: letter for letter, column in block.columns}
    named = {listed.date, listed.place, *(item.heading for item in listed.sums), *listed.ignore}
    for heading, letter in at.items():
        if heading not in named:
            message = "The mapping does not name this column. Map it, or put it under ignore."
            row = block.lines[0].row if block.lines else None
            reader.say(said(ERROR, LoaderCode.UNMAPPED_COLUMN, message, row, letter))
    counted: dict[str, list[Line]] = defaultdict(list)
    seen: dict[Held, int] = {}
    for line in block.lines:
        held = _held(line, listed, at, merged(whole).get("area"), reader)
        if held is None:
            continue
        area, day = held
        if held in seen:
            message = f"A second row for the meeting of row {seen[held]}. Is it counted twice?"
            reader.say(said(Severity.QUERY, LoaderCode.MEETING_REPEATED, message, line.row))
        seen.setdefault(held, line.row)
        month = month_number(day.year, day.month)
        if reader.frame.start <= month < reader.frame.end:
            counted[area].append(line)
        else:
            message = "The meeting lies outside the return's period and is not counted in it."
            reader.say(said(Severity.NOTICE, LoaderCode.OTHER_RETURN, message, line.row))
    for area, lines in counted.items():
        _add_up(area, lines, listed, at, reader, whole)


def _held(
    line: Line, listed: Meetings, at: dict[str | None, str], area: str | None, reader: Reader
) -> Held | None:
    cell = cell_at(line, at[listed.date])
    day = cell.day if isinstance(cell, DateCellError) else _day(cell, listed.form)
    if day is None:
        message = f"The date of the meeting cannot be read. Write it as {listed.form}."
        reader.say(said(ERROR, LoaderCode.MEETING_DATE, message, line.row, at[listed.date]))
    if listed.place is not None:
        area = listed.places.get(text_at(line, at[listed.place]))
        if area is None:
            message = "The mapping does not name this place."
            reader.say(said(ERROR, LoaderCode.MEETING_PLACE, message, line.row, at[listed.place]))
    elif area is None:
        message = "The mapping does not say the area of the meetings."
        reader.say(said(ERROR, LoaderCode.MEETING_PLACE, message, line.row))
    return (area, day) if area and day else None


def _day(text: Cell, form: str) -> date | None:
    """The day a text names; a workbook's own dates need none."""
    if isinstance(text, CellError):
        return None
    mark = "/" if form == "d/m/y" else "-"
    parts = text.split(mark)
    if len(parts) != 3 or not all(part.isascii() and part.isdigit() for part in parts):
        return None
    first, month, last = map(int, parts)
    try:
        return date(last, month, first) if form == "d/m/y" else date(first, month, last)
    except ValueError:
        return None


def _add_up(
    area: str,
    lines: list[Line],
    listed: Meetings,
    at: dict[str | None, str],
    reader: Reader,
    whole: tuple[Part, ...],
) -> None:
    first = lines[0].row
    known = merged(whole)
    dataset = known.get("dataset") or reader.dataset
    if listed.count:
        reader.placed.append(
            Placed(first, at[listed.date], dataset, listed.count, area, None, (), str(len(lines)))
        )
    for item in listed.sums:
        total = _sum(lines, item, at[item.heading], reader)
        if total is not None:
            pairs = tuple(sorted(breakdown((*whole, item)).items()))
            reader.placed.append(
                Placed(
                    first,
                    at[item.heading],
                    dataset,
                    item.indicator,
                    area,
                    None,
                    pairs,
                    format(total, "f"),
                    note=known.get("note"),
                )
            )


def _sum(lines: list[Line], item: Sum, at: str, reader: Reader) -> Decimal | None:
    total, whole = Decimal(0), True
    for line in lines:
        cell = cell_at(line, at)
        try:
            if isinstance(cell, CellError):
                raise cell
            if cell == "":
                raise CellError(
                    LoaderCode.MEETING_BLANK,
                    "The count is empty, so the sum is not known. Write 0 if there were none.",
                )
            total += read_number(reader.plain(cell, item.indicator))
        except CellError as error:
            reader.say(error.at(line.row, at))
            whole = False
    return total if whole else None
