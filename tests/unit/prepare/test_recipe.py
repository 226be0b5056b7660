"""A recipe that cannot be used says where; nothing half-read is counted by it."""

import pytest

from benchmarks.extracts import RECIPE
from hub.prepare import RecipeError, parse_recipe
from hub.vocabulary import vocabulary

WORDS = vocabulary()


def test_the_recipe_reads_the_columns_it_names_and_no_other() -> None:
    assert parse_recipe(RECIPE, WORDS).columns == (
        "Date", "Contact", "Child", "Sex", "Age", "Referred by",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("MASH_CHILD", "MASH", "dataset"),
        ("E08000015", "E99", "area"),
        ("CSM_CONTACT,", "EH_REFERRED,", "EH_REFERRED"),
        ("dimension: SEX", "dimension: SEKS", "SEKS"),
        ("{F: F,", "{F: FEMALE,", "FEMALE"),
        ("by: [sex, age, source]", "by: [sex, risk]", "risk"),
        ("same: child", "same: pair", "pair"),
        ("distinct: child", "distinct: case", "case"),
        ("banded: true", "banded: true, codes: {a: U16}", "one of"),
        ("[d/m/y]", "[d-m-y]", "dates"),
        ("months: 6", "months: 0", "months"),
        ("title:", "titel:", "titel"),
    ],
)
def test_a_faulty_recipe_is_refused(old: str, new: str, said: str) -> None:
    with pytest.raises(RecipeError, match=said):
        parse_recipe(RECIPE.replace(old, new), WORDS)


@pytest.mark.parametrize("text", ["", "a: [", "- 1", "!!python/object/apply:os.getcwd []"])
def test_what_is_no_recipe_is_refused(text: str) -> None:
    with pytest.raises(RecipeError):
        parse_recipe(text, WORDS)
