"""Clients of the sample schema, for the tests of the outer wall."""

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import Any

import httpx2
import pytest

from hub.web.graphql import graphql_route
from tests.unit.web.sample import SCHEMA, SERVING, client_of

Client = Callable[..., httpx2.AsyncClient]


@pytest.fixture
def serve() -> Client:
    """Make a client of ``/graphql``; keywords change how the schema is served."""

    def make(**changes: Any) -> httpx2.AsyncClient:
        return client_of(graphql_route("/graphql", SCHEMA, replace(SERVING, **changes)))

    return make


@pytest.fixture
async def client(serve: Client) -> AsyncIterator[httpx2.AsyncClient]:
    async with serve() as made:
        yield made
