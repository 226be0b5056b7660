"""The door of the room: a validated document in, a plan out, or None."""

from collections.abc import Iterator, Mapping

from graphql import (
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLSchema,
    InlineFragmentNode,
    Node,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    VariableNode,
)

from hub.schema.compiled.plan import Plan
from hub.schema.compiled.running import UncoveredError
from hub.schema.compiled.variables import Variables

CONDITIONS = frozenset({"include", "skip"})


def compile_document(schema: GraphQLSchema, tree: DocumentNode) -> Plan | None:
    """Compile a valid document with exactly one operation.

    None for what the executor answers alone: mutations, introspection, directives other than
    ``@include`` and ``@skip``, types that only a value at hand decides. A field that a plan does
    not cover shows at its first run at the latest, which then raises.
    """
    operations = [one for one in tree.definitions if isinstance(one, OperationDefinitionNode)]
    if len(operations) != 1 or operations[0].operation is not OperationType.QUERY:
        return None
    root, nodes = schema.query_type, list(_nodes(tree))
    if root is None or not all(_is_covered(node) for node in nodes):
        return None
    try:
        variables = Variables(schema, operations[0].variable_definitions or ())
    except UncoveredError:
        return None
    fragments = {
        one.name.value: one for one in tree.definitions if isinstance(one, FragmentDefinitionNode)
    }
    fields = frozenset(_fields(operations[0].selection_set, fragments))
    return Plan(schema, root, operations[0], fragments, _conditions(nodes), variables, fields)


def _fields(
    selected: SelectionSetNode, fragments: Mapping[str, FragmentDefinitionNode]
) -> Iterator[str]:
    """Name the fields of the operation itself, those in fragments and under conditions too."""
    for node in selected.selections:
        if isinstance(node, FieldNode):
            yield node.name.value
        elif isinstance(node, InlineFragmentNode):
            yield from _fields(node.selection_set, fragments)
        elif isinstance(node, FragmentSpreadNode):
            yield from _fields(fragments[node.name.value].selection_set, fragments)


def _is_covered(node: Node) -> bool:
    if isinstance(node, DirectiveNode):
        return node.name.value in CONDITIONS
    return not (isinstance(node, FieldNode) and node.name.value in {"__schema", "__type"})


def _conditions(nodes: list[Node]) -> tuple[str, ...]:
    values = (
        argument.value
        for node in nodes
        if isinstance(node, DirectiveNode)
        for argument in node.arguments or ()
    )
    return tuple(sorted({value.name.value for value in values if isinstance(value, VariableNode)}))


def _nodes(tree: DocumentNode) -> Iterator[Node]:
    """Give every syntax node, without recursion."""
    stack: list[Node] = [tree]
    while stack:
        node = stack.pop()
        yield node
        for key in node.keys:
            child = getattr(node, key, None)
            if isinstance(child, Node):
                stack.append(child)
            elif isinstance(child, tuple | list):
                stack.extend(each for each in child if isinstance(each, Node))
