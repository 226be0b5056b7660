"""What an operation may ask for, in rows, told before it runs.

The estimate knows the schema: a field with ``first`` gives that many rows, ``edges`` and ``nodes``
are those rows, any other list is taken for ``LIST`` rows. Each fragment is priced once. A view
reads rows of the store that its answer does not show, such as every period of an area: a root
field is priced at no less than its :class:`Reading`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    SelectionSetNode,
    VariableNode,
    get_named_type,
    is_list_type,
    is_non_null_type,
)

from hub.web.documents import Document
from hub.web.limiter import LimitError

ROWS = 10_000
"""Objects one answer may hold (security requirement G12)."""
VALUES = 100_000
"""Field values one answer may hold: rows times fields (security requirement G4)."""
PAGE = 100
"""The largest ``first``; also taken when a variable leaves it open."""
LIST = 10
"""Rows a list without ``first`` is taken for; such lists are short code lists."""


@dataclass(frozen=True)
class Cost:
    """An estimate of objects and of field values."""

    rows: int = 0
    values: int = 0

    def plus(self, other: "Cost") -> "Cost":
        """Put two selections beside each other."""
        return Cost(self.rows + other.rows, self.values + other.values)


@dataclass(frozen=True)
class Reading:
    """Rows of the store that a root field reads: whatever is asked, and for each row of a page."""

    whatever: int = 0
    each: int = 0


Readings = Mapping[str, Reading]
"""By the name of the root field; one that is not named reads what it answers."""


def price(
    schema: GraphQLSchema,
    document: Document,
    variables: dict[str, Any],
    readings: Readings | None = None,
) -> Cost:
    """Estimate a validated document; raises ``LimitError`` over ``ROWS`` or ``VALUES``."""
    root = schema.get_root_type(document.operation.operation)
    pricing = _Pricing(schema, document, _variables(document, variables), readings or {})
    cost = pricing.selections(document.operation.selection_set, root)
    if cost.rows > ROWS:
        raise LimitError(f"The answer could hold over {ROWS} rows; ask for smaller pages.")
    if cost.values > VALUES:
        raise LimitError(f"The answer could hold over {VALUES} values; ask for fewer fields.")
    return cost


PRICES = 64
"""Prices kept with one document."""
_PLAIN = (int, str, type, type(None))


@dataclass(frozen=True)
class Prices:
    """What documents of one schema cost; told once for each document and sizes of pages."""

    schema: GraphQLSchema
    readings: Readings

    def of(self, document: Document, variables: dict[str, Any]) -> Cost:
        """Give the price; raises as :func:`price` does, each time anew."""
        # The class itself stands for a variable that is not given.
        sizes = tuple([variables.get(name, Cost) for name in document.sizes])
        if not all(type(size) in _PLAIN for size in sizes):
            return price(self.schema, document, variables, self.readings)
        cost: Cost | None = document.prices.get(sizes)
        if cost is None:
            cost = price(self.schema, document, variables, self.readings)
            if len(document.prices) < PRICES:
                document.prices[sizes] = cost
        return cost


def _variables(document: Document, given: dict[str, Any]) -> dict[str, Any]:
    defaults = {
        each.variable.name.value: int(each.default_value.value)
        for each in document.operation.variable_definitions or ()
        if isinstance(each.default_value, IntValueNode)
    }
    return defaults | given


@dataclass
class _Pricing:
    schema: GraphQLSchema
    document: Document
    variables: dict[str, Any]
    readings: Readings
    kept: dict[str, Cost] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.fragments = {
            each.name.value: each
            for each in self.document.tree.definitions
            if isinstance(each, FragmentDefinitionNode)
        }

    def selections(self, node: SelectionSetNode, parent: GraphQLNamedType | None) -> Cost:
        total = Cost()
        for each in node.selections:
            if isinstance(each, FieldNode):
                total = total.plus(self.field(each, parent))
            elif isinstance(each, InlineFragmentNode):
                condition = each.type_condition
                inner = self.schema.get_type(condition.name.value) if condition else parent
                total = total.plus(self.selections(each.selection_set, inner))
            elif isinstance(each, FragmentSpreadNode):
                total = total.plus(self.fragment(each.name.value))
        return total

    def fragment(self, name: str) -> Cost:
        if name not in self.kept:
            node = self.fragments[name]
            parent = self.schema.get_type(node.type_condition.name.value)
            self.kept[name] = self.selections(node.selection_set, parent)
        return self.kept[name]

    def field(self, node: FieldNode, parent: GraphQLNamedType | None) -> Cost:
        if not isinstance(parent, GraphQLObjectType | GraphQLInterfaceType):
            return Cost(values=1)
        definition = parent.fields.get(node.name.value)
        if definition is None:
            # Introspection and __typename: the schema is in memory and is no data.
            return Cost(values=1)
        if node.selection_set is None:
            return Cost(values=1)
        inner = self.selections(node.selection_set, get_named_type(definition.type))
        times = self.times(node, definition)
        rows = max(times * (1 + inner.rows), self.read(node, parent, times))
        return Cost(rows, times * (1 + inner.values))

    def read(self, node: FieldNode, parent: GraphQLNamedType, times: int) -> int:
        """Tell how many rows of the store a root field reads at least."""
        if parent is not self.schema.query_type or node.name.value not in self.readings:
            return 0
        reading = self.readings[node.name.value]
        return reading.whatever + reading.each * times

    def times(self, node: FieldNode, definition: GraphQLField) -> int:
        """Tell how many rows a field gives: pages by ``first``, lists by what they hold."""
        if "first" in definition.args:
            return self.page(node, definition)
        if node.name.value in {"edges", "nodes"}:
            return 1
        return int(LIST ** _lists(definition.type))

    def page(self, node: FieldNode, definition: GraphQLField) -> int:
        asked: Any = definition.args["first"].default_value
        for argument in node.arguments or ():
            if argument.name.value == "first" and isinstance(argument.value, IntValueNode):
                asked = int(argument.value.value)
            elif argument.name.value == "first" and isinstance(argument.value, VariableNode):
                asked = self.variables.get(argument.value.name.value, asked)
        return max(1, min(asked, PAGE)) if isinstance(asked, int) else PAGE


def _lists(type_: Any) -> int:
    depth = 0
    while is_list_type(type_) or is_non_null_type(type_):
        depth += is_list_type(type_)
        type_ = type_.of_type
    return depth
