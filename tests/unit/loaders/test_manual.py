"""The page of the datasets is the one their definitions give, and it covers what was asked for."""

from pathlib import Path

from hub.loaders.manual import page
from hub.loaders.templates import indicators_of
from hub.vocabulary import vocabulary

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "datasets.md"
ASKED = (
    "POLICE_CRIME", "POLICE_POWERS", "CPS_OUTCOME", "MARAC", "MASH_CHILD", "MASH_ADULT",
    "EARLY_HELP", "CHILD_CARE", "ADULT_CARE", "FSU", "HOUSING", "IDVA", "DAC", "FAMILIES_FIRST",
    "SAFEGUARDING", "REFUGE", "OUTREACH_INTAKE", "OUTREACH_REVIEW", "OUTREACH_EXIT",
    "OUTREACH_CRIMINAL", "OUTREACH_CIVIL", "CSP_MEASURES", "POPULATION",
)  # fmt: skip


def test_the_committed_page_is_the_generated_one() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(vocabulary())


def test_every_dataset_asked_for_can_be_returned_by_somebody() -> None:
    words = vocabulary()
    assert set(ASKED) <= set(words.datasets)
    for code, item in words.datasets.items():
        assert indicators_of(words, code), code
        assert any(agency.kind in item.agency_kinds for agency in words.agencies.values()), code
