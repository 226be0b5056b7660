"""The price of a move, twice: as the mover reckons thousands at once, and one by one by hand."""

import itertools
import random
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import pytest

from hub.disclosure import PARTNER, CountTable
from hub.disclosure.axes import Grid, grid_of
from hub.disclosure.exact import SMALL, _Model, neighbourhood
from hub.disclosure.moves import PARTS, TOUCH, GridMover
from hub.disclosure.system import Flags, Integers, Reals, System, components, system_of
from tests.unit.disclosure.families import Axis, Shape, family, tree

ONE: Axis = {"all": []}
OVERLAPPING: Axis = {**tree("F", 2, 1), "M.a": ["F.0.0", "F.1.0"], "M.b": ["F.0.1"]}
SHAPES = [
    Shape(tree("A", 3), tree("P", 3), ONE),
    Shape(tree("A", 3), tree("P", 3), tree("C", 2)),
    Shape(OVERLAPPING, tree("P", 2, 2), ONE),
    Shape(tree("A", 2), tree("P", 2), tree("C", 3)),
]


@dataclass(frozen=True)
class Case:
    """A system in which some cells are hidden already (they cost nothing), some blocked, some at
    an upper limit; and what is to be moved."""

    system: System
    grid: Grid
    value: Integers
    cost: Reals
    blocked: Flags
    target: int
    step: int

    def change(self) -> dict[int, int] | None:
        mover = GridMover(self.system, self.grid)
        return mover.change(self.value, self.cost, self.blocked, self.target, self.step)

    @property
    def sizes(self) -> list[int]:
        """The whole step, half of it, and one."""
        whole = abs(self.step)
        return sorted({whole, (whole + 1) // 2, 1}, reverse=True)

    def price(self, cells: dict[int, int]) -> float | None:
        """By hand: every touched cell has its price, unless it cannot move so far."""
        total = 0.0
        for cell, by in cells.items():
            moved = int(self.value[cell]) + by
            least, most = int(self.system.lower[cell]), int(self.system.upper[cell])
            if self.blocked[cell] or not least <= moved <= most:
                return None
            total += float(self.cost[cell]) + TOUCH
        return total

    def products(self, size: int) -> Iterator[dict[int, int]]:
        """Every product of one pattern for each axis, multiplied out."""
        place = self.grid.place_of[self.target].tolist()
        patterns = []
        for axis, code in zip(self.grid.axes, place, strict=True):
            fan = axis.fan(code)
            signs = fan.both[1]
            patterns.append(
                [
                    {int(c): int(s) for c, s in zip(fan.codes, row, strict=True) if s}
                    for row in signs
                ]
            )
        step = size if self.step > 0 else -size
        for chosen in itertools.product(*patterns):
            found: dict[int, int] = {}
            for spot in itertools.product(*chosen):
                cell = int(self.grid.cell_at[tuple(spot)])
                sign = int(
                    np.prod([pattern[code] for pattern, code in zip(chosen, spot, strict=True)])
                )
                if cell < self.system.size:
                    found[cell] = step * sign
            yield found

    def keeps(self, change: dict[int, int]) -> bool:
        """Whether every relation still holds, reckoned over all of them."""
        return not any(
            sum(weight * change.get(cell, 0) for cell, weight in row) for row in self.system.rows
        )

    def cheapest(self) -> float | None:
        """The least price for how far a move goes; once a size is free, no smaller one is tried."""
        found: list[float] = []
        for size in self.sizes:
            prices = [self.price(one) for one in self.products(size) if self.keeps(one)]
            known = [price for price in prices if price is not None]
            if known:
                found.append(min(known) * (abs(self.step) / size) ** PARTS)
                if min(known) < 1:
                    break
        return min(found, default=None)


def limited(table: CountTable, dice: random.Random) -> CountTable:
    """Some counts have little room above them."""
    cells = (
        replace(cell, upper=(cell.value or 0) + dice.randint(0, 4))
        if dice.random() < 0.15
        else cell
        for cell in table.cells
    )
    return CountTable(tuple(cells), table.relations)


def case(seed: int) -> Case:
    dice = random.Random(seed)
    table = family(SHAPES[seed % len(SHAPES)], seed, mean=dice.choice([2, 6, 20]))
    if seed % 3 == 0:
        table = limited(table, dice)
    values = tuple(cell.value or 0 for cell in table.cells)
    system = system_of(
        table, values, max(components(table), key=lambda part: len(part[0])), PARTNER
    )
    grid = grid_of(system)
    assert grid is not None
    cost = np.append(np.where([dice.random() < 0.5 for _ in system.cost], 0.0, system.cost), 0.0)
    blocked = np.append([dice.random() < 0.1 for _ in system.cost], False)
    target = dice.randrange(system.size)
    blocked[target] = False
    step = dice.choice([-1, 1]) * dice.randint(1, 9)
    return Case(system, grid, np.append(system.value, 1 << 40), cost, blocked, target, step)


SEEDS = range(28)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_move_found_is_the_cheapest_product_by_hand(seed: int) -> None:
    made = case(seed)
    change, expected = made.change(), made.cheapest()
    if change is None or expected is None:
        assert change is None and expected is None
        return
    moved = abs(change[made.target])
    assert change[made.target] * made.step > 0 and moved in made.sizes
    assert made.keeps(change)
    price = made.price(change)
    assert price is not None, "it touches a blocked cell, or one that has not so much"
    assert price * (abs(made.step) / moved) ** PARTS == pytest.approx(expected)


@pytest.mark.parametrize("seed", SEEDS[::2])
def test_no_product_is_cheaper_than_the_exact_model_says(seed: int) -> None:
    """The second way knows no patterns: whole numbers, relations, and a price for each cell."""
    made = case(seed)
    whole = [made.price(one) for one in made.products(abs(made.step)) if made.keeps(one)]
    best = min((price for price in whole if price is not None), default=None)
    near = neighbourhood(made.system, made.blocked, made.target, made.system.size)
    assert len(near) <= SMALL, "larger ones get a price per unit"
    exact = _Model(made.system, made.value, made.cost, near, made.target, made.step).solve()
    if exact is None:
        assert best is None
        return
    assert made.keeps(exact)
    assert made.price(exact) is not None
    if best is not None:
        assert hidden(made, exact) <= best + 1e-6


def hidden(made: Case, change: dict[int, int]) -> float:
    return sum(float(made.cost[cell]) for cell in change)


def test_these_cases_hold_moves_of_every_kind() -> None:
    """Whole steps, parts, free ones, dear ones, and none at all."""
    kinds = set()
    for seed in SEEDS:
        made = case(seed)
        change = made.change()
        if change is None:
            kinds.add("none")
            continue
        whole = abs(change[made.target]) == abs(made.step)
        kinds |= {"whole" if whole else "part", "free" if hidden(made, change) == 0 else "dear"}
    assert kinds == {"none", "whole", "part", "free", "dear"}
