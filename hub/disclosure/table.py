"""One linked family of counts: the cells, and everything that is known to hold between them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from functools import cached_property

from hub.errors import DisclosureError
from hub.vocabulary.cells import Breakdown, CellKey, breakdown_text
from hub.vocabulary.rows import ZeroRule


@dataclass(frozen=True, slots=True, order=True)
class VirtualKey:
    """A count that nobody prints but anyone can reach by adding and subtracting.

    ``name`` says how: ``DAC_REFERRAL - DAC_REFERRAL_POLICE``. Place and period are kept so that
    the same difference at another place is recognised as its neighbour.
    """

    name: str
    area: str = ""
    period: str = ""
    breakdown: Breakdown = ()

    def __str__(self) -> str:
        inner = f"[{breakdown_text(self.breakdown)}]" if self.breakdown else ""
        return f"({self.name}){inner} {self.area} {self.period}".rstrip()


class Past(StrEnum):
    """What earlier releases told of a cell."""

    NEW = "new"
    SHOWN = "shown"
    """Published before with this value: known for ever, and never hidden again."""
    HIDDEN = "hidden"


@dataclass(frozen=True, slots=True)
class Cell:
    """One count. Its ``repr`` never shows the count.

    ``value`` is the raw count, or None for a virtual cell that the hub cannot work out either.
    ``published`` is false for virtual cells: they are never printed, but protected when small.
    ``people`` is false for counts of no person or case (populations, meetings): never hidden.
    ``parts`` are the contributing agencies and what each contributed; an agency knows its own.
    ``lower`` and ``upper`` are limits that everyone knows beforehand.
    """

    key: CellKey | VirtualKey
    value: int | None = field(repr=False)
    published: bool = True
    people: bool = True
    zero: ZeroRule = ZeroRule.SHOWN
    parts: tuple[tuple[str, int], ...] = field(default=(), repr=False)
    past: Past = Past.NEW
    lower: int = 0
    upper: int | None = None

    def __post_init__(self) -> None:
        if self.value is None and (self.published or self.past is Past.SHOWN):
            raise DisclosureError(f"{self.key}: a published cell must have a count.")
        if self.value is not None and not self._within(self.value):
            raise DisclosureError(f"{self.key}: the count is outside its own limits.")
        if isinstance(self.key, VirtualKey) and self.published:
            raise DisclosureError(f"{self.key}: a virtual cell is never published.")

    def _within(self, value: int) -> bool:
        return self.lower <= value and (self.upper is None or value <= self.upper)

    @property
    def is_structural(self) -> bool:
        """Whether everyone knows that it can only be zero."""
        return self.value == 0 and self.zero is ZeroRule.STRUCTURAL

    @property
    def is_known(self) -> bool:
        """Whether the attacker knows it whatever this release decides."""
        shown = self.past is Past.SHOWN or self.is_structural
        return shown or (self.published and not self.people)

    @property
    def owner(self) -> str | None:
        """The one agency that contributed it and so knows it, if there is only one."""
        return self.parts[0][0] if len(self.parts) == 1 else None


@dataclass(frozen=True, slots=True)
class Relation:
    """``sum of coefficient * cell`` equals, or is at most, ``right``; everybody knows it.

    ``origin`` says in plain words why it holds.
    """

    terms: tuple[tuple[int, int], ...]
    sense: str = "="
    right: int = field(default=0, repr=False)
    origin: str = ""

    def __post_init__(self) -> None:
        if self.sense not in ("=", "<="):
            raise DisclosureError(f"{self.sense!r} is neither = nor <=.")
        cells = [cell for cell, _ in self.terms]
        if not cells or len(set(cells)) != len(cells) or not all(c for _, c in self.terms):
            raise DisclosureError(f"{self.origin}: a relation names each of its cells once.")

    def holds(self, values: Sequence[int]) -> bool:
        """Whether whole numbers ``values`` (by cell index) obey it."""
        left = sum(coefficient * values[cell] for cell, coefficient in self.terms)
        return left == self.right if self.sense == "=" else left <= self.right


@dataclass(frozen=True, slots=True)
class Bound:
    """A linear expression whose value is told as an interval, by a printed share for instance."""

    terms: tuple[tuple[int, int], ...]
    lower: Fraction | None = field(default=None, repr=False)
    upper: Fraction | None = field(default=None, repr=False)
    origin: str = ""

    def relations(self) -> Iterator[Relation]:
        """The same knowledge as one or two whole-number inequalities."""
        if self.upper is not None:
            yield Relation(self.terms, "<=", self.upper.__floor__(), self.origin)
        if self.lower is not None:
            negated = tuple((cell, -coefficient) for cell, coefficient in self.terms)
            yield Relation(negated, "<=", -self.lower.__ceil__(), self.origin)


def share(part: int, whole: int, printed: Fraction, decimals: int) -> tuple[Relation, Relation]:
    """What a printed percentage tells of two cells: ``part`` is ``printed`` % of ``whole``.

    Half a unit of the last decimal is allowed to both sides, ends included, so that any way of
    rounding is covered.
    """
    scale = 200 * 10**decimals
    middle = int(printed * 2 * 10**decimals)
    origin = "a printed percentage"
    return (
        Relation(((part, scale), (whole, -(middle + 1))), "<=", 0, origin),
        Relation(((part, -scale), (whole, middle - 1)), "<=", 0, origin),
    )


@dataclass(frozen=True)
class CountTable:
    """The cells of a linked family and all that ties them. Valid from birth.

    Raises:
        DisclosureError: a key is given twice, or a relation does not hold between the counts; the
            message names the relation and no count.
    """

    cells: tuple[Cell, ...]
    relations: tuple[Relation, ...] = ()
    bounds: tuple[Bound, ...] = ()

    def __post_init__(self) -> None:
        if len(self.index) != len(self.cells):
            raise DisclosureError("A cell is given twice in one table.")
        for relation in self.knowledge:
            if any(not 0 <= cell < len(self.cells) for cell, _ in relation.terms):
                raise DisclosureError(f"{relation.origin}: names a cell outside the table.")
            if _is_broken(relation, self.cells):
                raise DisclosureError(f"{relation.origin}: does not hold between the counts.")

    @cached_property
    def index(self) -> Mapping[CellKey | VirtualKey, int]:
        """Where each key's cell stands."""
        return {cell.key: place for place, cell in enumerate(self.cells)}

    @cached_property
    def knowledge(self) -> tuple[Relation, ...]:
        """Relations and bounds in one form."""
        told = (relation for bound in self.bounds for relation in bound.relations())
        return (*self.relations, *told)

    def __repr__(self) -> str:
        return f"CountTable({len(self.cells)} cells, {len(self.knowledge)} relations)"


def _is_broken(relation: Relation, cells: Sequence[Cell]) -> bool:
    left = 0
    for cell, coefficient in relation.terms:
        value = cells[cell].value
        if value is None:
            return False
        left += coefficient * value
    return left != relation.right if relation.sense == "=" else left > relation.right
