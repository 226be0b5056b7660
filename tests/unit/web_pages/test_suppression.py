"""What is suppressed leaves no trace on the page: neither length, label nor total.

A view never holds a hidden count, so the proof here is about what a page might add by itself:
bars, scales, sums, shares and words.
"""

import re
from dataclasses import replace
from decimal import Decimal

from hub.protected.figures import Figure, FigureStatus
from hub.views.journey import Journey
from hub.web.pages import journey_page
from hub.web.pages.bars import Scale, bar_of, scale_of
from tests.unit.web_pages.reports import copied
from tests.unit.web_pages.three_rivers import three_rivers_journey


def page(journey: Journey) -> str:
    return journey_page(journey, copy=copied())


def row(html: str, stage: str) -> str:
    found = re.search(rf'<tr role="row" data-stage="{stage}">.*?</tr>', html, re.DOTALL)
    assert found is not None
    return found.group()


def test_hidden_answers_are_nowhere() -> None:
    html = page(three_rivers_journey())
    words = re.sub(r"<svg.*?</svg>|<[^>]+>", " ", html, flags=re.DOTALL)
    numbers = set(re.findall(r"(?<![\d.,])\d[\d.,]*\d|\d", words))
    assert not numbers & {"6", "29", "35", "103", "4.5", "22.0", "78.0"}


def test_a_withheld_stage_has_a_box_and_no_bar() -> None:
    html = row(page(three_rivers_journey(withheld=("MAR_CASE",))), "MARAC_HEARD")
    assert "hub-bar" not in html
    assert '<span class="hub-box">[c]</span>' in html


def test_the_box_has_no_length() -> None:
    boxes = re.findall(r'<span class="hub-box"[^>]*>', page(three_rivers_journey()))
    assert len(boxes) >= 6
    assert set(boxes) == {'<span class="hub-box">'}


def test_readers_meet_one_word_whatever_made_it_so() -> None:
    journey = three_rivers_journey(withheld=("MAR_CASE",))
    html = page(journey)
    for forbidden in ("primary", "secondary", "complementary", "under 10", "fewer than"):
        assert forbidden not in html.lower()


def test_a_telling_reason_is_not_passed_on() -> None:
    """Even if a view let it slip, the page prints its own sentence for [c]."""
    journey = three_rivers_journey()
    telling = Figure(FigureStatus.SUPPRESSED, "case", reason="Primary: below ten.")
    stages = tuple(
        replace(s, figure=telling, nested=()) if s.code == "MARAC_HEARD" else s
        for s in journey.stages
    )
    assert "below ten" not in page(replace(journey, stages=stages)).lower()


def test_hidden_counts_take_no_part_in_the_scale() -> None:
    journey = three_rivers_journey(withheld=("POL_DA_TOTAL",))
    scale = scale_of(stage for stage in journey.stages if stage.parent is None)
    assert scale.top == Decimal(556)


def test_a_bar_needs_a_published_figure() -> None:
    journey = three_rivers_journey(withheld=("MAR_CASE",))
    stage = next(s for s in journey.stages if s.code == "MARAC_HEARD")
    assert bar_of(stage, None, Scale(Decimal(1270))) is None


def test_parts_are_drawn_only_when_all_are_published() -> None:
    """One drawn part beside a drawn whole would show the other by its length."""
    html = row(page(three_rivers_journey(withheld=("POL_DA_CRIME",))), "POLICE_RECORD")
    assert "hub-bar__label" not in html
    assert "[c]" in html


def test_parts_that_do_not_make_up_the_whole_are_not_drawn() -> None:
    html = row(page(three_rivers_journey(counts={"POL_DA_CRIME": 600})), "POLICE_RECORD")
    assert "hub-bar__label" not in html


def test_a_hidden_part_hides_the_pieces_even_if_the_others_fill_the_bar() -> None:
    """Full pieces beside a hidden part would say that the hidden one is zero."""
    stage = next(s for s in three_rivers_journey().stages if s.code == "POLICE_RECORD")
    lost = replace(stage.parts[0], figure=Figure(FigureStatus.SUPPRESSED, "crime"))
    bar = bar_of(replace(stage, parts=(*stage.parts, lost)), None, Scale(Decimal(1270)))
    assert bar is not None
    assert bar.segments == ()


def test_drawings_are_hidden_from_listeners() -> None:
    html = page(three_rivers_journey())
    assert set(re.findall(r'<svg class="[^>]*>', html)) == {
        tag for tag in re.findall(r'<svg class="[^>]*>', html) if 'aria-hidden="true"' in tag
    }
    assert "aria-label=" not in html.split("<main")[1].split("</main>")[0]
