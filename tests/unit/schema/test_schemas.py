"""Both schemas: everything described, everything guarded, nothing raw, the SDL current."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    is_specified_scalar_type,
)
from strawberry import Schema
from strawberry.types import get_object_definition

from hub.auth import matrix
from hub.auth.matrix import missing, surface_lines
from hub.protected.releases import Audience
from hub.schema import guard
from hub.schema.intake import root as intake
from hub.schema.read import query as read

SDL = Path(__file__).parents[3] / "docs" / "reference" / "schema.graphql"
SCHEMAS = {"read": read.schema, "intake": intake.schema}
ROOTS = [("read", read.Query), ("intake", intake.Query), ("intake", intake.Mutation)]


def core(schema: Schema) -> GraphQLSchema:
    return schema._schema


def described(schema: GraphQLSchema) -> Iterator[tuple[str, str | None]]:
    """Every type, field, argument and enum value with its description."""
    for name, kind in schema.type_map.items():
        if name.startswith("__") or is_specified_scalar_type(kind):
            continue
        yield name, kind.description
        yield from _inside(name, kind)


def _inside(name: str, kind: GraphQLNamedType) -> Iterator[tuple[str, str | None]]:
    if isinstance(kind, GraphQLEnumType):
        for value, item in kind.values.items():
            yield f"{name}.{value}", item.description
    if isinstance(kind, GraphQLObjectType | GraphQLInputObjectType):
        fields: dict[str, Any] = kind.fields
        for field, item in fields.items():
            yield f"{name}.{field}", item.description
            for argument, given in getattr(item, "args", {}).items():
                yield f"{name}.{field}({argument})", given.description


@pytest.mark.parametrize("name", SCHEMAS)
def test_everything_is_described(name: str) -> None:
    found = dict(described(core(SCHEMAS[name])))
    assert len(found) > 50
    assert [item for item, text in found.items() if not (text or "").strip()] == []


@pytest.mark.parametrize(("surface", "root"), ROOTS)
def test_every_root_field_has_a_line_and_a_guard(surface: str, root: type) -> None:
    assert missing(guard.items(root, surface)) == []
    definition = get_object_definition(root, strict=True)
    for field in definition.fields:
        assert [one for one in field.extensions if isinstance(one, guard.Guard)], field.python_name


@pytest.mark.parametrize(("surface", "root"), ROOTS)
def test_the_names_are_those_of_the_schema(surface: str, root: type) -> None:
    kind = core(SCHEMAS[surface]).type_map[root.__name__]
    assert isinstance(kind, GraphQLObjectType)
    names = {f"{surface}.{root.__name__}.{field}" for field in kind.fields}
    assert names == set(guard.items(root, surface))


def test_a_field_without_a_line_is_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    gone = {item: line for item, line in surface_lines().items() if item != "read.Query.journey"}
    monkeypatch.setattr(matrix, "surface_lines", lambda: gone)
    assert missing(guard.items(read.Query, "read")) == ["read.Query.journey"]


def test_readers_can_change_nothing() -> None:
    assert core(read.schema).mutation_type is None
    assert core(read.schema).subscription_type is None


def test_no_argument_of_a_reader_filters_or_orders_by_value() -> None:
    """D2: no filter, order or cut computed from a figure."""
    root = core(read.schema).query_type
    assert root is not None
    arguments = {name for field in root.fields.values() for name in field.args}
    assert arguments <= {
        *("indicators", "areas", "periods", "breakdowns", "release", "first", "after"),
        *("codes", "dataset", "owner", "level", "within", "code", "id"),
        *("indicator", "area", "from", "to", "period", "comparators", "asAt"),
        "statements",  # a report's own figures: they choose nothing by a published value
        "allowUnlike",  # divides two published figures of unlike periods; chooses nothing
    }


def test_the_intake_schema_returns_no_count() -> None:
    """Counts go in; out come hashes, states and findings."""
    for name, kind in core(intake.schema).type_map.items():
        if isinstance(kind, GraphQLObjectType) and not name.startswith("__"):
            assert not {"value", "base"} & set(kind.fields), name


def test_the_committed_sdl_is_current() -> None:
    """Made anew by ``python -m scripts.reference``."""
    assert SDL.read_text(encoding="utf-8") == read.schema.as_str() + "\n"


def test_both_spellings_of_an_audience_are_one_list() -> None:
    """Stewards choose from an enumeration; readers, files and commands have its values."""
    chosen = core(intake.schema).type_map["AudienceChoice"]
    assert isinstance(chosen, GraphQLEnumType)
    assert {name.lower() for name in chosen.values} == {str(one) for one in Audience}
