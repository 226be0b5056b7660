"""What every row of a data file has in common: its cells' types, and where it was read."""

from typing import Annotated, Any, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PrivateAttr

from hub.vocabulary.cells import Term, parse_sum
from hub.vocabulary.periods import PeriodKind

Code = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]*$", max_length=60)]


AreaCode = Annotated[str, Field(pattern=r"^[A-Z0-9][A-Z0-9_]*$", max_length=60)]


def _split(value: Any) -> Any:
    return tuple(part.strip() for part in value.split(";")) if isinstance(value, str) else value


def _terms(value: Any) -> Any:
    return parse_sum(value) if isinstance(value, str) else value


def _term(value: Any) -> Any:
    return Term.parse(value) if isinstance(value, str) else value


Codes = Annotated[tuple[Code, ...], BeforeValidator(_split)]


AreaCodes = Annotated[tuple[AreaCode, ...], BeforeValidator(_split)]


PeriodKinds = Annotated[tuple[PeriodKind, ...], BeforeValidator(_split)]


Sum = Annotated[tuple[Term, ...], BeforeValidator(_terms)]


OneTerm = Annotated[Term | None, BeforeValidator(_term)]


class Row(BaseModel):
    """One row of a vocabulary file."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)
    _place: tuple[str, int] = PrivateAttr(default=("", 0))

    @property
    def place(self) -> tuple[str, int]:
        """The file and row it was read from, so that a later check can name them."""
        return self._place

    def placed(self, file: str, number: int) -> Self:
        """Remember the file and row it was read from."""
        self._place = (file, number)
        return self
