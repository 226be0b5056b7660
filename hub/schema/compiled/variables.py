"""Variables coerced the short way where each value given is already of its type.

Whatever else there is (defaults, objects, enums, a value that does not fit) goes through
graphql-core, whose words about a wrong value are the ones that are answered.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from graphql import (
    GraphQLBoolean,
    GraphQLInt,
    GraphQLList,
    GraphQLNonNull,
    GraphQLSchema,
    GraphQLString,
    VariableDefinitionNode,
    get_variable_values,
)
from graphql.execution.get_variable_signature import (
    GraphQLVariableSignature,
    get_variable_signature,
)
from graphql.execution.values import VariableValues, VariableValueSource

from hub.schema.compiled.leaves import LARGEST
from hub.schema.compiled.running import UncoveredError

Fits = Callable[[Any], bool]
"""Tells whether a value given is already what coercing it would make of it."""


class Variables:
    """The variables that one operation declares."""

    def __init__(self, schema: GraphQLSchema, nodes: Sequence[VariableDefinitionNode]) -> None:
        """Raises ``UncoveredError`` for a variable of no input type."""
        self._schema = schema
        self._nodes = nodes
        self._declared = [(_signature(schema, node), node) for node in nodes]
        self._fits = {one.name: _fits(one.type) for one, _ in self._declared}

    def coerced(self, given: Mapping[str, Any]) -> VariableValues:
        """Coerce the values given; raises ``UncoveredError`` when one does not fit."""
        sources: dict[str, VariableValueSource] = {}
        values: dict[str, Any] = {}
        for signature, node in self._declared:
            name = signature.name
            if name not in given:
                if node.default_value is not None or isinstance(signature.type, GraphQLNonNull):
                    return self._slowly(given)
                sources[name] = VariableValueSource(signature)
                continue
            value = given[name]
            if not self._fits[name](value):
                return self._slowly(given)
            sources[name] = VariableValueSource(signature, value)
            values[name] = value
        return VariableValues(sources, values)

    def _slowly(self, given: Mapping[str, Any]) -> VariableValues:
        found = get_variable_values(self._schema, self._nodes, dict(given), hide_suggestions=True)
        if isinstance(found, list):
            raise UncoveredError
        return found


def _signature(schema: GraphQLSchema, node: VariableDefinitionNode) -> GraphQLVariableSignature:
    found = get_variable_signature(schema, node)
    if not isinstance(found, GraphQLVariableSignature):
        raise UncoveredError
    return found


def _fits(type_: Any) -> Fits:
    if isinstance(type_, GraphQLNonNull):
        inner = _fits(type_.of_type)
        return lambda value: value is not None and inner(value)
    present = _fits_present(type_)
    return lambda value: value is None or present(value)


def _fits_present(type_: Any) -> Fits:
    if isinstance(type_, GraphQLList):
        inner = _fits(type_.of_type)
        return lambda value: type(value) is list and all(map(inner, value))
    if type_ is GraphQLString:
        return lambda value: type(value) is str
    if type_ is GraphQLBoolean:
        return lambda value: type(value) is bool
    if type_ is GraphQLInt:
        return lambda value: type(value) is int and -LARGEST <= value < LARGEST
    return lambda value: False
