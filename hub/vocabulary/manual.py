"""Writes the reference page of the vocabulary, so that the page is never older than the words.

``python -m hub.vocabulary.manual > docs/reference/vocabulary.md``
"""

import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator

from hub.vocabulary.cells import Term
from hub.vocabulary.reading import vocabulary
from hub.vocabulary.rows import Area, Category, Formula, Indicator, Membership
from hub.vocabulary.vocabulary import Vocabulary

_HEAD = """# Vocabulary

Written by `python -m hub.vocabulary.manual > docs/reference/vocabulary.md` from the files below
`hub/vocabulary/data/`; do not edit it by hand. A new word is a new row there.

Kinds: EV events, DI distinct people or cases within the period, SN as at a date, PC percentage,
RT rate, MN mean or median, DV other derived number, TG target. Only EV adds up over time. A
*stated* figure is accepted as its source printed it, because the counts behind it are not given."""


def page(words: Vocabulary) -> str:
    """Write the whole page as Markdown."""
    sections = (
        _indicators(words),
        _dimensions(words),
        _datasets(words),
        _relations(words),
        _journey(words),
        _measures(words),
        _places(words),
        _notes(words),
    )
    return "\n".join([_HEAD, *(line for section in sections for line in section)]) + "\n"


def _indicators(words: Vocabulary) -> Iterator[str]:
    yield from ("", "## Indicators")
    topics: dict[str, list[Indicator]] = defaultdict(list)
    for indicator in words.indicators.values():
        topics[indicator.place[0]].append(indicator)
    for file, members in topics.items():
        head = (
            "code|what it counts|unit|kind|adds over|how it comes|breakdowns|periods|places|source"
        )
        yield from _table(f"### `{file}`", head, (_indicator(item) for item in members))


def _indicator(item: Indicator) -> tuple[str, ...]:
    additive = {"time": item.time_additive, "place": item.area_additive}
    adds = [name for name, holds in additive.items() if holds]
    text = f"**{item.title}.** {item.description if item.description != item.title else ''}"
    return (
        f"`{item.code}`",
        f"{text} {item.definition}".strip(),
        item.unit,
        item.kind,
        " and ".join(adds) or "nothing",
        _origin(item),
        ", ".join(item.dimensions),
        ", ".join(item.period_kinds),
        ", ".join(item.area_levels),
        ", ".join(item.source.split(";")),
    )


def _origin(item: Indicator) -> str:
    returned = f"returned in {', '.join(item.datasets)}" if item.datasets else ""
    if item.formula is Formula.RETURNED:
        base = f", base {_sum(item.denominator)}" if item.denominator else ""
        return f"{'stated, ' if item.stated else ''}{returned}{base}"
    return f"{_rule(item)}{f'; stated, {returned}' if item.stated else ''}"


def _rule(item: Indicator) -> str:
    top, bottom = _sum(item.numerator), _sum(item.denominator)
    return {
        Formula.RATIO: f"{item.per:g} × {top} / {bottom}",
        Formula.CHANGE: f"change of {top} on the year before, per {item.per:g}",
        Formula.POSTS: f"{top} / {item.per:g}, rounded up to the next {item.step:g}",
        Formula.SCALE: f"{item.per:g} × {top} / {item.step:g}",
        Formula.DIFFERENCE: f"{top} − {bottom}",
    }[item.formula]


def _sum(terms: Iterable[Term]) -> str:
    text = " + ".join(f"`{term}`" for term in terms)
    return f"({text})" if " + " in text else text


def _dimensions(words: Vocabulary) -> Iterator[str]:
    head = "code|title|parts of a whole|scheme|categories|note"
    rows = (
        (
            f"`{item.code}`",
            item.title,
            "yes" if item.partition else "no: they overlap",
            item.scheme,
            "; ".join(map(_category, words.categories[item.code].values())),
            item.description,
        )
        for item in words.dimensions.values()
    )
    yield from _table("## Breakdowns", head, rows)


def _category(item: Category) -> str:
    return f"`{item.code}` {item.title}" + (f" ({item.description})" if item.description else "")


def _datasets(words: Vocabulary) -> Iterator[str]:
    head = "code|title|returned by|how often|due after|periods|indicators|what it holds"
    rows = (
        (
            f"`{item.code}`",
            item.title,
            ", ".join(item.agency_kinds),
            item.frequency,
            f"{item.due_days} days, {item.grace_days} of grace",
            ", ".join(item.period_kinds),
            str(len(words.dataset_indicators.get(item.code, ()))),
            item.description,
        )
        for item in words.datasets.values()
    )
    yield from _table("## Datasets", head, rows)
    kinds = ((f"`{k.code}`", k.title, k.description) for k in words.agency_kinds.values())
    yield from _table("## Kinds of agency", "code|title|what it does", kinds)
    agencies = (
        (f"`{a.code}`", a.title, a.kind, ", ".join(words.areas[code].name for code in a.areas))
        for a in words.agencies.values()
    )
    yield from _table("## Agencies", "code|title|kind|reports on", agencies)


def _relations(words: Vocabulary) -> Iterator[str]:
    rows = (
        (_sum(item.left).strip("()"), item.relation, _sum(item.right).strip("()"), item.note)
        for item in words.identities
    )
    yield from _table("## Relations that always hold", "left||right|why", rows)


def _journey(words: Vocabulary) -> Iterator[str]:
    stages = (
        (
            f"`{item.code}`",
            words.bands[item.band].title,
            item.title,
            f"`{item.term}`",
            item.parent or "",
            item.note,
        )
        for item in words.stages.values()
    )
    yield from _table("## Stages of the journey", "code|band|title|count|within|note", stages)
    links = (
        (
            f"`{item.code}`",
            item.title,
            item.source,
            item.target,
            item.source_filter or ("same service" if item.restricted else "none: every source"),
            "same cases" if item.cohort else "side by side",
            ", ".join(item.caveats) + (" (C at best)" if item.capped else ""),
        )
        for item in words.links.values()
    )
    head = "code|title|divided by|counted|restricted to|followed|caveats"
    yield from _table("## Links of the journey", head, links)


def _measures(words: Vocabulary) -> Iterator[str]:
    rows = (
        (
            f"`{item.code}`",
            item.title,
            f"`{item.indicator}`",
            f"`{item.target}`" if item.target else "monitored only",
            item.direction,
            item.profile,
            f"{item.tolerance:g} %",
            item.note,
        )
        for item in words.measures.values()
    )
    head = "code|title|indicator|target|better|level to date|amber within|note"
    yield from _table("## Measures against targets", head, rows)


def _places(words: Vocabulary) -> Iterator[str]:
    levels = ((f"`{item.code}`", item.title) for item in words.levels.values())
    yield from _table("## Levels of place", "code|title", levels)
    areas = (
        (
            f"`{item.code}`",
            item.name,
            item.level,
            _span(item),
            f"now `{item.successor}`" if item.successor else item.note,
        )
        for item in words.areas.values()
    )
    yield from _table("## Places", "code|name|level|valid|note", areas)
    groups: dict[tuple[str, str, bool], list[str]] = defaultdict(list)
    for item in words.memberships:
        span = f" ({_span(item)})" if _span(item) else ""
        name = f"{words.areas[item.child].name}{span}"
        groups[item.parent, item.hierarchy, item.exhaustive].append(name)
    tilings = (
        (words.areas[parent].name, hierarchy, "exactly" if exact else "in part", ", ".join(names))
        for (parent, hierarchy, exact), names in groups.items()
    )
    yield from _table("## Which places cover which", "place|hierarchy|covered|by", tilings)


def _span(item: Area | Membership) -> str:
    begins = f"from {item.valid_from}" if item.valid_from else ""
    ends = f"until {item.valid_to}" if item.valid_to else ""
    return f"{begins} {ends}".strip()


def _notes(words: Vocabulary) -> Iterator[str]:
    caveats = ((f"`{item.code}`", item.text) for item in words.caveats.values())
    yield from _table("## Caveats", "code|text", caveats)
    reasons = ((f"`{r.code}`", f"[{r.status}]", r.text) for r in words.reasons.values())
    yield from _table("## Reasons for no figure", "code|symbol|text", reasons)
    units = ((item.code, item.plural, item.description) for item in words.units.values())
    yield from _table("## Units", "unit|plural|note", units)


def _table(title: str, head: str, rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    names = head.split("|")
    yield from ("", title, "", f"| {' | '.join(names)} |", f"|{' --- |' * len(names)}")
    for row in rows:
        yield f"| {' | '.join(cell.replace('|', '/') for cell in row)} |"


if __name__ == "__main__":
    sys.stdout.write(page(vocabulary()))
