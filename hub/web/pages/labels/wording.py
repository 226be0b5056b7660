"""The vocabulary in another language: the same words by the same codes, with other titles.

A catalogue holds them under ``vocabulary``, by table, code and column: ``vocabulary.indicators
.MAR_CASE.title``; categories by dimension and code. What it lacks stays English.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from hub.vocabulary import Vocabulary
from hub.vocabulary.rows import Row, Unit
from hub.vocabulary.tables import TABLES

R = TypeVar("R", bound=Row)
COLUMNS = (
    *("title", "name", "text", "plural", "role_title"),
    *("description", "definition", "note"),
)
"""The columns of a row that readers see as words."""
Say = Callable[[str, str], str]
"""Gives the wording of a place in the catalogue; told the English one."""


def reworded(words: Vocabulary, say: Say) -> Vocabulary:
    """The vocabulary with every text as ``say`` says it; codes, units and rules stay."""
    tables: dict[str, Any] = {
        name: _table(getattr(words, name), f"vocabulary.{name}", say)
        for name in TABLES
        if name not in ("overview", "similar")
    }
    categories = {
        dimension: _table(rows, f"vocabulary.categories.{dimension}", say)
        for dimension, rows in words.categories.items()
    }
    return replace(words, **tables, categories=categories)


def _table(rows: Mapping[str, R], path: str, say: Say) -> dict[str, R]:
    return {code: _row(row, f"{path}.{code}", say) for code, row in rows.items()}


def _row(row: R, path: str, say: Say) -> R:
    texts = {name: getattr(row, name, "") for name in COLUMNS}
    return row.model_copy(update={n: say(f"{path}.{n}", text) for n, text in texts.items() if text})


def singular(unit: Unit, say: Say) -> str:
    """What exactly one of a unit is called; in English its code says it."""
    return say(f"vocabulary.units.{unit.code}.singular", unit.code)
