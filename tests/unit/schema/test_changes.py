"""The readers' schema changes by addition, and by removal of what was deprecated before."""

from pathlib import Path

import pytest
from graphql import build_schema

from hub.schema.changes import broken, page
from hub.schema.read.query import schema

FOLDER = Path(__file__).parents[3] / "docs" / "reference"
OLD = """
enum Mark { P R @deprecated(reason: "Use P.") }
type Query {
  kept(area: String!): Int
  going: Int @deprecated(reason: "Use kept.")
  mark: Mark
}
"""


def text_of(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")


def test_the_committed_sdl_is_what_is_served() -> None:
    assert text_of("schema.graphql") == schema.as_str() + "\n", "run python -m scripts.reference"


def test_nothing_breaks_a_client_of_the_baseline() -> None:
    before, after = text_of("schema-baseline.graphql"), text_of("schema.graphql")
    assert broken(build_schema(before), build_schema(after)) == []


def test_the_page_is_current() -> None:
    before, after = text_of("schema-baseline.graphql"), text_of("schema.graphql")
    made = page(build_schema(before), build_schema(after))
    assert text_of("schema-changes.md") == made, "run python -m scripts.reference"


@pytest.mark.parametrize(
    ("old", "new", "is_broken"),
    [
        ("kept(area: String!): Int", "kept(area: String!): Int new: Int", False),
        ("kept(area: String!): Int", "kept(area: String!, at: String): Int", False),
        ("kept(area: String!): Int", "kept(area: String!): Int!", False),
        ('going: Int @deprecated(reason: "Use kept.")', "", False),
        (' R @deprecated(reason: "Use P.")', "", False),
        ("enum Mark { P R", "enum Mark { R", True),
        ("kept(area: String!): Int", "", True),
        ("kept(area: String!): Int", "kept: Int", True),
        ("kept(area: String!): Int", "kept(area: String!, at: String!): Int", True),
        ("kept(area: String!): Int", "kept(area: String!): String", True),
    ],
)
def test_what_breaks(old: str, new: str, is_broken: bool) -> None:
    assert old in OLD
    assert bool(broken(build_schema(OLD), build_schema(OLD.replace(old, new)))) is is_broken


def test_the_page_lists_what_came_went_and_is_going() -> None:
    new = OLD.replace('going: Int @deprecated(reason: "Use kept.")', "came: Int").replace(
        "mark: Mark", 'mark: Mark @deprecated(reason: "Ask kept.")'
    )
    text = page(build_schema(OLD), build_schema(new))
    added, deprecated, removed = (text.index(f"## {name}") for name in ("Add", "Dep", "Rem"))
    assert added < text.index("- `Query.came`") < deprecated
    assert deprecated < text.index("- `Query.mark`: Ask kept.") < removed
    assert removed < text.index("- `Query.going`")
