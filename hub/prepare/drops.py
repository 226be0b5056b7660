"""What became of the rows that are not counted: row, reason and column, never a value."""

import csv
from collections import Counter
from collections.abc import Iterable
from enum import StrEnum
from typing import IO


class Reason(StrEnum):
    """Why a row is not counted."""

    BLANK = "blank row"
    HEADER = "the header again"
    ENCODING = "not in the encoding of the recipe"
    CONTROL = "characters that do not show"
    QUOTE = "a double quote is not closed"
    CELLS = "more or fewer cells than the header"
    DATE_MISSING = "no date"
    DATE_UNREADABLE = "the date is in none of the recipe's forms"
    DATE_AMBIGUOUS = "the date has two readings"
    BEFORE = "before the period; used for the repeat rule only"
    AFTER = "after the period"
    KEY_MISSING = "no identifier"
    KEY_IS_DATE = "a date where an identifier belongs: swapped columns"
    CODE = "a text the recipe does not name"
    NUMBER = "not a whole number"
    RANGE = "in none of the bands"
    DUPLICATE = "the same event again"


class Drops:
    """Counts the rows that are left out, and writes them to a log as they come."""

    def __init__(self, log: IO[str]) -> None:
        self.counts: Counter[tuple[Reason, str]] = Counter()
        self._write = csv.writer(log, lineterminator="\n").writerow
        self._write(("row", "reason", "column"))

    def add(self, row: int, reason: Reason, column: str = "") -> None:
        """Name a row; it is named once, for the first reason."""
        self.counts[reason, column] += 1
        self._write((row, reason.value, column))

    def add_all(self, rows: Iterable[int], reason: Reason) -> None:
        """Name rows that were found out together."""
        for row in rows:
            self.add(row, reason)

    @property
    def total(self) -> int:
        """How many rows are named."""
        return self.counts.total()
