"""Writers of leaf values: a Python value in, its JSON text out.

A value of the expected plain type takes the short way; any other is coerced by the GraphQL type
itself, exactly as the executor does it.
"""

import json
import math
from collections.abc import Callable
from json.encoder import encode_basestring as quote
from typing import Any

from graphql import (
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLFloat,
    GraphQLInt,
    GraphQLLeafType,
    GraphQLString,
    Undefined,
)

from hub.schema.compiled.running import Run, UncoveredError

Write = Callable[[Any, Run], str]
"""Writes one value as JSON; raises for whatever the executor has to answer."""

LARGEST = 2**31
"""GraphQL's ``Int`` ends below this."""


def leaf_writer(type_: GraphQLLeafType) -> Write:
    """Make the writer of a scalar's or an enum's values that are not null."""
    coerced = _coerced(type_)
    if isinstance(type_, GraphQLEnumType):
        return _enum_writer(coerced)
    plain = _PLAIN.get(type_.name)
    return _either(plain, coerced) if plain and type_ in _BUILT_IN else coerced


def dumps(value: Any) -> str:
    """Write a coerced value as the endpoint writes whole answers."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def _coerced(type_: GraphQLLeafType) -> Write:
    def write(value: Any, run: Run) -> str:
        found = type_.coerce_output_value(value)
        if found is Undefined or found is None:
            raise UncoveredError
        return dumps(found)

    return write


def _enum_writer(coerced: Write) -> Write:
    kept: dict[Any, str] = {}

    def write(value: Any, run: Run) -> str:
        text = kept.get(value)
        if text is None:
            text = kept[value] = coerced(value, run)
        return text

    return write


def _either(plain: Callable[[Any], str | None], coerced: Write) -> Write:
    def write(value: Any, run: Run) -> str:
        return plain(value) or coerced(value, run)

    return write


def _text(value: Any) -> str | None:
    return quote(value) if type(value) is str else None


def _whole(value: Any) -> str | None:
    return repr(value) if type(value) is int and -LARGEST <= value < LARGEST else None


def _number(value: Any) -> str | None:
    return repr(value) if type(value) is float and math.isfinite(value) else None


def _truth(value: Any) -> str | None:
    if type(value) is not bool:
        return None
    return "true" if value else "false"


_BUILT_IN = (GraphQLString, GraphQLInt, GraphQLFloat, GraphQLBoolean)
_PLAIN: dict[str, Callable[[Any], str | None]] = {
    "String": _text,
    "Int": _whole,
    "Float": _number,
    "Boolean": _truth,
}
