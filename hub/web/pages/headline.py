"""What the page says first: the finding in a sentence or two, and three cards.

Everything here is computed from published figures and says nothing about the others; where a
figure is missing, the sentence does without it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

from hub.protected.figures import Figure
from hub.views.journey import StageView
from hub.web.pages.labels import Labels
from hub.web.pages.stages import Sheet, engaged_in, halves, ratio_of


@dataclass(frozen=True, slots=True)
class Rating:
    """A judgement in words; ``tone`` (red, yellow, green or grey) only repeats it in colour."""

    words: str
    tone: str = "grey"


@dataclass(frozen=True, slots=True)
class Card:
    """One key figure with what it counts and how it stands."""

    figure: Figure = field(repr=False)
    what: str
    rating: Rating


def services_of(sheet: Sheet) -> tuple[StageView, ...]:
    """The services people are referred to: the first band after the police's own."""
    if sheet.base is None:
        return ()
    bands = sorted(sheet.journey.bands, key=lambda band: band.order)
    for band in bands[1:]:
        found = tuple(stage for stage in sheet.tops if stage.band == band.code)
        if found:
            return found
    return ()


def busiest(sheet: Sheet) -> StageView | None:
    """The service with the largest published count; none if two share it."""
    values = [(s.figure.value, s) for s in services_of(sheet) if s.figure.value is not None]
    top = max((value for value, _ in values), default=None)
    first = [stage for value, stage in values if value == top]
    return first[0] if len(first) == 1 else None


def lead(sheet: Sheet, t: Labels) -> str:
    """The finding, computed: who took most, against what was planned, and how many engaged."""
    service = busiest(sheet)
    if service is not None:
        return f"{_most(sheet, service, t)}. {_engaged(sheet, service, t)}".strip()
    if any(stage.figure.value is not None for stage in services_of(sheet)):
        return t("lead.equal") + "."
    base = sheet.base
    if base is None or base.figure.value is None:
        return t("lead.nothing")
    units = t.unit(base.unit, base.figure.value)
    return t("lead.only_police", figure=base.figure.display, units=units)


def _most(sheet: Sheet, service: StageView, t: Labels) -> str:
    everyone = all(stage.figure.value is not None for stage in services_of(sheet))
    key = "lead.most" if everyone else "lead.most_known"
    return t(key, service=halves(service.title)[0]) + _against_plan(service, t)


def _against_plan(service: StageView, t: Labels) -> str:
    percent = plan_percent(service)
    if percent is None:
        return ""
    for key, low, high in (("same", 97, 103), ("half", 145, 157), ("twice", 195, 205)):
        if low <= percent <= high:
            return t(f"lead.target.{key}")
    key = "more" if percent > 100 else "fewer"
    return t(f"lead.target.{key}", percent=abs(percent - 100))


def plan_percent(stage: StageView) -> int | None:
    """A count in per cent of its planned level, if both are published."""
    value, target = stage.figure.value, stage.target.value if stage.target else None
    if value is None or not target:
        return None
    return int((100 * value / target).quantize(Decimal(1), ROUND_HALF_UP))


def _engaged(sheet: Sheet, service: StageView, t: Labels) -> str:
    """How many of those referred engaged, from the published link only."""
    inner = engaged_in(service)
    if inner is None:
        return ""
    share = ratio_of(sheet.journey.link(service.code, inner.code))
    if share is None or share.figure.value is None:
        return t("lead.no_share")
    return t(
        "lead.engaged_unlike" if share.rough else "lead.engaged",
        units=t.unit(service.unit),
        share=share.figure.value.quantize(Decimal(1), ROUND_HALF_UP),
        people=t.unit(inner.unit),
    )


def cards(sheet: Sheet, t: Labels, ratings: Mapping[str, Rating]) -> list[Card]:
    """At most three: the police count, the busiest service, who engaged; then the largest."""
    chosen: list[Card] = []
    seen: set[str] = set()
    for stage in _candidates(sheet):
        if stage.figure.value is not None and stage.code not in seen:
            seen.add(stage.code)
            chosen.append(_card(stage, t, ratings))
    return chosen[:3]


def _candidates(sheet: Sheet) -> Iterator[StageView]:
    service = busiest(sheet)
    wanted = [sheet.base, service, engaged_in(service) if service else None]
    rest = sorted(services_of(sheet), key=lambda stage: stage.figure.value or 0, reverse=True)
    return (stage for stage in (*wanted, *rest, *sheet.tops) if stage is not None)


def _card(stage: StageView, t: Labels, ratings: Mapping[str, Rating]) -> Card:
    name, word = halves(stage.title)
    what = t(
        "card.what" if word else "card.what_plain",
        name=name,
        word=word,
        period=t.period(stage.period) if stage.period else "",
    )
    return Card(stage.figure, what, ratings.get(stage.code) or _plain_rating(stage, t))


def _plain_rating(stage: StageView, t: Labels) -> Rating:
    """Without a judgement from the performance rules, the plain fact in a neutral colour."""
    percent = plan_percent(stage)
    if percent is None:
        return Rating(t("card.monitoring"))
    return Rating(t("card.plan", percent=percent))
