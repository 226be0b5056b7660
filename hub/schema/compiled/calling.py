"""Calls of root fields: their own guard and resolver, the short way where arguments are plain.

Strawberry converts every argument of every call by its type. Texts, numbers, truths and lists of
them convert to themselves, so that a field that takes nothing else is called with what
graphql-core coerced. Which arguments a document fills with variables is decided once.
"""

from collections.abc import Callable, Coroutine, Mapping
from functools import partial
from typing import Any

from graphql import (
    FieldNode,
    GraphQLBoolean,
    GraphQLField,
    GraphQLFloat,
    GraphQLInt,
    GraphQLObjectType,
    GraphQLString,
    Node,
    VariableNode,
    get_argument_values,
    get_named_type,
)
from strawberry.types.field import StrawberryField
from strawberry.types.info import Info
from strawberry.utils.str_converters import to_camel_case

from hub.schema.compiled.running import Run, UncoveredError

PLAIN = (GraphQLString, GraphQLInt, GraphQLFloat, GraphQLBoolean)
Call = Callable[[Run], Coroutine[Any, Any, Any]]
"""Calls one root field; raises for whatever the executor has to answer."""


def call_of(definition: GraphQLField, nodes: list[FieldNode], parent: GraphQLObjectType) -> Call:
    """Make the call of a root field that is asked by these nodes, the first with its arguments.

    Raises ``UncoveredError`` for a field that is not Strawberry's or does not wait.
    """
    field = definition.extensions.get("strawberry-definition")
    if not isinstance(field, StrawberryField) or not field.is_async or definition.resolve is None:
        raise UncoveredError
    names = _names(definition, field)
    arguments = _Arguments(definition, nodes[0])
    if names is None or len(field.extensions) != 1 or field.base_resolver is None:
        return _by_strawberry(definition, nodes, parent, arguments)
    resolve: Any = field.base_resolver.wrapped_func
    inner = partial(_resolved, resolve)
    guarded = partial(field.extensions[0].resolve_async, inner)

    async def call(run: Run) -> Any:
        given = arguments.values(run)
        info: Info[Any, Any] = Info(_raw_info=run.info(definition, nodes, parent), _field=field)
        return await guarded(None, info, **{names[name]: value for name, value in given.items()})

    return call


async def _resolved(
    resolve: Callable[..., Any], source: Any, info: Info[Any, Any], **given: Any
) -> Any:
    return await resolve(source, info=info, **given)


def _by_strawberry(
    definition: GraphQLField,
    nodes: list[FieldNode],
    parent: GraphQLObjectType,
    arguments: "_Arguments",
) -> Call:
    resolve: Any = definition.resolve

    async def call(run: Run) -> Any:
        given = arguments.values(run)
        return await resolve(None, run.info(definition, nodes, parent), **given)

    return call


def _names(definition: GraphQLField, field: StrawberryField) -> Mapping[str, str] | None:
    """Give the resolver's names of plain arguments; None where some are not plain."""
    resolver = field.base_resolver
    if resolver is None or resolver.self_parameter is None or resolver.info_parameter is None:
        return None
    if any(get_named_type(each.type) not in PLAIN for each in definition.args.values()):
        return None
    names = {
        each.graphql_name or to_camel_case(each.python_name): each.python_name
        for each in field.arguments
    }
    return names if names.keys() == definition.args.keys() else None


class _Arguments:
    """The arguments of one field of a document, coerced as graphql-core does."""

    def __init__(self, definition: GraphQLField, node: FieldNode) -> None:
        self._definition = definition
        self._node = node
        self._constant: dict[str, Any] | None = None
        values = {each.name.value: each.value for each in node.arguments or ()}
        self._variable = {
            name: value.name.value
            for name, value in values.items()
            if isinstance(value, VariableNode)
        }
        others = (value for name, value in values.items() if name not in self._variable)
        self._is_decided = not any(map(_holds_variable, others))

    def values(self, run: Run) -> dict[str, Any]:
        """Give the values by the arguments' GraphQL names; raises what coercing raises."""
        coerced, found = run.variables.coerced, self._constant
        if found is None:
            return self._coerced(run)
        given = {name: coerced.get(variable) for name, variable in self._variable.items()}
        # A variable that was left out or is null has rules of its own.
        return self._coerced(run) if None in given.values() else found | given

    def _coerced(self, run: Run) -> dict[str, Any]:
        found = get_argument_values(
            self._definition, self._node, run.variables, hide_suggestions=True
        )
        if self._is_decided and self._constant is None:
            self._constant = {
                name: value for name, value in found.items() if name not in self._variable
            }
        return found


def _holds_variable(node: Node) -> bool:
    if isinstance(node, VariableNode):
        return True
    children = (getattr(node, key, None) for key in node.keys)
    flat = (each for one in children for each in (one if isinstance(one, tuple | list) else (one,)))
    return any(_holds_variable(each) for each in flat if isinstance(each, Node))
