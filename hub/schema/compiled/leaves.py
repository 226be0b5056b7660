"""Writers of leaf values: a column of Python values in, the JSON text of each out.

A value of the expected plain type takes the short way; any other is coerced by the GraphQL type
itself, exactly as the executor does it.
"""

import json
import math
from collections.abc import Callable, Sequence
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

Write = Callable[[Sequence[Any], Run], list[str]]
"""Writes a column of values as JSON; raises for whatever the executor has to answer."""
Coerce = Callable[[Any], str]

LARGEST = 2**31
"""GraphQL's ``Int`` ends below this."""


def leaf_writer(type_: GraphQLLeafType) -> Write:
    """Make the writer of a scalar's or an enum's values that are not null."""
    coerce = _coerced(type_)
    if isinstance(type_, GraphQLEnumType):
        return _enums(coerce)
    plain = _PLAIN.get(type_.name) if type_ in _BUILT_IN else None
    if plain is not None:
        return plain(coerce)
    return lambda values, run: [coerce(value) for value in values]


def dumps(value: Any) -> str:
    """Write a coerced value as the endpoint writes whole answers."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def _coerced(type_: GraphQLLeafType) -> Coerce:
    def coerce(value: Any) -> str:
        found = type_.coerce_output_value(value)
        if found is Undefined or found is None:
            raise UncoveredError
        return dumps(found)

    return coerce


def _enums(coerce: Coerce) -> Write:
    kept: dict[Any, str] = {}

    def write(values: Sequence[Any], run: Run) -> list[str]:
        for value in set(values) - kept.keys():
            kept[value] = coerce(value)
        return [kept[value] for value in values]

    return write


def _texts(coerce: Coerce) -> Write:
    return lambda values, run: [
        quote(value) if type(value) is str else coerce(value) for value in values
    ]


def _whole(coerce: Coerce) -> Write:
    return lambda values, run: [
        repr(value) if type(value) is int and -LARGEST <= value < LARGEST else coerce(value)
        for value in values
    ]


def _numbers(coerce: Coerce) -> Write:
    return lambda values, run: [
        repr(value) if type(value) is float and math.isfinite(value) else coerce(value)
        for value in values
    ]


def _truths(coerce: Coerce) -> Write:
    return lambda values, run: [
        "true" if value is True else "false" if value is False else coerce(value)
        for value in values
    ]


_BUILT_IN = (GraphQLString, GraphQLInt, GraphQLFloat, GraphQLBoolean)
_PLAIN: dict[str, Callable[[Coerce], Write]] = {
    "String": _texts,
    "Int": _whole,
    "Float": _numbers,
    "Boolean": _truths,
}
