"""Each rule of the check, on a vocabulary broken in one place."""

import pytest

from tests.unit.vocabulary.tiny import Tiny, computed, count

REFERENCES = [
    ("indicators", "REPEATS", "unit", "cases", "Nearest: case"),
    ("indicators", "REPEATS", "owner", "POLIS", "Nearest: POLICE"),
    ("indicators", "REPEATS", "datasets", "CRIMES", "Nearest: CRIME"),
    ("indicators", "REPEATS", "dimensions", "AGES", "Nearest: AGE"),
    ("indicators", "REPEATS", "area_levels", "LADS", "Nearest: LAD"),
    ("areas", "D1", "level", "LADS", "Nearest: LAD"),
    ("areas", "D2", "successor", "D9", "not in areas"),
    ("memberships", "D1", "parent", "C9", "not in areas"),
    ("memberships", "D1", "child", "D9", "not in areas"),
    ("agencies", "A", "kind", "POLIS", "Nearest: POLICE"),
    ("agencies", "A", "areas", "C1;C9", "not in areas"),
    ("datasets", "CRIME", "agency_kinds", "POLICE;X", "not in agency_kinds"),
    ("stages", "S2", "band", "FIRTS", "Nearest: FIRST"),
    ("stages", "S2", "parent", "S9", "not in stages"),
    ("stages", "S1", "target", "PLANS", "Nearest: PLAN"),
    ("links", "L1", "source", "S9", "not in stages"),
    ("links", "L1", "target", "S9", "not in stages"),
    ("links", "L1", "caveats", "LAGS", "Nearest: LAG"),
    ("measures", "M1", "target", "PLANS", "Nearest: PLAN"),
]


@pytest.mark.parametrize(("table", "code", "column", "value", "said"), REFERENCES)
def test_a_reference_that_leads_nowhere(
    tiny: Tiny, table: str, code: str, column: str, value: str, said: str
) -> None:
    problem = tiny.change(table, code, **{column: value}).only_problem()
    assert (problem.file, problem.column) == (f"{table}.csv", column)
    assert problem.row > 1
    assert said in problem.message


def test_an_unknown_measured_indicator_and_agency_kind(tiny: Tiny) -> None:
    tiny.change("measures", "M1", indicator="RECORD", target="")
    assert tiny.only_problem().column == "indicator"
    tiny.change("measures", "M1", indicator="RECORDS").change("stages", "S1", agency_kind="POLIS")
    assert {item.column for item in tiny.problems()} == {"agency_kind"}


def test_a_target_of_no_indicator(tiny: Tiny) -> None:
    tiny.change("indicators", "PLAN", target_of="RECORD")
    said = [str(item) for item in tiny.problems()]
    assert (
        "indicators.csv row 7, column target_of: 'RECORD' is not in indicators. Nearest: RECORDS."
        in said
    )


def test_a_category_of_no_dimension(tiny: Tiny) -> None:
    tiny.add("categories", dimension="SEX", code="F", title="T", order="1")
    assert tiny.only_problem().message == "'SEX' is not in dimensions."


TERMS = [
    ("indicators", "REPEAT_PC", "numerator", "REPEAT", "Nearest: REPEATS"),
    ("indicators", "REPEAT_PC", "denominator", "RECORDS[SEX=F]", "has no dimension 'SEX'"),
    ("identities", "I1", "left", "REPEATS[AGE=U16]", "has no dimension 'AGE'"),
    ("identities", "I1", "right", "RECORDS[SOURCE=POLIC]", "Nearest: POLICE"),
    ("stages", "S2", "term", "REPEATED", "Nearest: REPEATS"),
    ("stages", "S2", "parts", "RECORDS[AGE=U17]", "not a category of AGE"),
]


@pytest.mark.parametrize(("table", "code", "column", "value", "said"), TERMS)
def test_a_term_that_names_nothing(
    tiny: Tiny, table: str, code: str, column: str, value: str, said: str
) -> None:
    problem = tiny.change(table, code, **{column: value}).only_problem()
    assert problem.column == column
    assert said in problem.message


INDICATORS = [
    ("PEOPLE", {"time_additive": "true"}, "time_additive", "kind DI must not be added over time"),
    ("PLAN", {"area_additive": "true"}, "area_additive", "only counts may be"),
    ("CHANGE_PC", {"formula": "", "numerator": "", "datasets": "CRIME"}, "formula", "or stated"),
    ("REPEATS", {"decimals": "1"}, "decimals", "a whole number"),
    ("REPEATS", {"unit": "percent"}, "unit", "percent cannot hold a count"),
    ("REPEAT_PC", {"unit": "case"}, "unit", "kind PC is in percent"),
    ("REPEAT_PC", {"denominator": ""}, "denominator", "needs a denominator"),
    ("REPEAT_PC", {"numerator": ""}, "numerator", "needs a numerator"),
    ("CHANGE_PC", {"denominator": "RECORDS"}, "denominator", "takes no denominator"),
    ("REPEATS", {"numerator": "RECORDS"}, "numerator", "a returned figure has no numerator"),
    ("REPEAT_PC", {"per": "0"}, "per", "above zero"),
    ("REPEATS", {"datasets": ""}, "datasets", "nobody can return it"),
    ("REPEAT_PC", {"datasets": "CRIME"}, "datasets", "no dataset may carry it"),
    ("REPEATS", {"target_of": "RECORDS"}, "target_of", "only a target"),
    ("PLAN", {"unit": "client"}, "unit", "is in case, as that is"),
]


@pytest.mark.parametrize(("code", "cells", "column", "said"), INDICATORS)
def test_an_indicator_that_contradicts_itself(
    tiny: Tiny, code: str, cells: dict[str, str], column: str, said: str
) -> None:
    problem = tiny.change("indicators", code, **cells).only_problem()
    assert (problem.file, problem.column) == ("indicators.csv", column)
    assert problem.message.startswith(f"{code}: ")
    assert said in problem.message


def test_a_stated_percentage_needs_no_formula(tiny: Tiny) -> None:
    tiny.change(
        "indicators", "CHANGE_PC", formula="", numerator="", datasets="CRIME", stated="true"
    )
    assert tiny.problems() == []


def test_a_complement_is_a_count_with_a_formula(tiny: Tiny) -> None:
    cells = {"datasets": "", "time_additive": "false", "area_additive": "false"}
    parts = {"formula": "difference", "numerator": "RECORDS", "denominator": "REPEATS"}
    assert tiny.add("indicators", **count("FIRSTS", **cells, **parts)).problems() == []
    tiny.change("indicators", "FIRSTS", formula="ratio")
    assert "a difference of two counts" in tiny.only_problem().message


def test_a_computed_figure_is_never_added(tiny: Tiny) -> None:
    parts = {"formula": "difference", "numerator": "RECORDS", "denominator": "REPEATS"}
    tiny.add("indicators", **count("FIRSTS", datasets="", **parts))
    assert "never added" in tiny.only_problem().message


def test_a_figure_computed_from_itself(tiny: Tiny) -> None:
    tiny.add("indicators", **computed("OTHER_PC", "change", numerator="CHANGE_PC"))
    tiny.change("indicators", "CHANGE_PC", numerator="OTHER_PC")
    assert {item.message for item in tiny.problems()} == {
        "CHANGE_PC: it is computed from itself",
        "OTHER_PC: it is computed from itself",
    }


@pytest.mark.parametrize("upper", ["17", "16", ""])
def test_overlapping_bands_are_no_partition(tiny: Tiny, upper: str) -> None:
    tiny.add(
        "categories", dimension="AGE", code="15_UP", title="T", order="9", lower="15", upper=upper
    )
    assert "bands U16 and 15_UP overlap" in tiny.problems()[0].message


def test_overlapping_bands_may_be_options(tiny: Tiny) -> None:
    tiny.add("categories", dimension="AGE", code="ANY", title="T", order="9", lower="0", upper="99")
    tiny.change("dimensions", "AGE", partition="false")
    assert tiny.problems() == []


def test_overlapping_bands_of_a_source_may_be_admitted(tiny: Tiny) -> None:
    tiny.add("categories", dimension="AGE", code="ANY", title="T", order="9", lower="0", upper="99")
    tiny.change("dimensions", "AGE", overlapping="true")
    assert tiny.problems() == []


def test_a_band_upside_down(tiny: Tiny) -> None:
    tiny.change("categories", "16_17", lower="17", upper="16")
    assert "lower is above upper" in tiny.problems()[0].message


def test_a_dimension_without_categories(tiny: Tiny) -> None:
    tiny.add("dimensions", code="SEX", title="Sex", partition="true")
    assert tiny.only_problem().message == "SEX has no categories"


def test_a_relation_holds_between_counts_only(tiny: Tiny) -> None:
    tiny.change("identities", "I1", right="REPEAT_PC")
    assert "is no count" in tiny.only_problem().message


def test_a_relation_with_an_empty_side(tiny: Tiny) -> None:
    tiny.change("identities", "I1", left=" ")
    assert "this side is empty" in tiny.only_problem().message


def test_a_place_that_ends_before_it_begins(tiny: Tiny) -> None:
    tiny.add(
        "areas", code="D4", name="N", level="LAD", valid_from="2014-01-01", valid_to="2013-01-01"
    )
    assert tiny.only_problem().message.endswith("ends before it begins")


def test_a_successor_without_an_end(tiny: Tiny) -> None:
    tiny.change("areas", "D2", valid_to="")
    assert "has a successor and no end" in tiny.only_problem().message


def test_a_successor_that_begins_late(tiny: Tiny) -> None:
    tiny.change("areas", "D3", valid_from="2013-05-01").change(
        "memberships", "D3", valid_from="2013-05-01"
    )
    said = [item.message for item in tiny.problems()]
    assert "D3 does not begin the day after D2 ends" in said
    assert "before D3 began, C1 was not wholly covered" in said
    assert "after D2 ended, C1 is not wholly covered" in said


def test_a_membership_outlasts_its_child(tiny: Tiny) -> None:
    tiny.change("memberships", "D3", valid_from="2013-03-01", exhaustive="false")
    tiny.change("memberships", "D2", exhaustive="false").change(
        "memberships", "D1", exhaustive="false"
    )
    assert "outlasts D3" in tiny.only_problem().message


def test_a_membership_upside_down(tiny: Tiny) -> None:
    tiny.add(
        "memberships",
        parent="C1",
        hierarchy="OTHER",
        child="D1",
        exhaustive="false",
        valid_from="2014-01-01",
        valid_to="2013-01-01",
    )
    assert "ends before it begins" in tiny.only_problem().message


def test_old_and_new_codes_never_overlap(tiny: Tiny) -> None:
    tiny.change("areas", "D2", valid_to="2013-04-30").change("areas", "D3", valid_from="2013-05-01")
    tiny.change("memberships", "D2", valid_to="2013-04-30")
    said = [item.message for item in tiny.problems()]
    assert "D2 and D3 cover C1 twice: one is the successor of the other" in said


def test_a_child_counted_twice(tiny: Tiny) -> None:
    tiny.add("memberships", parent="C1", hierarchy="DISTRICT", child="D1", exhaustive="true")
    assert "the same place" in tiny.only_problem().message


def test_a_child_and_its_own_part_in_one_hierarchy(tiny: Tiny) -> None:
    tiny.add("areas", code="D4", name="Ward", level="LAD")
    tiny.add("memberships", parent="D1", hierarchy="WARD", child="D4", exhaustive="false")
    tiny.add("memberships", parent="C1", hierarchy="DISTRICT", child="D4", exhaustive="true")
    assert "one lies in the other" in tiny.only_problem().message


def test_two_hierarchies_may_cover_the_same_place(tiny: Tiny) -> None:
    tiny.add("memberships", parent="C1", hierarchy="POLICE", child="D1", exhaustive="true")
    assert tiny.problems() == []


def test_a_place_that_lies_in_its_own_child(tiny: Tiny) -> None:
    tiny.add("memberships", parent="D1", hierarchy="ODD", child="C1", exhaustive="false")
    assert any("D1 lies in its own child C1" in item.message for item in tiny.problems())


def test_a_dataset_that_no_indicator_is_in(tiny: Tiny) -> None:
    row = {**tiny.tables["datasets"][0], "code": "EMPTY"}
    assert tiny.add("datasets", **row).only_problem().message == "EMPTY carries no indicator"


def test_a_dataset_whose_frequency_it_does_not_accept(tiny: Tiny) -> None:
    assert tiny.change("datasets", "CRIME", frequency="FQ").only_problem().column == "frequency"


def test_a_stage_whose_agencies_cannot_return_its_count(tiny: Tiny) -> None:
    problem = tiny.change("stages", "S2", agency_kind="HELP").only_problem()
    assert problem.message == "S2: no HELP returns REPEATS"


def test_a_stage_nested_in_itself(tiny: Tiny) -> None:
    assert "nested in itself" in tiny.change("stages", "S2", parent="S2").only_problem().message


@pytest.mark.parametrize(("table", "code"), [("stages", "S2"), ("measures", "M1")])
def test_a_target_of_something_else(tiny: Tiny, table: str, code: str) -> None:
    tiny.change("measures", "M1", indicator="REPEATS") if table == "measures" else None
    problem = tiny.change(table, code, target="PLAN").only_problem()
    assert problem.message == f"{code}: PLAN is not a target of REPEATS"


def test_a_link_from_a_stage_to_itself(tiny: Tiny) -> None:
    assert "to itself" in tiny.change("links", "L1", target="S1").only_problem().message


LINKS = [
    ({"restricted": "false"}, "restricted", "a filtered numerator"),
    ({"source_filter": "police only"}, "source_filter", "not a breakdown"),
    ({"source_filter": "SOURCE=POLIC"}, "source_filter", "Nearest: POLICE"),
    ({"source_filter": "ORIGIN=POLICE"}, "source_filter", "is unknown"),
]


@pytest.mark.parametrize(("cells", "column", "said"), LINKS)
def test_a_filter_that_filters_nothing(
    tiny: Tiny, cells: dict[str, str], column: str, said: str
) -> None:
    problem = tiny.change("links", "L1", **cells).only_problem()
    assert problem.column == column
    assert said in problem.message


def test_a_caveat_that_names_a_figure_nobody_fills_in(tiny: Tiny) -> None:
    problem = tiny.change("caveats", "LAG", text="{months} months.").only_problem()
    assert problem.message == "LAG: no figure is called {months}"
