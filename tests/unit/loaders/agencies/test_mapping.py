"""A mapping reads every filled cell, ignores what it names, and reports all the rest."""

import io
from datetime import datetime
from typing import Any

import pytest
import xlsxwriter
import yaml

from hub.errors import MediaTypeError, NotFoundError
from hub.loaders import CSV, JSON, Loaded, load
from hub.loaders.agencies import named, parse_mapping, shipped_names
from hub.loaders.agencies.periods import years_in
from hub.loaders.agencies.reading import MappingError
from hub.loaders.body import XLSX
from hub.vocabulary import vocabulary
from tests.factory import DISTRICT, words

WORDS = words()
ACROSS: dict[str, Any] = {
    "title": "quarters across",
    "area": DISTRICT,
    "tables": [
        {
            "year": "this",
            "columns": [
                {"heading": "Q1", "quarter": 1},
                {"heading": "Q2", "quarter": 2},
            ],
            "rows": [
                {"label": "Crimes", "indicator": "POL_DA_CRIME"},
                {"label": "Records", "indicator": "POL_DA_TOTAL"},
            ],
        }
    ],
}


def read(text: str, mapping: dict[str, Any] | None = None, period: str = "FY2017-18") -> Loaded:
    return load(
        text.encode(),
        CSV,
        dataset="POLICE_RECORDS",
        agency="HERTS_POLICE",
        period=period,
        words=WORDS,
        mapping=parse_mapping(yaml.safe_dump(mapping or ACROSS), WORDS),
    )


def with_table(**changes: Any) -> dict[str, Any]:
    return ACROSS | {"tables": [ACROSS["tables"][0] | changes]}


def values(loaded: Loaded) -> dict[tuple[str, str], int]:
    assert loaded.return_ is not None, loaded.findings
    return {
        (item.indicator, item.period): int(item.value or 0) for item in loaded.return_.observations
    }


def found(loaded: Loaded) -> list[tuple[str, int | None, str | None]]:
    return [(item.code, item.row, item.column) for item in loaded.findings]


def test_quarters_across_are_quarters_of_the_returns_year() -> None:
    assert values(read("x,Q1,Q2\nCrimes,5,6\nRecords,7,\n")) == {
        ("POL_DA_CRIME", "FY2017-18-Q1"): 5,
        ("POL_DA_CRIME", "FY2017-18-Q2"): 6,
        ("POL_DA_TOTAL", "FY2017-18-Q1"): 7,
    }


def test_an_unread_cell_is_named_by_row_and_letter() -> None:
    loaded = read("x,Q1,Q2\nCrimes,5,six\n")
    assert loaded.return_ is None
    assert found(loaded) == [("NUMBER_FORMAT", 2, "C")]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("x,Q1,Q2\nCrimes,5,6\nIncidents,1,2\n", "UNMAPPED_ROW"),
        ("x,Q1,Q2\nCrimes,5,6\n,1,2\n", "UNMAPPED_ROW"),
        ("x,Q1,Q2,Q3\nCrimes,5,6,7\n", "UNMAPPED_COLUMN"),
        ("x,Q1\nCrimes,5\n", "TABLE_MISSING"),
        ("x,Q1,Q2\nCrimes,5,6\nCrimes,7,8\n", "LABEL_REPEATED"),
        ("x,Q1,Q2\nCrimes,5,1 024\n", "NUMBER_FORMAT"),
    ],
)
def test_nothing_filled_is_dropped_in_silence(text: str, code: str) -> None:
    loaded = read(text)
    assert loaded.return_ is None
    assert code in [item.code for item in loaded.findings]


def test_what_the_mapping_names_as_ignored_is_not_reported() -> None:
    mapping = with_table(ignore=["Remarks"])
    assert read("x,Q1,Q2\nCrimes,5,6\nRemarks,a,b\n", mapping).findings == ()


def test_a_column_about_persons_is_refused_even_if_the_mapping_ignores_it() -> None:
    columns = [*ACROSS["tables"][0]["columns"], {"heading": "Victim name", "ignore": "not sent"}]
    loaded = read("x,Q1,Q2,Victim name\nCrimes,5,6,Q\n", with_table(columns=columns))
    assert found(loaded) == [("PERSON_COLUMN", 1, "D")]


def test_thousands_dashes_and_withheld_marks_are_read_only_as_the_mapping_says() -> None:
    text = 'x,Q1,Q2\nCrimes,"1,024",-\nRecords,n/s,9\n'
    marks = {"thousands": ",", "nothing": ["-"], "withheld": {"n/s": "NOT_SHARED"}}
    loaded = read(text, ACROSS | marks)
    assert loaded.return_ is not None
    assert [(item.value, item.status, item.reason) for item in loaded.return_.observations] == [
        (1024, None, None),
        (None, "x", "NOT_SHARED"),
        (9, None, None),
    ]
    assert len(read(text).findings) == 3


@pytest.mark.parametrize("cell", ["1,2", "12,5", "1,0245", "1,,024", ",024"])
def test_a_comma_that_separates_no_thousands_makes_no_number(cell: str) -> None:
    loaded = read(f'x,Q1,Q2\nCrimes,"{cell}",6\n', ACROSS | {"thousands": ","})
    assert found(loaded) == [("NUMBER_FORMAT", 2, "B")]


def test_a_cumulative_row_gives_its_differences_and_may_not_fall() -> None:
    rows = [{"label": "Crimes", "indicator": "POL_DA_CRIME", "cumulative": True}]
    assert values(read("x,Q1,Q2\nCrimes,5,9\n", with_table(rows=rows))) == {
        ("POL_DA_CRIME", "FY2017-18-Q1"): 5,
        ("POL_DA_CRIME", "FY2017-18-Q2"): 4,
    }
    assert found(read("x,Q1,Q2\nCrimes,5,4\n", with_table(rows=rows))) == [
        ("CUMULATIVE_DOWN", 2, "C")
    ]


@pytest.mark.parametrize("cells", [",9", "n/s,9", "5,,9"])
def test_a_cumulative_row_with_a_gap_gives_no_difference_over_it(cells: str) -> None:
    columns = [{"heading": f"Q{one}", "quarter": one} for one in (1, 2, 3)]
    rows = [{"label": "Crimes", "indicator": "POL_DA_CRIME", "cumulative": True}]
    mapping = with_table(columns=columns, rows=rows) | {"withheld": {"n/s": "NOT_SHARED"}}
    letter = "D" if cells.startswith("5") else "C"
    loaded = read(f"x,Q1,Q2,Q3\nCrimes,{cells}\n", mapping)
    assert found(loaded) == [("CUMULATIVE_GAP", 2, letter)]


def test_figures_of_another_period_are_left_to_their_own_return() -> None:
    loaded = read("x,Q1,Q2\nCrimes,5,6\n", period="FY2017-18-Q2")
    assert values(loaded) == {("POL_DA_CRIME", "FY2017-18-Q2"): 6}
    assert found(loaded) == [("OTHER_RETURN", None, None)]


MEETINGS: dict[str, Any] = {
    "title": "meetings",
    "tables": [
        {
            "meetings": {
                "date": "Date",
                "place": "Marac",
                "places": {"Three Rivers": DISTRICT},
                "sums": [{"heading": "Cases", "indicator": "POL_DA_TOTAL"}],
            }
        }
    ],
}


def test_meetings_add_up_and_a_blank_is_no_nought() -> None:
    text = "Date,Marac,Cases\n12/01/2017,Three Rivers,5\n09/02/2017,Three Rivers,6\n"
    assert values(read(text, MEETINGS, "CY2017")) == {("POL_DA_TOTAL", "CY2017"): 11}
    blank = read(text + "09/03/2017,Three Rivers,\n", MEETINGS, "CY2017")
    assert found(blank) == [("MEETING_BLANK", 4, "C")]


def test_the_dates_of_a_workbook_are_the_days_of_the_meetings() -> None:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"default_date_format": "dd/mm/yyyy"}) as book:
        sheet = book.add_worksheet("List")
        sheet.write_row(0, 0, ["Date", "Marac", "Cases"])
        for row, day in enumerate((12, 26), start=1):
            sheet.write_datetime(row, 0, datetime(2017, 1, day, tzinfo=None))  # noqa: DTZ001
            sheet.write_row(row, 1, ["Three Rivers", 5])
        sheet.write_datetime(3, 0, datetime(2018, 1, 9, tzinfo=None))  # noqa: DTZ001
        sheet.write_row(3, 1, ["Three Rivers", 7])
    mapping = parse_mapping(yaml.safe_dump(MEETINGS), WORDS)
    where = {"dataset": "POLICE_RECORDS", "agency": "HERTS_POLICE", "period": "CY2017"}
    loaded = load(out.getvalue(), XLSX, **where, words=WORDS, mapping=mapping)
    assert values(loaded) == {("POL_DA_TOTAL", "CY2017"): 10}
    assert found(loaded) == [("OTHER_RETURN", 4, None)]


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("31/02/2017,Three Rivers,5", "MEETING_DATE"),
        ("2017-02-03,Three Rivers,5", "MEETING_DATE"),
        ("03/02/2017,Elsewhere,5", "MEETING_PLACE"),
        ("12/01/2017,Three Rivers,5", "MEETING_REPEATED"),
        ("12/01/2018,Three Rivers,5", "OTHER_RETURN"),
        ("03/02/2017,Three Rivers,five", "NUMBER_FORMAT"),
    ],
)
def test_a_meeting_that_cannot_be_counted_is_named(row: str, code: str) -> None:
    text = "Date,Marac,Cases\n12/01/2017,Three Rivers,5\n"
    assert [(item[0], item[1]) for item in found(read(f"{text}{row}\n", MEETINGS, "CY2017"))] == [
        (code, 3)
    ]


def test_a_column_of_the_meetings_that_nobody_named_is_reported() -> None:
    loaded = read("Date,Marac,Cases,Repeats\n12/01/2017,Three Rivers,5,1\n", MEETINGS, "CY2017")
    assert ("UNMAPPED_COLUMN", 2, "D") in found(loaded)


@pytest.mark.parametrize(
    ("change", "named_"),
    [
        ({"area": "E99"}, "mapping.area"),
        ({"tables": []}, "tables"),
        ({"surprise": 1}, "surprise"),
        ({"withheld": {"-": "NO_SERVICE"}}, "withheld"),
        ({"observed_to": "June"}, "observed_to"),
    ],
)
def test_a_mapping_that_cannot_be_used_says_where(change: dict[str, Any], named_: str) -> None:
    with pytest.raises(MappingError, match=named_):
        parse_mapping(yaml.safe_dump(ACROSS | change), WORDS)


@pytest.mark.parametrize("text", ["a: [", "!!python/object/apply:os.getcwd []", "- 1", ""])
def test_what_is_no_mapping_is_refused(text: str) -> None:
    with pytest.raises(MappingError):
        parse_mapping(text, WORDS)


def test_shipped_mappings_are_sound_and_unknown_ones_are_not_found() -> None:
    known = vocabulary()
    assert len(shipped_names()) >= 7
    for name in shipped_names():
        assert named(name, known).title
    with pytest.raises(NotFoundError):
        named("../mappings/dac_quarters", known)


def test_json_has_no_layout() -> None:
    with pytest.raises(MediaTypeError):
        load(
            b"{}",
            JSON,
            dataset="POLICE_RECORDS",
            agency="HERTS_POLICE",
            period="CY2017",
            words=WORDS,
            mapping=parse_mapping(yaml.safe_dump(ACROSS), WORDS),
        )


@pytest.mark.parametrize(
    ("label", "years"),
    [
        ("Actual 2014 - 2015", (2014,)),
        ("Target 14/15", (2014,)),
        ("% difference in All Crime 13/14 - 14/15", (2013, 2014)),
        ("18-20", ()),
        ("Cum Actuals", ()),
    ],
)
def test_years_in_labels(label: str, years: tuple[int, ...]) -> None:
    assert years_in(label) == years
