"""Reading questions made from the readers' schema: every root field, fields and arguments drawn."""

import json
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from graphql import (
    GraphQLField,
    GraphQLNonNull,
    GraphQLObjectType,
    get_named_type,
    is_composite_type,
)

from hub.auth.roles import Role
from hub.schema.read.query import schema
from hub.web.trusted import trusted_documents

READERS = [Role.ANALYST, Role.STEWARD, Role.PUBLIC, Role.AUDITOR]
PUBLIC = {
    "areas": ["E07000102"],
    "area": "E07000102",
    "indicator": "POL_DA_CRIME",
    "from": "CY2017",
    "to": "CY2017",
    "period": "CY2017",
}
"""What the public client, who runs trusted documents only, fills them with."""
ITS_OWN = {"publishedAt", "releasedAt", "updatedAt"}
"""Fields that say when something was done; the twins were not made at one moment."""

AREAS = ["E07000102", "MAR_THREE_RIVERS", "E10000015", "E00000000"]
CODES = ["POL_DA_CRIME", "POL_DA_TOTAL", "POL_DA_INCIDENT", "POL_DA_CRIME_PC", "NOPE"]
PERIODS = ["CY2017", "CY2017", "FY2017-18", "2017-05", "Q1"]
CUTS = ["RISK=HIGH", "RISK=MEDIUM", "RISK=STANDARD", "", "RISK=NOPE"]
LISTS = {
    "indicators": CODES,
    "areas": AREAS,
    "periods": PERIODS,
    "breakdowns": CUTS,
    "codes": CODES,
}
SINGLE = {
    "area": AREAS,
    "indicator": CODES,
    "dataset": ["POLICE_CRIME", "IDVA", "NOPE"],
    "code": AREAS,
    "id": PERIODS,
    "owner": ["POLICE", "NOPE"],
    "level": ["LAD", "NOPE"],
    "within": AREAS,
    **dict.fromkeys(("period", "from", "to", "asAt"), PERIODS),
}
Fill = Callable[[random.Random], Any]


def some(pool: list[str]) -> Fill:
    return lambda dice: dice.sample(pool, dice.randint(0, 3))


def one_of(pool: list[str]) -> Fill:
    return lambda dice: dice.choice(pool)


ARGUMENTS: dict[str, Fill] = {
    **{name: some(pool) for name, pool in LISTS.items()},
    **{name: one_of(pool) for name, pool in SINGLE.items()},
    "first": lambda dice: dice.randint(1, 9),
    "allowUnlike": lambda dice: dice.random() < 0.5,
    "statements": lambda dice: [
        {
            "indicator": dice.choice(CODES),
            "area": dice.choice(AREAS),
            "period": dice.choice(PERIODS),
            "printed": str(dice.choice([2, 3, 12, 13, 602, 617, 0.5])),
        }
    ],
}
"""What an argument may be filled with, by its name; others are left out."""


@dataclass(frozen=True)
class Shape:
    """A document, and what its variables may be."""

    document: str
    variables: dict[str, Fill]

    def filled(self, dice: random.Random) -> bytes:
        given = {name: fill(dice) for name, fill in self.variables.items()}
        return json.dumps({"query": self.document, "variables": given}).encode()


def shapes(dice: random.Random, count: int) -> list[Shape]:
    """Documents made from the schema: each root field in turn, fields and arguments drawn."""
    root = schema._schema.query_type
    assert root is not None
    names = list(root.fields)
    return [
        shape(names[n % len(names)], root.fields[names[n % len(names)]], dice) for n in range(count)
    ]


def shape(name: str, one: GraphQLField, dice: random.Random) -> Shape:
    fills, given, declared = {}, [], []
    for argument, about in one.args.items():
        needed = isinstance(about.type, GraphQLNonNull)
        if argument not in ARGUMENTS or (not needed and dice.random() < 0.5):
            continue
        if name == "release" or (name == "reconcile" and argument != "statements"):
            continue
        fills[argument] = ARGUMENTS[argument]
        declared.append(f"${argument}: {about.type}")
        given.append(f"{argument}: ${argument}")
    head = f"query({', '.join(declared)}) " if declared else ""
    asked = f"{name}({', '.join(given)})" if given else name
    return Shape(f"{head}{{ {asked} {selected(one.type, dice, 4)} }}", fills)


def selected(type_: Any, dice: random.Random, depth: int) -> str:
    """Draw fields of a type, and of the types behind them down to a depth."""
    named = get_named_type(type_)
    if not isinstance(named, GraphQLObjectType):
        return ""
    fields = {n: f for n, f in named.fields.items() if n not in ITS_OWN}
    plain_ = [n for n, f in fields.items() if not is_composite_type(get_named_type(f.type))]
    deeper = [
        n
        for n, f in fields.items()
        if n not in plain_ and not any(isinstance(a.type, GraphQLNonNull) for a in f.args.values())
    ]
    chosen = dice.sample(plain_, dice.randint(1, len(plain_))) if plain_ else ["__typename"]
    inner = [
        f"{n} {selected(fields[n].type, dice, depth - 1)}"
        for n in (dice.sample(deeper, min(len(deeper), dice.randint(1, 3))) if deeper else [])
        if depth
    ]
    return "{ " + " ".join([*chosen, *inner]) + " }"


def questions(dice: random.Random, count: int) -> Iterator[tuple[Role, bytes]]:
    """Generated reading questions, and who asks; the public client asks its trusted documents."""
    known = [text for name, text in trusted_documents().items() if name != "releases"]
    per_shape = 2 if count < 1_000 else 50
    for one in shapes(dice, -(-count // per_shape)):
        for _ in range(per_shape):
            role = dice.choice(READERS)
            if role is Role.PUBLIC:
                body = {"query": dice.choice(known), "variables": PUBLIC}
                yield role, json.dumps(body).encode()
            else:
                yield role, one.filled(dice)
