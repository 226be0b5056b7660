"""The figures a report prints, set against what the hub publishes.

Nothing but published figures is read: a statement that needs a suppressed one cannot be computed.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from decimal import Decimal

from hub.errors import HubError, InvalidError
from hub.protected.figures import Figure
from hub.protected.observations import Cells
from hub.statistics.expression import Node, parse
from hub.statistics.interval import Interval
from hub.statistics.printed import Printed, Verdict
from hub.views.comparison import figure_at
from hub.vocabulary import CellKey, Vocabulary, parse_period

MOST = 200
"""Statements one question may hold."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One figure of a report: what it says, what is printed, and what it should be.

    ``figure`` is a formula over the hub's figures (:mod:`hub.statistics.expression`), read at
    ``area`` and ``period``; empty where no formula can say it, and then ``note`` says why.
    ``fault`` names an entry of the project's list of faults.
    """

    id: str
    what: str
    printed: str
    figure: str = ""
    area: str = ""
    period: str = ""
    fault: str = ""
    note: str = ""

    def formula(self) -> Node | None:
        """The formula, read."""
        return parse(self.figure, self.area, self.period) if self.figure.strip() else None


@dataclass(frozen=True, slots=True)
class Reconciled:
    """A statement with what became of it. ``should_be`` has the places that were printed;
    ``reason`` says why nothing could be computed."""

    statement: Statement
    verdict: Verdict
    should_be: Decimal | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """Every statement's outcome, in the order asked."""

    release: str
    outcomes: tuple[Reconciled, ...]

    def count(self, verdict: Verdict) -> int:
        """How many came out this way."""
        return sum(one.verdict is verdict for one in self.outcomes)


class _MissingError(Exception):
    """A figure of a formula is not published; carries it and its address."""

    def __init__(self, key: CellKey, figure: Figure) -> None:
        super().__init__()
        self.key, self.figure = key, figure


NO_FORMULA = "No formula over the hub's figures says it."
COLUMNS = tuple(item.name for item in fields(Statement))
REQUIRED = ("id", "what", "printed")


def read_statements(text: str) -> tuple[Statement, ...]:
    """Read a statement file: CSV with a header; ``figure``, ``area`` and so on may be left out.

    Raises:
        InvalidError: a column is missing or unknown, or a row is ragged; names it.
    """
    lines = csv.DictReader(io.StringIO(text), strict=True)
    try:
        header = list(lines.fieldnames or ())
        _check_header(header)
        return tuple(_statement(row, number) for number, row in enumerate(lines, 2))
    except csv.Error as error:
        raise InvalidError(f"Row {lines.line_num}: {error}.", code="STATEMENTS") from None


def _check_header(header: Sequence[str]) -> None:
    lacking = [name for name in REQUIRED if name not in header]
    unknown = [name for name in header if name not in COLUMNS]
    if lacking or unknown or len(set(header)) < len(header):
        wrong = lacking or unknown or header
        said = "lacks" if lacking else "has unknown or repeated columns:"
        message = f"The header {said} {', '.join(wrong)}. Columns: {', '.join(COLUMNS)}."
        raise InvalidError(message, code="STATEMENTS")


def _statement(row: dict[str, str], number: int) -> Statement:
    if None in row or None in row.values():
        message = f"Row {number} has more or fewer cells than the header."
        raise InvalidError(message, code="STATEMENTS")
    return Statement(**{name: text.strip() for name, text in row.items()})


def cells_needed(statements: Iterable[Statement], words: Vocabulary) -> set[CellKey]:
    """Every cell the statements read; unreadable formulas need none."""
    found: set[CellKey] = set()
    for statement in statements:
        try:
            formula = statement.formula()
            found |= _declared(formula, words) if formula else frozenset()
        except HubError:
            continue
    return found


def reconcile(
    statements: Sequence[Statement], release: str, cells: Cells, words: Vocabulary
) -> Reconciliation:
    """Set every statement against the release."""
    return Reconciliation(release, tuple(_judged(one, cells, words) for one in statements))


def _judged(statement: Statement, cells: Cells, words: Vocabulary) -> Reconciled:
    try:
        printed, formula = Printed.parse(statement.printed), statement.formula()
        if formula is None:
            return _cannot(
                statement, statement.note or "No formula over the hub's figures says it."
            )
        _declared(formula, words)
        found = formula.value(lambda key: _interval(key, cells, words))
    except _MissingError as gap:
        return _cannot(statement, f"{gap.key}: {gap.figure.reason or gap.figure.status}")
    except ZeroDivisionError:
        return _cannot(statement, "It divides by what may be zero.")
    except HubError as error:
        return _cannot(statement, error.message)
    return Reconciled(statement, printed.verdict(found), printed.should_be(found))


def _cannot(statement: Statement, reason: str) -> Reconciled:
    return Reconciled(statement, Verdict.CANNOT_BE_COMPUTED, reason=reason)


def _declared(formula: Node, words: Vocabulary) -> frozenset[CellKey]:
    """The cells of a formula, whose words must all be known.

    Raises:
        VocabularyError: one is not.
    """
    for key in formula.cells():
        words.indicator(key.indicator)
        words.area(key.area)
        parse_period(key.period)
        for dimension, category in key.breakdown:
            words.category(dimension, category)
    return formula.cells()


def _interval(key: CellKey, cells: Cells, words: Vocabulary) -> Interval:
    figure = figure_at(key, cells, words)
    if figure.value is None:
        raise _MissingError(key, figure)
    if words.indicator(key.indicator).kind.is_count or cells[key].derived:
        return Interval.exact(figure.value)
    places = max(0, -int(figure.value.normalize().as_tuple().exponent))
    return Interval.rounded(figure.value, max(places, figure.decimals))
