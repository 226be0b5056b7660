"""The reference page says what the words say, and is never older than they are."""

from pathlib import Path

from hub.vocabulary import vocabulary
from hub.vocabulary.manual import page
from tests.unit.vocabulary.tiny import Tiny, computed, count

COMMITTED = Path(__file__).parents[3] / "docs" / "reference" / "vocabulary.md"


def test_the_committed_page_is_current() -> None:
    assert COMMITTED.read_text(encoding="utf-8") == page(vocabulary()), (
        "run python -m hub.vocabulary.manual > docs/reference/vocabulary.md"
    )


def test_the_page_says_how_each_figure_comes(tiny: Tiny) -> None:
    alone = {"datasets": "", "time_additive": "false", "area_additive": "false"}
    posts = {"kind": "DV", "formula": "posts", "numerator": "RECORDS", "per": "100", "step": "0.5"}
    tiny.add("indicators", **count("POSTS", **alone, **posts))
    scale = {"kind": "DV", "formula": "scale", "numerator": "RECORDS", "per": "40", "step": "10000"}
    tiny.add("indicators", **count("EXPECTED", **alone, **scale))
    parts = {"formula": "difference", "numerator": "RECORDS", "denominator": "REPEATS"}
    tiny.add("indicators", **count("FIRSTS", **alone, **parts))
    both = {"numerator": "RECORDS[SOURCE=POLICE] + RECORDS[SOURCE=OTHER]", "stated": "true"}
    tiny.add(
        "indicators",
        **computed("ALL_PC", "ratio", denominator="RECORDS", **both) | {"datasets": "CRIME"},
    )
    text = page(tiny.words())
    assert "| `RECORDS` | **Records.** Something counted | case | EV | time and place |" in text
    assert "| `PEOPLE` | **People.** Something counted | client | DI | place |" in text
    assert "100 × `REPEATS` / `RECORDS`" in text
    assert "change of `RECORDS` on the year before, per 100" in text
    assert "`RECORDS` / 100, rounded up to the next 0.5" in text
    assert "40 × `RECORDS` / 10000" in text
    assert "`RECORDS` − `REPEATS`" in text
    assert (
        "100 × (`RECORDS[SOURCE=POLICE]` + `RECORDS[SOURCE=OTHER]`) / `RECORDS`"
        "; stated, returned in CRIME" in text
    )


def test_the_page_says_which_places_cover_which_and_when(tiny: Tiny) -> None:
    covered = "East, West (until 2013-03-31), West (from 2013-04-01)"
    assert f"| County | DISTRICT | exactly | {covered} |" in page(tiny.words())


def test_every_row_of_the_page_has_the_cells_of_its_head(tiny: Tiny) -> None:
    for text in (page(tiny.words()), page(vocabulary())):
        lines = text.splitlines()
        widths = [line.count("|") for line in lines if line.startswith("|")]
        heads = [
            lines[at - 1].count("|") for at, line in enumerate(lines) if line.startswith("| ---")
        ]
        assert set(widths) <= set(heads)
