"""Tables with figures across: months, quarters, Maracs or count and per cent in the columns."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from hub.loaders.agencies.checks import (
    base_of,
    check_change,
    check_label,
    check_pair,
    check_parts,
    check_running,
)
from hub.loaders.agencies.grid import letter
from hub.loaders.agencies.mapping import Column, Holds, Part, Row
from hub.loaders.agencies.page import Block, cell_at, first_text, said, text_at
from hub.loaders.agencies.placed import Placed, Reader
from hub.loaders.findings import LoaderCode
from hub.loaders.table import Line
from hub.returns import Severity

Ruled = tuple[Line, Row]
_APRIL = 3
"""The month, from 0, in which a cumulative row begins: that of the financial year."""


def read_block(block: Block, reader: Reader, whole: tuple[Part, ...]) -> None:
    """Read every row of a table; a row that no rule names is an error, never dropped."""
    ruled = list(_ruled(block, reader))
    bases = {
        at: cell_at(line, at)
        for line, rule in ruled
        if rule.holds is Holds.BASE
        for at, _ in block.columns
        if text_at(line, at)
    }
    filled: Counter[str] = Counter()
    for line, rule in ruled:
        filled.update(letter(place) for place, cell in enumerate(line.cells) if cell)
        if rule.ignore is None:
            check_label(block, line, rule, reader)
            _read_row(block, line, rule, ruled, reader, whole)
    for line, rule in ruled:
        for at, column in block.columns:
            if column.holds is Holds.PERCENT and column.ignore is None and rule.ignore is None:
                check_pair(block, line, at, column, ruled, bases, reader)
    check_parts(block, ruled, bases, reader)
    for at in sorted(set(filled) - {block.table.label} - {at for at, _ in block.columns}):
        message = "Figures stand in a column the mapping does not name."
        reader.say(
            said(Severity.ERROR, LoaderCode.UNMAPPED_COLUMN, message, block.lines[0].row, at)
        )


def _ruled(block: Block, reader: Reader) -> Iterator[Ruled]:
    """Every row with its rule; rules with one label take the rows of that label in order."""
    table, seen = block.table, Counter[str]()
    rules: dict[str, list[Row]] = defaultdict(list)
    for rule in table.rows:
        rules[rule.label].append(rule)
    titles = _titles(block, reader)
    for line in block.lines:
        label = text_at(line, table.label)
        found = rules.get(label) or ([titles[label.lower()]] if label.lower() in titles else [])
        if not found and table.has and table.has in line.cells:
            continue
        if not found and {label or first_text(line)} & {*table.ignore, *reader.mapping.ignore}:
            continue
        if not found:
            message = "The mapping does not name this row's label. Map it, or put it under ignore."
            reader.say(
                said(Severity.ERROR, LoaderCode.UNMAPPED_ROW, message, line.row, table.label)
            )
            continue
        seen[label] += 1
        if seen[label] > 1:
            known = seen[label] <= len(found)
            message = "The same label stands on an earlier row. " + (
                "The mapping takes it for another measure; is that so?"
                if known
                else "The mapping names it once."
            )
            severity = Severity.QUERY if known else Severity.ERROR
            reader.say(said(severity, LoaderCode.LABEL_REPEATED, message, line.row, table.label))
        if seen[label] <= len(found):
            yield line, found[seen[label] - 1]


def _titles(block: Block, reader: Reader) -> dict[str, Row]:
    """By label in small letters, the category of the table's dimension it stands for."""
    dimension = block.table.dimension
    if dimension is None:
        return {}
    known = {item.title: code for code, item in reader.words.categories[dimension].items()}
    return {
        label.lower(): Row(label=label, breakdown={dimension: code})
        for label, code in (known | block.table.labels).items()
    }


def _read_row(
    block: Block, line: Line, rule: Row, ruled: list[Ruled], reader: Reader, whole: tuple[Part, ...]
) -> None:
    if rule.change is not None:
        check_change(block, line, rule.change, ruled, reader)
        return
    if rule.running is not None:
        check_running(block, line, rule.running, ruled, reader)
        return
    wanted = Holds.PERCENT if rule.holds is Holds.BASE else Holds.VALUE
    found = []
    for at, column in block.columns:
        if (
            column.ignore is None
            and column.holds is wanted
            and (rule.holds is Holds.VALUE or rule.indicator)
        ):
            item = reader.figure(line.row, at, cell_at(line, at), (*whole, column, rule))
            if item:
                found.append((column, item))
    if rule.base is not None:
        found = [
            (column, replace(item, base=base_of(block, item.column, rule.base, ruled, reader)))
            for column, item in found
        ]
    if rule.holds is Holds.BASE:
        found = [(column, item.with_text(_without_mark(item.text))) for column, item in found]
    reader.placed += _observed(found, rule, reader)


def _without_mark(text: str) -> str:
    return text.removeprefix("n=").strip()


def _observed(found: list[tuple[Column, Placed]], rule: Row, reader: Reader) -> list[Placed]:
    """The figures up to the last observed month; a cumulative row gives its differences."""
    late = [item for _, item in found if reader.is_later(item)]
    if late:
        message = (
            f"Figures stand in {len(late)} columns ({late[0].column} to {late[-1].column}) after "
            "the last observed month. They are left out; nothing was counted there yet."
        )
        reader.say(
            said(Severity.QUERY, LoaderCode.OBSERVED_LATER, message, late[0].row, late[0].column)
        )
    kept = [(column, item) for column, item in found if not reader.is_later(item)]
    if not rule.cumulative:
        return [item for _, item in kept]
    return list(_differences(kept, reader))


def _differences(found: list[tuple[Column, Placed]], reader: Reader) -> Iterator[Placed]:
    before, end = Decimal(0), None
    for column, item in found:
        if (column.month is None and column.quarter is None) or item.period is None:
            yield item  # a year's column beside the months is no part of the run
            continue
        number = reader.number(item.text)
        if number is None:
            yield item
            continue
        starts = item.period.start % 12 == _APRIL if end is None else item.period.start == end
        code = LoaderCode.CUMULATIVE_DOWN
        message = "A cumulative figure falls below the one before it."
        if not starts:
            code = LoaderCode.CUMULATIVE_GAP
            message = (
                "The cumulative figure before this one is missing, so it is not known what belongs "
                "to this period alone."
            )
        if number < before or not starts:
            reader.say(said(Severity.ERROR, code, message, item.row, item.column))
        else:
            yield item.with_text(format(number - before, "f"))
        before, end = number, item.period.end
