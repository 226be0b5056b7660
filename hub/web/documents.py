"""GraphQL documents made ready once: parsed, limited, validated, and kept by their hash."""

import hashlib
import re
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    ArgumentNode,
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    StringValueNode,
    VariableNode,
    parse,
    validate,
)

from hub.schema.compiled.plan import Plan
from hub.web.limiter import LimitError, Limits, Report, limit, walk
from hub.web.masking import MOST

KEPT = 256
"""Documents kept ready; dashboards send the same few for ever."""
# PostgreSQL cannot store NUL, so that a literal with one would become a server error later.
_NUL = re.compile(r"\\u(0000|\{0+\})")


class DocumentError(Exception):
    """A document GraphQL itself refuses; ``errors`` are graphql-core's, ``code`` says which step.

    Not a ``HubError``: its messages still have to pass the masking.
    """

    def __init__(self, code: str, errors: list[GraphQLError]) -> None:
        super().__init__(code)
        self.code = code
        self.errors = errors


@dataclass(frozen=True)
class Document:
    """A document that may run: its syntax tree, its one operation and what the limiter found."""

    tree: DocumentNode
    operation: OperationDefinitionNode
    report: Report
    digest: str
    texts: frozenset[str] = frozenset()
    """The texts among its literals: codes of areas and the like."""
    sizes: tuple[str, ...] = ()
    """The variables that say how long a page is: with them alone the price differs."""
    prices: dict[tuple[object, ...], Any] = field(default_factory=dict, compare=False, repr=False)
    """Prices that were told before, by the values of ``sizes``."""
    plan: Plan | None = None
    """How it is answered without the executor; None for one that only the executor answers."""

    @property
    def is_query(self) -> bool:
        """Tell whether the operation only reads."""
        return self.operation.operation is OperationType.QUERY


Admit = Callable[[str, bool], None]
"""Told a document's hash and whether it is kept ready; raises to refuse it."""


Compile = Callable[[GraphQLSchema, DocumentNode], Plan | None]
"""Makes the plan of a valid document, if there is one."""


def _uncompiled(schema: GraphQLSchema, tree: DocumentNode) -> Plan | None:
    """Leave every document to the executor."""
    return None


def _welcome(digest: str, is_known: bool) -> None:
    """Let every document in."""


class Documents:
    """Makes documents of one schema ready and keeps the last ``KEPT`` good ones, by their text."""

    def __init__(
        self, schema: GraphQLSchema, limits: Limits, compiled: Compile = _uncompiled
    ) -> None:
        self._schema = schema
        self._limits = limits
        self._compiled = compiled
        self._kept: OrderedDict[str, Document] = OrderedDict()

    def ready(self, text: str, operation_name: str | None, admit: Admit = _welcome) -> Document:
        """Make a document ready; raises ``LimitError``, ``DocumentError`` or what ``admit`` does.

        ``admit`` is asked before any work is done on the document.
        """
        if len(text) > self._limits.characters:
            raise LimitError(f"The document is over {self._limits.characters} characters.")
        document = self._kept.get(text)
        digest = document.digest if document else hashlib.sha256(text.encode()).hexdigest()
        admit(digest, document is not None)
        document = document or self._made(text, digest, operation_name)
        _require_name(document.operation, operation_name)
        self._kept[text] = document
        self._kept.move_to_end(text)
        if len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return document

    def _made(self, text: str, digest: str, operation_name: str | None) -> Document:
        tree = self._parsed(text)
        operations = _operations(tree)
        if len(operations) > 1 and operation_name is None:
            raise LimitError("The document has several operations; say which in operationName.")
        # Before validation: comparing overlapping fields is where validation itself gets slow.
        report = limit(tree, self._limits)
        errors = validate(self._schema, tree, max_errors=MOST, hide_suggestions=True)
        if errors:
            raise DocumentError("GRAPHQL_INVALID", errors)
        plan = self._compiled(self._schema, tree)
        texts, sizes = _texts(tree), _sizes(tree)
        return Document(tree, _sole(operations), report, digest, texts, sizes, plan=plan)

    def _parsed(self, text: str) -> DocumentNode:
        if _NUL.search(text):
            raise DocumentError("GRAPHQL_SYNTAX", [GraphQLError("A text holds U+0000.")])
        tokens = self._limits.tokens
        try:
            return parse(text, max_lexical_tokens=tokens, max_comments=tokens)
        except GraphQLError as error:
            if "Parsing aborted" in error.message:
                raise LimitError(
                    f"The document is over {tokens} tokens or nests too deeply."
                ) from None
            raise DocumentError("GRAPHQL_SYNTAX", [error]) from None


def _texts(tree: DocumentNode) -> frozenset[str]:
    return frozenset(node.value for node, _ in walk(tree) if isinstance(node, StringValueNode))


def _sizes(tree: DocumentNode) -> tuple[str, ...]:
    arguments = (
        node.value
        for node, _ in walk(tree)
        if isinstance(node, ArgumentNode) and node.name.value == "first"
    )
    return tuple({value.name.value: 0 for value in arguments if isinstance(value, VariableNode)})


def _operations(tree: DocumentNode) -> list[OperationDefinitionNode]:
    return [each for each in tree.definitions if isinstance(each, OperationDefinitionNode)]


def _sole(operations: list[OperationDefinitionNode]) -> OperationDefinitionNode:
    # There is one: validation refuses a document of fragments, which nothing uses, or definitions.
    if operations[0].operation is OperationType.SUBSCRIPTION:
        error = GraphQLError("Subscriptions are not served.", operations[0])
        raise DocumentError("GRAPHQL_INVALID", [error])
    return operations[0]


def _require_name(operation: OperationDefinitionNode, wanted: str | None) -> None:
    name = operation.name.value if operation.name else None
    if wanted is not None and wanted != name:
        error = GraphQLError("The document has no operation of that name.")
        raise DocumentError("GRAPHQL_INVALID", [error])
