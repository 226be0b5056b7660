"""A line of the table of acceptance figures, and a case of several."""

from dataclasses import dataclass

from tests.spec.asks import Ask


@dataclass(frozen=True)
class Line:
    """One figure: what it is, how it is obtained, its exact value, what the source prints."""

    what: str
    ask: Ask
    exact: str
    printed: str = ""
    fault: str = ""


@dataclass(frozen=True)
class Case:
    """One acceptance figure, of one or several lines."""

    id: str
    lines: tuple[Line, ...]


def case(number: int, *lines: Line) -> Case:
    """A case by its number."""
    return Case(f"AF-{number:02d}", lines)
