"""Rules on codes: dataset, agency, indicator, breakdown, reason. Unknown codes are not repeated."""

import difflib
from collections.abc import Iterable, Iterator, Mapping

from hub.returns import Finding, Reported, Severity
from hub.validation.context import Context
from hub.validation.findings import RuleCode, finding
from hub.vocabulary.rows import Formula, Indicator

ERROR = Severity.ERROR
SHOWN = 20
"""How many codes a finding lists as allowed."""
LOOKS = 200
"""For how many different unknown texts of a return the nearest known one is looked for."""


def nearest(code: str, known: Iterable[str]) -> str | None:
    """The known codes it may have been meant as, for the ``allowed`` of a finding."""
    found = difflib.get_close_matches(code.upper()[:60], list(known), n=3, cutoff=0.6)
    return ", ".join(found) or None


class Meant:
    """What unknown texts of one return may have been meant as.

    Looking costs milliseconds, and a hostile return holds ten thousand unknown texts: only the
    first :data:`LOOKS` different ones are looked for.
    """

    def __init__(self, known: Mapping[str, str]) -> None:
        """``known`` gives the code for each text, in capitals, that may be written for it."""
        self._known = known
        self._found: dict[str, str | None] = {}

    def by(self, text: str) -> str | None:
        """The nearest codes, for the ``allowed`` of a finding."""
        if text not in self._found and len(self._found) < LOOKS:
            near = difflib.get_close_matches(text.upper()[:60], self._known, n=3, cutoff=0.6)
            self._found[text] = ", ".join(dict.fromkeys(map(self._known.__getitem__, near))) or None
        return self._found.get(text)


def unknown(what: str, near: str | None) -> str:
    """Say that a code is not known, and what it may have been meant as."""
    return f"The {what} is not known." + (f" Nearest: {near}." if near else "")


def check_agency(context: Context) -> Iterator[Finding]:
    """The agency's kind returns this dataset; an empty return is said to be one."""
    words, return_ = context.words, context.return_
    if return_.dataset not in words.datasets:
        near = nearest(return_.dataset, words.datasets)
        yield finding(ERROR, RuleCode.UNKNOWN_DATASET, unknown("dataset", near), allowed=near)
    elif return_.agency not in words.agencies:
        near = nearest(return_.agency, words.agencies)
        yield finding(ERROR, RuleCode.UNKNOWN_AGENCY, unknown("agency", near), allowed=near)
    else:
        kinds = words.datasets[return_.dataset].agency_kinds
        if words.agencies[return_.agency].kind not in kinds:
            yield finding(
                ERROR,
                RuleCode.AGENCY_DATASET,
                "This dataset is returned by another kind of agency.",
                allowed=", ".join(kinds),
            )


def check_nil(context: Context) -> Iterator[Finding]:
    """A return without observations says "nothing to report", and why. Only of a whole return."""
    return_ = context.return_
    if not return_.observations:
        yield finding(
            Severity.NOTICE if return_.note else Severity.QUERY,
            RuleCode.NIL_RETURN,
            "The return holds no observation and counts as a nil return: nothing to report, "
            "which is not the same as zeros. Say why in the note.",
        )


def check_codes(context: Context) -> Iterator[Finding]:
    """Indicators, breakdowns and reasons are of the vocabulary and belong together."""
    members = frozenset(context.words.dataset_indicators.get(context.return_.dataset, ()))
    meant = Meant({code: code for code in sorted(members or context.words.indicators)})
    one = context.columns
    yield from context.judged(
        lambda item: _check_codes(context, item, members, meant),
        one.indicator,
        one.breakdown,
        one.status,
        one.reason,
    )


def _check_codes(
    context: Context, item: Reported, members: frozenset[str], meant: Meant
) -> Iterator[Finding]:
    if not item.indicator:
        return  # it could not be read, which the loader has said
    indicator = context.words.indicators.get(item.indicator)
    if indicator is None:
        near = meant.by(item.indicator)
        message = unknown("indicator", near)
        if item.indicator in context.words.areas:
            message = "This is the code of an area. Are the columns swapped?"
        allowed = near or (", ".join(sorted(members)) if len(members) <= SHOWN else None)
        yield finding(ERROR, RuleCode.UNKNOWN_INDICATOR, message, item, "indicator", allowed)
        return
    yield from _check_indicator(item, indicator, members)
    yield from _check_breakdown(context, item, indicator)
    yield from _check_reason(context, item)


def _check_indicator(
    item: Reported, indicator: Indicator, members: frozenset[str]
) -> Iterator[Finding]:
    if indicator.code not in members:
        yield finding(
            ERROR,
            RuleCode.INDICATOR_DATASET,
            f"{indicator.code} is not part of this dataset.",
            item,
            "indicator",
            ", ".join(indicator.datasets) or None,
        )
    if indicator.formula is not Formula.RETURNED and not indicator.stated:
        yield finding(
            ERROR,
            RuleCode.INDICATOR_DERIVED,
            f"{indicator.code} is computed by the hub. Send the counts it is made of.",
            item,
            "indicator",
            ", ".join(str(term) for term in (*indicator.numerator, *indicator.denominator)) or None,
        )


def _check_breakdown(context: Context, item: Reported, indicator: Indicator) -> Iterator[Finding]:
    for dimension, category in item.breakdown:
        categories = context.words.categories.get(dimension)
        if dimension not in context.words.dimensions or categories is None:
            near = nearest(dimension, indicator.dimensions)
            yield finding(
                ERROR,
                RuleCode.UNKNOWN_DIMENSION,
                unknown("dimension", near),
                item,
                "breakdown",
                near,
            )
        elif dimension not in indicator.dimensions:
            yield finding(
                ERROR,
                RuleCode.DIMENSION_INDICATOR,
                f"{indicator.code} is not broken down by {dimension}.",
                item,
                dimension,
                ", ".join(indicator.dimensions) or "the total only",
            )
        elif category not in categories:
            yield finding(
                ERROR,
                RuleCode.UNKNOWN_CATEGORY,
                unknown(f"category of {dimension}", nearest(category, categories)),
                item,
                dimension,
                ", ".join(categories),
            )


def _check_reason(context: Context, item: Reported) -> Iterator[Finding]:
    if item.reason is None:
        return
    known = {code: row.status for code, row in context.words.reasons.items()}
    fitting = ", ".join(code for code, status in known.items() if status == item.status) or None
    if item.reason not in known:
        message = unknown("reason", nearest(item.reason, known))
        yield finding(ERROR, RuleCode.UNKNOWN_REASON, message, item, "reason", fitting)
    elif item.status is not None and known[item.reason] != item.status:
        message = f"This reason does not go with the status {item.status}."
        yield finding(ERROR, RuleCode.REASON_STATUS, message, item, "reason", fitting)
