"""Derived indicators, computed from published figures only.

A derived figure exists only where every part of it is published; it is withheld otherwise, so it
cannot undo suppression. Formulas are those of :class:`hub.vocabulary.rows.Formula`.
"""

from collections.abc import Callable, Mapping
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal

from hub.errors import PeriodError
from hub.vocabulary import CellKey, Term, parse_period
from hub.vocabulary.rows import Formula, Indicator

Published = Mapping[CellKey, Decimal]


def round_half_up(value: Decimal, decimals: int) -> Decimal:
    """Round once, at output, half up: 21.97 gives 22.0 (trap T23)."""
    return value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


def ratio(numerator: Decimal, denominator: Decimal, per: Decimal) -> Decimal | None:
    """``per`` times numerator over denominator; nothing over zero."""
    return per * numerator / denominator if denominator else None


def change(now: Decimal, before: Decimal, per: Decimal = Decimal(100)) -> Decimal | None:
    """Change against an earlier figure, per hundred of the earlier one; nothing from zero."""
    return ratio(now - before, before, per)


def posts(cases: Decimal, per: Decimal, step: Decimal) -> Decimal:
    """Full-time posts for a caseload: cases over ``per``, rounded *up* to the next ``step``.

    The rule of SafeLives' overview report: 660 cases need 7.0 advisers (per 100, step 0.5) and
    1.8 administrators (per 400, step 0.2).
    """
    return (cases / per / step).to_integral_value(ROUND_CEILING) * step


def parts_of(indicator: Indicator, area: str, period: str) -> tuple[CellKey, ...]:
    """Name the cells a derived figure is computed from, at a place and time."""
    cells = [term.at(area, period) for term in (*indicator.numerator, *indicator.denominator)]
    if indicator.formula is Formula.CHANGE:
        before = parse_period(period).year_before().id
        cells += [term.at(area, before) for term in indicator.numerator]
    return tuple(cells)


def derive(indicator: Indicator, area: str, period: str, published: Published) -> Decimal | None:
    """Compute a derived indicator at a place and time, or nothing when a part is missing."""
    compute = _FORMULAS.get(indicator.formula)
    try:
        return compute(indicator, area, period, published) if compute else None
    except (_AbsentError, PeriodError):
        return None


class _AbsentError(Exception):
    """A part of the formula is not published."""


def _total(terms: tuple[Term, ...], area: str, period: str, published: Published) -> Decimal:
    found = [published.get(term.at(area, period)) for term in terms]
    if not found or any(value is None for value in found):
        raise _AbsentError
    return sum((value for value in found if value is not None), Decimal(0))


def _ratio(rule: Indicator, area: str, period: str, published: Published) -> Decimal | None:
    top = _total(rule.numerator, area, period, published)
    return ratio(top, _total(rule.denominator, area, period, published), Decimal(str(rule.per)))


def _change(rule: Indicator, area: str, period: str, published: Published) -> Decimal | None:
    now = _total(rule.numerator, area, period, published)
    before = _total(rule.numerator, area, parse_period(period).year_before().id, published)
    return change(now, before, Decimal(str(rule.per)))


def _posts(rule: Indicator, area: str, period: str, published: Published) -> Decimal | None:
    cases = _total(rule.numerator, area, period, published)
    return posts(cases, Decimal(str(rule.per)), Decimal(str(rule.step)))


def _scale(rule: Indicator, area: str, period: str, published: Published) -> Decimal | None:
    top = _total(rule.numerator, area, period, published)
    return top * Decimal(str(rule.per)) / Decimal(str(rule.step))


def _difference(rule: Indicator, area: str, period: str, published: Published) -> Decimal | None:
    top = _total(rule.numerator, area, period, published)
    return top - _total(rule.denominator, area, period, published)


_FORMULAS: Mapping[Formula, Callable[[Indicator, str, str, Published], Decimal | None]] = {
    Formula.RATIO: _ratio,
    Formula.CHANGE: _change,
    Formula.POSTS: _posts,
    Formula.SCALE: _scale,
    Formula.DIFFERENCE: _difference,
}
