"""Datasets, stages, links and measures: who returns what, and what is compared with what."""

from collections.abc import Iterator
from string import Formatter

from hub.errors import VocabularyError
from hub.vocabulary.cells import parse_breakdown
from hub.vocabulary.files import Problem
from hub.vocabulary.rows import Dataset, Link, Measure, Stage
from hub.vocabulary.spelling import hint
from hub.vocabulary.vocabulary import Vocabulary

_PLACEHOLDERS = frozenset({"numerator", "denominator", "common", "longest"})


def check(words: Vocabulary) -> Iterator[Problem]:
    """Find datasets, stages, links, measures and caveats that cannot do their work."""
    for dataset in words.datasets.values():
        yield from _dataset(dataset, words)
    for stage in words.stages.values():
        yield from _stage(stage, words)
    for link in words.links.values():
        yield from _link(link, words)
    for measure in words.measures.values():
        yield from _aim(measure, measure.indicator, words)
    for caveat in words.caveats.values():
        for _, name, _, _ in Formatter().parse(caveat.text):
            if name is not None and name not in _PLACEHOLDERS:
                message = f"{caveat.code}: no figure is called {{{name}}}"
                yield Problem(*caveat.place, "text", message)


def _dataset(dataset: Dataset, words: Vocabulary) -> Iterator[Problem]:
    if dataset.frequency not in dataset.period_kinds:
        message = f"{dataset.code}: its frequency is not among its period kinds"
        yield Problem(*dataset.place, "frequency", message)
    if dataset.due_days < 0 or dataset.grace_days < 0:
        yield Problem(*dataset.place, "due_days", f"{dataset.code}: days are 0 or more")
    if dataset.code not in words.dataset_indicators:
        yield Problem(*dataset.place, "code", f"{dataset.code} carries no indicator")


def _stage(stage: Stage, words: Vocabulary) -> Iterator[Problem]:
    indicator = words.indicators.get(stage.term.indicator) if stage.term else None
    held = [
        words.datasets[code]
        for code in (indicator.datasets if indicator else ())
        if code in words.datasets
    ]
    if held and not any(stage.agency_kind in dataset.agency_kinds for dataset in held):
        message = f"{stage.code}: no {stage.agency_kind} returns {stage.term}"
        yield Problem(*stage.place, "agency_kind", message)
    if stage.parent == stage.code:
        yield Problem(*stage.place, "parent", f"{stage.code} is nested in itself")
    if stage.term:
        yield from _aim(stage, stage.term.indicator, words)


def _aim(row: Stage | Measure, indicator: str, words: Vocabulary) -> Iterator[Problem]:
    target = words.indicators.get(row.target or "")
    if target and target.target_of != indicator:
        message = f"{row.code}: {target.code} is not a target of {indicator}"
        yield Problem(*row.place, "target", message)


def _link(link: Link, words: Vocabulary) -> Iterator[Problem]:
    if link.source == link.target:
        yield Problem(*link.place, "target", f"{link.code} links a stage to itself")
    if link.source_filter and not link.restricted:
        message = f"{link.code}: a filtered numerator is a restricted one"
        yield Problem(*link.place, "restricted", message)
    try:
        breakdown = parse_breakdown(link.source_filter)
    except VocabularyError as error:
        yield Problem(*link.place, "source_filter", error.message)
        return
    for dimension, category in breakdown:
        known = words.categories.get(dimension, {})
        if category not in known:
            message = f"{link.code}: {dimension}={category} is unknown.{hint(category, known)}"
            yield Problem(*link.place, "source_filter", message)
