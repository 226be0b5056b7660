"""What an indicator says of itself must hold together: kind, unit, additivity, formula."""

from collections.abc import Iterator

from hub.vocabulary.files import Problem
from hub.vocabulary.rows import Formula, Indicator, Kind
from hub.vocabulary.vocabulary import Vocabulary

_NEEDS: dict[Formula, tuple[bool, bool]] = {
    Formula.RETURNED: (False, False),
    Formula.RATIO: (True, True),
    Formula.CHANGE: (True, False),
    Formula.POSTS: (True, False),
    Formula.SCALE: (True, False),
    Formula.DIFFERENCE: (True, True),
}
"""Whether a formula takes a numerator and a denominator."""


def check(words: Vocabulary) -> Iterator[Problem]:
    """Find indicators whose own columns contradict each other."""
    for indicator in words.indicators.values():
        found = (
            *_additivity(indicator),
            *_derivation(indicator),
            *_unit(indicator),
            *_formula(indicator),
            *_return(indicator),
            *_target(indicator, words),
            *_cycle(indicator, words),
        )
        for column, message in found:
            yield Problem(*indicator.place, column, f"{indicator.code}: {message}")


Found = Iterator[tuple[str, str]]


def _additivity(word: Indicator) -> Found:
    if word.time_additive and word.kind is not Kind.EVENTS:
        yield "time_additive", f"kind {word.kind} must not be added over time; only EV may be"
    if word.area_additive and not word.kind.is_count:
        yield "area_additive", f"kind {word.kind} must not be added over areas; only counts may be"
    if word.formula and (word.time_additive or word.area_additive):
        yield "formula", "a computed figure is computed anew at each place and time, never added"


def _derivation(word: Indicator) -> Found:
    derived = (Kind.PERCENT, Kind.RATE, Kind.MEAN, Kind.DERIVED)
    if word.kind in derived and not (word.formula or word.stated):
        yield "formula", f"kind {word.kind} needs a formula, or stated=true"
    if word.kind.is_count and word.formula not in (Formula.RETURNED, Formula.DIFFERENCE):
        yield "formula", "a count is returned, or a difference of two counts"
    if word.kind.is_count and word.decimals and not word.stated:
        yield "decimals", "a count is a whole number"


def _unit(word: Indicator) -> Found:
    if word.unit == "percent" and word.kind not in (Kind.PERCENT, Kind.TARGET):
        yield "unit", "unit percent cannot hold a count"
    if word.kind is Kind.PERCENT and word.unit != "percent":
        yield "unit", "kind PC is in percent"


def _formula(word: Indicator) -> Found:
    top, bottom = _NEEDS[word.formula]
    if top and not word.numerator:
        yield "numerator", f"formula {word.formula} needs a numerator"
    if word.numerator and not word.formula:
        yield "numerator", "a returned figure has no numerator; name its base as the denominator"
    if bottom and not word.denominator:
        yield "denominator", f"formula {word.formula} needs a denominator"
    if word.denominator and word.formula and not bottom:
        yield "denominator", f"formula {word.formula} takes no denominator"
    if word.per <= 0 or word.step <= 0:
        yield "per", "per and step are above zero"


def _return(word: Indicator) -> Found:
    returned = word.stated or not word.formula
    if returned and not word.datasets:
        yield "datasets", "no dataset carries it, so nobody can return it"
    if word.datasets and not returned:
        yield "datasets", "it is computed and not stated, so no dataset may carry it"


def _target(word: Indicator, words: Vocabulary) -> Found:
    if (word.kind is Kind.TARGET) != (word.target_of is not None):
        yield "target_of", "a target (kind TG), and only a target, says what it is a target of"
    aim = words.indicators.get(word.target_of or "")
    if aim and aim.unit != word.unit:
        yield "unit", f"the target of {aim.code} is in {aim.unit}, as that is"


def _cycle(word: Indicator, words: Vocabulary) -> Found:
    seen, front = set[str](), {word.code}
    while front:
        seen |= front
        parts = {
            term.indicator
            for code in front
            if (part := words.indicators.get(code)) and part.formula
            for term in (*part.numerator, *part.denominator)
        }
        if word.code in parts:
            yield "formula", "it is computed from itself"
            return
        front = parts - seen
