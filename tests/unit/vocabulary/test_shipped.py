"""The words shipped with the hub: complete against the source documents, and sound."""

import re
from datetime import date
from itertools import pairwise

import pytest

from hub.vocabulary import CellKey, Term, Vocabulary, parse_period, vocabulary
from hub.vocabulary.check import problems_of
from hub.vocabulary.files import shipped
from hub.vocabulary.reading import read
from hub.vocabulary.rows import Direction, Formula, Kind

CODES = """\
POP_ALL POP_F16P POP_MINORITISED_PC POL_ALL_CRIME CPS_ALL_PROSECUTION REF_FORCE_COUNT
REF_MARAC_COUNT MAR_ENTRY MAR_FREQUENCY
POL_DA_CRIME POL_DA_INCIDENT POL_DA_TOTAL POL_DA_CRIME_PC POL_DA_RATE_1000 POL_DA_RISK
POL_DA_CHANGE_PC POL_DA_REPEAT_VICTIM POL_DA_ARREST POL_DVPN POL_DVPO POL_DVDS_RTK POL_DVDS_RTA
POL_ALL_CRIME_GAP10 POL_ASB_INCIDENT POL_SAC POL_HATE_INCIDENT
CPS_DA_PROSECUTION CPS_DA_PROSECUTION_PC CPS_DA_CONVICTION CPS_DA_CONVICTION_PC CRT_DA_CASE
CRT_DA_SUCCESS
MAR_CASE MAR_CASE_RECOMMENDED MAR_CASE_RATE MAR_CASE_YOY_PC MAR_REPEAT MAR_REPEAT_PC MAR_CHILD
MAR_CASE_WITH_CHILD MAR_CASE_WITH_CHILD_PC MAR_IDVA_FTE_CURRENT MAR_IDVA_FTE_RECOMMENDED
MAR_ADMIN_FTE_CURRENT MAR_ADMIN_FTE_RECOMMENDED MAR_REF MAR_REF_POLICE_PC MAR_REF_NONPOLICE_PC
MAR_REF_IDVA_PC MAR_REF_CSC_PC MAR_REF_PRIMARY_CARE_PC MAR_REF_SECONDARY_CARE_PC
MAR_REF_EDUCATION_PC MAR_REF_HOUSING_PC MAR_REF_MENTAL_HEALTH_PC MAR_REF_PROBATION_PC
MAR_REF_VOLUNTARY_PC MAR_REF_SUBSTANCE_PC MAR_REF_ASC_PC MAR_REF_MASH_PC MAR_REF_OTHER_PC
MAR_MINORITISED MAR_MINORITISED_PC MAR_ASIAN MAR_ASIAN_PC MAR_LGBTQ MAR_LGBTQ_PC MAR_DISABILITY
MAR_DISABILITY_PC MAR_MALE MAR_MALE_PC MAR_V1617 MAR_V1617_PC MAR_V65P MAR_V65P_PC MAR_HARMER_U18
MAR_HIGH_RISK_POP MAR_OUTCOME
CSM_CONTACT ASM_CONTACT CSM_CONTACT_REPEAT_6M ASM_CONTACT_REPEAT_6M DA_CONTACT_TOTAL
DA_CONTACT_INCIDENT DA_CONTACT_INCIDENT_PC DA_CONTACT_CONCERN DA_CONTACT_CONCERN_PC
DA_CONTACT_SOURCE EH_REFERRED EH_ENGAGED EH_CLOSED EH_CLOSED_NEEDS_MET EH_CLOSED_NEEDS_MET_PC
CSC_REFERRED CSC_ENGAGED CSC_CLOSED CSC_CLOSED_NEEDS_MET CSC_CLOSED_NEEDS_MET_PC AHC_REFERRED
AHC_ENGAGED AHC_CLOSED AHC_CLOSED_NEEDS_MET AHC_CLOSED_NEEDS_MET_PC FSU_REFERRED FSU_ENGAGED
FSU_CLOSED FSU_CLOSED_NEEDS_MET FSU_CLOSED_NEEDS_MET_PC HOU_REFERRED_FAMILY HOU_SUPPORTED_FAMILY
IDV_REFERRAL IDV_ENGAGED IDV_ENGAGED_LONG IDV_ENGAGED_SHORT IDV_NOT_ENGAGED IDV_ENGAGEMENT_PC
DAC_REFERRAL DAC_REFERRAL_POLICE DAC_CLIENT DAC_CLIENT_LEVEL DAC_ENGAGEMENT_PC DAC_REFERRAL_TARGET
DAC_REFERRAL_TARGET_PC DAC_CLIENT_TARGET DAC_CLIENT_TARGET_PC DAC_OUTCOME DAC_INTERVENTION
FF_ASSESSMENT FF_ASSESSMENT_DA FF_ASSESSMENT_DA_PC FF_STAR_CHANGE CSM_REFERRAL FFT_REFERRAL_ALERT
ASG_CONCERN ASG_ENQUIRY DHR_COUNT DHR_NOT_HIGH_RISK REF_BED REF_COMMUNITY_IDVA PRP_SERVICE
CSP_DA_GROUP_MEETING CSP_TOP10_VICTIM CSP_TOP10_OFFENDER SVC_STAFF_FTE
DAS_REFERRAL TRN_DASH_ATTENDEE ASB_VV_SUPPORTED ASB_VV_SATISFIED_PC ASB_VV_QOL_IMPROVED_PC
HATE_SATISFIED_PC PRB_CRC_NO_REVOKE_PC PRB_NPS_TBC IQ_MSG_CRIME_RATE
"""

REVERSED = ("POL_DA_TOTAL", "POL_HATE_INCIDENT", "DAS_REFERRAL", "TRN_DASH_ATTENDEE")

EDGES = [
    ("POL_DA_TOTAL", "IDV_REFERRAL"),
    ("POL_DA_TOTAL", "IDV_ENGAGED"),
    ("IDV_REFERRAL", "IDV_ENGAGED"),
    ("POL_DA_TOTAL", "MAR_CASE"),
    ("MAR_CASE", "MAR_REPEAT"),
    ("POL_DA_TOTAL", "DAC_REFERRAL"),
    ("POL_DA_TOTAL", "DAC_REFERRAL_POLICE"),
    ("POL_DA_TOTAL", "DAC_CLIENT"),
    ("DAC_REFERRAL", "DAC_CLIENT"),
    ("DAC_OUTCOME", "DAC_OUTCOME_BETTER"),
    ("POL_DA_TOTAL", "CRT_DA_CASE"),
    ("CRT_DA_CASE", "CRT_DA_SUCCESS"),
    ("POL_DA_TOTAL", "POL_DA_RISK[RISK=HIGH]"),
    ("FF_ASSESSMENT", "FF_ASSESSMENT_DA"),
    ("HOU_REFERRED_FAMILY", "HOU_SUPPORTED_FAMILY"),
    ("CPS_DA_PROSECUTION", "CPS_DA_CONVICTION"),
]


@pytest.fixture(scope="module")
def words() -> Vocabulary:
    return vocabulary()


def test_the_shipped_words_have_no_problem() -> None:
    found, problems = read(shipped())
    assert [str(problem) for problem in problems + problems_of(found)] == []


@pytest.mark.parametrize("code", CODES.split())
def test_every_indicator_of_the_sources_is_known(words: Vocabulary, code: str) -> None:
    indicator = words.indicator(code)
    assert indicator.source
    assert indicator.unit in words.units


def test_codes_are_names_in_graphql_and_sql(words: Vocabulary) -> None:
    assert all(re.fullmatch(r"[A-Z][A-Z0-9_]{1,59}", code) for code in words.indicators)


def test_only_events_add_up_over_time(words: Vocabulary) -> None:
    for indicator in words.indicators.values():
        if indicator.source != "INS":
            expected = indicator.kind is Kind.EVENTS and not indicator.formula
            assert indicator.time_additive is expected, indicator.code


def test_the_distinct_count_that_was_once_added_up_is_not_additive(words: Vocabulary) -> None:
    level = words.indicator("DAC_CLIENT_LEVEL")
    assert not words.indicator("DAC_CLIENT").time_additive
    assert not level.time_additive
    assert {kind.value for kind in level.period_kinds} == {"FQ", "CQ"}


def test_more_reports_are_better_where_the_source_says_so(words: Vocabulary) -> None:
    assert all(words.indicator(code).direction is Direction.HIGHER for code in REVERSED)
    assert words.indicator("POL_ASB_INCIDENT").direction is Direction.LOWER


def test_figures_that_count_nobody_are_not_sensitive(words: Vocabulary) -> None:
    open_ones = ("POP_ALL", "POP_F16P", "DAC_REFERRAL_TARGET", "CSP_DA_GROUP_MEETING", "MAR_ENTRY")
    assert not any(words.indicator(code).sensitive for code in open_ones)
    counts = ("MAR_REPEAT", "DAC_OUTCOME", "DHR_COUNT", "POL_DA_CRIME", "MAR_HARMER_U18")
    assert all(words.indicator(code).sensitive for code in counts)


def test_the_staffing_rules_of_the_portal(words: Vocabulary) -> None:
    adviser = words.indicator("MAR_IDVA_FTE_CURRENT")
    admin = words.indicator("MAR_ADMIN_FTE_RECOMMENDED")
    expected = words.indicator("MAR_CASE_RECOMMENDED")
    assert (adviser.formula, adviser.per, adviser.step) == (Formula.POSTS, 100, 0.5)
    assert (admin.formula, admin.per, admin.step) == (Formula.POSTS, 400, 0.2)
    assert admin.numerator == (Term("MAR_CASE_RECOMMENDED"),)
    assert (expected.formula, expected.per, expected.step) == (Formula.SCALE, 40, 10_000)


def test_marac_sources_other_than_police_are_thirteen(words: Vocabulary) -> None:
    others = words.indicator("MAR_REF_NONPOLICE_PC").numerator
    assert len(others) == 13
    single = {
        word.numerator[0]
        for word in words.indicators.values()
        if word.code.startswith("MAR_REF_") and len(word.numerator) == 1 and word.formula == "ratio"
    }
    assert single == {*others, Term.parse("MAR_REF[REFERRAL_SOURCE=POLICE]")}


def test_marac_counts_are_never_cut_twice(words: Vocabulary) -> None:
    cut = {
        code: word.dimensions
        for code, word in words.indicators.items()
        if word.owner == "MARAC" and word.dimensions
    }
    assert cut == {"MAR_REF": ("REFERRAL_SOURCE",), "MAR_FREQUENCY": ("MEETING_FREQUENCY",)}


def test_the_categories_the_caseworker_figures_need(words: Vocabulary) -> None:
    assert list(words.categories["CLIENT_OUTCOME"]) == ["CEASED", "REDUCED", "NO_CHANGE"]
    assert list(words.categories["ENGAGEMENT_LEVEL"]) == ["LEVEL_1", "LEVEL_2", "LEVEL_3"]
    assert len(words.categories["DAC_INTERVENTION_TYPE"]) == 10


def test_risk_carries_its_scheme(words: Vocabulary) -> None:
    risks = [word for code, word in words.dimensions.items() if code.startswith("RISK")]
    assert len({word.scheme for word in risks}) == len(risks) == 4
    assert all(word.scheme for word in risks)


@pytest.mark.parametrize(("source", "target"), EDGES)
def test_every_edge_of_the_journey_is_a_link(words: Vocabulary, source: str, target: str) -> None:
    terms = {
        (str(words.stages[link.source].term), str(words.stages[link.target].term))
        for link in words.links.values()
    }
    assert (source, target) in terms


def test_only_the_like_for_like_edge_from_police_is_restricted_by_source(
    words: Vocabulary,
) -> None:
    filtered = {code: link for code, link in words.links.items() if link.source_filter}
    assert list(filtered) == ["POLICE_DAC_FROM_POLICE"]
    assert filtered["POLICE_DAC_FROM_POLICE"].restricted
    wide = ("POLICE_IDVA_REFERRED", "POLICE_MARAC", "POLICE_DAC_REFERRED", "POLICE_DAC_ENGAGED")
    assert not any(words.links[code].restricted for code in wide)


def test_faults_the_grading_cannot_see_are_capped(words: Vocabulary) -> None:
    assert words.links["DAC_ANSWERED_BETTER"].capped
    assert words.links["POLICE_COURT"].capped
    sound = ("IDVA_REFERRED_ENGAGED", "MARAC_HEARD_REPEAT", "COURT_CASE_SUCCESS")
    assert not any(words.links[code].capped for code in sound)


def test_the_caveats_the_views_add_exist(words: Vocabulary) -> None:
    assert {"PERIOD", "UNIT", "SOURCE"} <= set(words.caveats)


def test_nested_stages_come_after_their_parent(words: Vocabulary) -> None:
    for stage in words.stages.values():
        if stage.parent:
            assert words.stages[stage.parent].order < stage.order


def test_stages_and_links_have_an_order_of_their_own(words: Vocabulary) -> None:
    for rows in (words.stages, words.links, words.bands):
        orders = [row.order for row in rows.values()]
        assert all(first < second for first, second in pairwise(orders))


def test_england_and_wales_have_43_forces(words: Vocabulary) -> None:
    period = parse_period("CY2017")
    regions = words.coverings("E92000001", period)["REGION"]
    forces = [code for region in regions for code in words.coverings(region, period)["POLICE"]]
    forces += words.coverings("W92000004", period)["POLICE"]
    assert len(regions) == 9
    assert len(set(forces)) == len(forces) == 43
    assert {code for code, area in words.areas.items() if area.level == "PFA"} == set(forces)


def test_london_has_33_authorities_and_two_forces(words: Vocabulary) -> None:
    period = parse_period("CY2024")
    london = words.coverings("E12000007", period)
    assert len(london["BOROUGH"]) == 33
    metropolitan = words.coverings("E23000001", period)["BOROUGH"]
    assert len(metropolitan) == 32
    assert words.coverings("E23000034", period) == {"BOROUGH": ("E09000001",)}
    assert "E09000001" not in metropolitan


@pytest.mark.parametrize(
    ("period", "present", "absent"),
    [
        ("FY2011-12", "E07000100", "E07000240"),
        ("FY2012-13", "E07000240", "E07000100"),
        ("FY2012-13", "E07000097", "E07000242"),
        ("FY2013-14", "E07000243", "E07000101"),
        ("CY2017", "E07000102", "E07000104"),
    ],
)
def test_hertfordshire_has_ten_districts_at_any_time(
    words: Vocabulary, period: str, present: str, absent: str
) -> None:
    districts = words.coverings("E10000015", parse_period(period))["DISTRICT"]
    assert len(districts) == 10
    assert present in districts
    assert absent not in districts


@pytest.mark.parametrize("period", ["CY2012", "CY2013"])
def test_a_calendar_year_across_a_recoding_is_not_covered(words: Vocabulary, period: str) -> None:
    assert "DISTRICT" not in words.coverings("E10000015", parse_period(period))


def test_old_codes_name_their_successors(words: Vocabulary) -> None:
    heirs = {code: area.successor for code, area in words.areas.items() if area.successor}
    assert heirs == {
        "E07000097": "E07000242",
        "E07000100": "E07000240",
        "E07000101": "E07000243",
        "E07000104": "E07000241",
    }
    assert words.area("E07000240").valid_from == date(2012, 4, 1)
    assert words.area("E07000242").valid_from == date(2013, 4, 1)


def test_six_unnamed_maracs_and_no_invented_comparators(words: Vocabulary) -> None:
    maracs = [code for code in words.areas if code.startswith("MAR_MET_")]
    assert maracs == [f"MAR_MET_{number}" for number in range(1, 7)]
    assert words.coverings("E23000001", parse_period("R12-2024-03")).keys() == {"BOROUGH"}
    assert words.children("MSG_MET") == ()


@pytest.mark.parametrize(
    ("agency", "indicator", "area"),
    [
        ("HERTS_POLICE", "POL_DA_TOTAL", "E07000102"),
        ("REFUGE_HERTS", "IDV_REFERRAL", "E07000102"),
        ("HERTS_MARAC", "MAR_CASE", "E07000102"),
        ("HERTS_MIND", "DAC_REFERRAL", "E07000102"),
        ("HERTS_FF", "FF_ASSESSMENT_DA", "E07000102"),
        ("HERTS_MASH", "CSM_REFERRAL", "E10000015"),
        ("HERTS_DAP", "CRT_DA_CASE", "E10000015"),
        ("HERTS_DAP", "REF_BED", "E07000102"),
        ("HERTS_DAP", "ASG_CONCERN", "E07000102"),
        ("HERTS_DAP", "PRP_SERVICE", "E07000102"),
        ("SAFELIVES", "MAR_REPEAT_PC", "MAR_MET_6"),
        ("SAFELIVES", "MAR_CASE", "MSG_MET"),
        ("DC_POLICE", "POL_ASB_INCIDENT", "E06000026"),
        ("PLYMOUTH_CSP", "POL_DA_TOTAL_TARGET", "E06000026"),
        ("PLYMOUTH_DAS", "DAS_REFERRAL", "E06000026"),
        ("ONS", "POP_F16P", "E23000001"),
        ("WIRRAL_HOUSING", "HOU_REFERRED_FAMILY", "E08000015"),
        ("WIRRAL_MARAC", "MAR_MALE", "E08000015"),
        ("CPS_MERSEY", "CPS_DA_CONVICTION", "E23000004"),
    ],
)
def test_an_agency_may_return_what_the_sources_have_from_it(
    words: Vocabulary, agency: str, indicator: str, area: str
) -> None:
    sender, word, place = words.agency(agency), words.indicator(indicator), words.area(area)
    kinds = {kind for code in word.datasets for kind in words.dataset(code).agency_kinds}
    assert sender.kind in kinds
    assert words.within(place.code, sender.areas)
    assert place.level in word.area_levels


PRINTED: list[tuple[str, dict[str, int], bool]] = [
    ("POLICE_RECORDS", {"POL_DA_CRIME": 617, "POL_DA_INCIDENT": 653, "POL_DA_TOTAL": 1270}, True),
    ("POLICE_RECORDS", {"POL_DA_CRIME": 617, "POL_DA_INCIDENT": 653, "POL_DA_TOTAL": 1271}, False),
    ("IDVA_ENGAGED", {"IDV_ENGAGED_LONG": 45, "IDV_ENGAGED_SHORT": 25, "IDV_ENGAGED": 70}, True),
    ("IDVA_REFERRED", {"IDV_ENGAGED": 70, "IDV_NOT_ENGAGED": 71, "IDV_REFERRAL": 141}, True),
    ("DAC_FROM_POLICE", {"DAC_REFERRAL_POLICE": 496, "DAC_REFERRAL": 556}, True),
    ("COURT_SUCCESS", {"CRT_DA_SUCCESS": 790, "CRT_DA_CASE": 1374}, True),
    ("COURT_OF_POLICE", {"CRT_DA_CASE": 1374, "POL_DA_TOTAL": 18760}, True),
    ("MARAC_REPEAT", {"MAR_REPEAT": 25, "MAR_CASE": 87}, True),
    ("FF_WITH_DA", {"FF_ASSESSMENT_DA": 59, "FF_ASSESSMENT": 105}, True),
    (
        "DAC_OUTCOME_COMPLEMENT",
        {
            "DAC_OUTCOME_BETTER": 103,
            "DAC_OUTCOME[CLIENT_OUTCOME=NO_CHANGE]": 29,
            "DAC_OUTCOME": 132,
        },
        True,
    ),
]


@pytest.mark.parametrize(("code", "values", "holds"), PRINTED)
def test_relations_hold_for_the_printed_figures(
    words: Vocabulary, code: str, values: dict[str, int], holds: bool
) -> None:
    (identity,) = (item for item in words.identities if item.code == code)
    left = sum(values[str(term)] for term in identity.left)
    right = sum(values[str(term)] for term in identity.right)
    assert (left == right if identity.relation == "=" else left <= right) is holds


def test_people_engaged_are_not_bounded_by_the_referrals_of_the_period(words: Vocabulary) -> None:
    """A person may have been referred before the period began, so the bound would be false."""
    pairs = {(str(item.left[0]), str(item.right[0])) for item in words.identities}
    assert ("DAC_CLIENT", "DAC_REFERRAL") not in pairs
    assert ("HOU_SUPPORTED_FAMILY", "HOU_REFERRED_FAMILY") not in pairs


def test_every_measure_of_the_exception_report_is_there(words: Vocabulary) -> None:
    monitored = {code for code, row in words.measures.items() if row.target is None}
    assert "ACQUISITIVE_CRIME" in monitored
    assert len(words.measures) - len(monitored) == 9
    assert {row.tolerance for row in words.measures.values()} == {15}


def test_a_term_names_a_cell(words: Vocabulary) -> None:
    term = words.stages["POLICE_HIGH_RISK"].term
    assert term is not None
    key = CellKey("POL_DA_RISK", "E10000015", "2017-12", (("RISK", "HIGH"),))
    assert term.at("E10000015", "2017-12") == key
