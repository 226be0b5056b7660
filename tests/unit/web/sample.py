"""A small schema and the application around it, which the tests of the outer wall share."""

import asyncio
from enum import Enum
from typing import Any

import httpx2
import strawberry
from graphql import GraphQLError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import BaseRoute

from hub.errors import RefusedError
from hub.web.graphql import Serving

PLANTED = "planted 777777"
"""Stands for a hidden number; must never be seen in an answer or a log."""


class Stopwatch:
    """What the slow field leaves behind: whether it was started, cancelled, finished."""

    def __init__(self) -> None:
        self.events: list[str] = []


@strawberry.type
class Page:
    nodes: list["Query"]


@strawberry.enum
class Colour(Enum):
    CRIMSON = "crimson"


@strawberry.input
class Shape:
    corners: int


@strawberry.type
class Query:
    @strawberry.field
    def painted(self, colour: Colour, shape: Shape | None = None) -> bool:
        return True

    @strawberry.field
    def hello(self, name: str = "you") -> str:
        return f"hello {name}"

    @strawberry.field
    def number(self, value: int, factor: float | None = None) -> float:
        return value * (factor or 1)

    @strawberry.field
    def again(self) -> "Query":
        return Query()

    @strawberry.field
    def many(self) -> list["Query"]:
        return [Query(), Query()]

    @strawberry.field
    def page(self, first: int = 10) -> Page:
        return Page(nodes=[Query() for _ in range(min(first, 3))])

    @strawberry.field
    def broken(self) -> str | None:
        raise ValueError(PLANTED)

    @strawberry.field
    def wrapped(self) -> str | None:
        raise GraphQLError(PLANTED)

    @strawberry.field
    def refused(self) -> str | None:
        raise RefusedError("Not yours.")

    @strawberry.field
    async def slow(self, info: strawberry.Info[Stopwatch, None]) -> str:
        info.context.events.append("started")
        try:
            await asyncio.sleep(30)
        except asyncio.CancelledError:
            info.context.events.append("cancelled")
            raise
        return "late"


@strawberry.type
class Mutation:
    @strawberry.mutation
    def change(self) -> bool:
        return True


SCHEMA = strawberry.Schema(query=Query, mutation=Mutation)


async def anyone(request: Request) -> object | None:
    return "somebody"


async def stopwatch(request: Request, principal: Any) -> Stopwatch:
    return Stopwatch()


SERVING = Serving(context=stopwatch, authenticate=anyone, get_allowed=True)


def client_of(*routes: BaseRoute) -> httpx2.AsyncClient:
    transport = httpx2.ASGITransport(Starlette(routes=list(routes)))
    return httpx2.AsyncClient(transport=transport, base_url="http://hub.test")
