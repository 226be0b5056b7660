"""The reports as pages: overview, series, performance, profile, and what a release changed.

A bare address shows the newest figures there are; every choice is in the address.
"""

from collections import Counter
from collections.abc import Iterable, Sequence

from starlette.requests import Request
from starlette.routing import Route

from hub.errors import MalformedError
from hub.protected.figures import Figure
from hub.protected.releases import Release
from hub.views.library import Library
from hub.views.overview import ALWAYS
from hub.views.performance import performance_terms
from hub.vocabulary import Period, PeriodKind, Vocabulary, parse_period
from hub.web.asked import comparator_of, parameter
from hub.web.pages.changes import changes_page
from hub.web.pages.frame import Option
from hub.web.pages.labels import labels
from hub.web.pages.overview import LEAD, Choices, overview_page
from hub.web.pages.performance import performance_page
from hub.web.pages.profile import profile_page
from hub.web.pages.series import series_page
from hub.web.visitor import Visitor, note_of, page

COLUMNS = 4
"""Areas of the overview's first page, where none is asked for."""

SIMILAR = "IQ_MSG_CRIME_RATE"
"""The indicator set beside the most similar group."""

_GROUPS = ("MSG",)
_FIRST = ("MAR", "PFA", "CSP", "LAD", "CTY")


async def overview(request: Request, visitor: Visitor) -> str:
    """The Marac overview."""
    asked, library = request.query_params, visitor.library()
    release = await library.release(asked.get("release"))
    lines = await library.overviews(release)
    held = [(area, period) for code, area, period in lines if code == LEAD]
    period = asked.get("period") or _busiest([(area, period) for _, area, period in lines])
    areas = asked.getlist("area") or _first_areas(held, period, library.words)
    chosen = [comparator_of(name) for name in asked.getlist("comparator")] or list(ALWAYS)
    view, release = await library.overview(areas, period, chosen, release.id)
    query = [("area", code) for code in areas] + [("period", period)]
    query += [("comparator", str(one)) for one in chosen if chosen != list(ALWAYS)]
    return overview_page(
        view,
        choices=_overview_choices(held, period, [*areas, *chosen], library.words),
        copy=visitor.copy("overview", [*query, ("release", release.id)]),
        release=note_of(release),
        frame=visitor.frame,
    )


async def series(request: Request, visitor: Visitor) -> str:
    """One indicator in one area over time."""
    library = visitor.library()
    indicator = library.words.indicator(parameter(request, "indicator"))
    area = library.words.area(parameter(request, "area"))
    wanted = request.query_params.get("release")
    points, release = await library.histories(indicator.code, area.code, wanted)
    held = await library.places([indicator.code], release)
    query = [("indicator", indicator.code), ("area", area.code), ("release", release.id)]
    return series_page(
        indicator,
        area,
        points,
        copy=visitor.copy("observations", query),
        release=note_of(release),
        areas=_areas({code for code, _ in held} | {area.code}, library.words),
        frame=visitor.frame,
    )


async def performance(request: Request, visitor: Visitor) -> str:
    """Measures against targets."""
    asked, library = request.query_params, visitor.library()
    release = await library.release(asked.get("release"))
    held = await library.places(_targets(library.words), release)
    area = asked.get("area") or _most_named(held, library.words)
    as_at = asked.get("asAt") or _last_month(await _observed(library, area, release))
    view, release = await library.performance(area, as_at, release.id)
    query = [("area", area), ("asAt", as_at), ("release", release.id)]
    return performance_page(
        view,
        areas=_areas({code for code, _ in held} | {area}, library.words),
        copy=visitor.copy("performance", query),
        release=note_of(release),
        similar=await _similar(library, area, release),
        frame=visitor.frame,
    )


async def profile(request: Request, visitor: Visitor) -> str:
    """One return's tables."""
    asked, library = request.query_params, visitor.library()
    release = await library.release(asked.get("release"))
    choices = await _returns(library, release)
    dataset, area, period = _chosen(request, choices)
    view, release = await library.profile(dataset, area, period, release.id)
    query = [("dataset", dataset), ("area", area), ("period", period), ("release", release.id)]
    return profile_page(
        view,
        page=_number(asked.get("page", "1")),
        choices=choices,
        copy=visitor.copy("profile", query),
        release=note_of(release),
        frame=visitor.frame,
    )


async def changes(request: Request, visitor: Visitor) -> str:
    """What a release changed."""
    library = visitor.library()
    view, _ = await library.changes(request.query_params.get("release"))
    return changes_page(view, await library.releases(), library.words, frame=visitor.frame)


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 4):
        raise MalformedError("The parameter page is a whole number.")
    return int(text)


Held = Sequence[tuple[str, str]]
"""Areas and periods for which a release says something."""


def _busiest(held: Held) -> str:
    """The period of which most is held; of several the latest.

    The same twelve months are there as a rolling year and, for counts alone, as a financial year.
    """
    often = Counter(period for _, period in held)
    if not often:
        return "CY2017"
    return max(map(parse_period, often), key=lambda p: (often[p.id], p.end, p.id)).id


def _first_areas(held: Held, period: str, words: Vocabulary) -> list[str]:
    """The first Maracs of that period, or other areas where there are none."""
    here = [words.areas[code] for code, when in held if when == period and code in words.areas]
    for level in _FIRST:
        if found := [area.code for area in here if area.level == level]:
            return found[:COLUMNS]
    return [area.code for area in here][:COLUMNS] or ["E07000102"]


def _overview_choices(held: Held, period: str, chosen: Iterable[str], words: Vocabulary) -> Choices:
    t = labels()
    periods = map(parse_period, {when for _, when in held} | {period})
    levels = {code for code, _ in held if code in words.areas}
    shown = {code for code in levels if words.areas[code].level in _FIRST}
    return Choices(
        _areas(shown | {code for code in chosen if code in words.areas}, words),
        [Option(p.id, t.period(p)) for p in sorted(periods, key=_recent, reverse=True)],
        [Option(str(one), t(f"overview.comparator.{one}")) for one in ALWAYS],
        frozenset(str(one) for one in chosen),
    )


def _recent(period: Period) -> tuple[int, int, str]:
    return period.end, period.start, period.id


def _areas(codes: Iterable[str], words: Vocabulary) -> list[Option]:
    found = (words.areas[code] for code in codes if code in words.areas)
    return [Option(area.code, area.name) for area in sorted(found, key=lambda area: area.name)]


def _targets(words: Vocabulary) -> set[str]:
    return {rule.target for rule in words.measures.values() if rule.target}


def _most_named(held: Held, words: Vocabulary) -> str:
    """The area with the most planned levels."""
    often = Counter(code for code, _ in held if code in words.areas)
    return max(sorted(often), key=often.__getitem__, default="E07000102")


async def _observed(library: Library, area: str, release: Release) -> list[Period]:
    terms = performance_terms(library.words) - _targets(library.words)
    held = await library.places(terms, release)
    return [parse_period(period) for code, period in held if code == area]


def _last_month(periods: Sequence[Period]) -> str:
    """The last month of the newest figure."""
    last = max(periods, key=_recent, default=None)
    if last is None:
        return "2017-12"
    year, month = last.last_month
    return f"{year}-{month:02d}"


async def _similar(
    library: Library, area: str, release: Release
) -> list[tuple[str, Period, Figure, bool]]:
    """The rates of the area and of groups, over each period that the area's was returned for."""
    held = await library.places([SIMILAR], release)
    groups = [code for code, _ in held if _level(code, library.words) in _GROUPS]
    found: list[tuple[str, Period, Figure, bool]] = []
    for code in dict.fromkeys([area, *groups] if area in {code for code, _ in held} else []):
        points, _ = await library.histories(SIMILAR, code, release.id)
        name = library.words.area(code).name
        found += [
            (name, point.period, point.figure, code == area)
            for line in points.values()
            for point in line
        ]
    return found


def _level(code: str, words: Vocabulary) -> str | None:
    return words.areas[code].level if code in words.areas else None


async def _returns(library: Library, release: Release) -> list[Option]:
    """Every return a release holds something of: the ones with most tables first."""
    words, t = library.words, labels()
    found: list[tuple[int, str, Option]] = []
    for code, area, period in await library.returned(release):
        time = parse_period(period)
        if area in words.areas and time.kind in _YEARS:
            text = f"{words.dataset(code).title}: {words.areas[area].name}, {t.period(time)}"
            option = Option(f"{code} {area} {period}", text)
            found.append((-len(words.dataset_indicators[code]), text, option))
    return [option for _, _, option in sorted(found, key=lambda item: item[:2])]


_YEARS = (PeriodKind.CALENDAR_YEAR, PeriodKind.FINANCIAL_YEAR, PeriodKind.ROLLING_YEAR)


def _chosen(request: Request, choices: Sequence[Option]) -> tuple[str, str, str]:
    """Dataset, area and period: from the form's one field, one by one, or the first there is."""
    asked = request.query_params
    if any(name in asked for name in ("dataset", "area", "period")):
        dataset, area, period = (parameter(request, n) for n in ("dataset", "area", "period"))
        return dataset, area, period
    value = asked.get("of") or (choices[0].value if choices else "POLICE_CRIME E07000102 CY2017")
    parts = value.split(" ")
    if len(parts) != 3:
        raise MalformedError("The parameter of is a dataset, an area and a period.")
    return parts[0], parts[1], parts[2]


routes = [
    Route("/overview", page("/overview", overview), methods=["GET"]),
    Route("/series", page("/overview", series), methods=["GET"]),
    Route("/performance", page("/performance", performance), methods=["GET"]),
    Route("/profile", page("/profile", profile), methods=["GET"]),
    Route("/changes", page("/", changes), methods=["GET"]),
]
