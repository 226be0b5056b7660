"""The journey page: what it says is computed, and what is hidden stays hidden."""

import re
from dataclasses import replace
from html import unescape
from urllib.parse import parse_qs, urlparse

import pytest
from graphql import parse, validate

from hub.protected.figures import Figure, FigureStatus
from hub.schema.read.query import schema
from hub.views.journey import Journey, MissingView
from hub.web.pages import Frame, NavLink, Option, Rating, ReleaseNote, journey_page
from tests.unit.web_pages.reports import copied
from tests.unit.web_pages.three_rivers import three_rivers_journey

QUERY = "area=E07000102&period=CY2017"
AREAS = (Option("E07000102", "Three Rivers"), Option("E10000015", "Hertfordshire"))
SHOWN, TOTAL = 12, len({stage.code for stage in three_rivers_journey().stages})
"""Published stages of the fixture, and all stages the vocabulary has for this area."""
PERIODS = (Option("CY2017", "Jan to Dec 2017"), Option("FY2017-18", "Apr 2017 to Mar 2018"))


def page(journey: Journey | None = None) -> str:
    return journey_page(journey or three_rivers_journey(), copy=copied())


def words(html: str) -> str:
    """What a reader meets: no tags, one space between words."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", html)))


def row(html: str, stage: str) -> str:
    found = re.search(rf'<tr role="row" data-stage="{stage}">.*?</tr>', html, re.DOTALL)
    assert found is not None, stage
    return found.group()


def test_heading_and_caption_come_from_the_figures() -> None:
    html = words(page())
    assert "From police report to support, 2017 to 2018" in html
    assert "Three Rivers · partner view" in html


def test_lead_names_the_busiest_service_its_plan_and_its_engagement() -> None:
    html = words(page())
    assert "Domestic Abuse Caseworker took more referrals than any other service" in html
    assert "about half as many again as planned" in html
    assert "For every 100 referrals to it, about 21 clients engaged." in html


def test_lead_follows_the_figures() -> None:
    html = words(page(three_rivers_journey(counts={"IDV_REFERRAL": 900})))
    assert "Independent adviser (IDVA) took more referrals" in html


@pytest.mark.parametrize(
    ("planned", "said"),
    [
        (556, "about as many as planned"),
        (278, "about twice as many as planned"),
        (500, "11% more than planned"),
        (695, "20% fewer than planned"),
    ],
)
def test_lead_weighs_the_planned_level(planned: int, said: str) -> None:
    assert said in words(page(three_rivers_journey(counts={"DAC_REFERRAL_TARGET": planned})))


def test_lead_without_engagement_says_so() -> None:
    html = words(page(three_rivers_journey(withheld=("DAC_CLIENT",))))
    assert "How many engaged is not shown." in html


def test_lead_without_service_figures_falls_back_to_the_police() -> None:
    services = ("DAC_REFERRAL", "IDV_REFERRAL", "MAR_CASE", "FF_ASSESSMENT")
    html = words(page(three_rivers_journey(withheld=services)))
    assert "Police recorded 1,270 records. No service figure can be shown" in html


def test_lead_of_an_empty_journey() -> None:
    journey = replace(three_rivers_journey(), stages=(), links=(), missing=())
    assert "No figure can be shown for this area and period." in words(page(journey))


def test_equal_services_are_not_ranked() -> None:
    html = words(page(three_rivers_journey(counts={"IDV_REFERRAL": 556})))
    assert "Several services took equally many referrals here." in html


def test_three_cards_with_what_and_when() -> None:
    html = page()
    assert html.count('class="hub-card"') == 3
    assert "156% of planned level" in html
    assert "122% of planned level" in html
    assert "Monitoring only: no planned level" in html


def test_a_card_takes_the_rating_it_is_given() -> None:
    html = journey_page(
        three_rivers_journey(),
        copy=copied(),
        ratings={"DAC_REFERRED": Rating("Significant concern: 156% of plan", "red")},
    )
    assert "govuk-tag--red" in html
    assert "Significant concern: 156% of plan" in html


def test_a_withheld_figure_is_never_a_card() -> None:
    html = page(three_rivers_journey(withheld=("DAC_CLIENT",)))
    cards = html.split('class="hub-cards"')[1].split("</ul>")[0]
    assert "[c]" not in cards


def test_missing_figures_are_counted_by_symbol() -> None:
    html = words(page())
    assert f"{SHOWN} of {TOTAL} figures shown." in html
    left = TOTAL - SHOWN - 7
    assert f"3 suppressed [c], 3 not available [x], 1 not applicable [z], {left} not" in html


def test_the_count_follows_the_figures() -> None:
    html = words(page(three_rivers_journey(withheld=("MAR_CASE",))))
    assert f"{SHOWN - 1} of {TOTAL} figures shown. 4 suppressed [c]" in html


def test_release_and_last_month() -> None:
    html = journey_page(
        three_rivers_journey(), copy=copied(), release=ReleaseNote("demo-1", "Demo release")
    )
    assert "Release Demo release, data to Mar 2018." in words(html)


def test_all_bars_share_one_scale_from_zero() -> None:
    html = page()
    width = re.search(r'class="hub-bar" width="([\d.]+)%"', row(html, "POLICE_RECORD"))
    other = re.search(r'class="hub-bar" width="([\d.]+)%"', row(html, "MARAC_HEARD"))
    assert width and other
    assert float(other[1]) / float(width[1]) == pytest.approx(87 / 1270, abs=0.001)


def test_solid_is_the_police_period_and_hatched_another() -> None:
    html = page()
    assert "url(#hatch)" not in row(html, "POLICE_RECORD")
    assert "url(#hatch)" not in row(html, "MARAC_HEARD")
    assert "url(#hatch)" in row(html, "DAC_REFERRED")


def test_planned_level_is_a_tick_and_a_number() -> None:
    html = row(page(), "DAC_REFERRED")
    assert 'fill="#d4351c"' in html
    assert "Planned level: 357" in words(html)
    assert 'fill="#d4351c"' not in row(page(), "IDVA_REFERRED")


def test_the_nested_bar_is_who_engaged() -> None:
    html = row(page(), "DAC_REFERRED")
    inner = re.search(r'width="([\d.]+)%" height="10" fill="#003c57"', html)
    assert inner is not None
    assert float(inner[1]) == pytest.approx(100 * 118 / 556, abs=0.1)


def test_a_nested_count_of_another_period_is_not_drawn() -> None:
    journey = three_rivers_journey()
    police = next(stage for stage in journey.stages if stage.code == "POLICE_RECORD")
    stages = tuple(
        replace(stage, nested=tuple(replace(inner, period=police.period) for inner in stage.nested))
        if stage.code == "DAC_REFERRED"
        else stage
        for stage in journey.stages
    )
    assert 'fill="#003c57"' not in row(page(replace(journey, stages=stages)), "DAC_REFERRED")


def test_ratio_over_unlike_periods_carries_the_sign() -> None:
    assert "≈ approximately 43.8" in words(row(page(), "DAC_REFERRED"))
    assert "≈ approximately 6.9" in words(row(page(), "MARAC_HEARD"))


def test_ratio_over_like_counts_carries_none() -> None:
    assert "of these 70 engaged (49.6%)" in words(row(page(), "IDVA_REFERRED"))


def test_share_of_unlike_units_is_no_percentage() -> None:
    assert "of these 118 engaged (≈ 21.2 per 100)" in words(row(page(), "DAC_REFERRED"))


def test_a_ratio_is_never_called_a_conversion_rate() -> None:
    html = words(page())
    assert html.count("conversion rate") == html.count("this is not a conversion rate") == 1


def test_bands_are_row_groups_with_headings() -> None:
    html = page()
    headings = re.findall(r'<th scope="rowgroup"[^>]*>([^<]+)</th>', html)
    assert headings == [
        "1 Reported to the police",
        "2 Referred to a service, and engaged with it",
        "3 What clients said had changed",
        "4 No figure to show",
    ]


def test_stages_without_any_figure_come_last() -> None:
    html = page()
    last = html.split("4 No figure to show")[1]
    assert "[x]" in row(last, "REFUGE")
    assert "no such service ran" in words(row(last, "PERPETRATOR"))


def test_missing_stages_without_a_row_get_one() -> None:
    journey = three_rivers_journey()
    figure = Figure(FigureStatus.NOT_AVAILABLE, "case", reason="Not shared.")
    lost = MissingView("LOST", "A lost stage", None, figure)
    html = page(replace(journey, missing=(*journey.missing, lost)))
    assert "not shared." in words(row(html, "LOST"))
    assert f"{SHOWN} of {TOTAL + 1} figures shown." in words(html)


def test_every_link_has_grade_months_and_caveats() -> None:
    html = page()
    found = re.search(r'data-link="POLICE_IDVA_REFERRED">.*?</tr>', html, re.DOTALL)
    assert found is not None
    said = words(found.group())
    assert "≈ approximately 11.1" in said
    assert "9 of 12 months" in said
    assert ">C<" in found.group()
    assert "different months" in said


def test_caveats_are_computed() -> None:
    html = words(page())
    assert "Incidents and crimes recorded: Jan to Dec 2017, counted in records." in html
    assert "Other stages cover Apr 2017 to Mar 2018." in html


def test_downloads_carry_the_query_on() -> None:
    html = unescape(page())
    assert f'href="/v1/queries/journey.csv?{QUERY}"' in html
    assert f'href="/v1/queries/journey.json?{QUERY}"' in html
    assert "journey.xlsx" not in html


def test_graphql_link_opens_a_query_the_schema_allows() -> None:
    found = re.search(r'href="(/graphql\?query=[^"]+)"', page())
    assert found is not None
    query = parse_qs(urlparse(unescape(found[1])).query)["query"][0]
    assert validate(schema._schema, parse(query)) == []
    assert 'journey(area: "E07000102", period: "CY2017")' in query


def test_form_is_a_plain_get_with_the_current_choice() -> None:
    html = journey_page(three_rivers_journey(), copy=copied(), areas=AREAS, periods=PERIODS)
    assert '<form class="hub-choose" action="/journey" method="get">' in html
    assert '<option value="E07000102" selected>' in html
    assert '<option value="CY2017" selected>' in html
    assert "<form" not in page()


def test_demo_banner_and_account_only_when_asked() -> None:
    frame = Frame(demo=True, viewer="analyst", account=NavLink("Sign out", "/sign-out"))
    html = journey_page(three_rivers_journey(), copy=copied(), frame=frame)
    assert "govuk-phase-banner" in html
    assert "Signed in as analyst" in html
    assert "govuk-phase-banner" not in page()


def test_everything_is_escaped() -> None:
    journey = three_rivers_journey()
    stages = tuple(replace(s, title=f"<b>{s.title}", note="<i>") for s in journey.stages)
    area = journey.area.model_copy(update={"name": "<script>alert(1)</script>"})
    html = page(replace(journey, stages=stages, area=area))
    assert "<script" not in html
    assert "<b>" not in html
    assert "<i>" not in html


def test_a_strict_content_security_policy_holds() -> None:
    html = page()
    assert "style=" not in html
    assert "<script" not in html
    assert not re.search(r'\son\w+="', html)
    assert not re.search(r'(?:src|href)="(?:https?:)?//', html)
