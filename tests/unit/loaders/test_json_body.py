"""JSON is read strictly, and every problem is pointed at."""

import json
from decimal import Decimal
from typing import Any

import pytest

from hub.errors import MalformedError, TooLargeError
from hub.loaders import JSON, MAX_ROWS, Loaded, load
from tests.factory import DISTRICT, words

ITEM = {"indicator": "POL_DA_CRIME", "area": DISTRICT, "value": 617}


def read_text(text: str | bytes) -> Loaded:
    body = text.encode() if isinstance(text, str) else text
    return load(
        body, JSON, dataset="POLICE_RECORDS", agency="HERTS_POLICE", period="CY2017", words=words()
    )


def read(*items: Any, **top: Any) -> Loaded:
    return read_text(json.dumps({"observations": list(items)} | top))


def found(loaded: Loaded) -> list[tuple[str, int | None, str | None]]:
    return [(item.code, item.row, item.pointer) for item in loaded.findings]


def test_the_contract_example_is_read() -> None:
    loaded = read(
        {
            "indicator": "POL_DA_CRIME",
            "area": "E07000102",
            "period": "CY2017",
            "breakdown": {"RISK": "HIGH"},
            "value": 617,
            "status": None,
            "note": None,
        },
        note="final",
    )
    assert loaded.return_ is not None
    (item,) = loaded.return_.observations
    assert (item.value, item.status, item.breakdown) == (Decimal(617), None, (("RISK", "HIGH"),))
    assert (item.row, item.pointer) == (0, "/observations/0")
    assert loaded.return_.note == "final"


def test_period_and_breakdown_may_be_left_out() -> None:
    loaded = read(ITEM)
    assert loaded.return_ is not None
    assert loaded.return_.observations[0].period == "CY2017"
    assert loaded.return_.observations[0].breakdown == ()


def test_nought_is_a_value_and_null_is_none() -> None:
    loaded = read(ITEM | {"value": 0}, ITEM | {"value": None, "status": "x"})
    assert loaded.return_ is not None
    assert [item.value for item in loaded.return_.observations] == [Decimal(0), None]


def test_decimals_keep_the_precision_they_are_written_with() -> None:
    loaded = read_text('{"observations": [{"indicator": "A", "area": "B", "value": 49.60}]}')
    assert loaded.return_ is not None
    assert str(loaded.return_.observations[0].value) == "49.60"


@pytest.mark.parametrize(
    "value", ["1e3", "1E3", "-3", "1.23456", "1234567890", "-0", '"5"', "true", "[5]", "{}", '""']
)
@pytest.mark.parametrize("field", ["value", "base"])
def test_other_numbers_are_refused(field: str, value: str) -> None:
    loaded = read_text(
        f'{{"observations": [{{"indicator": "A", "area": "B", "{field}": {value}}}]}}'
    )
    assert found(loaded) == [("NUMBER_FORMAT", 0, f"/observations/0/{field}")]


def test_every_problem_is_reported_with_its_pointer() -> None:
    loaded = read(
        ITEM,
        5,
        ITEM | {"status": 5, "note": ["x"], "breakdown": "HIGH"},
        {"value": 5},
        ITEM | {"valeu": 5},
        ITEM | {"breakdown": {"RSIK": "HIGH"}},
        ITEM | {"breakdown": {"RISK": None}},
        ITEM | {"breakdown": {"RISK": 5}},
    )
    assert found(loaded) == [
        ("FIELD_TYPE", 1, "/observations/1"),
        ("FIELD_TYPE", 2, "/observations/2/breakdown"),
        ("FIELD_TYPE", 2, "/observations/2/status"),
        ("FIELD_TYPE", 2, "/observations/2/note"),
        ("MISSING_FIELD", 3, "/observations/3/indicator"),
        ("MISSING_FIELD", 3, "/observations/3/area"),
        ("UNKNOWN_FIELD", 4, "/observations/4/valeu"),
        ("UNKNOWN_FIELD", 5, "/observations/5/breakdown"),
        ("MISSING_FIELD", 6, "/observations/6/breakdown/RISK"),
        ("FIELD_TYPE", 7, "/observations/7/breakdown/RISK"),
    ]
    assert loaded.readable is not None
    assert len(loaded.readable.observations) == 1


def test_fields_about_a_person_are_refused() -> None:
    loaded = read(ITEM | {"dob": "planted"}, ITEM | {"breakdown": {"NHS": "planted"}}, victim="p")
    assert [item.code for item in loaded.findings] == ["PERSON_COLUMN"] * 3
    assert "planted" not in str(loaded.findings)


def test_a_body_without_a_list_is_readable_but_wrong() -> None:
    assert found(read_text("{}")) == [("MISSING_FIELD", None, "/observations")]
    assert found(read_text('{"observations": {}}')) == [("FIELD_TYPE", None, "/observations")]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "rubbish",
        "[]",
        "5",
        '"text"',
        "null",
        '{"observations": [}',
        '{"observations": []} {}',
        '{"observations": [], "observations": []}',
        '{"observations": [{"value": 1, "value": 2}]}',
        '{"observations": [{"value": NaN}]}',
        '{"observations": [{"value": -Infinity}]}',
        '{"observations": [{"value": 007}]}',
        "{'observations': []}",
        '{"observations": [],}',
        '{"observations": ' + "[" * 100 + "]" * 100 + "}",
        '{"observations": ' + "[" * 100_000,
        b"\xff\xfe{\x00}\x00",
        b'{"observations": [{"note": "\xe9"}]}',
        b'{"observations": []}\x00',
    ],
)
def test_noise_is_malformed(text: str | bytes) -> None:
    with pytest.raises(MalformedError):
        read_text(text)


def test_a_huge_number_is_refused_without_being_computed() -> None:
    loaded = read_text(
        '{"observations": [{"indicator": "A", "area": "B", "value": ' + "9" * 100_000 + "}]}"
    )
    assert found(loaded) == [("NUMBER_FORMAT", 0, "/observations/0/value")]


def test_too_many_observations_are_too_large() -> None:
    with pytest.raises(TooLargeError):
        read(*[ITEM] * (MAX_ROWS + 1))


@pytest.mark.parametrize(
    "twice",
    [
        '{"observations": [{"area": "a", "area": "a"}]}',
        '{"observations": [], "observations": []}',
        '{"observations": [{"note": "at 9:30", "area": "a", "area": "b:c"}]}',
        r'{"observations": [{"note": "a\u003ab\u003ac", "area": "a", "area": "b"}]}',
        '{"observations": [{"breakdown": {"a": {}, "a": {"b:": 1, "c": 2}}}]}',
    ],
)
def test_a_name_given_twice_is_refused_whatever_colons_the_texts_hold(twice: str) -> None:
    with pytest.raises(MalformedError, match="twice"):
        read_text(twice)


def test_colons_in_texts_are_texts() -> None:
    loaded = read(ITEM | {"note": "counted at 9:30, {ratio 1:2}"})
    assert loaded.return_ is not None
    assert loaded.return_.observations[0].note == "counted at 9:30, {ratio 1:2}"
