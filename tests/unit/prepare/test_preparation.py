"""Case records are counted as an independent computation counts them, and no row is lost."""

import csv
import io
from pathlib import Path

import pytest

from benchmarks.extracts import RECIPE, write_extract
from benchmarks.prepare import PERIOD, by_hub, by_pandas
from hub.errors import MalformedError
from hub.prepare import Prepared, parse_recipe, prepare
from hub.prepare.drops import Reason
from hub.vocabulary import vocabulary

WORDS = vocabulary()
KEY = bytes(range(32))
HEAD = "Contact,Child,Date,Sex,Age,Referred by,Notes\n"
GOOD = "K1,CH1,05/06/2023,F,30,Police,text\n"


def run(
    body: bytes | str, recipe: str = RECIPE, key: bytes = KEY, period: str = PERIOD
) -> tuple[Prepared, list[list[str]]]:
    """Count an extract; the result and the rows of the log."""
    log = io.StringIO()
    source = io.BytesIO(body.encode() if isinstance(body, str) else body)
    made = prepare(source, log, parse_recipe(recipe, WORDS), key, "WIRRAL_CSM", period, WORDS)
    return made, list(csv.reader(io.StringIO(log.getvalue())))[1:]


def counts(made: Prepared) -> dict[str, int]:
    return {
        f"{item.indicator} {';'.join(code for _, code in item.breakdown)}".strip(): int(
            item.value or 0
        )
        for item in made.return_.observations
    }


def test_counts_equal_those_of_plain_pandas(tmp_path: Path) -> None:
    write_extract(tmp_path / "extract.csv", 20_000)
    mine, other = by_hub(tmp_path / "extract.csv"), by_pandas(tmp_path / "extract.csv")
    assert {key: value for key, value in mine.items() if value} == other
    assert mine["CSM_CONTACT_REPEAT_6M", ""] > 1_000


@pytest.mark.long
def test_counts_of_a_million_rows_equal_those_of_plain_pandas(tmp_path: Path) -> None:
    write_extract(tmp_path / "extract.csv", 1_000_000)
    mine, other = by_hub(tmp_path / "extract.csv"), by_pandas(tmp_path / "extract.csv")
    assert {key: value for key, value in mine.items() if value} == other


def test_a_planted_identifier_appears_nowhere(tmp_path: Path) -> None:
    """Neither in the return nor in the log, although its row is dropped in a second run."""
    file = tmp_path / "extract.csv"
    write_extract(file, 500, planted="ZQXJ0001")
    for body in (file.read_bytes(), file.read_bytes().replace(b",F,", b",ZQXJ0001,")):
        log = io.StringIO()
        recipe = parse_recipe(RECIPE, WORDS)
        made = prepare(io.BytesIO(body), log, recipe, KEY, "WIRRAL_CSM", PERIOD, WORDS)
        written = log.getvalue() + str(made.return_.as_json()) + repr(made)
        assert "zqxj" not in written.lower()
        assert made.rows == made.counted + sum(made.dropped.values()) == 500


DIRT: tuple[tuple[str, bytes, Reason], ...] = (
    ("a blank row", b"\n", Reason.BLANK),
    ("only separators", b",,,,,,\n", Reason.BLANK),
    ("the header again", HEAD.encode(), Reason.HEADER),
    ("too few cells", b"K2,CH2,05/06/2023,F\n", Reason.CELLS),
    ("too many cells", b"K2,CH2,05/06/2023,F,30,Police,a,b\n", Reason.CELLS),
    ("an open quote", b'K2,"CH2,05/06/2023,F,30,Police,text\n', Reason.QUOTE),
    ("another encoding", b"K2,CH2,05/06/2023,F,30,Police,\xe9t\xe9\n", Reason.ENCODING),
    ("half a sign of UTF-8", b"K2,CH2,05/06/2023,F,30,Police,\xc3\n", Reason.ENCODING),
    ("a NUL", b"K2,CH\x002,05/06/2023,F,30,Police,text\n", Reason.CONTROL),
    ("a sign of no width", "K2,CH\u200b2,05/06/2023,F,30,Police,text\n".encode(), Reason.CONTROL),
    ("no date", b"K2,CH2,,F,30,Police,text\n", Reason.DATE_MISSING),
    ("31 February", b"K2,CH2,31/02/2023,F,30,Police,text\n", Reason.DATE_UNREADABLE),
    ("a date of another form", b"K2,CH2,2023.06.05,F,30,Police,text\n", Reason.DATE_UNREADABLE),
    ("a spreadsheet's day number", b"K2,CH2,45082,F,30,Police,text\n", Reason.DATE_UNREADABLE),
    ("a year of two digits", b"K2,CH2,05/06/23,F,30,Police,text\n", Reason.DATE_UNREADABLE),
    ("a date with two readings", b"K2,CH2,05/06/2023,F,30,Police,text\n", Reason.DATE_AMBIGUOUS),
    ("before the period", b"K2,CH2,05/06/2021,F,30,Police,text\n", Reason.BEFORE),
    ("after the period", b"K2,CH2,05/06/2031,F,30,Police,text\n", Reason.AFTER),
    ("no identifier", b"K2,,25/06/2023,F,30,Police,text\n", Reason.KEY_MISSING),
    ("an identifier of spaces", b"K2,   ,25/06/2023,F,30,Police,text\n", Reason.KEY_MISSING),
    ("a word for no identifier", b"K2,n/a,25/06/2023,F,30,Police,text\n", Reason.KEY_MISSING),
    ("an unknown person", b"K2,Unknown,25/06/2023,F,30,Police,text\n", Reason.KEY_MISSING),
    ("swapped columns", b"K2,25/06/2023,CH2,F,30,Police,text\n", Reason.DATE_UNREADABLE),
    ("two dates", b"K2,24/06/2023,25/06/2023,F,30,Police,text\n", Reason.KEY_IS_DATE),
    ("an unknown code", b"K2,CH2,25/06/2023,X,30,Police,text\n", Reason.CODE),
    ("an empty code", b"K2,CH2,25/06/2023,,30,Police,text\n", Reason.CODE),
    ("another column's code", b"K2,CH2,25/06/2023,Police,30,F,text\n", Reason.CODE),
    ("an age in words", b"K2,CH2,25/06/2023,F,thirty,Police,text\n", Reason.NUMBER),
    ("a negative age", b"K2,CH2,25/06/2023,F,-3,Police,text\n", Reason.NUMBER),
    ("an impossible age", b"K2,CH2,25/06/2023,F,999,Police,text\n", Reason.RANGE),
    ("the same event again", GOOD.encode(), Reason.DUPLICATE),
    ("the same event typed otherwise", b"k 1,CH9,25/06/2023,F,30,Police,text\n", Reason.DUPLICATE),
)  # fmt: skip
BOTH = RECIPE.replace("[d/m/y]", "[d/m/y, m/d/y]")


def test_thirty_kinds_of_dirt() -> None:
    assert len({name for name, _, _ in DIRT}) >= 30


@pytest.mark.parametrize("dirt", DIRT, ids=lambda item: item[0])
def test_a_dirty_row_is_named_with_its_reason_and_the_others_count(
    dirt: tuple[str, bytes, Reason],
) -> None:
    name, row, reason = dirt
    last = b"K8,CH8,25/06/2023,M,40,Self,text\n"
    recipe = BOTH if "two readings" in name else RECIPE
    good = GOOD.replace("05/06", "25/06") if recipe is BOTH else GOOD
    made, log = run(HEAD.encode() + good.encode() + row + last, recipe)
    assert [(line[0], line[1]) for line in log] == [("3", reason.value)]
    assert (made.rows, made.counted) == (3, 2)
    assert counts(made)["CSM_CONTACT"] == 2


def test_all_dirt_at_once_is_accounted_for() -> None:
    """Rows in = counted + named, whatever comes together."""
    body = HEAD.encode() + GOOD.encode() + b"".join(row for _, row, _ in DIRT)
    made, log = run(body)
    assert made.rows == made.counted + len(log) == 1 + len(DIRT)
    assert len({line[0] for line in log}) == len(log)


def test_four_forms_of_date_are_one_day() -> None:
    recipe = RECIPE.replace("[d/m/y]", "[d/m/y, y-m-d, d mon y, d.m.y]")
    days = ("25/06/2023", "2023-06-25", "25 Jun 2023", "25.06.2023", "2023-06-25T10:30:00")
    rows = "".join(f"K{at},CH1,{day},F,30,Police,t\n" for at, day in enumerate(days))
    made, log = run(HEAD + rows, recipe)
    assert (made.counted, log) == (5, [])
    assert counts(made)["CSM_REFERRAL"] == 1
    assert counts(made)["CSM_CONTACT_REPEAT_6M"] == 0  # all on one day


def test_a_cell_with_line_breaks_is_one_row() -> None:
    body = (
        HEAD + 'K1,CH1,05/06/2023,F,30,Police,"one\ntwo, three\nfour"\n' + GOOD.replace("K1", "K2")
    )
    made, log = run(body)
    assert (made.rows, made.counted, log) == (2, 2, [])


def test_a_quote_never_closed_takes_one_row_with_it() -> None:
    rows = "".join(f"K{at},CH{at},05/06/2023,F,30,Police,t\n" for at in range(200))
    made, log = run(HEAD + 'K999,"CH2,05/06/2023,F,30,Police,text\n' + rows)
    assert (made.rows, made.counted, len(log)) == (201, 200, 1)


def test_windows_1252_and_semicolons_are_read_when_said() -> None:
    recipe = RECIPE.replace("date: Date", "date: Date\nencoding: windows-1252\ndelimiter: ';'")
    body = (HEAD + GOOD).replace(",", ";").replace("text", "été").encode("cp1252")
    assert run(body, recipe)[0].counted == 1


REPEATS = (
    (("01/06/2023", "01/12/2023"), 1),
    (("01/06/2023", "02/12/2023"), 0),
    (("31/08/2023", "29/02/2024"), 1),
    (("31/08/2023", "01/03/2024"), 0),
    (("01/06/2023", "01/06/2023"), 0),
    (("20/03/2023", "05/04/2023"), 1),
    (("05/04/2023", "06/05/2023", "07/06/2023"), 2),
)


@pytest.mark.parametrize(("days", "expected"), REPEATS)
def test_repeats_within_six_months(days: tuple[str, ...], expected: int) -> None:
    """The day six months on still counts; before the period only the earlier contact lies."""
    rows = "".join(f"K{at},ch-1,{day},F,30,Police,t\n" for at, day in enumerate(days))
    assert counts(run(HEAD + rows)[0])["CSM_CONTACT_REPEAT_6M"] == expected


def test_a_person_counts_once_with_what_the_last_row_says() -> None:
    recipe = RECIPE.replace("distinct: child}", "distinct: child, by: []}").replace(
        "indicator: CSM_CONTACT, by", "indicator: CSM_CONTACT, distinct: child, by"
    )
    rows = "K1,CH1,05/06/2023,F,30,Police,t\nK2,CH1,06/06/2023,U,30,Self,t\n"
    found = counts(run(HEAD + rows, recipe)[0])
    assert found["CSM_CONTACT"] == 1
    assert (found["CSM_CONTACT F"], found["CSM_CONTACT UNKNOWN"]) == (0, 1)


def test_an_age_comes_from_a_date_of_birth_on_the_day() -> None:
    recipe = RECIPE.replace(
        "{column: Age, dimension: AGE, banded: true}", "{column: Age, dimension: AGE, born: true}"
    )
    rows = "K1,CH1,05/06/2023,F,06/06/2005,Police,t\nK2,CH2,06/06/2023,F,06/06/2005,Police,t\n"
    found = counts(run(HEAD + rows, recipe)[0])
    assert (found["CSM_CONTACT 16_17"], found["CSM_CONTACT 18_24"]) == (1, 1)


def test_places_are_counted_apart() -> None:
    areas = "areas: {column: Notes, codes: {Wirral: E08000015, Liverpool: E08000012}}"
    recipe = RECIPE.replace("area: E08000015", areas)
    rows = GOOD.replace("text", "Wirral") + GOOD.replace("K1", "K2").replace("text", "Liverpool")
    made, log = run(HEAD + rows + GOOD.replace("text", "Leeds").replace("K1", "K3"), recipe)
    totals = {
        item.area: item.value
        for item in made.return_.observations
        if item.indicator == "CSM_CONTACT" and not item.breakdown
    }
    assert totals == {"E08000015": 1, "E08000012": 1}
    assert log == [["4", Reason.CODE.value, "Notes"]]


@pytest.mark.parametrize("body", ["", "Contact,Child\n", HEAD.replace("Notes", "Child")])
def test_an_extract_without_the_recipes_columns_is_refused(body: str) -> None:
    with pytest.raises(MalformedError):
        run(body)
