"""The limiter: every bomb refused, every refusal cheap, ordinary documents let through."""

import pytest
from graphql import get_introspection_query, parse
from hypothesis import given
from hypothesis import strategies as st

from hub.web.limiter import LimitError, Limits, limit


def doubling(levels: int, last: str = "a") -> str:
    """Fragments that each spread the next twice: 2 to the power of ``levels`` when written out."""
    body = "{...F0}" + "".join(
        f"fragment F{i} on Q{{...F{i + 1} ...F{i + 1}}}" for i in range(levels)
    )
    return body + f"fragment F{levels} on Q{{{last}}}"


def nested(depth: int, field: str = "a", leaf: str = "b") -> str:
    return "{" + f"{field}{{" * depth + leaf + "}" * depth + "}"


def times(count: int, template: str) -> str:
    """``template`` repeated with ``#`` counted up."""
    return " ".join(template.replace("#", str(i)) for i in range(count))


def chain(count: int) -> str:
    links = "".join(f"fragment F{i} on Q{{...F{i + 1}}}" for i in range(count))
    return "{...F0}" + links + f"fragment F{count} on Q{{a}}"


BOMBS = {
    "doubling 10": doubling(10),
    "doubling 20": doubling(20),
    "doubling 30": doubling(30),
    "doubling of nothing": doubling(28, ""),
    "doubling with depth": doubling(20, "a{b{c}}"),
    "doubling aliases": doubling(12, "x:a y:b"),
    "doubling directives": doubling(12, "a @include(if:true)"),
    "doubling inside fields": "{...F0}"
    + "".join(f"fragment F{i} on Q{{a{{...F{i + 1} ...F{i + 1}}}}}" for i in range(20))
    + "fragment F20 on Q{a}",
    "doubling by inline fragments": "{...F0}"
    + "".join(
        f"fragment F{i} on Q{{... on Q{{...F{i + 1}}} ...{{...F{i + 1}}}}}" for i in range(20)
    )
    + "fragment F20 on Q{a}",
    "tenfold fragments": "{...F0}"
    + "".join(f"fragment F{i} on Q{{{f'...F{i + 1} ' * 10}}}" for i in range(8))
    + "fragment F8 on Q{a}",
    "doubling never used": "{a}" + doubling(20)[len("{...F0}") :],
    "doubling leaf first": "{...F20}"
    + "fragment F0 on Q{a}"
    + "".join(f"fragment F{i + 1} on Q{{...F{i} ...F{i}}}" for i in range(20)),
    "depth 16": nested(15),
    "depth 30": nested(30),
    "depth 100": nested(100),
    "depth by fragments": "{...F0}"
    + "".join(f"fragment F{i} on Q{{a{{...F{i + 1}}}}}" for i in range(16))
    + "fragment F16 on Q{a}",
    "depth in an unused fragment": "{a} fragment F on Q" + nested(16),
    "depth behind inline fragments": "{" + "...{a{" * 16 + "b" + "}}" * 16 + "}",
    "inline fragments 150": "{" + "...{" * 150 + "a" + "}" * 150 + "}",
    "chain 31": chain(31),
    "chain 150": chain(150),
    "circle of one": "{...A} fragment A on Q{a ...A}",
    "circle of two": "{...A} fragment A on Q{...B} fragment B on Q{...A}",
    "circle through a field": "{...A} fragment A on Q{a{...A}}",
    "circle never used": "{a} fragment A on Q{...B} fragment B on Q{...A}",
    "circle of forty": "{...F0}"
    + "".join(f"fragment F{i} on Q{{...F{(i + 1) % 40}}}" for i in range(40)),
    "aliases 31": "{a{" + times(31, "x#:b") + "}}",
    "aliases of the root": "{" + times(100, "x#:a") + "}",
    "aliases in a fragment": "{a{...A ...A ...A ...A}} fragment A on Q{" + times(8, "x#:b") + "}",
    "root fields 21": "{" + times(21, "a#") + "}",
    "root fields by a fragment": "{...A ...A ...A} fragment A on Q{" + times(7, "a#") + "}",
    "root fields by inline fragments": "{" + times(21, "...{a#}") + "}",
    "fields 501": "{a{" + times(501, "b#") + "}}",
    "fields by fragments": "{a{" + "...A " * 20 + "}}" + "fragment A on Q{" + times(26, "b#") + "}",
    "overlapping fields": "{a{" + times(300, "b(x:#)") + "}}",
    "overlapping objects": "{a{" + "b{c} " * 300 + "}}",
    "overlapping deep": "{" + (nested(12)[1:-1] + " ") * 20 + "}",
    "overlapping aliases": "{a{" + times(30, "x:b(y:#)") + " x:b(y:99)}}",
    "directives 9": "{a" + " @skip(if:false)" * 9 + "}",
    "directives on the operation": "query" + " @d" * 9 + "{a}",
    "directives on variables": "query($v:Int" + " @d" * 9 + "){a}",
    "directives on a fragment": "{...A} fragment A on Q" + " @d" * 9 + "{a}",
    "directives on spreads": "{" + "...A @d " * 9 + "} fragment A on Q{a}",
    "operations 2": "query A{a} query B{b}",
    "operations 100": times(100, "query A#{a}"),
    "lists in an argument": "{a(x:" + "[" * 120 + "]" * 120 + ")}",
    "objects in an argument": "{a(x:" + "{y:" * 120 + "1" + "}" * 120 + ")}",
    "lists in a variable's type": "query($v:" + "[" * 120 + "Int" + "]" * 120 + "){a}",
    "lists in a variable's default": "query($v:Int=" + "[" * 120 + "]" * 120 + "){a}",
    "two fragments of one name": "{...A} fragment A on Q{" + nested(30)[1:-1] + "}"
    " fragment A on Q{a}",
}


def test_there_are_enough_bombs() -> None:
    assert len(BOMBS) >= 37


@pytest.mark.parametrize("name", BOMBS)
def test_bomb_is_refused(name: str) -> None:
    with pytest.raises(LimitError):
        limit(parse(BOMBS[name]))


WIDE = Limits(
    depth=10**9,
    aliases=10**99,
    roots=10**99,
    fields=10**99,
    directives=10**99,
    spreads=10**99,
    operations=10**9,
    nesting=700,
    chain=200,
    pairs=10**9,
)


# Circles and doubled names are refused before anything is counted, whatever the limits.
COUNTED = [name for name in BOMBS if not name.startswith(("circle", "two fragments"))]


@pytest.mark.parametrize("name", COUNTED)
def test_bomb_costs_linear_work_even_when_nothing_stops_it(name: str) -> None:
    report = limit(parse(BOMBS[name]), WIDE)
    assert report.steps <= 4 * report.nodes


def test_chain_is_refused_before_it_exhausts_the_stack() -> None:
    with pytest.raises(LimitError, match="chain"):
        limit(parse(chain(900)))


def test_counts_are_those_of_the_expanded_document() -> None:
    report = limit(parse(doubling(20, "x:a{b}")), WIDE)
    assert report.largest.fields == 2 * 2**20
    assert report.largest.aliases == 2**20
    assert report.largest.roots == 2**20
    assert report.largest.depth == 2
    assert report.largest.chain == 21


@pytest.mark.parametrize(
    "query",
    [
        "{a}",
        nested(14),
        "{a{" + times(30, "x#:b") + "}}",
        "{" + times(20, "a#") + "}",
        "{a{" + times(499, "b#") + "}}",
        "{a" + " @skip(if:false)" * 8 + "}",
        chain(29),
        "{a{...A}} fragment A on T{" + times(40, "b#") + "}",
        "{" + times(5, "...A") + "} fragment A on Q{a b c}",
        "{...Missing}",
    ],
)
def test_document_at_its_limits_passes(query: str) -> None:
    limit(parse(query))


def test_standard_introspection_passes_and_is_told() -> None:
    report = limit(
        parse(
            get_introspection_query(
                schema_description=True,
                specified_by_url=True,
                directive_is_repeatable=True,
                input_value_deprecation=True,
            )
        )
    )
    assert report.introspects
    assert report.largest.depth == 15


def test_introspection_hidden_in_a_fragment_is_told() -> None:
    assert limit(parse('{...A} fragment A on Q{...{x:__type(name:"Q"){name}}}')).introspects
    assert not limit(parse("{__typename a}")).introspects


@st.composite
def documents(draw: st.DrawFn) -> str:
    """Documents whose fragments spread any later fragment any number of times."""
    count = draw(st.integers(1, 12))

    def selections(after: int, depth: int) -> str:
        parts = draw(
            st.lists(st.sampled_from(["f", "alias", "spread", "inline", "deep"]), max_size=5)
        )
        return "a " + " ".join(part(kind, after, depth) for kind in parts)

    def part(kind: str, after: int, depth: int) -> str:
        if kind == "spread" and after < count:
            return f"...F{draw(st.integers(after, count - 1))}"
        if kind in {"inline", "deep"} and depth < 4:
            head = "..." if kind == "inline" else "b"
            return f"{head}{{{selections(after, depth + 1)}}}"
        return "x:c" if kind == "alias" else "d(x:[1,{y:2}]) @e"

    fragments = [f"fragment F{i} on Q{{{selections(i + 1, 0)}}}" for i in range(count)]
    return "{...F0}" + draw(st.permutations(fragments).map("".join))


@given(documents())
def test_work_is_linear_in_the_document(query: str) -> None:
    report = limit(parse(query), WIDE)
    assert report.steps <= 4 * report.nodes
