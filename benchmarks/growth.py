"""Whether reading stays as fast when there is five times as much: two hubs, asked in turn.

``python -m benchmarks.growth SMALL LARGE`` takes two folders of ``benchmarks.national``, such as
of 2.7 and 13.5 million observations. Each is served by a hub of its own over its own PostgreSQL,
no answer kept, and asked the same questions over eight kept-alive connections, one after the other
in every round. Printed are medians with the least and the most, and the ratio round by round.
"""

import argparse
import asyncio
import json
from pathlib import Path

from benchmarks import servers
from benchmarks.load import Measured, load, median, post
from benchmarks.national import SECRET, SIZES
from benchmarks.questions import Question, questions
from benchmarks.servers import Server

PORT = 8486
"""The first of two ports."""


async def main(folders: list[Path], rounds: int, seconds: float) -> None:
    """Start both, ask, print."""
    hubs = [
        await servers.hub(folder.name, PORT + place, folder.resolve(), HUB_ANSWERS_MEMORY="0")
        for place, folder in enumerate(folders)
    ]
    try:
        pairs = zip(hubs, folders, strict=True)
        tokens = [
            await servers.token(hub.port, (folder / SECRET).read_text().strip())
            for hub, folder in pairs
        ]
        for question in questions(SIZES["2.7"]):
            found = await _asked(question, hubs, tokens, rounds, seconds)
            print(_told(question.name, hubs, found))
    finally:
        for hub in hubs:
            hub.stop()


async def _asked(
    question: Question, hubs: list[Server], tokens: list[str], rounds: int, seconds: float
) -> list[list[Measured]]:
    found: list[list[Measured]] = [[] for _ in hubs]
    bodies = [
        json.dumps({"query": question.document, "variables": one}).encode()
        for one in question.variables
    ]
    for number in range(rounds + 1):
        for hub, token, rates in zip(hubs, tokens, found, strict=True):
            asked = [post("/graphql", body, f"Authorization: Bearer {token}") for body in bodies]
            # The second number is PostgreSQL's, of which each hub has one of its own: not told.
            got = await load(hub.port, asked, seconds, (hub.process.pid, hub.process.pid))
            if number:
                rates.append(got)
    return found


def _told(name: str, hubs: list[Server], found: list[list[Measured]]) -> str:
    lines = [
        f"{name:9} {hub.name:16} {median(one.rate for one in all_):7.0f} "
        f"({min(one.rate for one in all_):.0f} to {max(one.rate for one in all_):.0f}) requests/s"
        for hub, all_ in zip(hubs, found, strict=True)
    ]
    each = [large.rate / small.rate for small, large in zip(*found, strict=True)]
    return "\n".join((*lines, f"{name:9} {median(each):.2f} ({min(each):.2f} to {max(each):.2f})"))


if __name__ == "__main__":
    asking = argparse.ArgumentParser(description=__doc__)
    asking.add_argument("folders", nargs=2, type=Path, metavar="FOLDER")
    asking.add_argument("--rounds", type=int, default=7)
    asking.add_argument("--seconds", type=float, default=0.9)
    given = asking.parse_args()
    asyncio.run(main(given.folders, given.rounds, given.seconds))
