"""``hub audit``: the tamper-evident record."""

import asyncio

import typer

from hub.app import running
from hub.audit import Verdict, verify_chain
from hub.settings import settings

app = typer.Typer(help="The hash-chained record of who did what.", no_args_is_help=True)


@app.command("verify")
def verify() -> None:
    """Check the whole chain; exit status 1 when it was touched."""
    verdict = asyncio.run(_verify())
    for fault in verdict.faults:
        typer.echo(str(fault))
    typer.echo(f"Head: {verdict.head}")
    if not verdict.is_intact:
        raise typer.Exit(1)


async def _verify() -> Verdict:
    async with running(settings()) as hub, hub.database.identity() as session:
        return await verify_chain(session)
