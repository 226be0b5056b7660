"""Controlled rounding: every count becomes a multiple of the base, and the multiples still add up.

A wish is drawn for every cell from the secret: one of the two multiples around the count, the
nearer one more often, so that the wish is right on average. An integer program then looks, one
linked part after the other, for multiples that obey every relation and lie near the wishes and
the counts. Always taking the nearest multiples would lose less, but tell more: a reader could
work out which way each count was rounded.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from hub.disclosure.methods.insiders import Limits, insider_limits
from hub.disclosure.methods.integer import INFINITY, Ending, Model
from hub.disclosure.methods.keys import draw
from hub.disclosure.methods.parameters import MethodParameters
from hub.disclosure.methods.reach import Reach
from hub.disclosure.policy import Policy
from hub.disclosure.table import Cell, CountTable, Relation
from hub.errors import DisclosureError

FREE = 10_000_000
"""How many steps a count that the hub does not know may be away from zero."""

LAST_RESORT = 1_000.0
"""The price of a step beyond the reach, in steps within it."""


@dataclass(frozen=True)
class Rounding:
    """The rounded table. ``printed`` has a number for every count of people, virtual ones
    included; None elsewhere. ``relaxed`` were moved one step beyond the reach. ``unequal`` are
    relations that no multiples can obey, because a count in them is exact or they have a rest;
    they hold to within one base."""

    rule: Reach
    printed: tuple[int | None, ...] = field(repr=False)
    relaxed: tuple[int, ...]
    unequal: tuple[int, ...]


def round_table(
    table: CountTable, policy: Policy, parameters: MethodParameters, seed: int
) -> Rounding:
    """Round every count of people so that all relations still hold.

    The same table, policy, secret and seed give the same answer.

    Raises:
        DisclosureError: no multiples obey the relations, or none were found in time; the message
            names cells and no count.
    """
    rule = Reach.of(parameters.base, policy)
    rounder = _Rounder(table, rule, parameters, f"rounding {seed}")
    for places, numbers in rounder.parts():
        rounder.settle(places, numbers)
    return Rounding(
        rule, tuple(rounder.printed), tuple(sorted(rounder.relaxed)), tuple(rounder.unequal)
    )


def is_rounded(cell: Cell) -> bool:
    """Whether a cell takes part: counts of populations and meetings stay exact."""
    return cell.people


class _Rounder:
    def __init__(
        self, table: CountTable, rule: Reach, parameters: MethodParameters, purpose: str
    ) -> None:
        self.table, self.rule, self.base = table, rule, rule.base
        self.parameters, self.purpose, self.secret = parameters, purpose, parameters.key()
        self.limits: Limits = insider_limits(table, rule)
        self.printed: list[int | None] = [None] * len(table.cells)
        self.relaxed: set[int] = set()
        self.rows = list(_rows(table, self.base))
        self.unequal = [row.number for row in self.rows if row.low != row.high and row.is_equal]

    def parts(self) -> list[tuple[list[int], list[int]]]:
        """Cells that are linked, with the places of the rows that link them."""
        chief = list(range(len(self.table.cells)))

        def find(cell: int) -> int:
            while chief[cell] != cell:
                chief[cell] = chief[chief[cell]]
                cell = chief[cell]
            return cell

        for row in self.rows:
            first, *others = row.terms
            for other in others:
                chief[find(other)] = find(first)
        found: dict[int, tuple[list[int], list[int]]] = {}
        for place, cell in enumerate(self.table.cells):
            if is_rounded(cell):
                found.setdefault(find(place), ([], []))[0].append(place)
        for number, row in enumerate(self.rows):
            found[find(next(iter(row.terms)))][1].append(number)
        return list(found.values())

    def settle(self, places: Sequence[int], numbers: Sequence[int]) -> None:
        """Find multiples for one part: within the reach, or else one step further."""
        ending = Ending.IMPOSSIBLE
        for further in (False, True):
            part = _PartModel(self, places, further=further)
            for number in numbers:
                part.bind(self.rows[number])
            ending, point = part.model.solve(self.parameters.seconds)
            if ending is Ending.FOUND:
                part.take(point)
                return
            if ending is Ending.LATE:
                break
        names = ", ".join(str(self.table.cells[place].key) for place in places[:5])
        why = "exist" if ending is Ending.IMPOSSIBLE else "were found within the limits"
        raise DisclosureError(
            f"No multiples of {self.base} that add up {why} for the {len(places)} linked cells "
            f"around {names}. Suppress instead, or release fewer breakdowns."
        )

    def choices(self, place: int, *, further: bool) -> range:
        """The steps that a cell may take: the rule's, within the insiders' limits."""
        cell = self.table.cells[place]
        rule = self.rule.relaxed() if further else self.rule
        steps = rule.multiples(cell, cell.value or 0)
        low, high = self.limits.get(place, (0.0, math.inf))
        first = max(steps.start, math.ceil(low / self.base))
        last = steps.stop - 1 if math.isinf(high) else min(steps.stop - 1, int(high // self.base))
        return range(first, last + 1)

    def wish(self, place: int) -> int:
        """The step drawn for a cell: right on average, and further off now and then, so that
        what the rule leaves possible really happens."""
        cell = self.table.cells[place]
        count = cell.value or 0
        if count == 0:
            return 0
        spare = min(self.rule.reach - self.base + 1, count)
        shift = int(draw(self.secret, self.purpose + " shift", cell.key, count) * (2 * spare + 1))
        step, over = divmod(count + shift - spare, self.base)
        return step + (draw(self.secret, self.purpose, cell.key, count) * self.base < over)


class _PartModel:
    """The program of one part: a variable for each step that a cell may take off its wish."""

    def __init__(self, rounder: _Rounder, places: Sequence[int], *, further: bool) -> None:
        self.rounder, self.places, self.model = rounder, places, Model()
        self.start: dict[int, int] = {}
        self.steps: dict[int, list[tuple[int, int]]] = {}
        for place in places:
            self._add(place, further=further)

    def _add(self, place: int, *, further: bool) -> None:
        cell, steps = self.rounder.table.cells[place], self.steps.setdefault(place, [])
        if cell.value is None:
            self.start[place] = 0
            steps.append((self.model.column(1e-3, FREE), 1))
            return
        allowed = self.rounder.choices(place, further=further)
        if not allowed:
            self.start[place] = 0
            self.model.row({}, 1.0, 1.0)  # no choice at all: the program has no answer
            return
        usual = self.rounder.choices(place, further=False)
        start = min(max(self.rounder.wish(place), allowed[0]), allowed[-1])
        self.start[place] = start
        for sign, way in ((1, range(start, allowed[-1])), (-1, range(start, allowed[0], -1))):
            for step in way:
                cost = self._price(place, start, step, sign)
                if step + sign not in usual:
                    cost += LAST_RESORT
                steps.append((self.model.column(cost, 1.0), sign))

    def _price(self, place: int, start: int, step: int, sign: int) -> float:
        """What one step more costs: how much further it lies from the wish and from the count."""
        base, count = self.rounder.base, self.rounder.table.cells[place].value or 0

        def distance(at: int) -> float:
            return abs(at - start) + abs(at * base - count) / base

        return distance(step + sign) - distance(step) + 1e-3

    def bind(self, row: "_Row") -> None:
        """Ask that the chosen multiples obey a relation."""
        already = sum(weight * self.start[place] for place, weight in row.terms.items())
        terms = {
            column: weight * sign
            for place, weight in row.terms.items()
            for column, sign in self.steps[place]
        }
        self.model.row(terms, row.low - already, row.high - already)

    def take(self, point: Iterable[int]) -> None:
        """Keep what was found."""
        chosen = list(point)
        for place in self.places:
            step = self.start[place] + sum(s * int(chosen[c]) for c, s in self.steps[place])
            self.rounder.printed[place] = step * self.rounder.base
            if self.rounder.table.cells[place].value is None:
                continue
            if step not in self.rounder.choices(place, further=False):
                self.rounder.relaxed.add(place)


@dataclass(frozen=True)
class _Row:
    """A relation between steps instead of counts."""

    number: int
    terms: dict[int, int]
    low: float
    high: float
    is_equal: bool


def _rows(table: CountTable, base: int) -> Iterable[_Row]:
    for number, relation in enumerate(table.relations):
        if (rest := _rest(table, relation)) is None:
            continue
        terms = {p: weight for p, weight in relation.terms if is_rounded(table.cells[p])}
        if relation.sense == "=":
            yield _Row(number, terms, rest // base, -(-rest // base), True)
        elif all(abs(weight) == 1 for weight in terms.values()):
            # Shares (with other weights) are worked out from published counts, not asked of them.
            yield _Row(number, terms, -INFINITY, rest // base, False)


def _rest(table: CountTable, relation: Relation) -> int | None:
    """The right side after exact counts are moved there; None when there is nothing to ask."""
    rest = relation.right
    for place, weight in relation.terms:
        cell = table.cells[place]
        if not is_rounded(cell):
            if cell.value is None:
                return None
            rest -= weight * cell.value
    return rest if any(is_rounded(table.cells[place]) for place, _ in relation.terms) else None
