"""Writers of objects: the fields a selection asks for, fetched at once and put into a template.

A template with ``%s`` and one ``attrgetter`` for all plain attributes of an object do in C what the
executor does in Python for each field. Nothing is generated as source text, so nothing of a
document is ever run.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any

from graphql import (
    FieldNode,
    GraphQLField,
    GraphQLLeafType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    get_argument_values,
    is_leaf_type,
    is_object_type,
)
from graphql.execution.collect_fields import FieldDetails
from strawberry.types.field import StrawberryField

from hub.schema.compiled.leaves import Write, dumps, leaf_writer
from hub.schema.compiled.running import Run, UncoveredError
from hub.schema.naming import NAMED, Named

Subfields = Callable[[GraphQLObjectType, list[FieldDetails]], dict[str, list[FieldDetails]]]
"""Tells what is selected of an object, by response key, in order."""

WORDS = {"Agency": "code", "Area": "code", "Dataset": "code", "Dimension": "code"} | {
    "Indicator": "code",
    "Period": "id",
}
"""Types whose objects the vocabulary alone decides, with the attribute that names one of them:
what is written of one is written once."""
CHARACTERS = 256 * 1024
"""Text of the vocabulary that one plan keeps, in characters."""


@dataclass(slots=True)
class Budget:
    """How much more text a plan may keep."""

    left: int = CHARACTERS

    def keep(self, kept: dict[str, str], code: str, text: str) -> str:
        """Keep a text while there is room, and give it back."""
        if len(text) <= self.left:
            self.left -= len(text)
            kept[code] = text
        return text


@dataclass(frozen=True, slots=True)
class Writers:
    """Makes the writers of one selection; ``subfields`` has decided every condition in it."""

    subfields: Subfields
    budget: Budget = field(default_factory=Budget)

    def of(self, type_: Any, details: list[FieldDetails], *, keeps: bool = True) -> Write:
        """Make the writer of values of a type; raises ``UncoveredError`` for one not covered.

        ``keeps`` says whether the text of words is kept here; else whoever asks does it.
        """
        if isinstance(type_, GraphQLNonNull):
            return self._required(type_.of_type, details, keeps)
        return _nullable(self._present(type_, details, keeps))

    def _required(self, type_: Any, details: list[FieldDetails], keeps: bool) -> Write:
        write = self._present(type_, details, keeps)
        # The attributes of an object are asked for, which nothing and an error do not have.
        return write if self._asks(type_, details) else _required(write)

    def _asks(self, type_: Any, details: list[FieldDetails]) -> bool:
        return is_object_type(type_) and any(
            nodes[0].node.name.value != "__typename"
            for nodes in self.subfields(type_, details).values()
        )

    def _present(self, type_: Any, details: list[FieldDetails], keeps: bool) -> Write:
        if isinstance(type_, GraphQLList):
            return _list(self.of(type_.of_type, details))
        if is_leaf_type(type_):
            leaf: GraphQLLeafType = type_
            return leaf_writer(leaf)
        if not is_object_type(type_) or type_.is_type_of is not None:
            raise UncoveredError
        write = self._object(type_, details)
        if type_.name not in WORDS or not keeps:
            return write
        return _kept(write, WORDS[type_.name], self.budget)

    def _object(self, type_: GraphQLObjectType, details: list[FieldDetails]) -> Write:
        names: list[str] = []
        writers: list[Write] = []
        template: list[str] = []
        resolved: list[Write] = []
        for key, nodes in self.subfields(type_, details).items():
            name = nodes[0].node.name.value
            if name == "__typename":
                template.append(f"{dumps(key)}:{dumps(type_.name)}")
                continue
            template.append(f"{dumps(key)}:%s")
            definition = type_.fields[name]
            attribute, named = _attribute(definition)
            write = self.of(definition.type, nodes, keeps=named is None)
            if attribute is None:
                resolved.append(_resolved(definition, type_, [one.node for one in nodes], write))
                continue
            if named is not None:
                attribute, write = named.attribute, _word(named, write, self.budget)
            names.append(attribute)
            writers.append(write)
            resolved.append(_got(attribute, write))
        text = "{" + ",".join(template) + "}"
        if len(names) == len(resolved):
            return _plain(text, names, writers)
        return _mixed(text, resolved)


def _attribute(definition: GraphQLField) -> tuple[str | None, Named | None]:
    """Name the attribute that a field without a resolver of its own gives; None for others.

    With it goes how the field names a word, if it does.
    """
    field = definition.extensions.get("strawberry-definition")
    if not isinstance(field, StrawberryField) or field.is_async:
        raise UncoveredError
    if not field.is_basic_field:
        return None, None
    return field.python_name, field.metadata.get(NAMED)


def _plain(template: str, names: Sequence[str], writers: Sequence[Write]) -> Write:
    if not names:
        text = template
        return lambda value, run: text
    if len(names) == 1:
        get_one, (write_one,) = attrgetter(names[0]), writers
        return lambda value, run: template % write_one(get_one(value), run)
    get = attrgetter(*names)

    def write(value: Any, run: Run) -> str:
        pairs = zip(writers, get(value), strict=True)
        return template % tuple([each(found, run) for each, found in pairs])

    return write


def _mixed(template: str, resolved: Sequence[Write]) -> Write:
    def write(value: Any, run: Run) -> str:
        return template % tuple([each(value, run) for each in resolved])

    return write


def _got(attribute: str, write: Write) -> Write:
    get = attrgetter(attribute)
    return lambda value, run: write(get(value), run)


def _resolved(
    definition: GraphQLField, parent: GraphQLObjectType, nodes: list[FieldNode], write: Write
) -> Write:
    resolve = definition.resolve
    if resolve is None:
        raise UncoveredError

    def write_resolved(value: Any, run: Run) -> str:
        arguments = get_argument_values(definition, nodes[0], run.variables, hide_suggestions=True)
        found = resolve(value, run.info(definition, nodes, parent), **arguments)
        if isinstance(found, Exception):
            raise UncoveredError
        return write(found, run)

    return write_resolved


def _required(write: Write) -> Write:
    def write_required(value: Any, run: Run) -> str:
        if value is None:
            raise UncoveredError
        return write(value, run)

    return write_required


def _nullable(write: Write) -> Write:
    def write_nullable(value: Any, run: Run) -> str:
        return "null" if value is None else write(value, run)

    return write_nullable


def _list(write: Write) -> Write:
    def write_list(values: Any, run: Run) -> str:
        if not isinstance(values, list | tuple):
            raise UncoveredError
        return "[" + ",".join([write(value, run) for value in values]) + "]"

    return write_list


def _kept(write: Write, attribute: str, budget: Budget) -> Write:
    """Keep what is written of a word, to be found by the attribute that names it."""
    name = attrgetter(attribute)
    kept: dict[str, str] = {}

    def write_kept(value: Any, run: Run) -> str:
        code = name(value)
        return kept.get(code) or budget.keep(kept, code, write(value, run))

    return write_kept


def _word(named: Named, write: Write, budget: Budget) -> Write:
    """Keep what is written of a word, to be found by the code that stands for it."""
    kept: dict[str, str] = {}

    def write_word(code: Any, run: Run) -> str:
        return kept.get(code) or budget.keep(kept, code, write(named.make(code, run.context), run))

    return write_word
