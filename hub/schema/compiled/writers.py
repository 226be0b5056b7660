"""Writers of objects: a column of objects in, the fields a selection asks for as text out.

One ``attrgetter`` fetches all plain attributes of each object; their texts are made a column at a
time, and a template with ``%s`` puts every row of texts together: the loops are C's, where the
executor calls Python for each field. Nothing is generated as source text, so nothing of a document
is ever run.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, pairwise
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
from hub.schema.naming import INSIDE, NAMED, Inside, Named, OfRows, Table, Told

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

    def keep(self, kept: dict[Any, str], code: Any, text: str) -> str:
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
        parts = _Parts()
        for key, nodes in self.subfields(type_, details).items():
            name = nodes[0].node.name.value
            parts.begin(dumps(key))
            if name == "__typename":
                parts.say(dumps(type_.name))
            else:
                self._field(type_, type_.fields[name], nodes, parts)
        return parts.writer()

    def _field(
        self,
        type_: GraphQLObjectType,
        definition: GraphQLField,
        nodes: list[FieldDetails],
        parts: "_Parts",
    ) -> None:
        attribute, metadata = _attribute(definition)
        inside: Inside | None = metadata.get(INSIDE)
        if inside is not None and self._told(definition.type, nodes, inside, parts):
            return
        named: Named | None = metadata.get(NAMED)
        write = self.of(definition.type, nodes, keeps=named is None)
        if named is not None:
            parts.ask(named.attribute, _word(named, write, self.budget))
        elif attribute is not None:
            parts.ask(attribute, write)
        else:
            parts.resolve(_resolved(definition, type_, [one.node for one in nodes], write))

    def _told(
        self, type_: Any, details: list[FieldDetails], inside: Inside, parts: "_Parts"
    ) -> bool:
        """Write an inner object in place where the outer one tells all that is selected of it."""
        inner = type_.of_type if isinstance(type_, GraphQLNonNull) else None
        if not isinstance(inner, GraphQLObjectType):
            return False
        fields = self.subfields(inner, details)
        names = {key: nodes[0].node.name.value for key, nodes in fields.items()}
        if not inside.keys() >= {*names.values()} - {"__typename"}:
            return False
        parts.open()
        for key, name in names.items():
            parts.begin(dumps(key))
            if name == "__typename":
                parts.say(dumps(inner.name))
            else:
                told = inside[name]
                parts.ask(told.attribute, _told_texts(told, self.budget))
        parts.close()
        return True


class _Parts:
    """What an object's template is put together from."""

    def __init__(self) -> None:
        self._text = "{"
        self._names: list[str] = []
        self._writers: list[Write] = []
        self._resolved: list[Write] = []

    def begin(self, key: str) -> None:
        """Begin a field; ``key`` is JSON."""
        comma = "" if self._text.endswith("{") else ","
        self._text += f"{comma}{key}:"

    def say(self, text: str) -> None:
        """Write a text that is always the same."""
        self._text += text

    def open(self) -> None:
        """Begin an inner object."""
        self._text += "{"

    def close(self) -> None:
        """End an inner object."""
        self._text += "}"

    def ask(self, attribute: str, write: Write) -> None:
        """Write what an attribute gives."""
        self._text += "%s"
        self._names.append(attribute)
        self._writers.append(write)
        self._resolved.append(_got(attribute, write))

    def resolve(self, write: Write) -> None:
        """Write what a resolver gives."""
        self._text += "%s"
        self._resolved.append(write)

    def writer(self) -> Write:
        """Make the writer of the whole."""
        text = self._text + "}"
        if not self._resolved:
            return lambda values, run: [text] * len(values)
        if len(self._names) == len(self._resolved) > 1:
            return _Plain(text, self._names, self._writers)
        return _mixed(text, self._resolved)


def _attribute(definition: GraphQLField) -> tuple[str | None, Mapping[Any, Any]]:
    """Name the attribute that a field without a resolver of its own gives; None for others.

    With it goes what the field says of itself.
    """
    field = definition.extensions.get("strawberry-definition")
    if not isinstance(field, StrawberryField) or field.is_async:
        raise UncoveredError
    if not field.is_basic_field:
        return None, {}
    return field.python_name, field.metadata


class _Plain:
    """Writes two or more attributes of each object."""

    def __init__(self, template: str, names: Sequence[str], writers: Sequence[Write]) -> None:
        self._fill = template.__mod__
        self._get = attrgetter(*names)
        self._writers = writers
        self._names = names

    def __call__(self, values: Sequence[Any], run: Run) -> list[str]:
        return self._filled(zip(*map(self._get, values), strict=True), run)

    def of_rows(self, rows: Table, run: Run) -> list[str] | None:
        """Write the objects that would be made of rows; None where rows do not tell all."""
        if not rows.tells.issuperset(self._names):
            return None
        return self._filled(map(rows.column, self._names), run)

    def _filled(self, columns: Iterable[Sequence[Any]], run: Run) -> list[str]:
        # No object, no columns.
        pairs = zip(self._writers, columns, strict=False)
        texts = [each(column, run) for each, column in pairs]
        return list(map(self._fill, zip(*texts, strict=True)))


def _mixed(template: str, resolved: Sequence[Write]) -> Write:
    fill = template.__mod__

    def write(values: Sequence[Any], run: Run) -> list[str]:
        texts = [each(values, run) for each in resolved]
        return list(map(fill, zip(*texts, strict=True)))

    return write


def _got(attribute: str, write: Write) -> Write:
    get = attrgetter(attribute)
    return lambda values, run: write(list(map(get, values)), run)


def _resolved(
    definition: GraphQLField, parent: GraphQLObjectType, nodes: list[FieldNode], write: Write
) -> Write:
    resolve = definition.resolve
    if resolve is None:
        raise UncoveredError

    def write_resolved(values: Sequence[Any], run: Run) -> list[str]:
        given = get_argument_values(definition, nodes[0], run.variables, hide_suggestions=True)
        info = run.info(definition, nodes, parent)
        found = [resolve(value, info, **given) for value in values]
        if any(isinstance(value, Exception) for value in found):
            raise UncoveredError
        return write(found, run)

    return write_resolved


def _required(write: Write) -> Write:
    def write_required(values: Sequence[Any], run: Run) -> list[str]:
        if None in values:
            raise UncoveredError
        return write(values, run)

    return write_required


def _nullable(write: Write) -> Write:
    def write_nullable(values: Sequence[Any], run: Run) -> list[str]:
        if None not in values:
            return write(values, run)
        texts = iter(write([value for value in values if value is not None], run))
        return ["null" if value is None else next(texts) for value in values]

    return write_nullable


def _list(write: Write) -> Write:
    def write_list(values: Sequence[Any], run: Run) -> list[str]:
        if not all(isinstance(value, list | tuple | OfRows) for value in values):
            raise UncoveredError
        texts = _of_rows(write, values, run)
        if texts is None:
            texts = write([each for value in values for each in value], run)
        ends = list(accumulate(map(len, values), initial=0))
        return ["[" + ",".join(texts[start:end]) + "]" for start, end in pairwise(ends)]

    return write_list


def _of_rows(write: Write, values: Sequence[Any], run: Run) -> list[str] | None:
    """Write lists of objects by their rows alone; None where objects have to be made."""
    if not isinstance(write, _Plain) or not all(isinstance(value, OfRows) for value in values):
        return None
    found: list[str] = []
    for value in values:
        texts = write.of_rows(value.rows, run)
        if texts is None:
            return None
        found += texts
    return found


def _kept(write: Write, attribute: str, budget: Budget) -> Write:
    """Keep what is written of a word, to be found by the attribute that names it."""
    name = attrgetter(attribute)
    kept: dict[Any, str] = {}

    def write_kept(values: Sequence[Any], run: Run) -> list[str]:
        return [
            kept.get(code) or budget.keep(kept, code, write((value,), run)[0])
            for code, value in zip(map(name, values), values, strict=True)
        ]

    return write_kept


def _word(named: Named, write: Write, budget: Budget) -> Write:
    """Keep what is written of a word, to be found by the code that stands for it."""
    return _by_value(lambda code, run: write((named.make(code, run.context),), run)[0], budget)


def _told_texts(told: Told, budget: Budget) -> Write:
    texts = told.texts
    return _by_value(lambda value, run: texts((value,), run)[0], budget) if told.keeps else texts


def _by_value(text: Callable[[Any, Run], str], budget: Budget) -> Write:
    kept: dict[Any, str] = {}

    def write_kept(values: Sequence[Any], run: Run) -> list[str]:
        try:
            return list(map(kept.__getitem__, values))
        except KeyError:
            get = kept.get
            return [get(value) or budget.keep(kept, value, text(value, run)) for value in values]

    return write_kept
