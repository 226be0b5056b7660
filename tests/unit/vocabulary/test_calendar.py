"""Slots: which returns are owed when, by the datasets and by what was agreed with one agency."""

from dataclasses import replace
from datetime import date

from hub.vocabulary import PeriodKind, Vocabulary, parse_period, vocabulary
from hub.vocabulary.calendar import Expected, Owing
from hub.vocabulary.rows import Schedule


def expected(words: Vocabulary, dataset: str, agency: str) -> Expected:
    pairs = {(one.dataset.code, one.agency.code): one for one in words.expected}
    return pairs[dataset, agency]


def slots(one: Expected, period: str) -> list[str]:
    return [slot.period.id for slot in one.slots(*parse_period(period).months)]


def agreed(**terms: object) -> Vocabulary:
    row = Schedule.model_validate({"dataset": "IDVA", "agency": "REFUGE_HERTS"} | terms)
    return replace(vocabulary(), calendar=(row,))


def test_a_slot_for_each_run_of_months() -> None:
    quarterly = expected(vocabulary(), "IDVA", "REFUGE_HERTS")
    monthly = expected(vocabulary(), "POLICE_CRIME", "HERTS_POLICE")
    rolling = expected(vocabulary(), "MARAC_PORTAL", "SAFELIVES")
    assert slots(quarterly, "FY2017-18") == [f"FY2017-18-Q{number}" for number in (1, 2, 3, 4)]
    assert slots(quarterly, "2017-05/2017-08") == []
    assert slots(monthly, "2017-05/2017-06") == ["2017-05", "2017-06"]
    assert slots(rolling, "2017-01/2018-06") == ["R12-2017-12", "R12-2018-03", "R12-2018-06"]


def test_a_slot_is_expected_then_late_then_overdue() -> None:
    slot = next(
        expected(vocabulary(), "IDVA", "REFUGE_HERTS").slots(*parse_period("CY2017").months)
    )
    assert (slot.period.id, slot.due, slot.overdue) == (
        "FY2016-17-Q4",
        date(2017, 4, 30),
        date(2017, 5, 15),
    )
    assert slot.outstanding(slot.due) is Owing.EXPECTED
    assert slot.outstanding(date(2017, 5, 1)) is slot.outstanding(slot.overdue) is Owing.LATE
    assert slot.outstanding(date(2017, 5, 16)) is Owing.OVERDUE


def test_what_was_agreed_with_one_agency_goes_before_the_dataset() -> None:
    words = agreed(frequency="FY", due_days=10, grace_days=0, since="2017-04-01")
    one = expected(words, "IDVA", "REFUGE_HERTS")
    assert one.frequency is PeriodKind.FINANCIAL_YEAR
    assert slots(one, "2015-04/2019-03") == ["FY2017-18", "FY2018-19"]
    slot = one.slot(parse_period("FY2017-18"))
    assert slot.due == slot.overdue == date(2018, 4, 10)


def test_a_row_makes_an_agency_owe_what_its_kind_would_not() -> None:
    row = Schedule(dataset="HOUSING", agency="HERTS_DAP")
    words = replace(vocabulary(), calendar=(row,))
    assert expected(words, "HOUSING", "HERTS_DAP").due_days == 30
    assert ("HOUSING", "HERTS_DAP") not in {
        (one.dataset.code, one.agency.code) for one in vocabulary().expected
    }
