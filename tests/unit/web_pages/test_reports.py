"""The reports as pages: what they say, and that what is withheld leaves no trace on them."""

import re
from decimal import Decimal
from html import unescape

import pytest

from hub.protected.figures import Figure, FigureStatus, missing
from hub.vocabulary import parse_period
from hub.web.pages.charts import Series, line_chart, share_of
from hub.web.pages.labels import labels
from tests.unit.views.published import HIDDEN
from tests.unit.web_pages.reports import (
    PAGES,
    changes_html,
    copied,
    overview_html,
    performance_html,
    plymouth_cells,
    profile_html,
    risk_cells,
    series_html,
)


def words(html: str) -> str:
    """What a reader meets: no drawings, no tags, one space between words."""
    bare = re.sub(r"<svg.*?</svg>|<[^>]+>", " ", html, flags=re.DOTALL)
    return re.sub(r"\s+", " ", unescape(bare))


def row(html: str, name: str, value: str) -> str:
    found = re.search(rf'<tr role="row" data-{name}="{value}".*?</tr>', html, re.DOTALL)
    assert found is not None
    return found.group()


def count(value: float) -> Figure:
    return Figure(FigureStatus.PUBLISHED, "case", Decimal(str(value)))


GONE = missing(FigureStatus.SUPPRESSED, "case", "")


def test_overview_says_the_finding_and_leads_to_series() -> None:
    html = overview_html()
    assert "cases were discussed at Marac" in words(html)
    assert "/series?indicator=MAR_CASE&amp;area=" in row(html, "indicator", "MAR_CASE")
    assert words(html).count("[c] suppressed to protect people") == 2 + 1  # and the legend


def test_performance_puts_figure_plan_and_gap_side_by_side() -> None:
    shown = words(row(performance_html(), "measure", "DA_REPORTING"))
    for part in ("Some concerns", "1,632", "1,647", "−15", "−0.9%", "Jun 2015"):
        assert part in shown
    assert "15 below the planned 1,647" in words(performance_html())


def test_performance_withholds_everything_that_would_tell_a_suppressed_figure() -> None:
    html = performance_html(held=plymouth_cells("YTD-2015-06"))
    assert not {"1,632", "−15", "-15", "−0.9%", "-0.9%", "-107", "−107"} & set(
        re.findall(r"[−-]?\d[\d,.]*%?", words(html))
    )
    assert "[c]" in row(html, "measure", "DA_REPORTING")
    assert "Not judged" in row(html, "measure", "DA_REPORTING")


def test_profile_has_count_share_base_and_the_year_before() -> None:
    shown = words(profile_html())
    assert "Shares are of" in shown
    assert "31" in shown
    assert "5.0%" in shown
    assert "Jan to Dec 2016" in shown


def test_a_suppressed_count_has_no_share_and_no_bar() -> None:
    html = profile_html(held=risk_cells(HIDDEN))
    rows = re.findall(r'<tr role="row".*?</tr>', html, re.DOTALL)
    high = next(found for found in rows if ">High" in found)
    assert "hub-share" not in high
    assert not re.search(r"\d", re.sub(r"<[^>]+>|Jan to Dec \d+|service of 100", "", high))


def test_series_says_the_change_and_leaves_a_gap() -> None:
    assert "Down from 542 to 504" in words(series_html())
    shown = words(series_html(held=plymouth_cells("2015-06")))
    assert "504" not in shown
    assert "Up from 542 to 572" in shown


def test_changes_lists_revisions_with_both_values_and_counts_the_rest() -> None:
    html = changes_html()
    shown = words(html)
    assert "617" in shown
    assert "621" in shown
    assert "Shown before, not now" in shown
    # What was shown before and is withheld now is counted, not printed again.
    assert "31" not in re.findall(r"\d+", shown)


@pytest.mark.parametrize("path", PAGES)
def test_no_page_says_why_a_figure_is_withheld(path: str) -> None:
    shown = words(PAGES[path](None)).lower()
    assert not re.findall(
        r"(?:primary|secondary)(?! care)|complementary|under 10|fewer than 10", shown
    )


def test_a_withheld_point_moves_nothing_in_a_chart() -> None:
    periods = [parse_period(f"2015-{month:02d}") for month in range(4, 9)]
    some = [count(n) for n in (10, 20, 15, 12)]
    one = line_chart(periods, [Series("a", [*some[:2], GONE, *some[2:]])])
    assert one is not None
    assert len(one.lines[0].strokes) == 2
    assert len(one.lines[0].spots) == 4
    assert share_of(GONE, Decimal(20)) is None


def test_charts_start_at_zero_and_need_two_points() -> None:
    periods = [parse_period(f"2015-{month:02d}") for month in range(4, 7)]
    chart = line_chart(periods, [Series("a", [count(100), count(101), count(102)])])
    assert chart is not None
    assert chart.zero == chart.height
    assert line_chart(periods, [Series("a", [count(1), GONE, GONE])]) is None


def test_a_fall_below_zero_keeps_the_zero_line_in_sight() -> None:
    periods = [parse_period(f"2015-{month:02d}") for month in range(4, 6)]
    chart = line_chart(periods, [Series("a", [count(-5), count(5)])])
    assert chart is not None
    assert chart.lines[0].spots[0].y > chart.zero > chart.lines[0].spots[1].y


def test_copy_as_has_every_language_and_no_token() -> None:
    copy = copied()
    assert [snippet.language for snippet in copy.snippets] == ["curl", "Python", "R", "Power Query"]
    for snippet in copy.snippets:
        assert "https://hub.example/v1/queries/journey.csv?area=E07000102" in snippet.code
        assert "{" not in snippet.code.replace('{"Authorization', "").replace("{os.", "")


@pytest.mark.parametrize("path", PAGES)
def test_pages_hold_no_style_no_script_and_no_other_host(path: str) -> None:
    html = PAGES[path](None)
    assert "<script" not in html
    assert " style=" not in html
    assert not re.findall(r'(?:src|href)="https?://', html)


def test_every_label_of_the_catalogue_is_text() -> None:
    t = labels()
    assert t("nav.start") == "Start"
