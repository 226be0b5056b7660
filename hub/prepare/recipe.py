"""A recipe: which columns of an extract mean what, and what is counted. Written by the agency."""

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from hub.errors import VocabularyError
from hub.strict_yaml import StrictYamlError, read_yaml
from hub.vocabulary import Vocabulary
from hub.vocabulary.rows.row import AreaCode, Code
from hub.vocabulary.spelling import hint

Text = Annotated[str, BeforeValidator(lambda found: str(found)), Field(max_length=200)]
DateForm = Literal["d/m/y", "m/d/y", "y-m-d", "d mon y", "y/m/d", "d.m.y", "ymd"]
MAX_BYTES = 200_000


class RecipeError(VocabularyError):
    """A recipe that cannot be used; the message lists every problem."""

    code = "RECIPE"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Coded(_Part):
    """A column whose texts stand for categories of a dimension, or of nothing but ``where``.

    ``banded`` puts a number, ``born`` the age at the event of a date of birth, into the
    dimension's bands. ``otherwise`` is the category of texts that ``codes`` does not name;
    without it their rows are not counted and are named in the log.
    """

    column: Text
    dimension: Code | None = None
    codes: dict[Text, Text] = Field(default_factory=dict)
    banded: bool = False
    born: bool = False
    otherwise: Text | None = None

    @model_validator(mode="after")
    def _has_one_way(self) -> Self:
        if sum((bool(self.codes), self.banded, self.born)) != 1:
            raise ValueError("say one of codes, banded, born")
        if (self.banded or self.born) and self.dimension is None:
            raise ValueError("bands are those of a dimension")
        return self


class Repeat(_Part):
    """Only events of a key that had one on an earlier day within so many months."""

    months: Annotated[int, Field(ge=1, le=60)]
    same: Text


class Count(_Part):
    """One indicator: all events, or the distinct values of a key, that meet the conditions."""

    indicator: Code
    distinct: Text | None = None
    by: tuple[Text, ...] = ()
    """Names of fields; each gives a breakdown of its own."""
    where: dict[Text, tuple[Text, ...]] = Field(default_factory=dict)
    """By field, the codes that count."""
    repeat: Repeat | None = None


class Recipe(_Part):
    """How one agency's extract becomes one dataset's return."""

    title: Text
    dataset: Code
    area: AreaCode | None = None
    areas: Coded | None = None
    """Instead of ``area``: the column that says where; its ``codes`` are area codes."""
    encoding: Literal["utf-8", "windows-1252"] = "utf-8"
    delimiter: Literal[",", ";", "\t", "|"] = ","
    date: Text
    """Heading of the column with the date of the event."""
    dates: Annotated[tuple[DateForm, ...], Field(min_length=1)] = ("d/m/y",)
    """The forms in which dates come. A date with two readings among them is not counted."""
    keys: dict[Text, tuple[Text, ...]] = Field(default_factory=dict)
    """By name, the columns that together identify a person, a case or a pair of people."""
    missing: tuple[Text, ...] = ("", "UNKNOWN", "N/A", "NA", "NONE", "NULL", "NOT KNOWN", "TBC")
    """Texts that stand for no identifier; all who have one are not one person."""
    event: tuple[Text, ...] = ()
    """Columns that identify an event; by default rows that are alike in every cell are one."""
    fields: dict[Text, Coded] = Field(default_factory=dict)
    counts: Annotated[tuple[Count, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _names_hold(self) -> Self:
        if (self.area is None) == (self.areas is None):
            raise ValueError("say area or areas, one of the two")
        for count in self.counts:
            wanted = {*count.by, *count.where}
            if missing := wanted - set(self.fields):
                raise ValueError(f"{count.indicator}: no field {', '.join(sorted(missing))}")
            same = count.repeat.same if count.repeat else None
            named = {name for name in (count.distinct, same) if name is not None}
            if missing := named - set(self.keys):
                raise ValueError(f"{count.indicator}: no key {', '.join(sorted(missing))}")
        return self

    @property
    def columns(self) -> tuple[str, ...]:
        """Every heading the recipe reads, once."""
        found = [self.date, *self.event, *(one for each in self.keys.values() for one in each)]
        found += [item.column for item in self.fields.values()]
        found += [self.areas.column] if self.areas else []
        return tuple(dict.fromkeys(found))


def load_recipe(file: Path, words: Vocabulary) -> Recipe:
    """Read a recipe file.

    Raises:
        RecipeError: it cannot be used.
    """
    try:
        return parse_recipe(file.read_text(encoding="utf-8"), words)
    except (OSError, UnicodeDecodeError):
        raise RecipeError(f"{file.name} cannot be read as UTF-8 text.") from None


def parse_recipe(text: str, words: Vocabulary) -> Recipe:
    """Read a recipe and check its codes against the vocabulary.

    Raises:
        RecipeError: it is not YAML, too long, of another form, or names unknown codes.
    """
    if len(text) > MAX_BYTES:
        raise RecipeError("A recipe is a small file; this one is not.")
    try:
        recipe = Recipe.model_validate(read_yaml(text))
    except StrictYamlError as error:
        raise RecipeError(f"The recipe {error}.") from None
    except ValidationError as error:
        lines = [
            f"{'.'.join(map(str, item['loc'])) or 'the recipe'}: {item['msg']}"
            for item in error.errors(include_input=False, include_url=False)
        ]
        raise RecipeError("\n".join(lines[:50])) from None
    if problems := list(_problems(recipe, words)):
        raise RecipeError("\n".join(problems[:50]))
    return recipe


def _problems(recipe: Recipe, words: Vocabulary) -> list[str]:
    found = [] if recipe.dataset in words.datasets else [f"dataset: {recipe.dataset} is not known."]
    coded = recipe.areas.codes.values() if recipe.areas else ()
    areas = [recipe.area] if recipe.area else list(coded)
    found += [f"area: {code} is not known." for code in areas if code not in words.areas]
    for name, field in recipe.fields.items():
        if field.dimension is None:
            continue
        known = words.categories.get(field.dimension)
        if known is None:
            near = hint(field.dimension, words.dimensions)
            found.append(f"fields.{name}.dimension: {field.dimension} is not known.{near}")
            continue
        used = {*field.codes.values(), *([field.otherwise] if field.otherwise else [])}
        found += [
            f"fields.{name}: {code} is no category of {field.dimension}.{hint(code, known)}"
            for code in sorted(used - set(known))
        ]
    members = words.dataset_indicators.get(recipe.dataset, ())
    for count in recipe.counts:
        if count.indicator not in members:
            near = hint(count.indicator, members)
            found.append(f"counts: {count.indicator} is not part of {recipe.dataset}.{near}")
            continue
        dimensions = words.indicators[count.indicator].dimensions
        for name in count.by:
            dimension = recipe.fields[name].dimension
            if dimension not in dimensions:
                found.append(f"counts: {count.indicator} is not broken down by {dimension}.")
    return found
