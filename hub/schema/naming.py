"""How a field says what it shows without making it: a word by its code, an object in place.

The compiler writes most of an answer by these; the executor knows nothing of them and resolves
the fields themselves. A differential test holds both to the same bytes.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

NAMED = "named"
"""Key of a field's metadata that holds a :class:`Named`."""
INSIDE = "inside"
"""Key of a field's metadata that holds, by name of the fields below it, how each is told."""


@dataclass(frozen=True, slots=True)
class Named:
    """Where the code of the word stands, and how the word is made of it.

    ``attribute`` is dotted, of the object with the field; ``make`` is given the code and the
    context of resolvers. The compiler writes a word once and finds its text by the code.
    """

    attribute: str
    make: Callable[[str, Any], object]


@dataclass(frozen=True, slots=True)
class Told:
    """How a field of an inner object is told by the outer one, so that no inner one is made.

    ``attribute`` is dotted, of the outer object; ``texts`` makes JSON of what stands there in a
    column of objects, given the run, whose ``context`` is that of resolvers. ``keeps`` says that
    few values stand there, whose texts are worth keeping for the plan's life.
    """

    attribute: str
    texts: Callable[[Sequence[Any], Any], list[str]]
    keeps: bool = False


Inside = Mapping[str, Told]


class Table(Protocol):
    """Rows that are kept by column."""

    @property
    def tells(self) -> frozenset[str]:
        """Dotted names of the attributes, of the objects made of rows, that are columns."""
        ...

    def __len__(self) -> int: ...

    def __iter__(self) -> Iterator[Any]: ...

    def column(self, name: str) -> Sequence[Any]:
        """Give what an attribute would be of each object."""
        ...


class OfRows:
    """Objects made of rows, each when it is asked for; where rows tell all, none is made.

    What ``make`` makes of a row has the attributes that the table tells.
    """

    __slots__ = ("_make", "rows")

    def __init__(self, rows: Table, make: Callable[[Any], Any]) -> None:
        self.rows = rows
        self._make = make

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[Any]:
        """Make them one after the other."""
        return map(self._make, self.rows)
