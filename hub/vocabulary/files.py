"""Reading the data files into rows: every problem is collected, none stops the reading."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from hub.errors import VocabularyError
from hub.vocabulary.rows import Row

R = TypeVar("R", bound=Row)


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one row of a data file, for the person who edits it."""

    file: str
    row: int
    column: str
    message: str

    def __str__(self) -> str:
        return f"{self.file} row {self.row}, column {self.column}: {self.message}"


def shipped() -> Traversable:
    """Where the vocabulary shipped with the hub lies."""
    return files("hub.vocabulary") / "data"


def read_rows(
    folder: Traversable | Path, name: str, row_type: type[R]
) -> tuple[list[R], list[Problem]]:
    """Read ``name.csv`` and every ``name/*.csv`` below ``folder``.

    Returns the good rows and the problems of the bad ones. Row numbers count the header as 1,
    as a spreadsheet does.
    """
    rows: list[R] = []
    problems: list[Problem] = []
    for file, text in _texts(folder, name):
        for number, record in enumerate(csv.DictReader(text.splitlines(), strict=True), start=2):
            try:
                rows.append(row_type.model_validate(_filled(record)).placed(file, number))
            except (ValidationError, VocabularyError) as error:
                problems += _explain(file, number, error)
    return rows, problems


def _texts(folder: Traversable | Path, name: str) -> Iterator[tuple[str, str]]:
    single = folder / f"{name}.csv"
    if single.is_file():
        yield f"{name}.csv", single.read_text(encoding="utf-8")
    many = folder / name
    if many.is_dir():
        for file in sorted(many.iterdir(), key=lambda item: item.name):
            if file.name.endswith(".csv"):
                yield f"{name}/{file.name}", file.read_text(encoding="utf-8")


def _filled(record: dict[str, str]) -> dict[str, str]:
    """Leave out empty cells, so that the column's default holds."""
    extra = {"surplus": "more cells than the header has"} if None in record else {}
    return {name: cell for name, cell in record.items() if name is not None and cell} | extra


def _explain(file: str, row: int, error: ValidationError | VocabularyError) -> list[Problem]:
    if isinstance(error, VocabularyError):
        return [Problem(file, row, "", error.message)]
    return [
        Problem(file, row, ".".join(str(part) for part in item["loc"]), item["msg"])
        for item in error.errors()
    ]
