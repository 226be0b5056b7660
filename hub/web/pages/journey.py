"""The journey page: one area's figures from police report to support, each with its limits."""

import json
from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import urlencode

from hub.protected.releases import Release
from hub.views.journey import Journey
from hub.views.trend import LinkTrend
from hub.web.pages.copying import Copy
from hub.web.pages.frame import Frame, NavLink, Option, ReleaseNote, render
from hub.web.pages.headline import Rating, cards, lead
from hub.web.pages.labels import Labels, labels
from hub.web.pages.stages import ABSENT, Sheet, bands_of, is_absent, ratio_of, sheet_of, shown_units
from hub.web.pages.tally import tally_of

_QUERY = """{
  journey(area: %s, period: %s) {
    area { code name }
    period { id }
    release { id }
    stages {
      code title unit
      period { id }
      agency { code name }
      figure { value status symbol display reason }
      parts { code title figure { display status } }
    }
    links { code from to ratio { display status } comparability caveats { code text } }
    missing { code title reason }
  }
}"""
"""What the "GraphQL query" link opens."""


def journey_page(
    journey: Journey,
    *,
    copy: Copy,
    trend: Sequence[LinkTrend] = (),
    release: ReleaseNote | None = None,
    areas: Sequence[Option] = (),
    periods: Sequence[Option] = (),
    ratings: Mapping[str, Rating] | None = None,
    frame: Frame | None = None,
) -> str:
    """Draw the journey page.

    ``copy`` holds the files of the saved query and its requests for programs. ``areas`` and
    ``periods`` fill the form, which is left out when either is empty. ``ratings`` by stage code
    come from the performance rules; without one a card shows the plain fact.
    """
    frame = frame or Frame()
    t = labels(frame.lang)
    sheet = sheet_of(journey)
    return render(
        "journey.html",
        frame,
        sheet=sheet,
        ratio_of=ratio_of,
        units=lambda row: t.listed(t.unit(unit) for unit in shown_units(row.stage)),
        bands=list(bands_of(sheet)),
        title=_title(sheet, t),
        caption=_caption(journey, t),
        lead=lead(sheet, t),
        cards=cards(sheet, t, ratings or {}),
        counts=tally_of(sheet.tally.elements(), t),
        release=_release(sheet, release, t),
        caveats=list(_caveats(sheet, t)),
        downloads=_downloads(journey, copy, t),
        copy=copy,
        trends=_told(trend) if len(_releases(trend)) > 1 else (),
        trend_releases=_releases(trend),
        areas=areas,
        periods=periods,
    )


def _told(trend: Sequence[LinkTrend]) -> list[LinkTrend]:
    """Links that some release has a ratio of, or withholds; the others say nothing."""
    return [one for one in trend if any(p.ratio.status not in ABSENT for p in one.points)]


def _releases(trend: Sequence[LinkTrend]) -> list[Release]:
    """The releases that any link has a point in, newest first."""
    found = {point.release.id: point.release for item in trend for point in item.points}
    return sorted(found.values(), key=lambda one: one.sequence, reverse=True)


def _title(sheet: Sheet, t: Labels) -> str:
    """The heading, with the years the figures really cover."""
    covered = [stage.period for stage in sheet.every if stage.period] or [sheet.journey.period]
    first = min(period.start for period in covered) // 12
    last = (max(period.end for period in covered) - 1) // 12
    years = str(first) if first == last else t("journey.years", first=first, last=last)
    return t("journey.title", years=years)


def _caption(journey: Journey, t: Labels) -> str:
    audience = t.first(
        f"journey.audience.{journey.audience.lower()}",
        "journey.audience.other",
        audience=journey.audience,
    )
    return t("journey.caption", area=journey.area.name, audience=audience)


def _release(sheet: Sheet, release: ReleaseNote | None, t: Labels) -> str:
    """The release and the last month any of its figures covers."""
    periods = [stage.period for stage in sheet.every if stage.period] or [sheet.journey.period]
    last = max(periods, key=lambda period: period.end)
    month = t.last_month(last)
    title = release.title if release else sheet.journey.release
    return t("journey.release", title=title, month=month)


def _caveats(sheet: Sheet, t: Labels) -> Iterator[str]:
    """What to know before using the figures, from their own periods and units."""
    base = sheet.base
    others = [stage for stage in sheet.tops if stage is not base and not is_absent(stage)]
    if base is not None and base.period is not None:
        units = t.unit(base.unit)
        yield t("journey.caveat.base", title=base.title, period=t.period(base.period), units=units)
    unlike = [t.period(x.period) for x in others if x.period is not None and not x.same_period]
    if unlike:
        yield t("journey.caveat.periods", periods=t.listed(unlike))
    units = t.listed(t.unit(unit) for stage in others for unit in shown_units(stage))
    if units:
        yield t("journey.caveat.units", units=units)
    yield t("journey.caveat.people")


def _downloads(journey: Journey, copy: Copy, t: Labels) -> list[NavLink]:
    asked = urlencode({"query": _QUERY % (_quoted(journey.area.code), _quoted(journey.period.id))})
    return [*copy.files, NavLink(t("journey.data.graphql"), f"/graphql?{asked}")]


def _quoted(text: str) -> str:
    """A GraphQL string literal; JSON's escapes are a part of GraphQL's."""
    return json.dumps(text)
