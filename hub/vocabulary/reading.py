"""Reading a vocabulary folder, and insisting that it is sound."""

from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, TypeVar

from hub.errors import VocabularyError
from hub.vocabulary.check import problems_of
from hub.vocabulary.files import Problem, read_rows, shipped
from hub.vocabulary.keeping import version_of
from hub.vocabulary.rows import (
    Category,
    Identity,
    Membership,
    Row,
    Schedule,
)
from hub.vocabulary.tables import TABLES
from hub.vocabulary.vocabulary import Vocabulary

R = TypeVar("R", bound=Row)


def read(folder: Traversable | Path) -> tuple[Vocabulary, list[Problem]]:
    """Read a vocabulary folder; gives what could be read and every problem of form."""
    problems: list[Problem] = []

    def rows(name: str, row_type: type[R]) -> list[R]:
        good, bad = read_rows(folder, name, row_type)
        problems.extend(bad)
        return good

    tables: dict[str, Any] = {}
    for name, row_type in TABLES.items():
        tables[name] = _keyed(rows(name, row_type), problems)
    words = Vocabulary(
        **tables,
        categories=_by_dimension(tables["dimensions"], rows("categories", Category), problems),
        memberships=tuple(rows("memberships", Membership)),
        calendar=tuple(rows("calendar", Schedule)),
        identities=tuple(_keyed(rows("identities", Identity), problems).values()),
    )
    return words, problems


def _keyed(rows: Iterable[Any], problems: list[Problem]) -> dict[str, Any]:
    """Index rows by code; the first of two wins, and the second is a problem."""
    found: dict[str, Any] = {}
    for row in rows:
        first = found.setdefault(row.code, row)
        if first is not row:
            file, number = first.place
            message = f"{row.code} is given twice; first in {file} row {number}"
            at: tuple[str, int] = row.place
            problems.append(Problem(*at, "code", message))
    return found


def _by_dimension(
    dimensions: Iterable[str], rows: list[Category], problems: list[Problem]
) -> dict[str, dict[str, Category]]:
    groups: dict[str, list[Category]] = {code: [] for code in dimensions}
    for row in sorted(rows, key=lambda item: item.order):
        groups.setdefault(row.dimension, []).append(row)
    return {code: _keyed(members, problems) for code, members in groups.items()}


def load(folder: Traversable | Path) -> Vocabulary:
    """Read a vocabulary folder and insist that it is sound.

    Raises:
        VocabularyError: a row is malformed or refers to a word that does not exist; the message
            lists every problem with its file, row and column.
    """
    found, problems = read(folder)
    problems += problems_of(found)
    if problems:
        listed = "\n".join(str(problem) for problem in problems[:50])
        raise VocabularyError(f"The vocabulary has {len(problems)} problems:\n{listed}")
    return replace(found, version=version_of(found))


@cache
def vocabulary() -> Vocabulary:
    """The vocabulary shipped with the hub, read once."""
    return load(shipped())
