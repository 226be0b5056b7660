"""Time (D6): a hidden figure takes the same path as a shown one, and no other time.

That both twins are answered by the same statements is asserted beside the comparison of their
answers (``test_noninterference.py``). Here the time itself is measured, in the long run only.
"""

import gc
import json
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager

import pytest

from hub.auth.roles import Role
from hub.settings import Settings
from tests.conftest import FreshSettings
from tests.functional.test_noninterference import HIDDEN, SHOWN, Twin, quietly, twin

__all__ = ["quietly"]

QUESTION = json.dumps(
    {
        "query": "query($breakdowns: [String!]) { observations(breakdowns: $breakdowns, first: 9) "
        "{ totalCount nodes { indicator { code } figure "
        "{ value status symbol display marks reason } } } "
        'journey(area: "E07000102", period: "CY2017") { stages { code figure { value status } '
        "parts { code figure { value status } } } } }",
        "variables": {"breakdowns": ["RISK=HIGH", "RISK=MEDIUM"]},
    }
).encode()


def kept_nowhere(fresh: FreshSettings) -> FreshSettings:
    """The same settings, but whole answers are not kept: each one is made anew."""

    @asynccontextmanager
    async def changed() -> AsyncIterator[Settings]:
        async with fresh() as settings:
            yield settings.model_copy(update={"answers_memory": 0})

    return changed


Ask = Callable[[], Awaitable[object]]


async def times(one: Ask, other: Ask, pairs: int) -> list[tuple[int, int]]:
    """Nanoseconds of both, taken in turn; which of a pair comes first is drawn."""
    dice, found = random.Random(7), []
    gc.collect()
    gc.disable()
    try:
        for _ in range(pairs):
            turn = [0, 1] if dice.random() < 0.5 else [1, 0]
            took = [0, 0]
            for which in turn:
                began = time.perf_counter_ns()
                await (one, other)[which]()
                took[which] = time.perf_counter_ns() - began
            found.append((took[0], took[1]))
    finally:
        gc.enable()
    return found


def effect(pairs: list[tuple[int, int]]) -> float:
    """Cliff's delta: how much oftener a time of the one exceeds one of the other than not.

    0 is no difference, 1 or -1 is that each exceeds every other; by ranks, so that an outlier
    weighs no more than any other.
    """
    marked = sorted((value, which) for pair in pairs for which, value in enumerate(pair))
    ranks: dict[int, float] = {}
    at = 0
    while at < len(marked):
        end = at
        while end < len(marked) and marked[end][0] == marked[at][0]:
            end += 1
        ranks[marked[at][0]] = (at + end + 1) / 2
        at = end
    count = len(pairs)
    total = sum(ranks[one] for one, _ in pairs)
    return 2 * (total - count * (count + 1) / 2) / (count * count) - 1


def test_the_effect_is_that_of_cliff() -> None:
    dice = random.Random(1)
    pairs = [(dice.randint(0, 50), dice.randint(5, 50)) for _ in range(200)]
    counted = [(a > b) - (a < b) for a, _ in pairs for _, b in pairs]
    assert effect(pairs) == pytest.approx(sum(counted) / len(counted))
    assert effect([(1, 2)] * 100) == -1
    assert effect([(3, 3)] * 100) == 0


@pytest.mark.long
@pytest.mark.parametrize("case", ["both hidden", "hidden and shown", "control"])
async def test_time_tells_no_hidden_value(
    fresh_settings: FreshSettings, quietly: None, case: str
) -> None:
    """D6: 10,000 pairs, interleaved. The control, a millisecond slower, would be seen."""
    counts = {"both hidden": HIDDEN[1], "hidden and shown": SHOWN, "control": HIDDEN[1]}[case]
    async with AsyncExitStack() as stack:
        fresh = kept_nowhere(fresh_settings)
        one = await twin(fresh, stack, HIDDEN[0])
        other = await twin(fresh, stack, counts)

        async def asked(which: Twin, extra: int = 0) -> None:
            status, _, _ = await which.ask(Role.ANALYST, QUESTION)
            assert status == 200
            ends = time.perf_counter_ns() + extra
            while time.perf_counter_ns() < ends:
                pass

        slower = 1_000_000 if case == "control" else 0
        ways = (lambda: asked(one)), (lambda: asked(other, slower))
        await times(*ways, 300)
        found = effect(await times(*ways, 10_000))
    print(f"effect, {case}: {found:+.3f}")  # noqa: T201 what the page of proofs records
    assert abs(found) > 0.1 if case == "control" else abs(found) < 0.1
