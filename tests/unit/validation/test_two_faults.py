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


def found(body: bytes, media_type: str) -> set[str]:
    with pytest.raises(InvalidError) as refused:
        judge(body, media_type, ADDRESS, words(), date(2026, 1, 1))
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
    ],
)
def test_both_faults_of_a_row_are_found(row: str, codes: set[str]) -> None:
    assert found(f"{HEADER}{row}\n".encode(), CSV) == codes


def test_both_faults_of_a_json_observation_are_found() -> None:
    item = {"indicator": "POL_DA_CRIM", "area": "E07000999", "value": "six"}
    body = json.dumps({"observations": [item]}).encode()
    assert found(body, JSON) == {"NUMBER_FORMAT", "UNKNOWN_INDICATOR", "UNKNOWN_AREA"}
