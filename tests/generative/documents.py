"""Random documents over a schema: fields, aliases, fragments, conditions, variables, mistakes."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
)

Pools = Mapping[str, Sequence[str]]
"""Words to fill text arguments with, by the argument's name; some of them wrong."""


@dataclass
class Maker:
    """Makes documents; one seed, one series of documents."""

    schema: GraphQLSchema
    pools: Pools
    chance: random.Random
    deepest: int = 5
    declared: list[str] = field(default_factory=list)
    given: dict[str, Any] = field(default_factory=dict)
    fragments: list[str] = field(default_factory=list)

    def document(self) -> tuple[str, dict[str, Any]]:
        """Make a document with the variables that go with it."""
        self.declared, self.given, self.fragments = [], {}, []
        root = self.schema.query_type
        assert root is not None
        body = self._selection(root, 0, self.chance.randint(1, 3))
        head = f"query Made({', '.join(self.declared)})" if self.declared else "query Made"
        return "\n".join([head + body, *self.fragments]), self.given

    def _selection(self, type_: GraphQLObjectType, depth: int, most: int = 5) -> str:
        parts = [self._part(type_, depth) for _ in range(self.chance.randint(1, most))]
        return "{ " + " ".join(parts) + " }"

    def _part(self, type_: GraphQLObjectType, depth: int) -> str:
        dice = self.chance.random()
        if dice < 0.06:
            return "__typename" + self._condition()
        if dice < 0.14 and depth < self.deepest:
            on = self.chance.choice([f" on {type_.name}", ""])
            return f"...{on}{self._condition()} {self._selection(type_, depth + 1, 3)}"
        if dice < 0.22 and depth < self.deepest:
            return self._spread(type_, depth)
        return self._field(type_, depth)

    def _spread(self, type_: GraphQLObjectType, depth: int) -> str:
        body = self._selection(type_, depth + 1, 3)
        name = f"F{len(self.fragments)}"
        self.fragments.append(f"fragment {name} on {type_.name} {body}")
        times = self.chance.choice([1, 1, 2])
        return " ".join(f"...{name}{self._condition()}" for _ in range(times))

    def _field(self, type_: GraphQLObjectType, depth: int) -> str:
        names = list(type_.fields)
        name = self.chance.choice(names)
        definition = type_.fields[name]
        inner = get_named_type(definition.type)
        if isinstance(inner, GraphQLObjectType) and depth >= self.deepest:
            return "__typename"
        alias = f"{self.chance.choice('abc')}{self.chance.randint(1, 4)}: "
        shown = alias if self.chance.random() < 0.2 else ""
        text = f"{shown}{name}{self._arguments(definition)}{self._condition()}"
        if isinstance(inner, GraphQLObjectType):
            text += " " + self._selection(inner, depth + 1)
        return text

    def _condition(self) -> str:
        if self.chance.random() > 0.1:
            return ""
        word = self.chance.choice(["include", "skip"])
        value = self.chance.random() < 0.5
        if self.chance.random() < 0.4:
            return f" @{word}(if: {str(value).lower()})"
        return f" @{word}(if: {self._variable('Boolean!', value)})"

    def _variable(self, type_: str, value: Any) -> str:
        name = f"v{len(self.declared)}"
        default = ""
        if type_ == "Boolean!" and self.chance.random() < 0.3:
            default = f" = {self.chance.choice(['true', 'false'])}"
        self.declared.append(f"${name}: {type_}{default}")
        if not (default and self.chance.random() < 0.5):
            self.given[name] = value
        return f"${name}"

    def _arguments(self, definition: GraphQLField) -> str:
        parts = []
        for name, argument in definition.args.items():
            is_required = isinstance(argument.type, GraphQLNonNull)
            has_default = "default" in str(argument.default or "") or argument.default is not None
            if not (is_required and not has_default) and self.chance.random() < 0.5:
                continue
            parts.append(f"{name}: {self._argument(name, argument)}")
        return f"({', '.join(parts)})" if parts else ""

    def _argument(self, name: str, argument: GraphQLArgument) -> str:
        value = self._value(name, argument.type)
        if self.chance.random() < 0.5:
            return self._variable(str(argument.type), self._wrong(value))
        return literal(value, argument.type)

    def _wrong(self, value: Any) -> Any:
        """Mostly the value; now and then one that coercion refuses or bends."""
        dice = self.chance.random()
        if dice < 0.02:
            return None
        if dice < 0.03:
            return 7
        return value[0] if dice < 0.06 and isinstance(value, list) and value else value

    def _value(self, name: str, type_: Any) -> Any:
        if isinstance(type_, GraphQLNonNull):
            return self._value(name, type_.of_type)
        if isinstance(type_, GraphQLList):
            return [self._value(name, type_.of_type) for _ in range(self.chance.randint(0, 3))]
        if isinstance(type_, GraphQLEnumType):
            return self.chance.choice(list(type_.values))
        if isinstance(type_, GraphQLInputObjectType):
            return {key: self._value(key, one.type) for key, one in type_.fields.items()}
        if str(type_) == "Int":
            return self.chance.choice([1, 2, 3, 7, 100, 0])
        return self.chance.choice(self.pools.get(name, ["no such word"]))


def literal(value: Any, type_: Any) -> str:
    """Write a value as it stands in a document."""
    if isinstance(type_, GraphQLNonNull):
        return literal(value, type_.of_type)
    if isinstance(value, list) and isinstance(type_, GraphQLList):
        return "[" + ", ".join(literal(one, type_.of_type) for one in value) + "]"
    if isinstance(value, dict) and isinstance(type_, GraphQLInputObjectType):
        fields = (f"{key}: {literal(one, type_.fields[key].type)}" for key, one in value.items())
        return "{" + ", ".join(fields) + "}"
    if isinstance(type_, GraphQLEnumType):
        return str(value)
    return f'"{value}"' if isinstance(value, str) else str(value)
