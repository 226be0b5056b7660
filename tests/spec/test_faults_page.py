"""The statement files of the reports, and the committed page of what the hub says of them."""

from hub.statistics.printed import Verdict
from tests.spec.faults_page import PAGE, REPORTS, outcomes, page


def test_page_is_current() -> None:
    assert page() == PAGE.read_text(encoding="utf-8"), "run python -m tests.spec.faults_page"


def test_every_entry_of_the_list_of_faults_is_stated() -> None:
    faults = {one.statement.fault for name in REPORTS for one in outcomes(name).outcomes}
    assert faults - {""} == {f"F-{number:02d}" for number in range(1, 37)}


def test_what_is_no_known_fault_matches_or_is_suppressed_or_has_no_base() -> None:
    for name in REPORTS:
        for one in outcomes(name).outcomes:
            if not one.statement.fault and one.verdict is not Verdict.MATCHES:
                assert one.verdict is Verdict.CANNOT_BE_COMPUTED, one.statement.id
                reasons = ("Suppressed", "nowhere in the report")
                assert any(why in one.reason for why in reasons), one.statement.id


def test_the_figures_that_are_wrong_are_told_right() -> None:
    right = {
        one.statement.id: str(one.should_be)
        for name in REPORTS
        for one in outcomes(name).outcomes
        if one.verdict is Verdict.DOES_NOT_REPRODUCE
    }
    assert right["referrals-percent"] == "-17"
    assert right["gap-target"] == "19.3"
    assert right["asb-year"] == "10065"
    assert right["dac-answers"] == "132"
    assert right["f28"] == "4442"
