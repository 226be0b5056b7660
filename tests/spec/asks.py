"""Ways to obtain a figure from a release, each saying in words how it was obtained."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from hub.protected.figures import FigureStatus
from hub.statistics.addition import why_not_added
from hub.statistics.formulas import change, ratio
from hub.views.journey import LinkView
from hub.vocabulary import CellKey, breakdown_of
from hub.vocabulary.rows import Formula
from tests.spec.demo_release import Release

Answer = Decimal | str


@dataclass(frozen=True)
class Ask:
    """A question to a release, and how it is answered."""

    how: str
    read: Callable[[Release], Answer]

    def number(self, release: Release) -> Decimal:
        """The answer, which must be a number."""
        found = self.read(release)
        assert isinstance(found, Decimal)
        return found


def cell(code: str, area: str, period: str, **breakdown: str) -> Ask:
    """A published observation."""
    key = CellKey(code, area, period, breakdown_of(breakdown))
    return Ask(f"observation {key}", lambda release: release.values[key])


def status(code: str, area: str, period: str, **breakdown: str) -> Ask:
    """Why an observation is not published."""
    key = CellKey(code, area, period, breakdown_of(breakdown))
    return Ask(
        f"status of {key}",
        lambda release: release.status(code, area, period, **breakdown).name,
    )


class WithheldError(KeyError):
    """The hub does not work a ratio out because of these of its parts."""


def _parts(found: LinkView, area: str, release: Release) -> tuple[CellKey, ...]:
    """The counts behind a link's two stages that the release hides."""
    stages = (release.words.stages[code] for code in (found.source, found.target))
    every = [term for stage in stages for term in (stage.term, *stage.parts) if term]
    terms = {(term.indicator, term.breakdown) for term in every}
    return tuple(
        key
        for key, item in release.cells.items()
        if (key.indicator, key.breakdown) in terms
        and key.area == area
        and item.status is FigureStatus.SUPPRESSED
        and release.words.indicator(key.indicator).formula is Formula.RETURNED
    )


def link(code: str, area: str, period: str, grade: str, *caveats: str) -> Ask:
    """A link of the journey, which must have this grade and exactly these caveats."""

    def read_link(release: Release) -> Answer:
        found = release.link(code, area, period)
        assert found.grade == grade, f"{code} has grade {found.grade}"
        assert {caveat.code for caveat in found.caveats} == set(caveats), found.caveats
        if found.ratio.status is FigureStatus.SUPPRESSED:
            raise WithheldError(_parts(found, area, release))
        assert found.ratio.value is not None, found.ratio.reason
        return found.ratio.value

    said = f"; {', '.join(caveats)}" if caveats else ""
    return Ask(f"link {code} {area} {period}, grade {grade}{said}", read_link)


def covered(code: str, area: str, period: str) -> Ask:
    """How many months both periods of a link cover, of the longer one."""

    def read_link(release: Release) -> Answer:
        found = release.link(code, area, period)
        return f"{found.common_months} of {found.longest_months}"

    return Ask(f"months of link {code} {area} {period}", read_link)


def standing(measure: str, area: str, as_at: str, what: str = "standing") -> Ask:
    """A part of a measure's judgement, such as ``standing``, ``actual`` or ``profile.percent``."""

    def read_part(release: Release) -> Answer:
        found: Any = release.judgement(measure, area, as_at)
        for name in what.split("."):
            found = getattr(found, name)
        return found if isinstance(found, Decimal) else str(found)

    return Ask(f"measure {measure} {area} at {as_at}: {what}", read_part)


def total(*asks: Ask) -> Ask:
    """The sum of several figures, which the test adds up."""
    return Ask(
        f"sum of {len(asks)} published figures",
        lambda release: sum((ask.number(release) for ask in asks), Decimal(0)),
    )


def less(first: Ask, second: Ask) -> Ask:
    """A difference of two figures."""
    return Ask(
        "difference of two published figures",
        lambda release: first.number(release) - second.number(release),
    )


def changed(now: Ask, before: Ask) -> Ask:
    """A change in per cent, by the hub's own formula."""

    def read_change(release: Release) -> Answer:
        found = change(now.number(release), before.number(release))
        assert found is not None
        return found

    return Ask("change between two published figures", read_change)


def per(numerator: Ask, denominator: Ask, base: str = "100") -> Ask:
    """A ratio of two figures, by the hub's own formula."""

    def read_ratio(release: Release) -> Answer:
        found = ratio(numerator.number(release), denominator.number(release), Decimal(base))
        assert found is not None
        return found

    return Ask("ratio of two published figures", read_ratio)


def given(number: str, why: str) -> Ask:
    """A number that no return can hold; ``why`` says so."""
    return Ask(why, lambda _: Decimal(number))


def refused(code: str, area: str, period: str, parts: list[str]) -> Ask:
    """The hub's reason for not adding ``parts`` to a figure of ``period``, which it does not do."""

    def read_reason(release: Release) -> Answer:
        summed = sum(release.values[CellKey(code, area, part)] for part in parts)
        assert release.values[CellKey(code, area, period)] != summed
        return str(why_not_added([CellKey(code, area, part) for part in parts], release.words))

    return Ask(f"asking for {code} {area} {period} as the sum of {len(parts)} periods", read_reason)


def agreeing(asks: dict[str, Ask], printed: dict[str, str]) -> Ask:
    """How many of many figures equal what is printed."""

    def count(release: Release) -> Answer:
        same = [name for name, ask in asks.items() if ask.number(release) == Decimal(printed[name])]
        assert len(same) == len(asks), sorted(set(asks) - set(same))
        return f"{len(same)} of {len(printed)}"

    return Ask(f"{len(printed)} observations against the printed ones", count)


SUPPRESSED = FigureStatus.SUPPRESSED.name
