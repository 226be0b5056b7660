"""The outreach report's words: as many options as printed, and nothing that leads nowhere."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, pairwise
from pathlib import Path
from typing import TypeVar

import pytest

from hub.vocabulary.cells import Term
from hub.vocabulary.files import Problem, read_rows, shipped
from hub.vocabulary.periods import PeriodKind
from hub.vocabulary.rows import (
    Agency,
    AgencyKind,
    Category,
    Dataset,
    Dimension,
    Formula,
    Identity,
    Indicator,
    Kind,
    Row,
)

R = TypeVar("R", bound=Row)

TABLES = (
    "indicators",
    "dimensions",
    "categories",
    "identities",
    "datasets",
    "agency_kinds",
    "agencies",
)

SUPPORT_OUTCOMES = {
    "SAFETY": 27,
    "HOUSING": 15,
    "PHYS": 18,
    "MH": 13,
    "DRUG": 16,
    "ALCOHOL": 12,
    "CHILD": 21,
    "FINANCE": 12,
    "EET": 11,
    "SOCIAL": 11,
    "IMMIGRATION": 11,
    "STEPDOWN": 7,
}

OPTIONS: dict[str, tuple[int, ...]] = {
    "INS_SERVICE": (),
    "INS_INTAKE": (),
    "INS_REVIEW": (),
    "INS_EXIT": (),
    "INS_CCJ_CLIENT": (),
    "INS_CJ_CLIENT": (),
    "INS_CIV_CLIENT": (),
    "INS_CASE_TYPE": (3,),
    "INS_REFERRAL_ROUTE": (25,),
    "INS_INITIAL_ROUTE": (25,),
    "INS_CLIENT": (),
    "INS_AGE": (7,),
    "INS_SEX": (5,),
    "INS_GENDER": (6,),  # seven printed: trans status is INS_GENDER_TRANS
    "INS_ORIENTATION": (8,),
    "INS_ETHNICITY": (21,),
    "INS_ETHNIC_GROUP": (8,),  # five groups and three kinds of not known
    "INS_PREGNANT": (4,),
    "INS_CHILD_BAND": (6,),
    "INS_CHILD_AGE": (8,),
    "INS_CYPS": (17,),
    "INS_DISABLED": (4,),
    "INS_DISABILITY_TYPE": (12,),
    "INS_EMPLOYMENT": (12,),
    "INS_FINANCE": (8,),
    "INS_ACE_ANY": (4,),
    "INS_ACE_TYPE": (9,),
    "INS_DASH_BAND": (4,),
    "INS_HIGH_RISK": (4,),
    "INS_HIGH_RISK_BASIS": (4,),
    "INS_MARAC_DISCUSSED": (4,),
    "INS_ABUSE_TYPE": (7,),
    "INS_ABUSE_LEVEL": (4, 6),  # five printed: Missing is not
    "INS_ABUSE_OTHER_LEVEL": (3, 4),  # three printed: Missing is not
    "INS_ABUSE_MULTI": (3,),
    "INS_PHYSICAL_DETAIL": (11,),
    "INS_SEXUAL_DETAIL": (16,),
    "INS_HARASS_DETAIL": (9,),
    "INS_CONTROL_DETAIL": (19,),
    "INS_ABUSE_DURATION": (6,),
    "INS_PAST_DA": (10,),
    "INS_PERP_RELATION": (20,),
    "INS_ADDL_PERP_RELATION": (20,),
    "INS_LIVING": (5,),
    "INS_NOT_LIVING_REASON": (5,),
    "INS_TYPOLOGY": (6,),
    "INS_MULTI_PERP": (4,),
    "INS_PRIOR_CONTACT": (4,),
    "INS_PERP_SEX": (6,),
    "INS_PERP_GENDER": (5,),  # six printed: trans status is INS_PERP_GENDER_TRANS
    "INS_PERP_MULTI_VICTIM": (4,),
    "INS_PERP_NEED": (3, 4),
    "INS_NEED": (10, 4),
    "INS_MH_SYMPTOM": (12,),
    "INS_MH_DIAGNOSED": (4,),
    "INS_MH_CONDITION": (14,),
    "INS_PUBLIC_FUNDS": (4,),
    "INS_ILR": (4,),
    "INS_VISA_DEP": (4,),
    "INS_REVIEWED": (2,),
    "INS_REVIEW_ABUSE": (6,),
    "INS_REVIEW_DISCLOSED": (6,),
    "INS_REVIEW_MULTI": (3,),
    "INS_CLOSURE": (2,),
    "INS_UNPLANNED_REASON": (7,),
    "INS_CASE_LENGTH": (6,),
    "INS_CONTACTS": (5,),
    "INS_DASH_EXIT": (3, 2),
    "INS_DASH_REDUCED": (),
    "INS_ABUSE_CEASED": (3,),
    "INS_ABUSE_MULTI_EXIT": (3, 2),
    "INS_ABUSE_LEVEL_EXIT": (4, 6, 2),
    "INS_ABUSE_CHANGE": (5, 4),
    "INS_ABUSE_ESCALATION": (4,),
    "INS_RELATION_CHANGE": (2,),
    "INS_LIVING_EXIT": (5, 2),
    "INS_ONGOING_CONTACT": (4,),
    "INS_CONTACT_REASON": (10,),
    "INS_CHILD_CONTACT_CONFLICT": (4,),
    "INS_CHILD_CONTACT_ABUSE": (4,),
    "INS_CRO_SAFER": (5,),
    "INS_CRO_WELLBEING": (5,),
    "INS_CRO_QOL": (5,),
    "INS_CRO_OPTIMISM": (5,),
    "INS_CRO_CONFIDENCE": (5,),
    "INS_AGENCY_DIFFERENCE": (27,),
    "INS_AGENCY_WELL": (27,),
    "INS_AGENCY_CHALLENGE": (27,),
    "INS_SUPPORT_MATRIX": (11, 4),
    "INS_CYPS_EXIT": (14, 2),
    "INS_CJ_REPORT_TIMING": (4,),
    "INS_CJ_REPORTS_PER_CASE": (),
    "INS_CJ_INCIDENTS_PER_REPORT": (),
    "INS_CJ_CONVICTION_PC": (),
    "INS_CJ_OFFENCE": (27,),
    "INS_CJ_CONSEQUENCE": (12,),
    "INS_CJ_NFA_REASON": (6,),
    "INS_CJ_SPECIAL_MEASURES": (6,),
    "INS_CJ_PENALTY": (16,),
    "INS_CJ_SUPPORT": (13,),
    "INS_CIV_LEGAL_AID": (4,),
    "INS_CIV_ORDER": (8, 4),
    "INS_CIV_SUPPORT": (15,),
}
for _area, _outcomes in SUPPORT_OUTCOMES.items():
    OPTIONS[f"INS_SUP_{_area}_GIVEN"] = (3,)
    OPTIONS[f"INS_SUP_{_area}_OUTCOME"] = (_outcomes,)
    OPTIONS[f"INS_SUP_{_area}_IMPACT"] = (7, 2)

OVERLAPPING = {("INS_CHILD_AGE", "17_18_YEARS", "18_24_YEARS")} | {
    ("INS_CHILD_AGE", "18_24_YEARS", "24_YEARS_PLUS")
}
"""Bands that the source itself prints as overlapping."""

# Printed for 2020-21, to show that the identities hold on the source's own figures.
PRINTED: dict[str, int] = {
    "INS_CLIENT": 3111,
    "INS_INTAKE": 3211,
    "INS_EXIT": 2149,
    "INS_CCJ_CLIENT": 93,
    "INS_CJ_CLIENT": 43,
    "INS_CIV_CLIENT": 59,
    "INS_ETHNICITY_MINORITISED": 309,
    "INS_ETHNIC_GROUP[INS_ETHNIC_GROUP=MIXED]": 33,
    "INS_ETHNIC_GROUP[INS_ETHNIC_GROUP=ASIAN]": 141,
    "INS_ETHNIC_GROUP[INS_ETHNIC_GROUP=BLACK]": 42,
    "INS_ETHNIC_GROUP[INS_ETHNIC_GROUP=OTHER]": 10,
    "INS_ETHNIC_GROUP[INS_ETHNIC_GROUP=WHITE]": 2519,
    "INS_ETHNICITY[INS_ETHNICITY=WHITE_BRITISH]": 2427,
    "INS_ETHNICITY[INS_ETHNICITY=WHITE_IRISH]": 9,
    "INS_ETHNICITY[INS_ETHNICITY=WHITE_GYPSY_TRAVELLER]": 4,
    "INS_ETHNICITY[INS_ETHNICITY=WHITE_OTHER]": 79,
    "INS_ABUSE_TYPE[INS_ABUSE_TYPE=PHYSICAL]": 1373,
    "INS_ABUSE_LEVEL[INS_ABUSE_TYPE4=PHYSICAL;INS_LEVEL=HIGH]": 304,
    "INS_ABUSE_LEVEL[INS_ABUSE_TYPE4=PHYSICAL;INS_LEVEL=MODERATE]": 473,
    "INS_ABUSE_LEVEL[INS_ABUSE_TYPE4=PHYSICAL;INS_LEVEL=STANDARD]": 596,
    "INS_CRO_SAFER": 1335,
    "INS_CRO_SAFER_MISSING": 814,
    "INS_CRO_SAFER_AGREE": 1151,
    "INS_CRO_SAFER[INS_AGREEMENT=STRONGLY_AGREE]": 537,
    "INS_CRO_SAFER[INS_AGREEMENT=AGREE]": 614,
    "INS_SUP_HOUSING_GIVEN[INS_YES_NO_MISSING=YES]": 432,
    "INS_SUPPORT_MATRIX[INS_SUPPORT_AREA=HOUSING;INS_SUPPORT_STEP=NEED]": 746,
    "INS_SUPPORT_MATRIX[INS_SUPPORT_AREA=HOUSING;INS_SUPPORT_STEP=SUPPORTED]": 432,
    "INS_SUPPORT_MATRIX[INS_SUPPORT_AREA=HOUSING;INS_SUPPORT_STEP=SAFETY_IMPROVED]": 298,
    "INS_SUP_HOUSING_IMPROVED[INS_IMPACT_ON=SAFETY]": 298,
    "INS_SUP_HOUSING_IMPACT[INS_IMPACT_ON=SAFETY;INS_IMPACT=IMPROVED_GREATLY]": 174,
    "INS_SUP_HOUSING_IMPACT[INS_IMPACT_ON=SAFETY;INS_IMPACT=IMPROVED_SLIGHTLY]": 124,
    "INS_ABUSE_CHANGE[INS_ABUSE_CHANGE=HIGH_TO_NONE;INS_ABUSE_TYPE4=PHYSICAL]": 152,
    "INS_ABUSE_CHANGE[INS_ABUSE_CHANGE=TO_NONE;INS_ABUSE_TYPE4=PHYSICAL]": 659,
    "INS_ABUSE_CHANGE[INS_ABUSE_CHANGE=REDUCED;INS_ABUSE_TYPE4=PHYSICAL]": 709,
}


@dataclass(frozen=True)
class Words:
    """The insights rows only, so that the test stands apart from the other agencies' files."""

    indicators: dict[str, Indicator]
    dimensions: dict[str, Dimension]
    categories: dict[str, dict[str, Category]]
    identities: tuple[Identity, ...]
    datasets: dict[str, Dataset]
    kinds: dict[str, AgencyKind]
    agencies: dict[str, Agency]
    problems: tuple[Problem, ...]
    duplicates: tuple[str, ...]


@pytest.fixture(scope="module")
def words(tmp_path_factory: pytest.TempPathFactory) -> Words:
    folder = _insights_alone(tmp_path_factory.mktemp("vocabulary"))
    problems: list[Problem] = []
    duplicates: list[str] = []

    def read(name: str, row_type: type[R]) -> list[R]:
        rows, bad = read_rows(folder, name, row_type)
        problems.extend(bad)
        assert rows, name
        return rows

    def keyed(name: str, row_type: type[R]) -> dict[str, R]:
        found: dict[str, R] = {}
        for row in read(name, row_type):
            code = str(getattr(row, "code"))  # noqa: B009 (Row itself has no code)
            duplicates.extend([code] * (code in found))
            found[code] = row
        return found

    categories: dict[str, dict[str, Category]] = {}
    for category in read("categories", Category):
        members = categories.setdefault(category.dimension, {})
        duplicates.extend([category.code] * (category.code in members))
        members[category.code] = category
    return Words(
        indicators=keyed("indicators", Indicator),
        dimensions=keyed("dimensions", Dimension),
        categories=categories,
        identities=tuple(keyed("identities", Identity).values()),
        datasets=keyed("datasets", Dataset),
        kinds=keyed("agency_kinds", AgencyKind),
        agencies=keyed("agencies", Agency),
        problems=tuple(problems),
        duplicates=tuple(duplicates),
    )


def _insights_alone(folder: Path) -> Path:
    for name in TABLES:
        (folder / name).mkdir()
        text = (shipped() / name / "insights.csv").read_text(encoding="utf-8")
        (folder / name / "insights.csv").write_text(text, encoding="utf-8")
    return folder


def _resolves(words: Words, term: Term) -> bool:
    indicator = words.indicators.get(term.indicator)
    return indicator is not None and all(
        dimension in indicator.dimensions and category in words.categories[dimension]
        for dimension, category in term.breakdown
    )


def test_every_row_is_well_formed_and_given_once(words: Words) -> None:
    assert words.problems == ()
    assert words.duplicates == ()


def test_every_indicator_of_the_report_is_there_with_its_options(words: Words) -> None:
    found = {
        code: tuple(len(words.categories[d]) for d in words.indicators[code].dimensions)
        for code in OPTIONS
        if code in words.indicators
    }
    assert {code: sorted(sizes) for code, sizes in found.items()} == {
        code: sorted(sizes) for code, sizes in OPTIONS.items()
    }


def test_every_dimension_is_used_and_has_categories(words: Words) -> None:
    used = {d for indicator in words.indicators.values() for d in indicator.dimensions}
    assert used == set(words.dimensions) == set(words.categories)


def test_categories_are_numbered_in_the_printed_order(words: Words) -> None:
    for dimension, members in words.categories.items():
        orders = [category.order for category in members.values()]
        assert orders == list(range(1, len(orders) + 1)), dimension


def test_every_term_names_an_indicator_and_a_category_here(words: Words) -> None:
    terms = [
        (i.code, t) for i in words.indicators.values() for t in (*i.numerator, *i.denominator)
    ] + [(i.code, t) for i in words.identities for t in (*i.left, *i.right)]
    assert [(code, str(term)) for code, term in terms if not _resolves(words, term)] == []


def test_no_indicator_is_its_own_base(words: Words) -> None:
    for code in words.indicators:
        seen: set[str] = set()
        front = {code}
        while front:
            front = {
                term.indicator for each in front for term in words.indicators[each].denominator
            } - seen
            seen |= front
        assert code not in seen, code


def test_the_total_of_a_table_equals_its_base(words: Words) -> None:
    equal = {
        (identity.left, frozenset(identity.right))
        for identity in words.identities
        if identity.relation == "="
    }
    # These two print shares of something else than what the table counts.
    apart = {"INS_AGENCY_DIFFERENCE", "INS_CJ_OFFENCE"}
    for indicator in words.indicators.values():
        if indicator.dimensions and indicator.denominator and indicator.code not in apart:
            pair = ((Term(indicator.code),), frozenset(indicator.denominator))
            assert pair in equal, indicator.code


def test_datasets_kinds_and_agency_fit_together(words: Words) -> None:
    assert set(words.kinds) == {"OUTREACH"}
    assert words.agencies["OUTREACH_POOL"].areas == ("INS_POOL_2020",)
    for dataset in words.datasets.values():
        assert dataset.agency_kinds == ("OUTREACH",)
        assert dataset.period_kinds == (PeriodKind.FINANCIAL_YEAR,)
    carried = {d for indicator in words.indicators.values() for d in indicator.datasets}
    assert carried == set(words.datasets)


def test_only_means_are_stated_and_only_computed_figures_have_no_dataset(words: Words) -> None:
    for indicator in words.indicators.values():
        computed = indicator.formula is not Formula.RETURNED
        assert indicator.stated == (indicator.kind is Kind.MEAN and not computed), indicator.code
        assert (indicator.datasets == ()) == computed, indicator.code
        assert indicator.time_additive == (indicator.kind is Kind.EVENTS), indicator.code


def test_clients_are_distinct_and_never_summed_over_time(words: Words) -> None:
    for indicator in words.indicators.values():
        if indicator.unit == "client":
            assert indicator.kind is Kind.DISTINCT, indicator.code
            assert not indicator.time_additive, indicator.code


def _overlaps(words: Words) -> Iterator[tuple[str, str, str]]:
    for dimension, members in words.categories.items():
        bands = [c for c in members.values() if c.lower is not None or c.upper is not None]
        for one, two in combinations(bands, 2):
            starts = max(c.lower if c.lower is not None else 0 for c in (one, two))
            ends = min(c.upper if c.upper is not None else float("inf") for c in (one, two))
            if starts <= ends:
                yield dimension, one.code, two.code


def test_numeric_bands_overlap_only_where_the_source_prints_it(words: Words) -> None:
    assert set(_overlaps(words)) == OVERLAPPING


def test_numeric_bands_leave_no_gap(words: Words) -> None:
    for dimension, members in words.categories.items():
        bands = [c for c in members.values() if c.lower is not None or c.upper is not None]
        for one, two in pairwise(bands):
            assert one.upper is not None, dimension
            assert two.lower is not None, dimension
            assert two.lower <= one.upper + 1, (dimension, one.code, two.code)


def test_lost_labels_say_so(words: Words) -> None:
    unnamed = [
        category
        for members in words.categories.values()
        for category in members.values()
        if category.code.startswith("UNNAMED_")
    ]
    assert len(unnamed) == 17
    assert all("lost" in category.description for category in unnamed)


def test_unknown_and_missing_stay_apart(words: Words) -> None:
    answers = words.categories["INS_YES_NO_UNKNOWN"]
    assert list(answers) == ["YES", "NO", "UNKNOWN", "MISSING"]


@pytest.mark.parametrize(
    "dimension", ["INS_INITIAL_ROUTE", "INS_PERP_RELATION", "INS_YES_NO_UNKNOWN"]
)
def test_a_partition_that_does_not_sum_in_the_source_says_so(words: Words, dimension: str) -> None:
    assert words.dimensions[dimension].partition
    assert "2020-21" in words.dimensions[dimension].description


def test_identities_hold_on_the_printed_figures(words: Words) -> None:
    printed = {Term.parse(text): value for text, value in PRINTED.items()}
    tried = 0
    for identity in words.identities:
        if set(identity.left) | set(identity.right) <= printed.keys():
            left = sum(printed[term] for term in identity.left)
            right = sum(printed[term] for term in identity.right)
            tried += 1
            assert left == right if identity.relation == "=" else left <= right, identity.code
    assert tried >= 15
