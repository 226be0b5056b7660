"""YAML -> mapping: safe, small, and with every problem named by its place in the file."""

from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from hub.errors import NotFoundError, VocabularyError
from hub.loaders.agencies.mapping import Column, Mapping, Part, Row, Table
from hub.strict_yaml import StrictYamlError, read_yaml
from hub.vocabulary import Vocabulary
from hub.vocabulary.spelling import hint

MAX_BYTES = 200_000


class MappingError(VocabularyError):
    """A mapping that cannot be used; the message lists every problem."""

    code = "MAPPING"


def parse_mapping(text: str, words: Vocabulary, *, aliases: bool = True) -> Mapping:
    """Read a mapping and check its codes against the vocabulary; a stranger's without aliases.

    Raises:
        MappingError: it is not YAML, too long, of another form, or names unknown codes.
    """
    return _known(_formed(text, aliases), words)


def _formed(text: str, aliases: bool) -> Mapping:
    if len(text) > MAX_BYTES:
        raise MappingError("A mapping is a small file; this one is not.")
    try:
        return Mapping.model_validate(read_yaml(text, aliases=aliases))
    except StrictYamlError as error:
        raise MappingError(f"The mapping {error}.") from None
    except ValidationError as error:
        raise MappingError(_explain(error)) from None


def _known(mapping: Mapping, words: Vocabulary) -> Mapping:
    problems = [
        problem for where, part in _parts(mapping) for problem in _check(where, part, words)
    ]
    problems += [
        f"withheld: {code} is not a reason of status x."
        for code in mapping.withheld.values()
        if code not in words.reasons or words.reasons[code].status != "x"
    ]
    if problems:
        raise MappingError("\n".join(problems[:50]))
    return mapping


def load_mapping(file: Path, words: Vocabulary) -> Mapping:
    """Read a mapping file.

    Raises:
        MappingError: it cannot be used.
    """
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise MappingError(f"{file.name} cannot be read as UTF-8 text.") from None
    return parse_mapping(text, words)


@cache
def shipped_names() -> tuple[str, ...]:
    """The mappings shipped with the hub, which the API accepts by name."""
    folder = files("hub.loaders.agencies") / "mappings"
    return tuple(
        sorted(item.name.removesuffix(".yaml") for item in folder.iterdir() if _is_yaml(item.name))
    )


@cache
def shipped(name: str) -> Mapping:
    """Give a shipped mapping, its codes not yet compared with a vocabulary.

    Raises:
        NotFoundError: there is none of that name.
    """
    if name not in shipped_names():
        raise NotFoundError(
            f"There is no such mapping. The hub knows {', '.join(shipped_names())}; "
            "with a mapping of your own use `hub push --mapping FILE`."
        )
    file = files("hub.loaders.agencies") / "mappings" / f"{name}.yaml"
    return _formed(file.read_text(encoding="utf-8"), aliases=True)


def named(name: str, words: Vocabulary) -> Mapping:
    """Give a shipped mapping, fit for a vocabulary.

    Raises:
        NotFoundError: there is none of that name.
        MappingError: it names codes that this vocabulary does not have.
    """
    return _known(shipped(name), words)


def _is_yaml(name: str) -> bool:
    return name.endswith(".yaml")


def _explain(error: ValidationError) -> str:
    lines = [
        f"{'.'.join(str(part) for part in item['loc']) or 'the file'}: {item['msg']}"
        for item in error.errors(include_input=False, include_url=False)
    ]
    return "\n".join(lines[:50])


def _parts(mapping: Mapping) -> list[tuple[str, Part]]:
    """Everything in the mapping that may name codes, with its place."""
    found: list[tuple[str, Part]] = [("mapping", mapping)]
    for number, table in enumerate(mapping.tables):
        at = f"tables.{number}"
        found.append((at, table))
        found += [(f"{at}.columns.{place}", item) for place, item in enumerate(table.columns)]
        found += [(f"{at}.rows.{place}", item) for place, item in enumerate(table.rows)]
        sums = table.meetings.sums if table.meetings else ()
        found += [(f"{at}.meetings.sums.{place}", item) for place, item in enumerate(sums)]
    return found


def _check(where: str, part: Part, words: Vocabulary) -> list[str]:
    known: list[tuple[str, Any, Any]] = [
        ("dataset", part.dataset, words.datasets),
        ("indicator", part.indicator, words.indicators),
        ("area", part.area, words.areas),
    ]
    if isinstance(part, Table):
        known.append(("dimension", part.dimension, words.dimensions))
        if part.meetings:
            known.append(("meetings.count", part.meetings.count, words.indicators))
            places = part.meetings.places.values()
            known += [("meetings.places", code, words.areas) for code in places]
        known += [
            ("labels", code, words.categories.get(part.dimension or "", {}))
            for code in part.labels.values()
        ]
    for dimension, category in part.breakdown.items():
        known.append(("breakdown", dimension, words.dimensions))
        known.append((f"breakdown.{dimension}", category, words.categories.get(dimension, {})))
    problems = [
        f"{where}.{name}: {code} is not known.{hint(code, codes)}"
        for name, code, codes in known
        if code is not None and code not in codes
    ]
    if isinstance(part, Column | Row) and part.ignore == "":
        problems.append(f"{where}.ignore: say why nothing is read here.")
    return problems
