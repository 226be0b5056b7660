"""No row is ever lost or shifted: rows in = rows accepted + rows named (U5)."""

import csv
import io
import json
import random
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.errors import MalformedError
from hub.loaders import CSV, JSON, Loaded, load
from hub.returns import Finding, Reported, Severity
from hub.validation import validate
from hub.validation.areas import check_areas
from hub.validation.codes import check_codes
from hub.validation.context import Context
from hub.validation.identifiers import check_notes
from hub.validation.periods import check_periods
from hub.validation.values import check_values
from tests.factory import words

WORDS = words()
COLUMNS = ["indicator", "area", "period", "value", "status", "note", "RISK"]
PLANTED = "Qqx8813"

_cells = st.sampled_from(
    ["", "5", "0", "617", "007", "1e3", "POL_DA_CRIME", "E07000102", "CY2017", "Q1", "x", "HIGH"]
) | st.text(max_size=6).filter(lambda text: "\0" not in text)
_rows = st.lists(
    st.lists(_cells, min_size=len(COLUMNS), max_size=len(COLUMNS)) | st.lists(_cells, max_size=9),
    max_size=12,
)


def read(body: bytes, media_type: str) -> Loaded:
    return load(
        body,
        media_type,
        dataset="POLICE_RECORDS",
        agency="HERTS_POLICE",
        period="CY2017",
        words=WORDS,
    )


def assert_all_accounted(loaded: Loaded, first_row: int) -> None:
    assert loaded.readable is not None
    accepted = [item.row for item in loaded.readable.observations]
    named = {item.row for item in loaded.findings}
    expected = range(first_row, first_row + loaded.received)
    assert len(accepted) == len(set(accepted))
    assert not set(accepted) & named
    assert set(accepted) | named == set(expected)


@settings(max_examples=300, deadline=None)
@given(_rows, st.randoms(use_true_random=False))
def test_csv_rows_are_accepted_or_named(rows: list[list[str]], random_: random.Random) -> None:
    columns = random_.sample(COLUMNS, len(COLUMNS))
    out = io.StringIO()
    csv.writer(out).writerows([columns, *rows])
    try:
        body = out.getvalue().encode()
    except UnicodeEncodeError:
        return
    filled = max((at for at, row in enumerate(rows, 1) if any(row)), default=0)
    loaded = read(body, CSV)
    assert loaded.received == filled
    assert_all_accounted(loaded, 2)
    for item in loaded.readable.observations if loaded.readable else ():
        cells = dict(zip(columns, rows[(item.row or 0) - 2], strict=True))
        assert item.indicator == cells["indicator"]
        assert (item.value is None) == (cells["value"] == "")
        assert item.value is None or item.value == Decimal(cells["value"])
        assert item.breakdown == ((("RISK", cells["RISK"]),) if cells["RISK"] else ())


_json = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 10**10) | st.floats(0, 1e6) | _cells,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_cells, inner, max_size=3),
    max_leaves=4,
)
_items = st.lists(
    st.fixed_dictionaries(
        {}, optional=dict.fromkeys([*COLUMNS[:6], "breakdown", "base", "reason"], _json)
    )
    | _json,
    max_size=8,
)


@settings(max_examples=300, deadline=None)
@given(_items)
def test_json_items_are_accepted_or_named(items: list[object]) -> None:
    try:
        loaded = read(json.dumps({"observations": items}).encode(), JSON)
    except MalformedError:
        return
    assert loaded.received == len(items)
    assert_all_accounted(loaded, 0)
    for finding in loaded.findings:
        assert finding.pointer is not None
        assert finding.pointer.startswith(f"/observations/{finding.row}")


_rules = (check_codes, check_areas, check_periods, check_values, check_notes)


def alone(item: object) -> tuple[list[Finding], list[Reported]]:
    """What one observation says, and what is wrong with it, when nothing stands beside it."""
    loaded = read(json.dumps({"observations": [item]}).encode(), JSON)
    assert loaded.readable is not None
    context = Context(loaded.readable, WORDS, date(2020, 1, 1))
    found = [finding for rule in _rules for finding in rule(context)]
    return [*loaded.findings, *found], [*loaded.readable.observations, *loaded.partial]


def moved(finding: Finding, row: int) -> Finding:
    pointer = (finding.pointer or "").replace("/observations/0", f"/observations/{row}", 1)
    return replace(finding, row=row, pointer=pointer)


@settings(max_examples=150, deadline=None)
@given(_items, st.lists(st.integers(0, 7), max_size=12))
def test_rows_are_read_and_judged_together_as_each_alone(
    items: list[object], again: list[int]
) -> None:
    """Fields are read column by column, and rules look once at each kind of row: nothing of one
    row may come from another, though many say the same."""
    items = [*items, *(items[place] for place in again if place < len(items))]
    try:
        single = [alone(item) for item in items]
    except MalformedError:
        return
    loaded = read(json.dumps({"observations": items}).encode(), JSON)
    assert loaded.readable is not None
    context = Context(loaded.readable, WORDS, date(2020, 1, 1))
    found = [*loaded.findings, *(finding for rule in _rules for finding in rule(context))]
    expected = [moved(each, row) for row, (faults, _) in enumerate(single) for each in faults]
    assert sorted(found, key=repr) == sorted(expected, key=repr)
    together = [*loaded.readable.observations, *loaded.partial]
    for item in together:
        [one] = single[item.row or 0][1]
        assert item == one._replace(row=item.row, pointer=item.pointer)
    assert len(together) == sum(len(said) for _, said in single)


_good = {
    "indicator": "POL_DA_CRIME",
    "area": "E07000102",
    "period": "CY2017",
    "breakdown": {"RISK": "HIGH"},
    "value": 5,
    "note": "checked",
}


def _plant(place: str) -> Callable[[dict[str, object]], dict[str, object]]:
    def planted(item: dict[str, object]) -> dict[str, object]:
        if place == "category":
            return item | {"breakdown": {"RISK": PLANTED}}
        if place == "dimension":
            return item | {"breakdown": {PLANTED: "HIGH"}}
        if place == "field":
            return item | {PLANTED: "x"}
        return item | {place: PLANTED}

    return planted


_places = st.sampled_from([*COLUMNS[:6], "reason", "base", "category", "dimension", "field"]).map(
    _plant
)


@settings(max_examples=200, deadline=None)
@given(st.lists(_places, min_size=1, max_size=5))
def test_what_an_agency_wrote_never_comes_back_in_a_finding(
    plants: list[Callable[[dict[str, object]], dict[str, object]]],
) -> None:
    items = [plant(dict(_good)) for plant in plants]
    loaded = read(json.dumps({"observations": items}).encode(), JSON)
    assert loaded.readable is not None
    found = [
        *loaded.findings,
        *validate(loaded.readable, WORDS, today=date(2020, 1, 1), is_whole=loaded.is_whole),
    ]
    assert PLANTED not in repr(loaded) + repr(found)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 400), st.integers(0, 400)), min_size=1, max_size=12),
)
def test_a_consistent_return_is_never_accused(months: list[tuple[int, int]]) -> None:
    items: list[dict[str, object]] = []
    sums = [0, 0]
    for month, counts in enumerate(months, 1):
        period = f"2017-{month:02d}"
        for code, value in zip(("POL_DA_CRIME", "POL_DA_INCIDENT"), counts, strict=True):
            items.append({"indicator": code, "area": "E07000102", "period": period, "value": value})
        items.append(
            {
                "indicator": "POL_DA_TOTAL",
                "area": "E07000102",
                "period": period,
                "value": sum(counts),
            }
        )
        sums = [before + value for before, value in zip(sums, counts, strict=True)]
    if len(months) == 12:
        items.append({"indicator": "POL_DA_CRIME", "area": "E07000102", "value": sums[0]})
    loaded = read(json.dumps({"observations": items}).encode(), JSON)
    assert loaded.return_ is not None
    found = validate(loaded.return_, WORDS, today=date(2020, 1, 1))
    assert [item for item in found if item.severity is not Severity.NOTICE] == []


@pytest.mark.parametrize("seed", range(3))
def test_a_file_of_ten_thousand_rows_is_accounted_for_to_the_last(seed: int) -> None:
    """The longest return there may be, a third of its rows broken in one way or another."""
    random_ = random.Random(seed)
    good = ["POL_DA_CRIME", "E07000102", "CY2017", "5", "", "", "HIGH"]
    broken = (
        [*good[:3], "1e3", *good[4:]],
        good[:6],
        [*good, "more"],
        ["", *good[1:]],
        [*good[:4], "y", *good[5:]],
        [""] * 7,
    )
    rows = [
        good if random_.random() > 1 / 3 else list(random_.choice(broken)) for _ in range(9_999)
    ]
    out = io.StringIO()
    csv.writer(out).writerows([COLUMNS, *rows, good])
    loaded = read(out.getvalue().encode(), CSV)
    assert loaded.received == 10_000
    assert_all_accounted(loaded, 2)
    assert loaded.readable is not None
    assert len(loaded.readable.observations) == rows.count(good) + 1
