"""The price of an operation, against the rows that resolvers really make."""

import pytest

from hub.web.cost import Reading, price
from hub.web.documents import Documents
from hub.web.limiter import LimitError, Limits
from tests.unit.web.sample import SCHEMA

READY = Documents(SCHEMA._schema, Limits())


def rows(query: str, **variables: object) -> int:
    return price(SCHEMA._schema, READY.ready(query, None), variables).rows


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("{hello}", 0),
        ("{again{hello}}", 1),
        ("{again{again{hello}}}", 2),
        ("{many{hello}}", 10),
        ("{many{many{hello}}}", 10 + 100),
        ("{page(first:5){nodes{hello}}}", 5 * 2),
        ("{page{nodes{hello}}}", 10 * 2),
        ("{page(first:5){nodes{page(first:3){nodes{hello}}}}}", 5 * (2 + 3 * 2)),
        ("{...A ...A} fragment A on Query{many{hello}}", 20),
        ("{...{many{hello}} ... on Query{many{hello}}}", 20),
        ("{__schema{types{name fields{name}}}}", 0),
        ("{page(first:-5){nodes{hello}}}", 2),
    ],
)
def test_rows_are_estimated(query: str, expected: int) -> None:
    assert rows(query) == expected


def test_page_size_may_come_from_a_variable() -> None:
    query = "query($n:Int!){page(first:$n){nodes{hello}}}"
    assert rows(query, n=7) == 14
    assert rows(query, n=10**12) == 200
    assert rows(query, n="seven") == 200
    assert rows("query($n:Int=4){page(first:$n){nodes{hello}}}") == 8


def test_a_root_field_is_priced_at_what_it_reads() -> None:
    readings = {"page": Reading(whatever=3, each=2), "many": Reading(whatever=501)}

    def read(query: str) -> int:
        return price(SCHEMA._schema, READY.ready(query, None), {}, readings).rows

    assert read("{page(first:5){nodes{hello}}}") == 3 + 2 * 5
    assert read("{again{hello}}") == 1
    assert read("{a:many{hello}...{b:many{hello}}}") == 2 * 501
    with pytest.raises(LimitError, match="rows"):
        read("{" + " ".join(f"m{i}:many{{hello}}" for i in range(20)) + "}")


def test_budget_of_rows_is_held() -> None:
    page = "page(first:100){nodes{%s}}"
    assert rows("{" + page % (page.replace("100", "49") % "hello") + "}") == 10_000
    with pytest.raises(LimitError, match="rows"):
        rows("{" + page % (page.replace("100", "50") % "hello") + "}")


def test_budget_of_values_is_held() -> None:
    leaves = " ".join(f"v{i}:hello" for i in range(25))
    with pytest.raises(LimitError, match="values"):
        rows("{page(first:100){nodes{page(first:49){nodes{" + leaves + "}}}}}")


def test_deep_nesting_costs_no_time() -> None:
    fragments = "".join(f"fragment F{i} on Query{{many{{...F{i + 1}}}}}" for i in range(13))
    with pytest.raises(LimitError, match="rows"):
        rows("{...F0}" + fragments + "fragment F13 on Query{hello}")
