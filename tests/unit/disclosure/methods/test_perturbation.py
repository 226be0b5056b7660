"""Published noise: without bias, of one variance, never small, never negative."""

import pytest

from hub.disclosure import PARTNER, PUBLIC, Policy
from hub.disclosure.methods.perturbation import WHOLE, PerturbationTable, perturbation_table
from hub.errors import DisclosureError

TABLES = [
    perturbation_table("D5V4J4", PARTNER),
    perturbation_table("D6V4J4", PARTNER),
    perturbation_table("D8V6.5J0", PARTNER),
    perturbation_table("D12V16J9", PUBLIC),
]


@pytest.mark.parametrize("table", TABLES, ids=lambda table: str(table.name))
def test_no_row_has_a_bias(table: PerturbationTable) -> None:
    for row in table.rows:
        assert abs(row.mean) < 1e-5
        assert sum(row.parts) == WHOLE and min(row.parts) > 0


@pytest.mark.parametrize("table", TABLES, ids=lambda table: str(table.name))
def test_nothing_is_printed_below_zero_in_the_gap_or_too_far_away(table: PerturbationTable) -> None:
    gap = int(table.name.partition("J")[2])
    for count, row in enumerate(table.rows):
        assert all(abs(difference) <= table.noise for difference in row.differences)
        printed = {count + difference for difference in row.differences}
        assert min(printed) >= 0 and not printed & set(range(1, gap + 1))


def test_zero_stays_zero() -> None:
    assert all(table.row(0).differences == (0,) for table in TABLES)


def test_large_counts_have_the_named_variance() -> None:
    for table, variance in zip(TABLES, (4, 4, 6.5, 16), strict=True):
        assert abs(table.row(10_000).variance - variance) < 1e-4


def test_the_last_row_has_the_largest_entropy_for_its_variance() -> None:
    """Its logarithms fall along a parabola: equal second differences."""
    from math import log

    parts = perturbation_table("D5V4J4", PARTNER).row(1_000).parts
    logs = [log(part / WHOLE) for part in parts]
    bends = [a - 2 * b + c for a, b, c in zip(logs, logs[1:], logs[2:], strict=False)]
    assert max(bends) - min(bends) < 1e-3


@pytest.mark.parametrize(("table", "policy"), [(TABLES[1], PARTNER), (TABLES[3], PUBLIC)])
def test_one_number_alone_keeps_the_promise(table: PerturbationTable, policy: Policy) -> None:
    for count in range(1, policy.threshold):
        for difference in table.row(count).differences:
            low, high = table.interval(count + difference)
            assert low <= policy.low and high >= policy.high


def test_the_published_variance_is_that_of_the_worst_possible_count() -> None:
    """The variance of the true count's own row would be as good as the count."""
    table = perturbation_table("D6V4J4", PARTNER)
    possible = {count: count + d for count in range(1, 5) for d in table.row(count).differences}
    for count, printed in possible.items():
        assert table.largest_variance(printed) >= table.row(count).variance
    assert table.largest_variance(5) == max(table.row(count).variance for count in range(12))


def test_keys_draw_each_difference_as_often_as_published() -> None:
    row = perturbation_table("D6V4J4", PARTNER).row(3)
    drawn = [row.drawn(number / 10_000) for number in range(10_000)]
    for difference, part in zip(row.differences, row.parts, strict=True):
        assert abs(drawn.count(difference) / 10_000 - part / WHOLE) < 2e-3
    assert row.drawn(0.0) == row.differences[0]
    assert row.drawn(1 - 2**-53) == row.differences[-1]


def test_the_whole_table_is_published() -> None:
    published = perturbation_table("D6V4J4", PARTNER).published()
    assert published["count 0"] == "+0:1.0000000"
    assert any("or more" in key for key in published)


@pytest.mark.parametrize("name", ["", "D5V4", "D5V25J4", "D5V0J4", "D4V4J4", "D4V2J0"])
def test_a_table_that_could_not_protect_is_refused(name: str) -> None:
    with pytest.raises(DisclosureError):
        perturbation_table(name, PARTNER)


def test_a_table_for_partners_is_too_weak_for_the_public() -> None:
    with pytest.raises(DisclosureError, match=r"promise|bias"):
        perturbation_table("D6V4J4", PUBLIC)
