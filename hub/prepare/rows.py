"""Extract -> rows of text with their numbers. A line that cannot be read is named and passed.

Each line is read by itself, so that one quote that is never closed cannot swallow the rest of the
file; a cell with line breaks is put together from the lines that follow, if they fit the header.
"""

import csv
from collections.abc import Callable, Iterator
from typing import IO

from hub.errors import MalformedError
from hub.prepare.drops import Drops, Reason
from hub.prepare.recipe import Recipe

Row = tuple[int, list[str]]
_JOINED = 50
"""Most lines one row may span."""


def read_rows(
    source: IO[bytes], recipe: Recipe, drops: Drops, advance: Callable[[int], None]
) -> tuple[list[str], Iterator[Row]]:
    """Give the header, and then every readable row with its number (the header is row 1).

    ``advance`` hears how many bytes were read.

    Raises:
        MalformedError: the file is empty, or its header lacks or repeats a column of the recipe.
    """
    first = source.readline()
    header = _cells(_text(first, recipe.encoding) or "", recipe.delimiter) or []
    header = [cell.strip() for cell in header]
    absent = [name for name in recipe.columns if name not in header]
    if absent:
        raise MalformedError(f"The extract has no column {', '.join(absent)}.")
    if twice := [name for name in recipe.columns if header.count(name) > 1]:
        raise MalformedError(f"The extract has two columns called {', '.join(twice)}.")
    advance(len(first))
    return header, _rows(source, recipe, header, drops, advance)


def _rows(
    source: IO[bytes],
    recipe: Recipe,
    header: list[str],
    drops: Drops,
    advance: Callable[[int], None],
) -> Iterator[Row]:
    row, width, mark = 1, len(header), recipe.delimiter
    waiting: list[bytes] = []
    while line := waiting.pop(0) if waiting else source.readline():
        row += 1
        advance(len(line))
        text = _text(line, recipe.encoding)
        if text is None:
            drops.add(row, Reason.ENCODING)
            continue
        if not text.strip(" \t,;|"):
            drops.add(row, Reason.BLANK)
            continue
        cells = text.split(mark) if '"' not in text else _cells(text, mark)
        if cells is None:
            cells = _joined(text, source, waiting, recipe, width, advance)
        if cells is None:
            drops.add(row, Reason.QUOTE)
        elif len(cells) != width:
            drops.add(row, Reason.CELLS)
        elif cells == header:
            drops.add(row, Reason.HEADER)
        elif not text.isprintable() and any(_is_odd(cell) for cell in cells):
            drops.add(row, Reason.CONTROL)
        else:
            yield row, cells


def _is_odd(cell: str) -> bool:
    """Whether a cell holds characters that do not show, apart from line breaks and tabs."""
    return any(not one.isprintable() and one not in "\r\n\t\xa0" for one in cell)


def _text(line: bytes, encoding: str) -> str | None:
    """The line without its end; ``None`` when it is in another encoding."""
    try:
        return line.removeprefix(b"\xef\xbb\xbf").decode(encoding).rstrip("\r\n")
    except UnicodeDecodeError:
        return None


def _cells(text: str, mark: str) -> list[str] | None:
    """The cells of a line; ``None`` when a quote is not closed or stands where none may."""
    try:
        return next(csv.reader([text], delimiter=mark, strict=True), [])
    except csv.Error:
        return None


def _joined(
    text: str,
    source: IO[bytes],
    waiting: list[bytes],
    recipe: Recipe,
    width: int,
    advance: Callable[[int], None],
) -> list[str] | None:
    """The cells of a row with line breaks in a cell, if the lines that follow complete it."""
    taken = 0
    for taken in range(_JOINED):
        if taken == len(waiting):
            if not (line := source.readline()):
                break
            waiting.append(line)
        more = _text(waiting[taken], recipe.encoding)
        if more is None:
            break
        text = f"{text}\n{more}"
        try:
            cells = next(csv.reader(text.splitlines(True), delimiter=recipe.delimiter, strict=True))
        except csv.Error:
            continue
        if len(cells) != width:
            break
        advance(sum(map(len, waiting[: taken + 1])))
        del waiting[: taken + 1]
        return cells
    return None
