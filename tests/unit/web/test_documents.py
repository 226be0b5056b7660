"""Documents made ready: what the parser and validation must refuse, and what is kept."""

from collections.abc import AsyncIterator

import pytest
import strawberry
from hypothesis import given
from hypothesis import strategies as st

from hub.web.cost import ROWS, VALUES, price
from hub.web.documents import KEPT, DocumentError, Documents
from hub.web.limiter import LimitError, Limits
from tests.unit.web.sample import SCHEMA, Query
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
    "query", ["fragment F on Query { hello }", "type A { b: Int }", "scalar S"]
)
def test_a_document_without_an_operation_is_refused(documents: Documents, query: str) -> None:
    with pytest.raises(DocumentError) as refused:
        documents.ready(query, None)
    assert refused.value.code == "GRAPHQL_INVALID"


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


def test_subscription_is_refused_even_where_the_schema_has_one() -> None:
    @strawberry.type
    class Subscription:
        @strawberry.subscription
        async def hello(self) -> AsyncIterator[str]:
            yield "hello"

    schema = strawberry.Schema(query=Query, subscription=Subscription)
    with pytest.raises(DocumentError):
        Documents(schema._schema, Limits()).ready("subscription{hello}", None)


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


WORDS = (
    "{ } ( ) [ ] : = ! $ @ ... | & query mutation subscription fragment on A B Query hello again"
    ' many page first nodes name value 1 -1 1.5 1e999 "x" """y""" true null $v Int __schema'
    " __type @include @skip if # \\"
)
TEXTS = st.one_of(st.text(), st.lists(st.sampled_from(WORDS.split()), max_size=40).map(" ".join))


@given(TEXTS)
def test_no_text_makes_it_fail_otherwise(text: str) -> None:
    documents = Documents(SCHEMA._schema, Limits())
    try:
        price(SCHEMA._schema, documents.ready(text, None), {})
    except (LimitError, DocumentError):
        return


LEVELS = st.one_of(
    st.sampled_from(["again{", "many{"]),
    st.integers(0, 200).map(lambda first: f"page(first:{first}){{nodes{{"),
)


@given(st.lists(LEVELS, min_size=1, max_size=6).map("".join))
def test_well_formed_nesting_is_priced_or_refused(levels: str) -> None:
    text = "{" + levels + "hello" + "}" * levels.count("{") + "}"
    documents = Documents(SCHEMA._schema, Limits())
    try:
        cost = price(SCHEMA._schema, documents.ready(text, None), {})
    except LimitError:
        return
    assert 0 < cost.rows <= ROWS
    assert cost.values <= VALUES
