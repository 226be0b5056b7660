"""Documents made ready: what the parser and validation must refuse, and what is kept."""

import pytest

from hub.web.documents import KEPT, DocumentError, Documents
from hub.web.limiter import LimitError, Limits
from tests.unit.web.sample import SCHEMA
from tests.unit.web.test_limiter import BOMBS


@pytest.fixture
def documents() -> Documents:
    return Documents(SCHEMA._schema, Limits())


@pytest.mark.parametrize("query", BOMBS.values(), ids=BOMBS)
def test_bomb_is_refused_before_validation(documents: Documents, query: str) -> None:
    # Validation would answer DocumentError: none of the bombs' fields exist in this schema.
    with pytest.raises(LimitError):
        documents.ready(query, None)


@pytest.mark.parametrize(
    "query",
    [
        "{again" * 400 + "}" * 400,
        "{hello(name:" + "[" * 600 + "]" * 600 + ")}",
        "query($v:" + "[" * 700 + "Int" + "]" * 700 + "){hello}",
        "{" + "hello " * 1500 + "}",
        "{hello(name:[" + "1 " * 1500 + "])}",
        "{hello}" + "#\n" * 3000,
        "{hello}" + " " * 15_000,
        '{hello(name:"' + "x" * 15_000 + '")}',
    ],
)
def test_document_is_refused_while_it_is_read(documents: Documents, query: str) -> None:
    with pytest.raises(LimitError):
        documents.ready(query, None)


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("", "GRAPHQL_SYNTAX"),
        ("{", "GRAPHQL_SYNTAX"),
        ("{hello", "GRAPHQL_SYNTAX"),
        ('{hello(name:"\\u0000")}', "GRAPHQL_SYNTAX"),
        ('{hello(name:"\\u{000}")}', "GRAPHQL_SYNTAX"),
        ('{hello(name:"\\ud800")}', "GRAPHQL_SYNTAX"),
        ("{hello\x00}", "GRAPHQL_SYNTAX"),
        ("{missing}", "GRAPHQL_INVALID"),
        ("fragment A on Query{hello}", "GRAPHQL_INVALID"),
        ("type A{b:Int}", "GRAPHQL_INVALID"),
        ("subscription{hello}", "GRAPHQL_INVALID"),
        ("{...@defer{hello}}", "GRAPHQL_INVALID"),
        ("{many @stream{hello}}", "GRAPHQL_INVALID"),
        ("{...A}", "GRAPHQL_INVALID"),
    ],
)
def test_invalid_document_is_refused(documents: Documents, query: str, code: str) -> None:
    with pytest.raises(DocumentError) as caught:
        documents.ready(query, None)
    assert caught.value.code == code


def test_several_operations_without_a_name_are_refused_as_such(documents: Documents) -> None:
    with pytest.raises(LimitError, match="operationName"):
        documents.ready("query A{hello} query B{hello}", None)


def test_several_operations_are_over_the_limit_even_with_a_name(documents: Documents) -> None:
    with pytest.raises(LimitError, match="operations"):
        documents.ready("query A{hello} query B{hello}", "A")


def test_wrong_operation_name_is_refused_also_for_a_kept_document(documents: Documents) -> None:
    documents.ready("query A{hello}", "A")
    with pytest.raises(DocumentError):
        documents.ready("query A{hello}", "B")


def test_same_text_is_made_ready_once(documents: Documents) -> None:
    assert documents.ready("{hello}", None) is documents.ready("{hello}", None)


def test_only_so_many_documents_are_kept(documents: Documents) -> None:
    first = documents.ready("{hello}", None)
    for number in range(KEPT):
        documents.ready(f"query Q{number}{{hello}}", None)
    assert len(documents._kept) == KEPT
    assert documents.ready("{hello}", None) is not first


def test_slow_validation_is_capped(documents: Documents) -> None:
    # 300 pairs of fields to compare already cost stock validation most of a second.
    with pytest.raises(LimitError, match="pairs"):
        documents.ready("{" + "again{hello} " * 300 + "}", None)
