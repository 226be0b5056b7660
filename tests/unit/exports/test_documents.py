"""What every document tells besides its rows: a finding, caveats, a description, a file name."""

import json
from dataclasses import replace

import pytest

from hub.errors import InvalidError
from hub.exports import completeness, journey, observations, overview, performance, profile, series
from hub.exports.chart import MOST_BARS, Bar, Chart, Panel
from hub.exports.columns import COLUMNS
from hub.exports.document import Document
from hub.exports.journey import journey_document
from hub.exports.series import series_document
from hub.exports.tables import csv_file, csvw_file
from hub.protected.figures import Figure, FigureStatus
from hub.views.series import Point
from hub.vocabulary import parse_period, vocabulary
from tests.factory import published_release
from tests.unit.views.published import HIDDEN, Said, totals
from tests.unit.views.published import series as line
from tests.unit.web_pages.three_rivers import three_rivers_journey

ROOMS = (completeness, journey, observations, overview, performance, profile, series)


def three_rivers() -> Document:
    return journey_document(three_rivers_journey(), published_release(), vocabulary())


def test_every_column_of_every_file_is_described() -> None:
    used = {name for room in ROOMS for name in room.COLUMNS}
    assert used == set(COLUMNS)
    headings = [column.heading.lower() for column in COLUMNS.values()]
    assert len(headings) == len({*headings})


def test_the_finding_is_computed_from_the_figures() -> None:
    finding = three_rivers().finding
    assert finding.startswith("1,270 incidents and crimes recorded; 556 referrals, Domestic")


def test_a_journey_without_a_figure_says_so() -> None:
    bare = replace(three_rivers_journey(), stages=())
    document = journey_document(bare, published_release(), vocabulary())
    assert document.finding == "No figure of the journey of Three Rivers is shown"


@pytest.mark.parametrize("word", ["2017-05/2017-12", 'x"; filename="y', "..", "a\r\nb", "ä"])
def test_a_file_name_is_made_of_letters_and_digits(word: str) -> None:
    name = replace(three_rivers(), slug=(word,)).filename("csv")
    assert name.startswith("journey-")
    assert set(name) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.")
    assert name.count(".") == 1


def test_csvw_describes_the_csv_as_it_is() -> None:
    document = three_rivers()
    content = json.loads(csvw_file(document, "journey.csv?area=E07000102"))
    header = csv_file(document).decode().splitlines()[0].split(",")
    columns = content["tableSchema"]["columns"]
    assert [column["titles"] for column in columns] == header
    assert {column["datatype"] for column in columns} <= {"string", "number", "integer", "date"}
    assert content["url"] == "journey.csv?area=E07000102"
    assert content["@context"][0] == "http://www.w3.org/ns/csvw"
    assert any("[c]" in note["rdfs:comment"] for note in content["notes"])


def test_csvw_demands_only_what_every_row_has() -> None:
    document = three_rivers()
    needed = [name for name in document.columns if COLUMNS[name].is_required]
    assert needed
    for record in document.records():
        assert all(record.get(name) not in (None, "") for name in needed)


def test_too_many_bars_are_refused() -> None:
    bar = Bar("one", Figure(FigureStatus.NOT_RETURNED, "record"))
    Chart("", "", (Panel("", (bar,) * MOST_BARS),))
    with pytest.raises(InvalidError, match="at most"):
        Chart("", "", (Panel("", (bar,) * MOST_BARS), Panel("", (bar,))))


def test_a_series_tells_its_first_and_last_figure_that_is_shown() -> None:
    words = vocabulary()
    code, place = "POL_DA_CRIME", "E07000102"
    said: dict[str, Said] = {"2017-05": HIDDEN, "2017-06": 1270}
    points = [
        Point(parse_period(row.period), row, words)
        for row in totals(line(code, place, said).values())
    ]
    indicator, area = words.indicator(code), words.area(place)
    made = series_document(indicator, area, points, published_release(), words)
    assert made.finding == f"{indicator.title}: 1,270 in Jun 2017"
    none = series_document(indicator, area, points[:1], published_release(), words)
    assert none.finding == f"{indicator.title}: no figure is shown"
