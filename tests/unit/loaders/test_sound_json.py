"""A body with which nothing is wrong is read at once, as with care; and no other body is."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.errors import HubError
from hub.loaders import Loaded, loaded
from hub.loaders.json_body import read_carefully
from hub.loaders.sound_json import read_sound
from tests.factory import DISTRICT, words

WORDS = words()
FRAME = loaded.Frame("POLICE_RECORDS", "HERTS_POLICE", "CY2017")
GOOD = f'"indicator": "POL_DA_CRIME", "area": "{DISTRICT}"'


def sound(text: str | bytes) -> Loaded | None:
    return read_sound(text if isinstance(text, bytes) else text.encode(), FRAME, WORDS)


def carefully(body: bytes) -> Loaded | None:
    """As the careful reader alone reads it; None where it refuses."""
    try:
        return read_carefully(body, FRAME, WORDS)
    except HubError:
        return None


@pytest.mark.parametrize(
    "item",
    [
        f'{{{GOOD}, "value": 617}}',
        f'{{{GOOD}, "value": 12.50, "base": 40, "note": "as printed: 12.50"}}',
        f'{{{GOOD}, "status": "x", "reason": "NOT_RECORDED", "value": null, "note": "\\u00e9"}}',
        f'{{{GOOD}, "period": "2017-05", "breakdown": {{"RISK": "HIGH"}}, "value": 5}}',
        f'{{{GOOD}, "period": null, "breakdown": null, "status": "", "note": "", "value": 0}}',
        f'{{{GOOD}, "breakdown": {{}}, "value" :\n 5 }}',
    ],
)
def test_what_is_right_is_read_as_ever(item: str) -> None:
    body = f'{{"observations": [{item}, {item}], "note": "a \\"note\\": checked"}}'.encode()
    found, expected = sound(body), carefully(body)
    assert found is not None
    assert found == expected
    assert str(found) == str(expected)
    assert found.return_ is not None
    assert expected is not None
    assert expected.return_ is not None
    # 12.5 and 12.50 are equal, and not the same.
    assert list(map(str, found.return_.columns.value)) == list(
        map(str, expected.return_.columns.value)
    )
    assert found.return_.note == expected.return_.note == 'a "note": checked'


@pytest.mark.parametrize(
    "text",
    [
        f'{{"observations": [{{{GOOD}, "value": 5, "value": 6}}]}}',
        f'{{"observations": [{{{GOOD}, "value": 5, "value": 5}}]}}',
        f'{{"observations": [{{{GOOD}, "note": "a", "note": "b: c"}}]}}',
        f'{{"observations": [{{{GOOD}, "value": 5, "breakdown": {{"A": "B", "A": "B"}}}}]}}',
        f'{{"observations": [{{"area": "A:B", {GOOD}, "value": 5}}]}}',
        f'{{"observations": [{{{GOOD}, "period": "20:17", "value": 5}}]}}',
        '{"observations": [], "observations": []}',
        '{"observations": [], "note": "a", "note": "b"}',
    ],
)
def test_a_name_given_twice_is_seen(text: str) -> None:
    assert sound(text) is None


@pytest.mark.parametrize(
    "rest",
    [
        '"value": -0',
        '"value": 1e3',
        '"value": "5"',
        '"value": true',
        '"value": 1234567890',
        '"value": 1.23456',
        '"value": 5, "more": 1',
        '"value": 5, "base": [1]',
        '"value": 5, "note": 5',
        '"value": 5, "note": "=1+1"',
        '"value": 5, "note": "\\ud800"',
        '"value": 5, "reason": " A"',
        '"value": 5, "status": "c"',
        '"value": 5, "breakdown": {"RISK": ""}',
        '"value": 5, "breakdown": {"RISK": 5}',
        '"value": 5, "breakdown": {"COLOUR": "RED"}',
        '"value": 5, "breakdown": []',
        '"value": 5, "area": ""',
    ],
)
def test_what_may_be_wrong_is_left_to_the_careful_reader(rest: str) -> None:
    assert sound(f'{{"observations": [{{{GOOD}, {rest}}}]}}') is None


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{}",
        b'{"observations": {}}',
        b'{"observations": [5]}',
        b'\xef\xbb\xbf{"observations": []}',
        b'{"observations": [], "note": "\xff"}',
        b'{"observations": [], "note": 5}',
        b'{"observations": ' + b"[" * 100_000,
    ],
)
def test_another_body_is_left_to_the_careful_reader(body: bytes) -> None:
    assert sound(body) is None


_texts = st.sampled_from(["", "POL_DA_CRIME", DISTRICT, "2017-05", "HIGH", "x", "a: b", "é", " "])
_numbers = st.sampled_from(["0", "5", "-0", "12.50", "1e3", '"5"', "null", "[]"])
_values = st.one_of(
    _texts.map(json.dumps),
    _numbers,
    st.lists(st.tuples(st.sampled_from(["RISK", "SEX", "OTHER"]), _texts), max_size=2).map(
        lambda pairs: "{" + ", ".join(f'"{name}": {json.dumps(one)}' for name, one in pairs) + "}"
    ),
)
_fields = st.tuples(
    st.sampled_from(
        ["period", "breakdown", "value", "status", "note", "reason", "base", "value", "more"]
    ),
    _values,
)


@st.composite
def _bodies(draw: st.DrawFn) -> bytes:
    items = draw(st.lists(st.lists(_fields, max_size=3), max_size=3))
    rows = [", ".join((GOOD, *(f'"{name}": {one}' for name, one in item))) for item in items]
    return f'{{"observations": [{", ".join(f"{{{row}}}" for row in rows)}]}}'.encode()


@settings(max_examples=200, deadline=None)
@given(_bodies())
def test_both_readers_say_the_same(body: bytes) -> None:
    found, expected = sound(body), carefully(body)
    if found is not None:
        assert found == expected
        assert expected is not None
        assert not expected.findings
