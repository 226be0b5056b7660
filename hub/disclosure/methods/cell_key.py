"""Cell-key perturbation: every count gets noise from a published table, drawn by a secret key.

Cells are perturbed one by one, so totals do not add up. The same count in the same cell gets the
same noise in every release and table, so asking again gives nothing to average.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from hub.disclosure.methods.keys import canonical_address, draw
from hub.disclosure.methods.parameters import MethodParameters
from hub.disclosure.methods.perturbation import PerturbationTable, perturbation_table
from hub.disclosure.policy import Policy
from hub.disclosure.published import Told
from hub.disclosure.table import Cell, CountTable

PURPOSE = "cell key"
"""Kept for ever: another word would draw other noise for cells that were published before."""


@dataclass(frozen=True)
class Perturbation:
    """The perturbed table. ``printed`` has a number for every printed count of people."""

    noise: PerturbationTable
    printed: tuple[int | None, ...] = field(repr=False)

    def without(self, places: Sequence[int]) -> tuple[int | None, ...]:
        """What is left when some are withheld."""
        hidden = set(places)
        return tuple(None if at in hidden else n for at, n in enumerate(self.printed))


def perturb(table: CountTable, policy: Policy, parameters: MethodParameters) -> Perturbation:
    """Add each printed count's own noise. Virtual cells are not printed and get none.

    Raises:
        DisclosureError: there is no secret, or the perturbation table cannot keep the promise.
    """
    noise, secret = perturbation_table(parameters.perturbation, policy), parameters.key()
    return Perturbation(noise, tuple(_printed(cell, noise, secret) for cell in table.cells))


def _printed(cell: Cell, noise: PerturbationTable, secret: bytes) -> int | None:
    if not (cell.published and cell.people) or cell.value is None:
        return None
    return cell.value + noise.row(cell.value).drawn(draw(secret, PURPOSE, cell.key, cell.value))


def told_of(cell: Cell, printed: int | None, noise: PerturbationTable) -> Told:
    """What a perturbed number by itself tells of the count."""
    if cell.is_known and cell.value is not None:
        return cell.value, cell.value
    if printed is None:
        return cell.lower, cell.upper
    low, high = noise.interval(printed)
    return max(low, cell.lower), high if cell.upper is None else min(high, cell.upper)


def noise_of(
    table: CountTable, printed: Sequence[int | None], noise: PerturbationTable
) -> tuple[float | None, ...]:
    """The variance of what is printed of each cell: 0 for exact counts, None for nothing.

    One cell under two names has the same noise, so its second name is as good as not printed.
    """
    seen: set[str] = set()
    found: list[float | None] = []
    for cell, number in zip(table.cells, printed, strict=True):
        name = canonical_address(cell.key)
        if cell.is_known:
            found.append(0.0)
        elif number is None or name in seen:
            found.append(None)
        else:
            seen.add(name)
            found.append(noise.row(cell.value or 0).variance)
    return tuple(found)
