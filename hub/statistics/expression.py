"""What a printed figure should be, as a formula over figures of the hub.

``100 * IDV_ENGAGED / IDV_REFERRAL`` reads two figures of the statement's own area and period.
Braces name another place or time: ``POL_DA_CRIME{CY2016}``, ``POL_DA_TOTAL{E10000015 2017-12}``.
Brackets name categories: ``DAC_OUTCOME[OUTCOME=CEASED]``. ``+ - * /``, parentheses and numbers
have their usual meaning.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from hub.errors import InvalidError, PeriodError
from hub.statistics.interval import Interval
from hub.vocabulary import CellKey, Term, parse_period

Lookup = Callable[[CellKey], Interval]

MOST_TOKENS = 400
DEEPEST = 20
"""Limits of one formula, so that a hostile one costs nothing."""

_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d+)?)|(?P<sign>[-+*/()])"
    r"|(?P<term>[A-Z][A-Z0-9_]*(?:\[[^\]]*\])?)(?:\{(?P<at>[^}]*)\})?)",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Node:
    """A number, a cell, or two nodes with a sign between them."""

    number: Decimal | None = None
    cell: CellKey | None = None
    sign: str = ""
    left: "Node | None" = None
    right: "Node | None" = None

    def cells(self) -> frozenset[CellKey]:
        """Every cell the formula reads."""
        if self.cell:
            return frozenset({self.cell})
        return frozenset().union(*(part.cells() for part in (self.left, self.right) if part))

    def value(self, lookup: Lookup) -> Interval:
        """Compute it.

        Raises:
            ZeroDivisionError: something is divided by what may be zero.
        """
        if self.cell:
            return lookup(self.cell)
        if self.left is None or self.right is None:
            return Interval.exact(self.number or Decimal(0))
        left, right = self.left.value(lookup), self.right.value(lookup)
        return _SIGNS[self.sign](left, right)


_SIGNS: dict[str, Callable[[Interval, Interval], Interval]] = {
    "+": Interval.__add__,
    "-": Interval.__sub__,
    "*": Interval.__mul__,
    "/": Interval.__truediv__,
}


def parse(text: str, area: str, period: str) -> Node:
    """Read a formula; ``area`` and ``period`` are those of cells that name none.

    Raises:
        InvalidError: it is no formula; the message says where it stops being one.
        VocabularyError: a category list or a period in it cannot be read.
    """
    return _Reader(_tokens(text), area, period).whole()


def _tokens(text: str) -> list[re.Match[str]]:
    found, at = [], 0
    while text[at:].strip():
        match = _TOKEN.match(text, at)
        if match is None:
            raise _invalid(f"character {at + 1} is neither a figure, a number nor one of + - * /")
        found.append(match)
        at = match.end()
    if not 0 < len(found) <= MOST_TOKENS:
        raise _invalid(f"it has {len(found)} parts; 1 to {MOST_TOKENS} are allowed")
    return found


def _invalid(why: str) -> InvalidError:
    return InvalidError(f"This is no formula: {why}.", code="FORMULA")


class _Reader:
    """Recursive descent: sums of products of figures, numbers and parentheses."""

    def __init__(self, tokens: list[re.Match[str]], area: str, period: str) -> None:
        self.tokens, self.at, self.depth = tokens, 0, 0
        self.area, self.period = area, period

    def whole(self) -> Node:
        found = self._sum()
        if self.at < len(self.tokens):
            raise _invalid(f"part {self.at + 1} is one too many")
        return found

    def _sum(self) -> Node:
        found = self._product()
        while sign := self._sign("+-"):
            found = Node(sign=sign, left=found, right=self._product())
        return found

    def _product(self) -> Node:
        found = self._atom()
        while sign := self._sign("*/"):
            found = Node(sign=sign, left=found, right=self._atom())
        return found

    def _atom(self) -> Node:
        if self._sign("("):
            return self._inside()
        if self.at == len(self.tokens) or self.tokens[self.at]["sign"]:
            raise _invalid(f"a figure or a number is missing at part {self.at + 1}")
        token = self.tokens[self.at]
        self.at += 1
        if token["number"]:
            return Node(number=Decimal(token["number"]))
        return Node(cell=self._cell(token["term"], token["at"] or ""))

    def _inside(self) -> Node:
        self.depth += 1
        if self.depth > DEEPEST:
            raise _invalid(f"parentheses are more than {DEEPEST} deep")
        found = self._sum()
        if not self._sign(")"):
            raise _invalid("a parenthesis is not closed")
        self.depth -= 1
        return found

    def _sign(self, wanted: str) -> str:
        token = self.tokens[self.at] if self.at < len(self.tokens) else None
        if token is None or not token["sign"] or token["sign"] not in wanted:
            return ""
        self.at += 1
        return token["sign"]

    def _cell(self, term: str, places: str) -> CellKey:
        area, period = self.area, self.period
        for word in places.split():
            try:
                period = parse_period(word).id
            except PeriodError:
                area = word
        return Term.parse(term).at(area, period)
