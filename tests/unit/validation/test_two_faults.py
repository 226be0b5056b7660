"""A row with an unreadable number and an unknown code hears of both at once."""

import json
from datetime import date

import pytest

from hub.errors import InvalidError
from hub.loaders import CSV, JSON
from hub.submissions.reception import Address, judge
from tests.factory import words

ADDRESS = Address("POLICE_RECORDS", "HERTS_POLICE", "CY2017")
HEADER = "indicator,area,period,value,status,note,RISK\n"


def found(body: bytes, media_type: str, address: Address = ADDRESS) -> set[str]:
    with pytest.raises(InvalidError) as refused:
        judge(body, media_type, address, words(), date(2026, 1, 1))
    return {item.code for item in refused.value.findings}  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("row", "codes"),
    [
        ("POL_DA_CRIM,E07000102,,six,,,", {"NUMBER_FORMAT", "UNKNOWN_INDICATOR"}),
        ("POL_DA_CRIME,E07000999,,six,,,", {"NUMBER_FORMAT", "UNKNOWN_AREA"}),
        ("POL_DA_CRIME,E07000102,Q1,six,,,", {"NUMBER_FORMAT", "PERIOD_FORMAT"}),
        ("POL_DA_CRIME,E07000102,,six,,,HUGE", {"NUMBER_FORMAT", "UNKNOWN_CATEGORY"}),
        (",E07000999,,six,,,", {"MISSING_FIELD", "NUMBER_FORMAT", "UNKNOWN_AREA"}),
        ("POL_DA_CRIM,,,1,,,", {"MISSING_FIELD", "UNKNOWN_INDICATOR"}),
        ("POL_DA_CRIME,E07000102,,5.5,none,,", {"STATUS_FORMAT", "VALUE_FRACTION"}),
        ("POL_DA_CRIME,E07000102,,six,,call 07700 900123,", {"NUMBER_FORMAT", "NOTE_PERSONAL"}),
    ],
)
def test_both_faults_of_a_row_are_found(row: str, codes: set[str]) -> None:
    assert found(f"{HEADER}{row}\n".encode(), CSV) == codes


@pytest.mark.parametrize("header", ["indicator,area,period,value,status", HEADER[:-6] + ",Risk"])
def test_a_faulty_header_does_not_hide_what_is_wrong_below_it(header: str) -> None:
    row = "POL_DA_CRIM,E07000999,Q1,six," + "," * (header.count(",") - 4)
    below = {"UNKNOWN_INDICATOR", "UNKNOWN_AREA", "PERIOD_FORMAT", "NUMBER_FORMAT"}
    assert found(f"{header}\n{row}\n".encode(), CSV) >= below


def test_a_column_that_stands_twice_or_nowhere_accuses_no_row() -> None:
    body = b"area,period,value,status,note,value\nE07000102,,5,,,six\n"
    assert found(body, CSV) == {"MISSING_COLUMN", "DUPLICATE_COLUMN"}


def test_headings_in_another_case_are_a_header() -> None:
    body = HEADER.upper() + "POL_DA_CRIME,E07000102,,5,,,\n"
    assert found(body.encode(), CSV) == {"MISSING_COLUMN", "UNKNOWN_COLUMN"}


def test_a_period_that_cannot_be_read_is_not_taken_for_the_returns_own() -> None:
    item = {"indicator": "POL_DA_CRIME", "area": "E07000102", "value": 5}
    late = Address("POLICE_RECORDS", "HERTS_POLICE", "CY2026")
    for period in ("2017-05 ", 5):
        body = json.dumps({"observations": [item | {"period": period}]}).encode()
        assert found(body, JSON, late) <= {"TEXT_FORMAT", "FIELD_TYPE"}
    assert found(f"{HEADER}POL_DA_CRIME,E07000102,2017-05 ,5,,,\n".encode(), CSV, late) == {
        "TEXT_FORMAT"
    }


def test_both_faults_of_a_json_observation_are_found() -> None:
    item = {"indicator": "POL_DA_CRIM", "area": "E07000999", "value": "six"}
    body = json.dumps({"observations": [item]}).encode()
    assert found(body, JSON) == {"NUMBER_FORMAT", "UNKNOWN_INDICATOR", "UNKNOWN_AREA"}
