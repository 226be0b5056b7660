"""The reference page of the datasets, written from their definitions.

``python -m hub.loaders.manual > docs/reference/datasets.md``; a test compares the two.
"""

import sys
from collections.abc import Iterator

from hub.loaders.templates import indicators_of
from hub.vocabulary import Term, Vocabulary, vocabulary
from hub.vocabulary.rows import Dataset, Indicator

_HEAD = """# Datasets

What each kind of agency returns. Written by `python -m hub.loaders.manual` from the files below
`hub/vocabulary/data/`; do not edit it by hand. The same definitions give the templates
(`GET /v1/templates/{dataset}.csv` and `.xlsx`, with `?agency=` and `?period=` filled in), the
schemas in `/openapi.json` and the rules of [validation](findings.md). What the hub computes is not
returned and not listed; *stated* figures are accepted as printed, with their base, where the counts
are not known."""


def page(words: Vocabulary) -> str:
    """Write the whole page as Markdown."""
    parts = (line for item in words.datasets.values() for line in _dataset(words, item))
    return "\n".join([_HEAD, *parts]) + "\n"


def _dataset(words: Vocabulary, item: Dataset) -> Iterator[str]:
    kinds = ", ".join(words.agency_kinds[code].title for code in item.agency_kinds)
    yield from ("", f"## {item.title}", "", f"`{item.code}`. {item.description}", "")
    yield f"- Returned by: {kinds}"
    yield (
        f"- How often: {item.frequency}; due {item.due_days} days after the period's end, overdue "
        f"{item.grace_days} days later"
    )
    yield f"- Periods: {', '.join(item.period_kinds)}"
    yield from ("", "| indicator | what it counts | unit | places | periods | breakdowns |")
    yield "|---|---|---|---|---|---|"
    members = indicators_of(words, item.code)
    for one in members:
        yield "| " + " | ".join(_indicator(one)) + " |"
    relations = list(_relations(words, {one.code for one in members}))
    if relations:
        yield from ("", "Must hold in every return:", "", *relations)


def _indicator(item: Indicator) -> tuple[str, ...]:
    how = ", stated" if item.stated else ""
    return (
        f"`{item.code}`",
        f"{item.title}{f'. {item.definition}' if item.definition else ''}".replace("|", "/"),
        f"{item.unit} ({item.kind}{how})",
        ", ".join(item.area_levels),
        ", ".join(item.period_kinds),
        ", ".join(f"`{code}`" for code in item.dimensions),
    )


def _relations(words: Vocabulary, members: set[str]) -> Iterator[str]:
    for rule in words.identities:
        if {term.indicator for term in (*rule.left, *rule.right)} <= members:
            sides = (" + ".join(map(_term, side)) for side in (rule.left, rule.right))
            yield f"- {f' {_words(rule.relation)} '.join(sides)}"


def _term(term: Term) -> str:
    return f"`{term}`"


def _words(relation: str) -> str:
    return "=" if relation == "=" else "is at most"


if __name__ == "__main__":
    sys.stdout.write(page(vocabulary()))
