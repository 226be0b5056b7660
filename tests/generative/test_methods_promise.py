"""Random linked families through the other methods: sums, bounds, promises, noise."""

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.disclosure import PARTNER, PUBLIC, CountTable, Policy
from hub.disclosure.methods import Method, MethodParameters, Telling, protect_by
from hub.disclosure.methods.cell_key import perturb
from hub.disclosure.methods.controlled_rounding import round_table
from hub.disclosure.methods.perturbation import perturbation_table
from hub.errors import DisclosureError
from tests.unit.disclosure.families import Axis, Shape, family, tree
from tests.unit.disclosure.methods.tables import SECRET, cell

OVERLAPPING: Axis = {
    **tree("F", 2, 2),
    "M.a": ["F.0.0", "F.1.0"],
    "M.b": ["F.0.1", "F.1.1"],
}
AXES: list[Axis] = [{"all": []}, tree("T", 3), tree("T", 2, 2), tree("T", 1, 2), OVERLAPPING]
PARAMETERS = MethodParameters(secret=SECRET)

shapes = st.builds(
    Shape, st.sampled_from(AXES), st.sampled_from(AXES[:4]), st.sampled_from(AXES[:3])
)
policies = st.sampled_from([PARTNER, PUBLIC])
means = st.sampled_from([1.5, 4.0, 9.0, 30.0])
quiet = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))


@quiet
@given(shapes, st.integers(0, 10**6), means, policies, st.sampled_from([3, 5, 10]))
def test_rounding_keeps_sums_bounds_and_promise(
    shape: Shape, seed: int, mean: float, policy: Policy, base: int
) -> None:
    """A base below the threshold may have no answer, and is then refused; others never are."""
    table = family(shape, seed, mean=mean)
    parameters = MethodParameters(base=base, secret=SECRET)
    try:
        result = protect_by(Method.CONTROLLED_ROUNDING, table, policy, parameters, seed)
    except DisclosureError:
        assert base < policy.threshold
        return
    printed = [told.value or 0 for told in result.cells]
    assert all(relation.holds(printed) for relation in result.table.relations)
    reach, further = int(result.public["reach"]), int(result.public["reach of relaxed cells"])
    for place, (told, true) in enumerate(zip(printed, table.cells, strict=True)):
        count = true.value or 0
        assert told % base == 0 and told >= 0
        assert abs(told - count) <= (further if place in result.relaxed else reach)
        assert count or not told
        low, high = result.cells[place].interval
        assert high is not None and low <= count <= high
    assert all(report.is_safe for report in result.reports.values())


@quiet
@given(shapes, st.integers(0, 10**6), means)
def test_cell_keys_keep_the_promise_or_are_refused(shape: Shape, seed: int, mean: float) -> None:
    table = family(shape, seed, mean=mean)
    try:
        result = protect_by(Method.CELL_KEY, table, PARTNER, PARAMETERS)
    except DisclosureError as error:
        assert "Averaging" in error.message or "attack" in error.message
        return
    for told, true in zip(result.cells, table.cells, strict=True):
        low, high = told.interval
        assert low <= (true.value or 0) and (high is None or (true.value or 0) <= high)
        assert told.value is None or told.value == 0 or told.value > 4
        assert told.telling in (Telling.PERTURBED, Telling.SUPPRESSED)
    again = perturb(table, PARTNER, PARAMETERS).printed
    assert all(
        told.value in (None, number) for told, number in zip(result.cells, again, strict=True)
    )


def test_noise_has_no_bias_and_the_published_variance_over_many_cells() -> None:
    noise = perturbation_table(PARAMETERS.perturbation, PARTNER)
    for count in (1, 3, 4, 5, 6, 8, 12, 500):
        table = CountTable(tuple(cell(f"A{number}", count) for number in range(4_000)))
        printed = perturb(table, PARTNER, PARAMETERS).printed
        off = [number - count for number in printed if number is not None]
        variance = noise.row(count).variance
        assert abs(sum(off) / len(off)) < 4 * (variance / len(off)) ** 0.5
        assert abs(sum(d * d for d in off) / len(off) - variance) < 0.12 * variance


@pytest.mark.long
def test_a_thousand_random_families_are_rounded() -> None:
    dice = random.Random(11)
    for seed in range(1_000):
        shape = Shape(dice.choice(AXES), dice.choice(AXES[:4]), dice.choice(AXES[:3]))
        table = family(shape, seed, mean=dice.choice([1.5, 4, 9, 30]))
        rounding = round_table(table, dice.choice([PARTNER, PUBLIC]), PARAMETERS, seed)
        printed = [number or 0 for number in rounding.printed]
        assert all(relation.holds(printed) for relation in table.relations)
