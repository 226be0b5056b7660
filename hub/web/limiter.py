"""One memoised limiter: what a GraphQL document would cost, in steps linear in its size.

Strawberry's own limiters walk a fragment again at every spread, so that forty lines of doubling
fragments hold the event loop for minutes. Here each definition is walked once, its measure is
kept, and a spread adds the kept measure: the counts are those of the fully expanded document, the
work is that of the document as written. It runs before validation, because validation itself can
be made slow, and it works on any parsed document, valid or not.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    Node,
    OperationDefinitionNode,
    SelectionSetNode,
)

from hub.errors import HubError


class LimitError(HubError):
    """A document over a limit; says which limit and how to stay below it."""

    code = "LIMIT"
    status = 400


@dataclass(frozen=True)
class Limits:
    """How much one document may ask (security requirement G3). Counts are fully expanded."""

    depth: int = 15
    """Fields below each other; the standard introspection query needs all fifteen."""
    aliases: int = 30
    roots: int = 20
    """Fields of the root type."""
    fields: int = 500
    directives: int = 8
    operations: int = 1
    tokens: int = 1_500
    characters: int = 15_000
    nesting: int = 100
    """Syntax nodes below each other, so that no later walk meets Python's recursion limit."""
    spreads: int = 500
    """Spread fragments; they may be empty, so that counting fields alone misses some."""
    chain: int = 30
    """Fragments spread through each other."""
    pairs: int = 20_000
    """Pairs of fields with one response name, which validation compares with each other."""


@dataclass(frozen=True)
class Measure:
    """What one selection set asks when every fragment in it is written out."""

    depth: int = 0
    aliases: int = 0
    roots: int = 0
    fields: int = 0
    directives: int = 0
    spreads: int = 0
    chain: int = 0

    def plus(self, other: "Measure") -> "Measure":
        """Put two selections beside each other: counts add up, heights do not."""
        return Measure(
            depth=max(self.depth, other.depth),
            aliases=self.aliases + other.aliases,
            roots=self.roots + other.roots,
            fields=self.fields + other.fields,
            directives=self.directives + other.directives,
            spreads=self.spreads + other.spreads,
            chain=max(self.chain, other.chain),
        )


@dataclass(frozen=True)
class Report:
    """What was measured; ``steps`` counts visited nodes and ``nodes`` those of the document."""

    largest: Measure
    introspects: bool
    nodes: int
    steps: int


def limit(document: DocumentNode, limits: Limits | None = None) -> Report:
    """Measure a parsed document and refuse it (``LimitError``) when it is over a limit.

    Every definition is held to the limits, used or not: validation walks the unused ones too.
    """
    return _Limiter(document, limits or Limits()).run()


class _Limiter:
    """The state of one run: the fragments by name, their kept measures, the steps taken."""

    def __init__(self, document: DocumentNode, limits: Limits) -> None:
        self._document = document
        self._limits = limits
        self._fragments = _fragments(document)
        self._kept: dict[str, Measure | None] = {}
        self._steps = 0
        self._introspects = False

    def run(self) -> Report:
        nodes = self._survey()
        largest = Measure()
        for definition in self._document.definitions:
            if isinstance(definition, OperationDefinitionNode):
                measure = self._operation(definition)
                self._check(measure)
                largest = max(largest, measure, key=lambda each: each.fields)
            elif isinstance(definition, FragmentDefinitionNode):
                # A fragment may select twenty-one fields of a type that is not the root.
                self._check(replace(self._fragment(definition.name.value, 1), roots=0))
        return Report(largest, self._introspects, nodes, self._steps)

    def _survey(self) -> int:
        """Look at every node once, without recursion, before anything recursive starts."""
        names: Counter[str] = Counter()
        operations = nodes = 0
        for node, depth in walk(self._document):
            nodes += 1
            if depth > self._limits.nesting:
                raise _over("nesting of the syntax", self._limits.nesting)
            operations += isinstance(node, OperationDefinitionNode)
            if isinstance(node, FieldNode):
                names[(node.alias or node.name).value] += 1
        self._steps += nodes
        _hold("operations", operations, self._limits.operations)
        pairs = sum(count * (count - 1) // 2 for count in names.values())
        _hold("pairs of fields with one response name", pairs, self._limits.pairs)
        return nodes

    def _check(self, measure: Measure) -> None:
        for field in fields(measure):
            found: int = getattr(measure, field.name)
            _hold(field.name, found, getattr(self._limits, field.name))

    def _operation(self, node: OperationDefinitionNode) -> Measure:
        own = len(node.directives or ())
        own += sum(len(each.directives or ()) for each in node.variable_definitions or ())
        return self._selections(node.selection_set, 0).plus(Measure(directives=own))

    def _fragment(self, name: str, chain: int) -> Measure:
        """Measure a fragment once; an unknown one counts nothing, validation names it."""
        node = self._fragments.get(name)
        if node is None:
            return Measure()
        if name in self._kept:
            return self._known(name)
        _hold("chain of fragments", chain, self._limits.chain)
        self._kept[name] = None
        inner = self._selections(node.selection_set, chain)
        measure = inner.plus(
            Measure(directives=len(node.directives or ()), chain=inner.chain + 1),
        )
        self._kept[name] = measure
        return measure

    def _known(self, name: str) -> Measure:
        measure = self._kept[name]
        if measure is None:
            raise LimitError("A fragment spreads itself; take the circle out.")
        return measure

    def _selections(self, node: SelectionSetNode, chain: int) -> Measure:
        total = Measure()
        for selection in node.selections:
            self._steps += 1
            own = Measure(directives=len(selection.directives or ()))
            total = total.plus(own).plus(self._selection(selection, chain))
        return total

    def _selection(self, node: Node, chain: int) -> Measure:
        if isinstance(node, FieldNode):
            return self._field(node, chain)
        if isinstance(node, InlineFragmentNode):
            return self._selections(node.selection_set, chain)
        if isinstance(node, FragmentSpreadNode):
            return self._fragment(node.name.value, chain + 1).plus(Measure(spreads=1))
        return Measure()

    def _field(self, node: FieldNode, chain: int) -> Measure:
        self._introspects |= node.name.value in {"__schema", "__type"}
        inner = self._selections(node.selection_set, chain) if node.selection_set else Measure()
        return Measure(
            depth=inner.depth + 1,
            aliases=inner.aliases + (node.alias is not None),
            roots=1,
            fields=inner.fields + 1,
            directives=inner.directives,
            spreads=inner.spreads,
            chain=inner.chain,
        )


def _fragments(document: DocumentNode) -> dict[str, FragmentDefinitionNode]:
    found: dict[str, FragmentDefinitionNode] = {}
    for node in document.definitions:
        if isinstance(node, FragmentDefinitionNode):
            if node.name.value in found:
                # Only one of the two would be measured, and validation walks both.
                raise LimitError("Two fragments have one name; rename one.")
            found[node.name.value] = node
    return found


def walk(document: DocumentNode) -> Iterator[tuple[Node, int]]:
    """Give every syntax node with its depth, without recursion."""
    stack: list[tuple[Node, int]] = [(document, 0)]
    while stack:
        node, depth = stack.pop()
        yield node, depth
        for key in node.keys:
            child = getattr(node, key, None)
            if isinstance(child, Node):
                stack.append((child, depth + 1))
            elif isinstance(child, (tuple, list)):
                stack.extend((each, depth + 1) for each in child if isinstance(each, Node))


def _hold(what: str, found: int, most: int) -> None:
    if found > most:
        raise _over(what, most)


def _over(what: str, most: int) -> LimitError:
    return LimitError(f"The document is over the limit for {what}: at most {most}.")
