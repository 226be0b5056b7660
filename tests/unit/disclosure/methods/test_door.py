"""One door: whatever the method, the result says what readers are told and has been attacked."""

import re
from dataclasses import replace

import pytest

from hub.disclosure import PARTNER, PUBLIC, CountTable, Relation, sensitive_cells
from hub.disclosure.methods import Method, MethodParameters, MethodResult, Telling, protect_by
from hub.errors import DisclosureError
from tests.unit.disclosure.families import Shape, family, tree
from tests.unit.disclosure.methods.tables import PARAMETERS, SECRET, cell, known, total

GRID = family(Shape(tree("F", 3, 2), tree("Y", 4), tree("C", 2)), 3, mean=5)


@pytest.fixture(scope="module", params=list(Method))
def result(request: pytest.FixtureRequest) -> MethodResult:
    return protect_by(request.param, GRID, PARTNER, PARAMETERS)


def test_every_cell_is_told_and_the_truth_is_among_what_is_told(result: MethodResult) -> None:
    for told, true in zip(result.cells, result.table.cells, strict=True):
        low, high = told.interval
        assert low <= (true.value or 0) and (high is None or (true.value or 0) <= high)
        assert (told.value is None) == (told.telling is Telling.SUPPRESSED)
        assert result.told(true.key) is told


def test_it_was_attacked_and_withstood(result: MethodResult) -> None:
    found = {finding.place for finding in result.reports[None].findings}
    assert found == set(sensitive_cells(result.table, PARTNER))
    assert all(report.is_safe for report in result.reports.values())


def test_settings_are_published_without_the_secret(result: MethodResult) -> None:
    assert result.public["method"] == result.method.value
    assert SECRET.decode() not in repr(result)
    assert SECRET.decode() not in str(dict(result.public))


def test_no_repr_shows_a_count() -> None:
    odd = CountTable((cell("A", 7_919),))
    for method in Method:
        shown = repr(protect_by(method, odd, PARTNER, PARAMETERS))
        assert not re.search(r"\b7\d{3}\b", shown)


def test_doing_it_again_gives_the_same(result: MethodResult) -> None:
    assert protect_by(result.method, GRID, PARTNER, PARAMETERS).cells == result.cells


def test_only_suppression_needs_no_secret() -> None:
    assert protect_by(Method.SUPPRESSION, GRID, PARTNER).protection is not None
    for method in (Method.CONTROLLED_ROUNDING, Method.CELL_KEY):
        with pytest.raises(DisclosureError, match="secret"):
            protect_by(method, GRID, PARTNER)


@pytest.mark.parametrize("method", list(Method))
def test_counts_of_no_people_stay_exact(method: Method) -> None:
    told = protect_by(method, CountTable((known("P", 3),)), PARTNER, PARAMETERS).cells[0]
    assert (told.telling, told.value) == (Telling.EXACT, 3)


def test_suppression_for_the_public_rounds_what_is_shown() -> None:
    told = protect_by(Method.SUPPRESSION, CountTable((cell("A", 23),)), PUBLIC).cells[0]
    assert (told.telling, told.value, told.interval) == (Telling.ROUNDED, 25, (23, 27))


def test_perturbed_cells_carry_the_published_variance() -> None:
    result = protect_by(Method.CELL_KEY, GRID, PARTNER, PARAMETERS)
    assert all(told.variance for told in result.cells if told.telling is Telling.PERTURBED)
    assert result.least_variance is not None and result.least_variance >= 1


def test_noise_that_averaging_would_remove_is_refused() -> None:
    with pytest.raises(DisclosureError, match="Averaging"):
        protect_by(Method.CELL_KEY, GRID, PARTNER, replace(PARAMETERS, least_variance=50))


def test_a_count_under_many_names_is_refused_for_cell_keys() -> None:
    """Ten names of one count are ten draws of noise; together hardly any."""
    twins = tuple(Relation(((0, 1), (other, -1)), origin="twin") for other in range(1, 10))
    table = CountTable(tuple(cell(f"A{number}", 3) for number in range(10)), twins)
    with pytest.raises(DisclosureError):
        protect_by(Method.CELL_KEY, table, PARTNER, PARAMETERS)


def test_draws_that_tell_too_much_together_are_withheld() -> None:
    """Flat noise is often extreme: some of 150 secrets draw it too far apart."""
    withheld = 0
    table = total(cell("T", 16), [cell("A", 4), cell("B", 12)])
    for number in range(150):
        parameters = MethodParameters(secret=b"%032d" % number, perturbation="D6V14J4")
        result = protect_by(Method.CELL_KEY, table, PARTNER, parameters)
        assert result.reports[None].is_safe
        hidden = [told for told in result.cells if told.telling is Telling.SUPPRESSED]
        assert all(told.value is None and told.interval == (0, None) for told in hidden)
        withheld += len(hidden) == 1
    assert 0 < withheld < 30


def test_what_cell_keys_cannot_protect_is_refused_by_name() -> None:
    with pytest.raises(DisclosureError, match="X A 2017-05"):
        protect_by(
            Method.CELL_KEY,
            total(known("T", 9), [cell("A", 4), known("B", 5)]),
            PARTNER,
            PARAMETERS,
        )
