"""All rules in one place, and the judgement of a return by every one of them."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date

from hub.returns import Finding, Past, Reported, Return, Severity
from hub.validation.areas import check_areas
from hub.validation.codes import check_agency, check_codes, check_nil
from hub.validation.context import Context
from hub.validation.identifiers import check_notes
from hub.validation.keys import check_keys
from hub.validation.periods import check_periods, check_return_period
from hub.validation.plausibility import check_expectations, check_stated
from hub.validation.reconciliation import (
    check_areas_agree,
    check_cumulative,
    check_periods_agree,
    check_previous,
    check_profiles,
)
from hub.validation.relations import check_relations
from hub.validation.sums import check_sums
from hub.validation.values import check_numbers, check_values
from hub.vocabulary import Vocabulary

Rule = Callable[[Context], Iterator[Finding]]

ROW_RULES: tuple[Rule, ...] = (
    check_agency,
    check_return_period,
    check_codes,
    check_areas,
    check_periods,
    check_keys,
    check_values,
    check_notes,
)
"""Rules that a row breaks by itself (or by repeating another)."""

PART_RULES: tuple[Rule, ...] = (
    check_codes,
    check_areas,
    check_periods,
    check_numbers,
    check_notes,
)
"""Rules that make sense of a row that could be read in part: each looks at what was read."""

SET_RULES: tuple[Rule, ...] = (
    check_nil,
    check_sums,
    check_relations,
    check_periods_agree,
    check_areas_agree,
    check_cumulative,
    check_profiles,
    check_expectations,
    check_stated,
    check_previous,
)
"""Rules on rows together; they only make sense when every row could be read."""

_ORDER = {Severity.ERROR: 0, Severity.QUERY: 1, Severity.NOTICE: 2}


def validate(
    return_: Return,
    words: Vocabulary,
    *,
    today: date,
    previous: Past | None = None,
    is_whole: bool = True,
    partial: tuple[Reported, ...] = (),
) -> tuple[Finding, ...]:
    """Judge a return by every rule; gives every finding, errors first, then by row.

    ``previous`` is what the same agency returned for the period before. Set ``is_whole`` to false
    when some rows could not be read: sums over the rest would accuse the innocent. ``partial``
    are the rows that could be read in part; what was read of them is judged.
    """
    context = Context(return_, words, today, previous)
    rules = ROW_RULES + SET_RULES if is_whole else ROW_RULES
    found = [item for rule in rules for item in rule(context)]
    if partial:
        halves = Context(replace(return_, observations=partial, note=None), words, today)
        found += [item for rule in PART_RULES for item in rule(halves)]
    return in_order(found)


def in_order(findings: list[Finding]) -> tuple[Finding, ...]:
    """Errors first, then queries, then notices; within each by row."""
    return tuple(sorted(findings, key=lambda item: (_ORDER[item.severity], item.row or 0)))
