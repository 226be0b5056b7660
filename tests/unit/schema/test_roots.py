"""The root fields: what each answer rests on, who may ask it, and what is served are one list."""

from hub.auth.matrix import surface_lines
from hub.schema.read.query import schema
from hub.schema.read.roots import ROOTS


def test_every_root_field_is_described_and_guarded_and_none_besides() -> None:
    query = schema._schema.query_type
    assert query is not None
    prefix = "read.Query."
    guarded = {item.removeprefix(prefix) for item in surface_lines() if item.startswith(prefix)}
    assert set(query.fields) == set(ROOTS) == guarded


def test_what_depends_on_the_caller_or_on_today_is_not_kept() -> None:
    assert not any(ROOTS[name].is_kept for name in ("viewer", "completeness"))
