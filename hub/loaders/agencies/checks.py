"""What a page prints beside its counts, compared with them: labels, changes, sums, per cents.

None of it is sent; the hub computes it. What does not agree is asked about (the misprints the
source documents hold are of these kinds).
"""

from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_UP, Decimal

from hub.loaders.agencies.mapping import Change, Column, Holds, Row
from hub.loaders.agencies.page import Block, cell_at, said, text_at
from hub.loaders.agencies.periods import year_of, years_in
from hub.loaders.agencies.placed import Reader
from hub.loaders.findings import LoaderCode
from hub.loaders.table import Cell, Line
from hub.returns import Severity

QUERY = Severity.QUERY


def check_label(block: Block, line: Line, rule: Row, reader: Reader) -> None:
    """A label that names a year names the one the mapping takes the row for."""
    named = years_in(rule.label)
    if rule.year is None or not named:
        return
    year = year_of(rule.year, reader.frame)
    if named != (year,):
        message = (
            f"The label names another year than FY{year}-{(year + 1) % 100:02d}, for which the "
            "mapping takes this row."
        )
        reader.say(said(QUERY, LoaderCode.LABEL_YEAR, message, line.row, block.table.label))


def check_change(
    block: Block, line: Line, change: Change, ruled: Iterable[tuple[Line, Row]], reader: Reader
) -> None:
    """A printed change in per cent follows from the two rows it compares."""
    now, before = _labelled(ruled, change.of), _labelled(ruled, change.against)
    found: list[tuple[str, str]] = []
    for at, _ in _values(block):
        printed = reader.number(cell_at(line, at))
        if printed is None:
            continue
        new = reader.number(cell_at(now, at)) if now else None
        old = reader.number(cell_at(before, at)) if before else None
        message = _unlike(printed, new, old)
        if message:
            found.append((message, at))
    _say(found, LoaderCode.CHANGE_REPRODUCE, line, reader)


def _say(found: Iterable[tuple[str, str]], code: LoaderCode, line: Line, reader: Reader) -> None:
    """Say the same thing about several cells of a row once."""
    places: dict[str, list[str]] = {}
    for message, at in found:
        places.setdefault(message, []).append(at)
    for message, letters in places.items():
        span = f" ({len(letters)} cells, {letters[0]} to {letters[-1]})" if letters[1:] else ""
        reader.say(said(QUERY, code, message + span, line.row, letters[0]))


def _unlike(printed: Decimal, new: Decimal | None, old: Decimal | None) -> str:
    if new is None or not old:
        return (
            "A change is printed where there is no figure to compare. It is not a fall to nought."
        )
    if rounded_as(100 * (new - old) / old, printed) == printed:
        return ""
    if printed == new - old:
        return "The row is in per cent and holds the plain difference. The hub computes both."
    return "The printed change does not follow from the two rows, rounded half up."


def check_running(
    block: Block, line: Line, label: str, ruled: Iterable[tuple[Line, Row]], reader: Reader
) -> None:
    """A printed cumulative row is the running sum of the row it accumulates."""
    source, summed = _labelled(ruled, label), Decimal(0)
    found: list[tuple[str, str]] = []
    for at, column in _values(block):
        if source is None or (column.month is None and column.quarter is None):
            continue
        part, printed = reader.number(cell_at(source, at)), reader.number(cell_at(line, at))
        if part is None:
            if printed is not None:
                message = "A cumulative figure is printed where nothing was counted yet."
                found.append((message, at))
            continue
        summed += part
        if printed is None:
            message = "The cumulative row is empty where the counts go on."
        elif printed != summed:
            message = "The cumulative figure is not the sum of the counts so far."
        else:
            continue
        found.append((message, at))
    _say(found, LoaderCode.RUNNING_REPRODUCE, line, reader)


def check_pair(
    block: Block,
    line: Line,
    at: str,
    column: Column,
    ruled: Iterable[tuple[Line, Row]],
    bases: Mapping[str, Cell],
    reader: Reader,
) -> None:
    """A printed per cent is that of the count beside it over the table's base."""
    count_at = block.column(column.of or "")
    stated = base_of(block, count_at or at, column.base, ruled, reader) if column.base else None
    base = reader.number(stated or bases.get(at) or bases.get(count_at or "") or "")
    count = reader.number(cell_at(line, count_at)) if count_at else None
    text = text_at(line, at)
    printed = reader.number(text) if text.endswith("%") else None
    if printed is None or count is None or not base:
        return
    if rounded_as(100 * count / base, printed) != printed:
        message = "The printed per cent does not follow from the count beside it and the base."
        reader.say(said(QUERY, LoaderCode.PAIR_REPRODUCE, message, line.row, at))


def check_parts(
    block: Block, ruled: Iterable[tuple[Line, Row]], bases: Mapping[str, Cell], reader: Reader
) -> None:
    """Where the categories are parts of a whole, they add to the base printed for them."""
    dimension = reader.words.dimensions.get(block.table.dimension or "")
    if dimension is None or not dimension.partition:
        return
    for at, column in block.columns:
        count_at = block.column(column.of or "")
        base = reader.number(bases.get(at, ""))
        if column.holds is not Holds.PERCENT or column.ignore or not count_at or base is None:
            continue
        parts = [
            (line, reader.number(cell_at(line, count_at)) or Decimal(0))
            for line, rule in ruled
            if dimension.code in rule.breakdown
        ]
        if parts and sum(number for _, number in parts) != base:
            message = "The parts of this table do not add to the base it prints."
            row = parts[0][0].row
            reader.say(said(QUERY, LoaderCode.BASE_REPRODUCE, message, row, count_at))


def base_of(
    block: Block, at: str, label: str, ruled: Iterable[tuple[Line, Row]], reader: Reader
) -> str | None:
    """The number a stated figure is based on: in its column, or in that of its per cent."""
    line = _labelled(ruled, label)
    beside = [place for place, rule in block.columns if rule.of and block.column(rule.of) == at]
    for place in (at, *beside):
        number = reader.number(cell_at(line, place)) if line else None
        if number is not None:
            return format(number, "f")
    return None


def rounded_as(exact: Decimal, printed: Decimal) -> Decimal:
    """Round half up to as many decimals as a figure was printed with."""
    return exact.quantize(
        Decimal(1).scaleb(min(int(printed.as_tuple().exponent), 0)), ROUND_HALF_UP
    )


def _labelled(ruled: Iterable[tuple[Line, Row]], label: str) -> Line | None:
    """The row of that label; where it repeats, ``label#2`` is the second."""
    name, _, number = label.partition("#")
    found = [line for line, rule in ruled if rule.label == name]
    place = int(number or "1") - 1
    return found[place] if place < len(found) else None


def _values(block: Block) -> Iterable[tuple[str, Column]]:
    return (
        (at, column)
        for at, column in block.columns
        if column.ignore is None and column.holds is Holds.VALUE
    )
