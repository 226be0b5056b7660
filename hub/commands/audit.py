"""``hub audit``: the tamper-evident record."""

import asyncio
import json
from typing import Any

import typer

from hub.app import running
from hub.audit import Verdict, verify_chain
from hub.commands.checking import AsJson
from hub.settings import settings

app = typer.Typer(help="The hash-chained record of who did what.", no_args_is_help=True)


@app.command("verify")
def verify(as_json: AsJson = False) -> None:
    """Check the whole chain; exit status 1 when it was touched."""
    verdict = asyncio.run(_verify())
    if as_json:
        faults = [str(fault) for fault in verdict.faults]
        typer.echo(
            json.dumps({"intact": verdict.is_intact, "head": _head(verdict), "faults": faults})
        )
        raise typer.Exit(0 if verdict.is_intact else 1)
    for fault in verdict.faults:
        typer.echo(str(fault))
    head = _head(verdict)
    typer.echo(f"{head['sequence']} records; the last one's hash is {head['hash']}.")
    if not verdict.is_intact:
        raise typer.Exit(1)


def _head(verdict: Verdict) -> dict[str, Any]:
    return {"sequence": verdict.head.sequence, "hash": verdict.head.hash.hex()}


async def _verify() -> Verdict:
    async with running(settings()) as hub, hub.database.identity() as session:
        return await verify_chain(session)
