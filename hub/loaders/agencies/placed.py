"""One figure of an agency's page with what the mapping says it is, and the collecting of them."""

import re
from collections.abc import Mapping as Map
from dataclasses import dataclass, field, replace
from decimal import Decimal

from hub.loaders.agencies.mapping import Column, Mapping, Part, Step
from hub.loaders.agencies.page import said
from hub.loaders.agencies.periods import composed, readable, year_of
from hub.loaders.cells import read_number
from hub.loaders.findings import CellError, LoaderCode
from hub.loaders.table import Cell
from hub.returns import Finding, Severity
from hub.vocabulary import Period, Vocabulary
from hub.vocabulary.rows import Kind

_GROUPED = re.compile(r"(n=)?[ ]?-?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?%?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Placed:
    """A figure, the cell it stood in, and what it is."""

    row: int
    column: str
    dataset: str
    indicator: str
    area: str
    period: Period | None
    """``None`` is the return's own."""
    breakdown: tuple[tuple[str, str], ...]
    text: str = field(repr=False)
    reason: str | None = None
    base: str | None = field(default=None, repr=False)
    note: str | None = None

    def with_text(self, text: str) -> "Placed":
        """The same place with another figure."""
        return replace(self, text=text)


@dataclass
class Reader:
    """Collects the figures and findings of one page."""

    mapping: Mapping
    frame: Period
    words: Vocabulary
    dataset: str
    placed: list[Placed] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def say(self, finding: Finding) -> None:
        """Keep a finding."""
        self.findings.append(finding)

    def figure(self, row: int, column: str, cell: Cell, parts: tuple[Part, ...]) -> Placed | None:
        """Make a figure of a filled cell, or say what the mapping leaves out."""
        if isinstance(cell, CellError):
            self.say(cell.at(row, column))
            return None
        if cell == "" or cell in self.mapping.nothing:
            return None
        known = merged(parts)
        missing = [name for name in ("indicator", "area") if not known.get(name)]
        period, unreadable = self._period(parts, known)
        if missing or unreadable:
            what = ", ".join([*missing, *(["period"] if unreadable else [])])
            message = f"The mapping does not say the {what} of this cell, or not readably."
            self.say(said(Severity.ERROR, LoaderCode.UNMAPPED_CELL, message, row, column))
            return None
        reason = self.mapping.withheld.get(cell)
        indicator = known["indicator"]
        return Placed(
            row,
            column,
            known.get("dataset") or self.dataset,
            indicator,
            known["area"],
            period,
            tuple(sorted(breakdown(parts).items())),
            "" if reason else self.plain(cell, indicator),
            reason,
            note=known.get("note"),
        )

    def plain(self, text: str, indicator: str | None = None) -> str:
        """A figure without the thousands separators and per cent sign that the mapping allows.

        Only where they separate thousands: ``1,2`` is no twelve.
        """
        if self.mapping.thousands == "," and _GROUPED.fullmatch(text):
            text = text.replace(",", "")
        word = self.words.indicators.get(indicator or "")
        return text.removesuffix("%") if word is None or word.unit == "percent" else text

    def number(self, cell: Cell) -> Decimal | None:
        """The number in a cell that is only compared with; ``None`` when it holds none."""
        if isinstance(cell, CellError):
            return None
        try:
            text = self.plain(cell).removeprefix("n=").strip()
            sign = -1 if text.startswith("-") else 1
            return sign * read_number(text.removeprefix("-"))
        except CellError:
            return None

    def is_later(self, item: Placed) -> bool:
        """Whether a figure, not a target, stands in a month after the last observed one."""
        last = readable(self.mapping.observed_to or "")
        word = self.words.indicators.get(item.indicator)
        if last is None or item.period is None or (word and word.kind is Kind.TARGET):
            return False
        return item.period.end > last.end

    def _period(self, parts: tuple[Part, ...], known: Map[str, str]) -> tuple[Period | None, bool]:
        """The figure's period, or that it cannot be read."""
        if said_period := known.get("period"):
            period = readable(said_period)
            return period, period is None
        column = next((part for part in parts if isinstance(part, Column)), None)
        month = column.month if column else None
        quarter = column.quarter if column else None
        if "year" not in known:
            return None, month is not None or quarter is not None
        step = Step(known.get("step", Step.IN_PERIOD))
        return composed(year_of(known["year"], self.frame), month, quarter, step), False


def merged(parts: tuple[Part, ...]) -> dict[str, str]:
    """What the parts say together; a later part overrides an earlier one."""
    names = ("dataset", "indicator", "area", "period", "year", "step", "note")
    return {
        name: str(found)
        for part in parts
        for name in names
        if (found := getattr(part, name)) is not None
    }


def breakdown(parts: tuple[Part, ...]) -> dict[str, str]:
    """The categories the parts say together."""
    return {name: code for part in parts for name, code in part.breakdown.items()}
