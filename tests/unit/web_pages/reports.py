"""The reports drawn from made-up releases: what a page shows, without a database.

Counts are invented and small on purpose where they are withheld.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal

from hub.protected.figures import FigureStatus
from hub.protected.observations import Cells
from hub.protected.reader import Difference
from hub.protected.releases import Audience, Release
from hub.protected.rows import table_of
from hub.views.changes import Changes
from hub.views.overview import ALWAYS, columns_of, overview_of
from hub.views.performance import performance_of
from hub.views.series import histories
from hub.views.tables import profile_of
from hub.vocabulary import CellKey, Vocabulary, parse_period, vocabulary
from hub.web.pages.changes import changes_page
from hub.web.pages.copying import Copy, copy_of
from hub.web.pages.frame import Frame, Option, ReleaseNote
from hub.web.pages.labels import labels
from hub.web.pages.overview import Choices, overview_page
from hub.web.pages.performance import performance_page
from hub.web.pages.profile import profile_page
from hub.web.pages.series import series_page
from tests.unit.views.published import HIDDEN, Said, cells, observation, series, totals

PLYMOUTH, MET, MARAC = "E06000026", "E23000001", "MAR_MET_01"
POOL = "INS_POOL_2020"
NOTE = ReleaseNote("demo-1", "1", "partner")
AREAS = (Option(PLYMOUTH, "Plymouth"), Option("E07000102", "Three Rivers"))


def copied(name: str = "journey", query: str = "area=E07000102&period=CY2017") -> Copy:
    """Files and requests of a saved query."""
    asked = [(pair.split("=")[0], pair.split("=")[1]) for pair in query.split("&")]
    return copy_of(name, asked, ("csv", "json"), "https://hub.example", labels())


def words() -> Vocabulary:
    """The vocabulary in the language that pages are drawn in."""
    return labels().vocabulary()


def marac_cells() -> Cells:
    """Cases of a force and of its Maracs, one of them withheld with its share."""
    maracs = [area.code for area in vocabulary().areas.values() if area.level == "MAR"][:8]
    found: dict[CellKey, object] = {}
    for number, code in enumerate(["K02000001", MET, *maracs]):
        said = HIDDEN if number == 4 else 400 + 31 * number
        for item in (
            observation("MAR_CASE", code, "R12-2024-03", said),
            observation("MAR_CASE_RECOMMENDED", code, "R12-2024-03", 640),
            observation("MAR_CASE_RATE", code, "R12-2024-03", HIDDEN if number == 4 else 46.04),
        ):
            found[item.key] = item
    return found  # type: ignore[return-value]


def maracs() -> list[str]:
    """The Maracs that the invented release holds."""
    return [area.code for area in vocabulary().areas.values() if area.level == "MAR"][:8]


def overview_html(frame: Frame | None = None, held: Cells | None = None) -> str:
    """The overview."""
    period = parse_period("R12-2024-03")
    places = [words().area(code) for code in maracs()]
    columns = columns_of(places, period, ALWAYS, words())
    view = overview_of(columns, period, "demo-1", held or marac_cells(), words())
    choices = Choices(
        [Option(place.code, place.name) for place in places],
        [Option(period.id, period.title)],
        [Option(str(one), str(one)) for one in ALWAYS],
        frozenset(maracs()),
    )
    copy = copied("overview", "period=R12-2024-03")
    return overview_page(view, choices=choices, copy=copy, release=NOTE, frame=frame)


def plymouth_cells(withheld: str = "") -> Cells:
    """Reports of domestic abuse by month against a listed plan; one month may be withheld."""
    months = {"2015-04": 556, "2015-05": 572, "2015-06": 504}
    before = {"2014-04": 542, "2014-05": 572, "2014-06": 625}
    said: dict[str, Said] = {**months, **before}
    said |= {"YTD-2014-06": 1739, "YTD-2015-04": 556, "YTD-2015-05": 1128, "YTD-2015-06": 1632}
    if withheld:
        said[withheld] = HIDDEN
    plan = {f"YTD-2015-{month:02d}": 549 * (month - 3) for month in range(4, 13)}
    return (
        series("POL_DA_TOTAL", PLYMOUTH, said)
        | series("POL_DA_TOTAL_TARGET", PLYMOUTH, plan | {"FY2015-16": 6588})
        | series("POL_SAC", PLYMOUTH, {"2015-04": 190, "YTD-2015-04": 190})
    )


def performance_html(frame: Frame | None = None, held: Cells | None = None) -> str:
    """The exception report."""
    place, as_at = words().area(PLYMOUTH), parse_period("2015-06")
    view = performance_of(place, as_at, "demo-1", held or plymouth_cells(), words())
    copy = copied("performance", "area=E06000026&asAt=2015-06")
    return performance_page(view, areas=AREAS, copy=copy, release=NOTE, frame=frame)


def series_html(frame: Frame | None = None, held: Cells | None = None) -> str:
    """One indicator over time."""
    held = held or plymouth_cells()
    mine = [item for key, item in held.items() if key.indicator == "POL_DA_TOTAL"]
    points = histories("POL_DA_TOTAL", table_of(totals(mine)), words())
    return series_page(
        words().indicator("POL_DA_TOTAL"),
        words().area(PLYMOUTH),
        points,
        copy=copied("observations", "indicator=POL_DA_TOTAL"),
        release=NOTE,
        areas=AREAS,
        frame=frame,
    )


def risk_cells(high: object = 31) -> Cells:
    """Crimes by grade of risk: a base and a partition."""
    area, period = "E07000102", "CY2017"
    return cells(
        observation("POL_DA_CRIME", area, period, 617),
        observation("POL_DA_CRIME", area, period, high, {"RISK": "HIGH"}),  # type: ignore[arg-type]
        observation("POL_DA_CRIME", area, period, 586, {"RISK": "STANDARD"}),
        observation("POL_DA_CRIME", area, "CY2016", 559),
    )


def profile_html(frame: Frame | None = None, held: Cells | None = None) -> str:
    """A return's tables."""
    view = profile_of(
        words().dataset("POLICE_CRIME"),
        words().area("E07000102"),
        parse_period("CY2017"),
        "demo-1",
        held or risk_cells(),
        words(),
    )
    choices = [Option("POLICE_CRIME E07000102 CY2017", "Police: Three Rivers, Jan to Dec 2017")]
    copy = copied("profile", "dataset=POLICE_CRIME")
    return profile_page(view, page=1, choices=choices, copy=copy, release=NOTE, frame=frame)


def release_row(number: int) -> Release:
    """A release of partners."""
    return Release(
        id=f"demo-{number}",
        sequence=number,
        audience=Audience.PARTNER,
        content_hash="0" * 64,
        policy_version=f"partner-{number}",
        vocabulary_version="1",
        note="Corrected after the agency sent a revision." if number > 1 else None,
        published_at=datetime(2026, 11, number, tzinfo=UTC),
        cells=4 + number,
    )


def changes_html(frame: Frame | None = None) -> str:
    """What the second release changed."""
    key = CellKey("POL_DA_CRIME", "E07000102", "CY2017")
    hidden = CellKey("POL_DA_CRIME", "E07000102", "CY2017", (("RISK", "HIGH"),))
    shown = FigureStatus.PUBLISHED
    found = (
        Difference(key, shown, Decimal(617), shown, Decimal(621)),
        Difference(hidden, shown, Decimal(31), HIDDEN, None),
    )
    one, two = release_row(1), release_row(2)
    return changes_page(Changes(two, one, found), [two, one], words(), frame=frame)


PAGES: dict[str, Callable[[Frame | None], str]] = {
    "/overview": overview_html,
    "/series": series_html,
    "/performance": performance_html,
    "/profile": profile_html,
    "/changes": changes_html,
}
"""The reports by the address they have in the hub."""
