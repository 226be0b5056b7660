"""What one run of a plan carries from the root fields down to the last writer."""

from dataclasses import dataclass
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    GraphQLField,
    GraphQLObjectType,
    GraphQLResolveInfo,
    GraphQLSchema,
    OperationDefinitionNode,
)
from graphql.execution.values import VariableValues
from graphql.pyutils import Path, is_awaitable
from graphql.type.definition import GraphQLResolveInfoHelpers


class UncoveredError(Exception):
    """Something that only the ordinary executor may answer; says nothing, for nobody sees it."""


@dataclass(frozen=True, slots=True)
class Run:
    """One run: the operation, the coerced variables, and what resolvers see of the request."""

    schema: GraphQLSchema
    fragments: dict[str, FragmentDefinitionNode]
    operation: OperationDefinitionNode
    variables: VariableValues
    context: Any

    def info(
        self, field: GraphQLField, nodes: list[FieldNode], parent: GraphQLObjectType
    ) -> GraphQLResolveInfo[Any]:
        """Tell a resolver what the executor would tell it.

        The path is that of a root field: paths are for errors, which a run never answers.
        """
        first = nodes[0]
        key = (first.alias or first.name).value
        return GraphQLResolveInfo(
            first.name.value,
            nodes,
            field.type,
            parent,
            Path(None, key, parent.name),
            self.schema,
            self.fragments,
            None,
            self.operation,
            self.variables,
            self.context,
            is_awaitable,
            None,
            GraphQLResolveInfoHelpers(gather=_unhelped, track=_unhelped),
        )


def _unhelped(*_: Any) -> Any:
    """Refuse: a resolver that leaves work behind needs the executor."""
    raise UncoveredError
