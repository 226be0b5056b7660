"""How much of what a dataset asks for a return holds."""

from dataclasses import dataclass

from hub.returns import Return
from hub.vocabulary import Vocabulary
from hub.vocabulary.rows import Formula, Kind


@dataclass(frozen=True, slots=True)
class Completeness:
    """Expected and received pairs of indicator and area; a status x or z counts as received.

    Expected are, for each area the return names, the dataset's indicators that are counted at
    its level. What the hub computes, stated figures and targets are welcome but not expected.
    Breakdowns count for their total.
    """

    expected: int
    received: int


def completeness(return_: Return, words: Vocabulary) -> Completeness:
    """Count what the dataset asks for and what came."""
    one = return_.columns
    areas = set(one.area) & words.areas.keys()
    indicators = [
        words.indicators[code]
        for code in words.dataset_indicators.get(return_.dataset, ())
        if _is_expected(code, words)
    ]
    wanted = {
        (indicator.code, area)
        for indicator in indicators
        for area in areas
        if words.areas[area].level in indicator.area_levels
    }
    placed = {code for code, _ in wanted}
    # An indicator that no named area can hold is still owed once.
    owed = len(wanted) + sum(indicator.code not in placed for indicator in indicators)
    came = set(zip(one.indicator, one.area, strict=True))
    return Completeness(owed, len(wanted & came))


def _is_expected(code: str, words: Vocabulary) -> bool:
    indicator = words.indicators[code]
    is_computed = indicator.formula is not Formula.RETURNED
    return not (is_computed or indicator.stated or indicator.kind is Kind.TARGET)
