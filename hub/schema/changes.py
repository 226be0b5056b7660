"""What changed in the readers' schema since the baseline: the page of it, and what breaks clients.

The baseline (``docs/reference/schema-baseline.graphql``) is the SDL of the last version that
clients were told of; a copy of the committed SDL replaces it when a version is announced.
"""

import re
from collections.abc import Iterator

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
)
from graphql.utilities import find_breaking_changes, find_dangerous_changes

HEAD = """# Changes of the readers' schema

Written by `python -m scripts.reference` out of the committed SDL
([schema.graphql](schema.graphql)) and the one that clients were last told of
([schema-baseline.graphql](schema-baseline.graphql)); a test holds it current. What may change,
and how: [deprecation policy](deprecation.md).
"""


def elements(schema: GraphQLSchema) -> dict[str, str | None]:
    """Every element by its coordinate (``Type.field(argument:)``), with why it is deprecated."""
    return dict(_elements(schema))


def _elements(schema: GraphQLSchema) -> Iterator[tuple[str, str | None]]:
    for name, kind in schema.type_map.items():
        if name.startswith("__"):
            continue
        yield name, None
        if isinstance(kind, GraphQLEnumType):
            for value, each in kind.values.items():
                yield f"{name}.{value}", each.deprecation_reason
        if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType | GraphQLInputObjectType):
            for field, found in kind.fields.items():
                yield from _field(f"{name}.{field}", found)


def _field(at: str, field: GraphQLField | GraphQLInputField) -> Iterator[tuple[str, str | None]]:
    yield at, field.deprecation_reason
    if isinstance(field, GraphQLField):
        for argument, each in field.args.items():
            yield f"{at}({argument}:)", each.deprecation_reason


def broken(before: GraphQLSchema, after: GraphQLSchema) -> list[str]:
    """Say what would break a client: everything but removals that were announced."""
    announced = {at for at, reason in elements(before).items() if reason is not None}
    found = [change.description for change in find_breaking_changes(before, after)]
    return [text for text in found if not _was_announced(text, announced)]


def _was_announced(text: str, announced: set[str]) -> bool:
    """Say whether a change is the removal of an element that the baseline has as deprecated."""
    named = _REMOVED.fullmatch(text)
    return named is not None and named[1] in announced


_REMOVED = re.compile(r"(?:Field |Enum value |Argument |Type )?(\S+) was removed\.")


def page(before: GraphQLSchema, after: GraphQLSchema) -> str:
    """Write the page."""
    old, new = elements(before), elements(after)
    removed = sorted(old.keys() - new.keys())
    deprecated = sorted(
        f"{at}`: {reason}" for at, reason in new.items() if reason and not old.get(at)
    )
    dangerous = [change.description for change in find_dangerous_changes(before, after)]
    return "\n".join(
        [
            HEAD,
            *_list("Added", [f"`{at}`" for at in sorted(new.keys() - old.keys())]),
            *_list("Deprecated", [f"`{text}" for text in deprecated]),
            *_list("Removed, deprecated before", [f"`{at}`" for at in removed]),
            *_list("To look at: new values that a client may not expect", sorted(dangerous)),
        ]
    )


def _list(title: str, lines: list[str]) -> list[str]:
    return [f"## {title}", "", *([f"- {line}" for line in lines] or ["Nothing."]), ""]
