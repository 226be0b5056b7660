"""The roofline: a bare Starlette route that asks the minimal SQL, and one that asks nothing.

``python -m benchmarks.bare PORT ADDRESS ANSWERS``. ``/sql/Q1`` reads the variables, asks over the
driver alone (as the owner, whom row level security does not concern) and answers with bytes that
are ready; ``/bare/Q1`` answers with them at once. No caller is verified, nothing is limited,
logged or written: no server in Python does the same work for less.
"""

import json
import sys
from pathlib import Path
from typing import Any

import asyncpg
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from hub.views.assembly import stage_terms
from hub.vocabulary import vocabulary

CELLS = """SELECT indicator, area, period, value::float8, status FROM protected.observation
WHERE release_id = 'bench' AND area = ANY ($1::text[]) AND period = ANY ($2::text[])
AND breakdown = '' AND indicator = ANY ($3::text[])"""
SERIES = """SELECT period, value::float8, status FROM protected.observation
WHERE release_id = 'bench' AND indicator = $1 AND area = $2 AND period = ANY ($3::text[])
AND breakdown = ''"""
JOURNEY = """SELECT indicator, value::float8, status FROM protected.observation
WHERE release_id = 'bench' AND area = $1 AND period = $2 AND breakdown = ''
AND indicator = ANY ($3::text[])"""


class Pool:
    """Connections, the most recently used first."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._free: list[Any] = []

    async def ask(self, statement: str, *values: Any) -> list[Any]:
        """Ask once."""
        connection = self._free.pop() if self._free else await asyncpg.connect(self._address)
        found: list[Any] = await connection.fetch(statement, *values)
        self._free.append(connection)
        return found


def application(address: str, answers: Path) -> Starlette:
    """Make the application; ``answers`` holds a file of bytes for each question."""
    pool, stages = Pool(address), list(stage_terms(vocabulary()))
    ready = {file.name: file.read_bytes() for file in answers.iterdir()}

    async def sql(request: Request) -> Response:
        name = request.path_params["name"]
        given = json.loads(await request.body())["variables"]
        if name == "Q1":
            await pool.ask(SERIES, given["i"], given["a"], given["periods"])
        elif name == "Q3":
            await pool.ask(JOURNEY, given["a"], given["p"], stages)
        else:
            await pool.ask(CELLS, given["a"], given["p"], given["i"])
        return Response(ready[name], media_type="application/json")

    async def bare(request: Request) -> Response:
        return Response(ready[request.path_params["name"]], media_type="application/json")

    methods = ["GET", "POST"]
    return Starlette(
        routes=[
            Route("/sql/{name}", sql, methods=methods),
            Route("/bare/{name}", bare, methods=methods),
        ]
    )


def main() -> None:
    """Serve."""
    port, address, answers = int(sys.argv[1]), sys.argv[2], Path(sys.argv[3])
    uvicorn.run(application(address, answers), port=port, log_level="warning", access_log=False)


if __name__ == "__main__":
    main()
