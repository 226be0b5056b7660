"""A plan: what one document asks, decided once for each way its conditions may turn out."""

import asyncio
from collections import OrderedDict
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    FragmentDefinitionNode,
    GraphQLObjectType,
    GraphQLSchema,
    OperationDefinitionNode,
)
from graphql.execution.collect_fields import (
    FieldDetails,
    FragmentDetails,
    collect_fields,
    collect_subfields,
)
from graphql.execution.values import VariableValues

from hub.schema.compiled.calling import Call, call_of
from hub.schema.compiled.leaves import Write, dumps
from hub.schema.compiled.running import Run, UncoveredError
from hub.schema.compiled.variables import Variables
from hub.schema.compiled.writers import Writers

SHAPES = 16
"""Ways the conditions of one document may turn out that are kept."""


@dataclass(frozen=True, slots=True)
class Root:
    """A root field with all that is selected below it."""

    key: str
    call: Call
    write: Write
    asked: frozenset[str]
    """Dotted names of the fields selected below, so that nothing else need be fetched."""


@dataclass(frozen=True, slots=True)
class Shape:
    """The document with its conditions decided: a template, and the roots that fill it."""

    template: str
    roots: tuple[Root, ...]
    asked: Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Plan:
    """A compiled document. Belongs to one schema and one vocabulary."""

    schema: GraphQLSchema
    root: GraphQLObjectType
    operation: OperationDefinitionNode
    fragments: dict[str, FragmentDefinitionNode]
    conditions: tuple[str, ...]
    """The variables that directives ask about."""
    variables: Variables
    fields: frozenset[str]
    """Every root field that it may ask."""
    shapes: OrderedDict[tuple[Any, ...], Shape] = field(default_factory=OrderedDict)

    async def run(self, context: Any, given: Mapping[str, Any]) -> str:
        """Answer: the JSON text of ``data``.

        ``context`` is what the executor would hand to resolvers, and has ``asking``. Raises
        anything at all when the ordinary executor has to answer, for its errors are the answer.
        """
        values = self.variables.coerced(given)
        shape = self._shape(values)
        context = context.asking(shape.asked)
        run = Run(self.schema, self.fragments, self.operation, values, context)
        found = await _all([root.call(run) for root in shape.roots])
        if any(isinstance(value, Exception) for value in found):
            raise UncoveredError
        pairs = zip(shape.roots, found, strict=True)
        return shape.template % tuple([root.write((value,), run)[0] for root, value in pairs])

    def _shape(self, values: VariableValues) -> Shape:
        key = tuple(values.coerced.get(name) for name in self.conditions)
        shape = self.shapes.get(key)
        if shape is None:
            shape = self.shapes[key] = self.shaped(values)
            if len(self.shapes) > SHAPES:
                self.shapes.popitem(last=False)
        return shape

    def shaped(self, values: VariableValues) -> Shape:
        """Decide every condition; raises ``UncoveredError`` for what a plan does not cover."""
        collecting = _Collecting(self, values)
        writers = Writers(collecting.subfields)
        template, roots = [], []
        for key, details in collecting.roots().items():
            name = details[0].node.name.value
            if name == "__typename":
                template.append(f"{dumps(key)}:{dumps(self.root.name)}")
                continue
            definition = self.root.fields.get(name)
            if definition is None:
                raise UncoveredError
            template.append(f"{dumps(key)}:%s")
            write = writers.of(definition.type, details)
            asked = frozenset(collecting.names(definition.type, details, ""))
            call = call_of(definition, [one.node for one in details], self.root)
            roots.append(Root(key, call, write, asked))
        text = "{" + ",".join(template) + "}"
        return Shape(text, tuple(roots), {root.key: root.asked for root in roots})


async def _all(calls: list[Coroutine[Any, Any, Any]]) -> list[Any]:
    """Wait for every root at once, as the executor does; the first failure ends the others."""
    if len(calls) == 1:
        return [await calls[0]]
    tasks = [asyncio.ensure_future(call) for call in calls]
    try:
        return await asyncio.gather(*tasks)
    except BaseException:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        raise


class _Collecting:
    """Collects fields with graphql-core's own hands, so that merging and conditions are its own."""

    def __init__(self, plan: Plan, values: VariableValues) -> None:
        self._plan = plan
        self._values = values
        self._fragments = {
            name: FragmentDetails(node, None) for name, node in plan.fragments.items()
        }

    def roots(self) -> dict[str, list[FieldDetails]]:
        plan = self._plan
        return collect_fields(
            plan.schema, self._fragments, self._values, plan.root, plan.operation, True
        ).grouped_field_set

    def subfields(
        self, type_: GraphQLObjectType, details: list[FieldDetails]
    ) -> dict[str, list[FieldDetails]]:
        plan = self._plan
        return collect_subfields(
            plan.schema, self._fragments, self._values, plan.operation, type_, details, True
        ).grouped_field_set

    def names(self, type_: Any, details: list[FieldDetails], above: str) -> set[str]:
        """Name every field below, as ``nodes.figure.value``."""
        while hasattr(type_, "of_type"):
            type_ = type_.of_type
        found: set[str] = set()
        if isinstance(type_, GraphQLObjectType):
            for inner in self.subfields(type_, details).values():
                name = inner[0].node.name.value
                if name in type_.fields:
                    path = f"{above}{name}"
                    found.add(path)
                    found |= self.names(type_.fields[name].type, inner, f"{path}.")
        return found
