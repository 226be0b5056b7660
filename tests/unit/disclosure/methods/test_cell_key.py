"""Same cell, same noise; and what a reader can still prove."""

from dataclasses import replace

from hub.disclosure import PARTNER, CountTable, Past, Relation
from hub.disclosure.methods import MethodParameters
from hub.disclosure.methods.cell_key import noise_of, perturb, told_of
from hub.disclosure.methods.cell_key_attack import determined, interval_attack
from hub.disclosure.methods.perturbation import perturbation_table
from hub.vocabulary import CellKey
from tests.unit.disclosure.families import Shape, family, tree
from tests.unit.disclosure.methods.tables import PARAMETERS, cell, known, total

NOISE = perturbation_table(PARAMETERS.perturbation, PARTNER)
GRID = family(Shape(tree("F", 3, 2), tree("Y", 4), tree("C", 2)), 3, mean=5)


def test_the_same_cell_has_the_same_noise_in_every_table() -> None:
    alone = CountTable((GRID.cells[7],))
    assert (
        perturb(alone, PARTNER, PARAMETERS).printed[0]
        == (perturb(GRID, PARTNER, PARAMETERS).printed[7])
    )


def test_a_financial_year_and_the_same_twelve_months_have_the_same_noise() -> None:
    names = ("FY2017-18", "R12-2018-03")
    for count in range(5, 60):
        cells = tuple(replace(cell("A", count), key=CellKey("X", "A", name)) for name in names)
        table = CountTable(cells, (Relation(((0, 1), (1, -1)), origin="same months"),))
        printed = perturb(table, PARTNER, PARAMETERS).printed
        assert printed[0] == printed[1]
        variances = noise_of(table, printed, NOISE)
        assert variances[1] is None  # the second name is no second draw


def test_another_secret_gives_other_noise() -> None:
    other = MethodParameters(secret=b"another key of thirty-two bytes!")
    assert perturb(GRID, PARTNER, other).printed != perturb(GRID, PARTNER, PARAMETERS).printed


def test_the_interval_of_a_printed_number_holds_the_count() -> None:
    printed = perturb(GRID, PARTNER, PARAMETERS).printed
    for item, number in zip(GRID.cells, printed, strict=True):
        low, high = told_of(item, number, NOISE)
        assert high is not None and low <= (item.value or 0) <= high


def test_counts_of_no_people_are_exact_and_virtual_ones_not_printed() -> None:
    table = total(known("T", 9), [known("A", 4), replace(known("B", 5), published=False)])
    assert perturb(table, PARTNER, PARAMETERS).printed == (None, None, None)
    assert told_of(table.cells[0], None, NOISE) == (9, 9)


def test_intervals_together_can_settle_a_count_and_the_attack_sees_it() -> None:
    """Printed 6 and 6 and 24: parts of at most 12 and 12 of a total of at least 18."""
    table = total(cell("T", 24), [cell("A", 12), cell("B", 12)])
    report = interval_attack(table, [30, 6, 6], NOISE, PARTNER, [1])
    assert [(f.low, f.high) for f in report.broken] == [(12, 12)]
    assert determined(report) == (1,)
    assert interval_attack(table, [24, 6, 6], NOISE, PARTNER, []).is_safe


def test_what_was_published_exactly_stays_known() -> None:
    table = total(replace(cell("T", 9), past=Past.SHOWN), [cell("A", 4), known("B", 5)])
    report = interval_attack(table, [9, 5, None], NOISE, PARTNER, [1])
    assert determined(report) == (1,)
