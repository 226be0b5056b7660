"""The relations of one linked part as sparse arrays: a column for each cell that is still open."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from hub.disclosure.attack.reading import Part, Reading
from hub.disclosure.table import Relation

Numbers = NDArray[np.int64]
Reals = NDArray[np.float64]


@dataclass(frozen=True)
class Block:
    """Some rows over some columns, row by row, with what is left on their right-hand sides."""

    starts: Numbers
    columns: Numbers
    weights: Reals


@dataclass(eq=False)
class Matrix:
    """``weights`` by row; ``right`` is what is left when the settled cells are taken off."""

    size: int
    starts: Numbers
    columns: Numbers
    weights: Reals
    right: Reals
    is_equality: NDArray[np.bool_]
    _remembered: tuple[Reals, Reals] | None = None

    @cached_property
    def _by_column(self) -> tuple[Numbers, Numbers, Reals]:
        order = np.argsort(self.columns, kind="stable")
        rows = np.repeat(np.arange(len(self.right)), np.diff(self.starts))
        counts = np.bincount(self.columns, minlength=self.size)
        return np.concatenate([[0], np.cumsum(counts)]), rows[order], self.weights[order]

    def rows_naming(self, columns: Numbers) -> Numbers:
        """The rows that name any of the columns, sorted."""
        starts, rows, _ = self._by_column
        return np.unique(rows[_spans(starts, columns)])

    def columns_in(self, rows: Numbers) -> Numbers:
        """The columns that any of the rows names, sorted."""
        return np.unique(self.columns[_spans(self.starts, rows)])

    def moved(self, columns: Numbers, by: Reals) -> tuple[Numbers, Reals]:
        """How far each row that names one of the columns moves when these do: rows, distances."""
        starts, rows, weights = self._by_column
        at = _spans(starts, columns)
        times = np.repeat(by, starts[columns + 1] - starts[columns])
        touched, number = np.unique(rows[at], return_inverse=True)
        far: Reals = np.bincount(number, weights[at] * times, len(touched)).astype(np.float64)
        return touched, far

    def left(self, values: Reals) -> Reals:
        """What each row adds up to; the last table asked for is remembered."""
        if self._remembered is None or self._remembered[0] is not values:
            rows = np.repeat(np.arange(len(self.right)), np.diff(self.starts))
            parts = self.weights * values[self.columns]
            sums: Reals = np.bincount(rows, parts, len(self.right)).astype(np.float64)
            self._remembered = values, sums
        return self._remembered[1]

    def block(self, rows: Numbers, columns: Numbers) -> Block:
        """The rows over these columns, numbered as given."""
        at = _spans(self.starts, rows)
        local = np.full(self.size, -1, dtype=np.int64)
        local[columns] = np.arange(len(columns))
        inside = local[self.columns[at]] >= 0
        number = np.repeat(np.arange(len(rows)), self.starts[rows + 1] - self.starts[rows])
        counts = np.bincount(number[inside], minlength=len(rows))
        return Block(
            np.concatenate([[0], np.cumsum(counts)]),
            local[self.columns[at][inside]],
            self.weights[at][inside],
        )

    def near(self, column: int, reach: int, most: int) -> Numbers:
        """The columns at most ``reach`` rows away, the nearest first, ``most`` of them."""
        seen = np.zeros(self.size, dtype=np.bool_)
        seen[column] = True
        front = np.array([column])
        found, count = [front], 1
        while len(front) and reach and count < most:
            reach -= 1
            around = self.columns_in(self.rows_naming(front))
            front = around[~seen[around]]
            seen[front] = True
            found.append(front)
            count += len(front)
        return np.concatenate(found)[:most]


def _spans(starts: Numbers, chosen: Numbers) -> Numbers:
    """The places of all entries of the chosen rows (or columns), one after the other."""
    lengths = starts[chosen + 1] - starts[chosen]
    first = np.repeat(starts[chosen] - np.concatenate([[0], np.cumsum(lengths)[:-1]]), lengths)
    return first + np.arange(len(first))


def matrix_of(reading: Reading, relations: Sequence[Relation], part: Part) -> Matrix:
    """The part's relations over its cells, in their order; what is settled is a constant."""
    at = {cell: column for column, cell in enumerate(part.cells)}
    starts, columns, weights, right = [0], list[int](), list[int](), list[float]()
    for number in part.relations:
        left = float(relations[number].right)
        for cell, weight in relations[number].terms:
            if cell in at:
                columns.append(at[cell])
                weights.append(weight)
            else:
                left -= weight * reading.low[cell]
        starts.append(len(columns))
        right.append(left)
    return Matrix(
        len(part.cells),
        np.array(starts, dtype=np.int64),
        np.array(columns, dtype=np.int64),
        np.array(weights, dtype=np.float64),
        np.array(right, dtype=np.float64),
        np.array([relations[number].sense == "=" for number in part.relations], dtype=np.bool_),
    )
