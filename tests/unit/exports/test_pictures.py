"""Charts: labels are the figures, lengths tell shown figures only, nothing runs or loads."""

import struct
from dataclasses import replace
from decimal import Decimal

import pytest

from hub.exports.chart import Bar, Chart, Panel
from hub.exports.document import Document
from hub.exports.journey import journey_document
from hub.exports.png import FONTS, ZOOM, png_file, rasterised
from hub.exports.svg import BOX, REACH, WIDTH, svg_file
from hub.protected.figures import Figure, FigureStatus
from hub.vocabulary import vocabulary
from tests.factory import published_release
from tests.unit.exports.drawn import bars, labels
from tests.unit.web_pages.three_rivers import three_rivers_journey


def document() -> Document:
    return journey_document(three_rivers_journey(), published_release(), vocabulary())


def shown(value: int, decimals: int = 0) -> Figure:
    return Figure(FigureStatus.PUBLISHED, "record", Decimal(value), decimals=decimals)


def drawn(*all_bars: Bar) -> bytes:
    chart = Chart("A finding", "What is counted", (Panel("", all_bars),))
    return svg_file(replace(document(), chart=lambda: chart))


def test_every_bar_is_labelled_with_its_figure() -> None:
    made = document()
    assert labels(svg_file(made)) == [figure.display for figure in made.chart().figures]
    assert {"1,270", "[c]", "[x]", "[z]", "–"} <= set(labels(svg_file(made)))


def test_title_caveats_symbols_and_source_are_inside() -> None:
    made = document()
    text = " ".join(svg_file(made).decode().split())
    for told in ("1,270 incidents and crimes recorded", "Hatched", "[c] suppressed", "release 1"):
        assert told in text
    assert text.count("Stages are separate counts") == 1


def test_bars_start_at_zero_and_keep_their_proportion() -> None:
    widths = [width for fill, width in bars(drawn(Bar("a", shown(200)), Bar("b", shown(50))))]
    assert widths == [str(REACH), str(REACH // 4)]


@pytest.mark.parametrize(
    "status", [one for one in FigureStatus if one is not FigureStatus.PUBLISHED]
)
def test_a_withheld_figure_has_a_box_of_one_size(status: FigureStatus) -> None:
    svg = drawn(Bar("a", shown(200)), Bar("b", Figure(status, "record")))
    assert ("none", str(BOX - 2)) in list(bars(svg))
    only = drawn(Bar("b", Figure(status, "record")))
    assert list(bars(only)) == [("none", str(BOX - 2))]


def test_zero_and_less_have_no_bar_and_still_their_label() -> None:
    svg = drawn(Bar("a", shown(0)), Bar("b", shown(-3)))
    assert list(bars(svg)) == []
    assert labels(svg) == ["0", "-3"]


def test_a_planned_level_is_told_in_words_too() -> None:
    svg = drawn(Bar("a", shown(100), level=shown(200))).decode()
    assert "(planned 200)" in svg
    hidden = Figure(FigureStatus.SUPPRESSED, "record")
    assert "planned" not in drawn(Bar("a", shown(100), level=hidden)).decode()


def test_nothing_in_a_picture_runs_loads_or_breaks_out() -> None:
    svg = drawn(Bar('<script>"&', shown(1), note="</svg>")).decode()
    assert "<script" not in svg
    assert svg.count("</svg>") == 1
    for word in ("style=", "href", "onload", "@import", "<image", "<foreignObject"):
        assert word not in svg


def test_the_same_document_gives_the_same_picture_at_twice_the_size() -> None:
    first, again = png_file(document()), png_file(document())
    assert first == again
    assert first.startswith(b"\x89PNG")
    width, _ = struct.unpack(">II", first[16:24])
    assert width == WIDTH * ZOOM


def test_text_is_drawn_with_the_fonts_that_ship_with_the_hub() -> None:
    """Without its two files a picture has no letters, whatever the machine has."""
    assert len(list(FONTS.glob("*.ttf"))) == 2
    head = '<svg xmlns="http://www.w3.org/2000/svg" width="80" height="20">'
    empty = rasterised(f"{head}</svg>".encode())
    assert rasterised(f'{head}<text x="2" y="15">Hub</text></svg>'.encode()) != empty


def test_nothing_in_a_picture_names_its_maker_or_time() -> None:
    made = png_file(document())
    kinds, at = set(), 8
    while at < len(made):
        (length,) = struct.unpack(">I", made[at : at + 4])
        kinds.add(made[at + 4 : at + 8])
        at += length + 12
    assert kinds <= {b"IHDR", b"IDAT", b"IEND", b"sRGB", b"pHYs"}
