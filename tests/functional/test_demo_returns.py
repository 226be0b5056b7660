"""The demo's returns are what an agency could push: readable, valid, every query answered."""

import json
from pathlib import Path

import pytest

from hub.returns import Severity
from hub.validation.report import Report
from hub.vocabulary import parse_period, vocabulary
from tests.spec.demo_release import FOLDER, THREE_RIVERS, findings, paths, read, returned

SEVEN = {
    "HERTS_POLICE", "REFUGE_HERTS", "HERTS_MARAC", "HERTS_MIND", "HERTS_FF", "HERTS_MASH",
    "HERTS_DAP",
}  # fmt: skip


def name(path: Path) -> str:
    """A test's name for a file."""
    return "/".join(path.with_suffix("").parts[-3:])


@pytest.mark.parametrize("path", paths(), ids=name)
def test_return_is_valid(path: Path) -> None:
    loaded = read(path)
    assert loaded.findings == ()
    report = Report(findings(returned(path)))
    assert not report.has_errors, report.errors


@pytest.mark.parametrize("path", paths(), ids=name)
def test_return_answers_every_query_where_it_arises(path: Path) -> None:
    return_ = returned(path)
    report = Report(findings(return_))
    noted = {item.row for item in return_.observations if item.note}
    assert report.open_queries(noted) == ()


@pytest.mark.parametrize("path", paths(), ids=name)
def test_body_is_of_the_contracts_form(path: Path) -> None:
    body = json.loads(path.read_text(encoding="utf-8"))
    assert set(body) in ({"observations"}, {"observations", "note"})
    period = parse_period(path.stem.replace("_", "/"))
    assert path.stem == period.id.replace("/", "_")
    assert all(item.get("period") != period.id for item in body["observations"])


def test_folders_are_agencies_and_their_datasets() -> None:
    words = vocabulary()
    for path in paths():
        agency, dataset = words.agency(path.parts[-3]), words.dataset(path.parts[-2])
        assert agency.kind in dataset.agency_kinds
    assert len(paths()) == len(list(FOLDER.rglob("*.*"))), "a file that is no return"


def test_seven_agencies_report_on_three_rivers() -> None:
    agencies = {
        return_.agency
        for return_ in map(returned, paths())
        if any(item.area == THREE_RIVERS for item in return_.observations)
    }
    assert agencies == SEVEN


def test_queries_come_from_faults_of_the_sources() -> None:
    """The demo shows what asking looks like; it must not be silent."""
    asked = {
        (return_.agency, item.code)
        for return_ in map(returned, paths())
        for item in findings(return_)
        if item.severity is Severity.QUERY
    }
    assert asked == {
        ("REFUGE_HERTS", "PERCENT_REPRODUCE"),
        ("HERTS_MIND", "RESPONSES_EXCEED"),
        ("DC_POLICE", "TIME_MISMATCH"),
        ("PLYMOUTH_CSP", "BASE_MISSING"),
        ("MET_POLICE", "BASE_MISSING"),
        ("SAFELIVES", "BASE_MISSING"),
        ("SAFELIVES", "ZERO_CONTRADICTED"),
    }
