"""CSV is read strictly; nothing shifts and nothing is dropped."""

from decimal import Decimal

import pytest

from hub.errors import MalformedError, TooLargeError
from hub.loaders import CSV, MAX_ROWS, Loaded, load
from tests.factory import DISTRICT, words

HEADER = "indicator,area,period,value,status,note"
ROW = f"POL_DA_CRIME,{DISTRICT},CY2017,617,,"


def read(*lines: str, end: str = "\n", start: bytes = b"") -> Loaded:
    body = start + "".join(line + end for line in lines).encode()
    return load(
        body, CSV, dataset="POLICE_RECORDS", agency="HERTS_POLICE", period="CY2017", words=words()
    )


def found(loaded: Loaded) -> list[tuple[str, int | None, str | None]]:
    return [(item.code, item.row, item.column) for item in loaded.findings]


def test_a_row_becomes_an_observation() -> None:
    loaded = read(HEADER + ",RISK,base,reason", f"POL_DA_CRIME,{DISTRICT},,617,,checked,HIGH,,")
    assert loaded.findings == ()
    assert loaded.return_ is not None
    (item,) = loaded.return_.observations
    assert (item.indicator, item.area, item.period) == ("POL_DA_CRIME", DISTRICT, "CY2017")
    assert (item.value, item.breakdown, item.note) == (
        Decimal(617),
        (("RISK", "HIGH"),),
        "checked",
    )
    assert (item.row, item.pointer) == (2, None)


def test_columns_may_stand_in_any_order() -> None:
    loaded = read("note,RISK,value,status,period,area,indicator", f",HIGH,3,,CY2017,{DISTRICT},A")
    assert loaded.return_ is not None
    assert loaded.return_.observations[0].indicator == "A"
    assert loaded.return_.observations[0].value == 3


def test_an_empty_category_means_the_total_and_an_empty_value_stays_empty() -> None:
    loaded = read(HEADER + ",reason,RISK", f"A,{DISTRICT},CY2017,,x,,NOT_SHARED,")
    assert loaded.return_ is not None
    (item,) = loaded.return_.observations
    assert (item.breakdown, item.value, item.status, item.reason) == ((), None, "x", "NOT_SHARED")


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("start", [b"", b"\xef\xbb\xbf"])
def test_line_ends_and_a_byte_order_mark_do_not_matter(end: str, start: bytes) -> None:
    loaded = read(HEADER, ROW, end=end, start=start)
    assert (loaded.is_whole, loaded.received) == (True, 1)


def test_every_problem_is_reported_with_row_and_column() -> None:
    loaded = read(HEADER, "A,B,,1e3,c,=1", ",B,,5,,", ROW)
    assert found(loaded) == [
        ("NUMBER_FORMAT", 2, "value"),
        ("STATUS_FORMAT", 2, "status"),
        ("NOTE_FORMULA", 2, "note"),
        ("MISSING_FIELD", 3, "indicator"),
    ]
    assert loaded.return_ is None
    assert loaded.readable is not None
    assert [item.row for item in loaded.readable.observations] == [4]


@pytest.mark.parametrize("row", ["A,B,CY2017,5,", "A,B,CY2017,5,,,", "A,B,CY2017,1,270,,", "A"])
def test_a_row_with_more_or_fewer_cells_is_named_and_never_shifted(row: str) -> None:
    loaded = read(HEADER, row, ROW)
    assert found(loaded) == [("RAGGED_ROW", 2, None)]
    assert loaded.readable is not None
    assert len(loaded.readable.observations) == 1


def test_an_empty_row_is_named_and_empty_rows_at_the_end_are_the_end() -> None:
    loaded = read(HEADER, "", ROW, ",,,,,", ROW, "", ",,,,,", "")
    assert found(loaded) == [("BLANK_ROW", 2, None), ("BLANK_ROW", 4, None)]
    assert (loaded.is_whole, loaded.received) == (True, 4)


def test_header_problems_are_all_named_and_no_row_is_kept() -> None:
    loaded = read("indicator,area,period,value,status,Risk,value", "A,B,,5,,HIGH,5")
    assert found(loaded) == [
        ("UNKNOWN_COLUMN", 1, "Risk"),
        ("DUPLICATE_COLUMN", 1, "value"),
        ("MISSING_COLUMN", 1, "note"),
    ]
    assert "Did you mean RISK" in loaded.findings[0].message
    assert (loaded.return_, loaded.received) == (None, 1)
    assert loaded.readable is not None
    assert loaded.readable.observations == ()


@pytest.mark.parametrize(
    "column",
    [
        *("name", "Forename", "victim_name", "dob", "Date of birth", "NHS_NUMBER", "nhsNumber"),
        *("postcode", "Post code", "email", "e-mail", "phone", "mobile", "URN", "uprn", "NINO"),
        *("client_id", "clientId", "ID", "case ref", "crime no", "address"),
        *("PNC", "pncNumber", "pseudonym", "person_hash", "Initials", "latitude", "token"),
    ],
)
def test_a_column_about_a_person_is_named_and_refused(column: str) -> None:
    loaded = read(f"{HEADER},{column}", f"{ROW},planted")
    assert found(loaded) == [("PERSON_COLUMN", 1, column)]
    assert "counts only" in loaded.findings[0].message


def test_a_dimension_of_the_vocabulary_is_no_personal_column() -> None:
    assert read(HEADER + ",SEX", ROW + ",F").is_whole


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"   \n ",
        b"\x00\x01\x02",
        b"indicator,area\n\x00,5\n",
        b"PK\x03\x04rubbish",
        b"\xff\xfei\x00n\x00d\x00",
        "indicator,area,period,value,status,note\nPré,,,,,\n".encode("latin-1"),
        b'indicator,area,period,value,status,note\n"A,B,C,1,,\n',
        b'indicator,area,period,value,status,note\n"A"B,C,D,1,,\n',
        b"POL_DA_CRIME,E07000102,CY2017,617,,\n",
        b"indicator;area;period;value;status;note\nA;B;CY2017;5;;\n",
        b"indicator\tarea\tperiod\tvalue\tstatus\tnote\n",
        b"indicator,area,period,value,status,note\n" + b"A" * 200_000 + b",B,,1,,\n",
    ],
)
def test_noise_is_malformed(body: bytes) -> None:
    with pytest.raises(MalformedError) as caught:
        load(body, CSV, dataset="D", agency="A", period="CY2017", words=words())
    assert "617" not in caught.value.message


def test_too_many_rows_are_too_large() -> None:
    with pytest.raises(TooLargeError):
        read(HEADER, *[ROW] * (MAX_ROWS + 1))
