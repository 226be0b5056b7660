"""Readers under load while releases come, and what their answers must never show.

Every figure of a made-up release holds the release's number, so an answer mixed of two releases,
half of one, or an older one than promised gives itself away.
"""

import asyncio
import contextlib
import itertools
import json
import statistics
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any

import httpx2
from sqlalchemy import insert

from hub.clock import now
from hub.db.engine import Database
from hub.db.tables import protected

AREAS = ("E07000102", "E07000103", "E07000098", "E07000099")
PERIODS = tuple(f"CY{year}" for year in range(2013, 2018))
INDICATORS = ("POL_DA_CRIME", "POL_DA_INCIDENT")
PROMISED = 5.0
"""Seconds after which no answer is from before a release."""
DOCUMENT = """query($area: String!) {
  release { id }
  crimes: observations(indicators: ["POL_DA_CRIME"], first: 100) {
    totalCount nodes { figure { value } } }
  incidents: observations(indicators: ["POL_DA_INCIDENT"], areas: [$area], first: 100) {
    nodes { figure { value } } }
  series(indicator: "POL_DA_CRIME", area: $area, from: "CY2013", to: "CY2017") {
    points { figure { value } } }
}"""
FIGURES = len(AREAS) * len(PERIODS) + 2 * len(PERIODS)
"""How many figures an answer to the document holds."""


def _id(number: int) -> str:
    return f"made-{number:05}"


async def publish(database: Database, number: int) -> None:
    """Publish a whole made-up release in one transaction, as the release room does."""
    at = now()
    head = {
        "id": _id(number),
        "sequence": number,
        "audience": "partner",
        "content_hash": str(number),
        "policy_version": "1",
        "vocabulary_version": "1",
        "prepared_by": "one",
        "approved_by": "two",
        "published_at": at,
        "visible_from": at,
        "cells": 0,
    }
    rows = [
        {
            "release_id": _id(number),
            "indicator": indicator,
            "area": area,
            "period": period,
            "breakdown": "",
            "value": number,
            "status": "PUBLISHED",
            "provenance": [],
            "derived": False,
        }
        for indicator, area, period in itertools.product(INDICATORS, AREAS, PERIODS)
    ]
    async with database.release() as session:
        await session.execute(insert(protected.release).values(head))
        await session.execute(insert(protected.observation), rows)


@dataclass(frozen=True, slots=True)
class Answered:
    """One answer: from which server, when asked and given, and the release it tells."""

    server: int
    began: float
    ended: float
    number: int


@dataclass
class Traffic:
    """Readers of some servers, each asking again and again, and a publisher."""

    servers: Sequence[httpx2.AsyncClient]
    token: str
    database: Database
    number: int = 0
    published: dict[int, float] = field(default_factory=dict)
    """When each release was committed."""
    answers: list[Answered] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    over: bool = False

    async def publish(self) -> None:
        """Publish the next release."""
        await publish(self.database, self.number + 1)
        self.number += 1
        self.published[self.number] = time.monotonic()

    @contextlib.asynccontextmanager
    async def readers(self, each: int = 4, pause: float = 0.0) -> AsyncIterator[None]:
        """Let some readers ask each server while the block runs."""
        self.over = False
        tasks = [
            asyncio.create_task(self._read(server, seat, pause))
            for server in range(len(self.servers))
            for seat in range(each)
        ]
        try:
            yield
        finally:
            self.over = True
            await asyncio.gather(*tasks)

    async def _read(self, server: int, seat: int, pause: float) -> None:
        http, turn, tag = self.servers[server], itertools.count(seat), ""
        told: dict[str, int] = {}
        while not self.over:
            variables = {"area": AREAS[next(turn) % len(AREAS)]}
            began = time.monotonic()
            answer = await ask(http, self.token, variables, tag if seat % 2 else "")
            tag = answer.headers.get("etag", "")
            if answer.status_code == 304:
                number = told[tag]
            elif answer.status_code == 200 and "errors" not in answer.json():
                number = self._number(answer.json()["data"])
                told[tag] = number
            else:
                self.wrong.append(f"{answer.status_code} {answer.text[:200]}")
                continue
            self.answers.append(Answered(server, began, time.monotonic(), number))
            await asyncio.sleep(pause)

    def _number(self, data: dict[str, Any]) -> int:
        """The release an answer tells; it is noted as wrong when it is not of one release whole."""
        nodes = [*data["crimes"]["nodes"], *data["incidents"]["nodes"], *data["series"]["points"]]
        values = [node["figure"]["value"] for node in nodes]
        number = int(data["release"]["id"].removeprefix("made-"))
        if len(values) != FIGURES or set(values) != {number}:
            self.wrong.append(f"mixed: release {number}, figures {sorted(set(map(str, values)))}")
        return number

    def stale(self, seconds: float = PROMISED) -> list[Answered]:
        """Answers to questions asked so long after a release and still from before it."""
        return [
            answer
            for answer in self.answers
            for number, at in self.published.items()
            if answer.began > at + seconds and answer.number < number
        ]

    def back_in_time(self) -> list[tuple[Answered, Answered]]:
        """An answer of a server and a later one, asked after the first was given, that is older."""
        found: list[tuple[Answered, Answered]] = []
        for server in range(len(self.servers)):
            newest: Answered | None = None
            given = sorted((a for a in self.answers if a.server == server), key=_ended)
            waiting = iter(given)
            following = next(waiting, None)
            for answer in sorted(given, key=_began):
                while following is not None and following.ended <= answer.began:
                    if newest is None or following.number > newest.number:
                        newest = following
                    following = next(waiting, None)
                if newest is not None and answer.number < newest.number:
                    found.append((newest, answer))
        return found

    def lags(self) -> list[float]:
        """Seconds from each release to the first question that each server answered with it."""
        return [
            max(0.0, min(began) - at)
            for number, at in self.published.items()
            for server in range(len(self.servers))
            if (
                began := [
                    one.began
                    for one in self.answers
                    if one.server == server and one.number >= number
                ]
            )
        ]

    @property
    def lag(self) -> float:
        """Their median."""
        return statistics.median(self.lags())

    @property
    def is_everywhere(self) -> bool:
        """Whether each server told of the last release."""
        told = {answer.server for answer in self.answers if answer.number == self.number}
        return len(told) == len(self.servers)


_began, _ended = attrgetter("began"), attrgetter("ended")


async def ask(
    http: httpx2.AsyncClient, token: str, variables: dict[str, str], tag: str
) -> httpx2.Response:
    """Ask the document by GET, as a dashboard does that keeps what it was told."""
    headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
    if tag:
        headers["If-None-Match"] = tag
    params = {"query": DOCUMENT, "variables": json.dumps(variables)}
    return await http.get("/graphql", params=params, headers=headers)
