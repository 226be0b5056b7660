"""Checks the proof: alternative tables that agree with all that is published.

No solver here: whole numbers and one pass over the relations, so that a steward's machine can
repeat it and a reader of this page can follow it.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

from hub.disclosure.primary import is_sensitive
from hub.disclosure.protection import Protection, Side, State, Witness
from hub.disclosure.table import Cell, CountTable, Past, Relation


def check_witnesses(table: CountTable, protection: Protection) -> list[str]:
    """Everything that is wrong with a protection, in words without counts; empty when it holds.

    ``table`` is the table that was to be protected; the check trusts nothing in ``protection``
    but what it can recompute.
    """
    if protection.table.cells[: len(table.cells)] != table.cells or not (
        set(table.knowledge) <= set(protection.table.knowledge)
    ):
        return ["The protection is of another table."]
    return [
        *_value_problems(protection),
        *_pattern_problems(protection),
        *_missing(protection),
        *_witness_problems(protection),
    ]


def _value_problems(protection: Protection) -> Iterator[str]:
    """The filled-in table must be the true one, and possible."""
    for cell, value in zip(protection.table.cells, protection.values, strict=True):
        if cell.value not in (None, value) or not _fits(cell, value):
            yield f"{cell.key}: the table that the witnesses change is not the true one."
    for relation in protection.table.knowledge:
        if not relation.holds(protection.values):
            yield f"{relation.origin}: does not hold in the table that the witnesses change."


def _fits(cell: Cell, value: int) -> bool:
    return cell.lower <= value and (cell.upper is None or value <= cell.upper)


def _pattern_problems(protection: Protection) -> Iterator[str]:
    for cell, state in zip(protection.table.cells, protection.pattern, strict=True):
        shown = state is State.PUBLISHED
        if cell.published == (state is State.VIRTUAL):
            yield f"{cell.key}: a virtual cell is printed, or a printed one called virtual."
        if shown and is_sensitive(cell, protection.policy):
            yield f"{cell.key}: a sensitive count is shown."
        if cell.published and not shown and (cell.past is Past.SHOWN or not cell.people):
            yield f"{cell.key}: hides what everyone already knows."


def observers(table: CountTable) -> frozenset[str]:
    """The agencies that know some count of the table from their own books."""
    return frozenset(agency for cell in table.cells for agency, _ in cell.parts)


def owed(table: CountTable, protection: Protection) -> Iterator[tuple[int, Side, str | None]]:
    """Which witnesses the promise asks for: both ends, against readers and every other agency.

    An agency is only an observer of cells it is linked with; others are as good as readers.
    """
    agencies = sorted(observers(table))
    for place, cell in enumerate(table.cells):
        if is_sensitive(cell, protection.policy):
            contributing = {agency for agency, _ in cell.parts}
            for observer in (None, *(a for a in agencies if a not in contributing)):
                yield place, Side.LOW, observer
                yield place, Side.HIGH, observer


def _missing(protection: Protection) -> Iterator[str]:
    """A witness against nobody in particular that touches no count of an agency serves it too."""
    table = protection.table
    held: dict[tuple[int, Side], list[Witness]] = defaultdict(list)
    for witness in protection.witnesses:
        held[witness.target, witness.side].append(witness)
    for place, side, observer in owed(table, protection):
        if not any(_serves(table, witness, observer) for witness in held[place, side]):
            against = f"agency {observer}" if observer else "readers"
            yield f"{table.cells[place].key}: no {side} witness against {against}."


def _serves(table: CountTable, witness: Witness, observer: str | None) -> bool:
    return observer is None or all(
        table.cells[place].owner != observer for place, _ in witness.changes
    )


Touching: TypeAlias = Mapping[int, list[tuple[Relation, int]]]
"""By place, the relations that name its cell, and with which coefficient."""


def _witness_problems(protection: Protection) -> Iterator[str]:
    touching: dict[int, list[tuple[Relation, int]]] = defaultdict(list)
    for relation in protection.table.knowledge:
        for place, weight in relation.terms:
            touching[place].append((relation, weight))
    for witness in protection.witnesses:
        problem = _problem(protection, witness, touching)
        if problem:
            key = protection.table.cells[witness.target].key
            yield f"{key}: its {witness.side} witness {problem}."


def _problem(protection: Protection, witness: Witness, touching: Touching) -> str | None:
    changes, values, cells = dict(witness.changes), protection.values, protection.table.cells
    policy, target = protection.policy, values[witness.target] + changes.get(witness.target, 0)
    if target > policy.low if witness.side is Side.LOW else target < policy.high:
        return "does not reach its end of the promise"
    for place, change in changes.items():
        if protection.pattern[place] is State.PUBLISHED or cells[place].is_known:
            return "changes a count that is shown"
        if not _fits(cells[place], values[place] + change):
            return "holds an impossible count"
    broken = _broken_by(changes, values, touching)
    if broken is not None:
        return f"breaks a relation ({broken.origin})"
    if not _serves(protection.table, witness, witness.observer):
        return "changes a count that its observer knows"
    return None


def _broken_by(
    changes: Mapping[int, int], values: Sequence[int], touching: Touching
) -> Relation | None:
    """A relation that holds in the true table (which is checked apart) and not in the changed."""
    moved: dict[int, tuple[Relation, int]] = {}
    for place, change in changes.items():
        for relation, weight in touching.get(place, ()):
            _, before = moved.get(id(relation), (relation, 0))
            moved[id(relation)] = relation, before + weight * change
    for relation, by in moved.values():
        if by and relation.sense == "=":
            return relation
        if by > 0 and sum(w * values[p] for p, w in relation.terms) + by > relation.right:
            return relation
    return None
