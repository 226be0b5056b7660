"""How a field says which word of the vocabulary it shows, without making the word."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

NAMED = "named"
"""Key of a field's metadata that holds a :class:`Named`."""


@dataclass(frozen=True, slots=True)
class Named:
    """Where the code of the word stands, and how the word is made of it.

    ``attribute`` is dotted, of the object with the field; ``make`` is given the code and the
    context of resolvers. The compiler writes a word once and finds its text by the code.
    """

    attribute: str
    make: Callable[[str, Any], object]
