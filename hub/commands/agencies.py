"""``hub agency``: everything of one agency taken out, or erased."""

import asyncio
import json
from pathlib import Path
from typing import Annotated

import typer

from hub import keyfiles
from hub.audit import Event, record
from hub.auth import erasures
from hub.commands.acting import OPERATOR, acting
from hub.commands.checking import AsJson
from hub.db.maintenance import maintaining
from hub.errors import SettingsError
from hub.running import RunningHub, running
from hub.settings import settings
from hub.submissions.erasure import erase as erase_all
from hub.submissions.portable import export as lines_of

app = typer.Typer(help="One agency: take out what it sent, or erase it.", no_args_is_help=True)
Code = Annotated[str, typer.Argument(help="Code of the agency.")]


@app.command("export")
def export(
    agency: Code,
    file: Annotated[Path, typer.Argument(help="Where to write; it must not exist yet.")],
    as_json: AsJson = False,
) -> None:
    """Write everything of an agency as JSON lines. It holds raw counts: hand it over with care."""
    lines = asyncio.run(_export(agency, file))
    typer.echo(json.dumps({"lines": lines}) if as_json else f"{file.name}: {lines} lines.")


@app.command("erase")
def erase(
    agency: Code,
    reason: Annotated[str, typer.Option("--reason", help="Why; to propose it.")] = "",
    counts: Annotated[
        bool,
        typer.Option(
            "--counts", help="Also what published releases are made of; the last act of a hub."
        ),
    ] = False,
    confirm: Annotated[
        bool, typer.Option("--confirm", help="Approve what another administrator proposed.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Erase an agency: proposed by one administrator, done by another, each with HUB_TOKEN."""
    done = asyncio.run(_confirm(agency) if confirm else _propose(agency, reason, counts))
    said = {
        "proposed": f"Proposed. Another administrator runs: hub agency erase {agency} --confirm",
        "erased": f"{agency} is erased. Export the record; destroy the backups that still hold it.",
    }
    typer.echo(json.dumps({"agency": agency, "state": done}) if as_json else said[done])


async def _export(agency: str, file: Path) -> int:
    async with running(settings()) as hub:
        hub.words.agency(agency)
        event = Event("agency.export", OPERATOR, None, agency, agency, "done")
        number = 0
        async with maintaining(hub.settings, agency) as session:
            await record(session, event, hub.clock())
            with keyfiles.create(file) as out:
                async for line in lines_of(session, agency, hub.settings.issuer, hub.clock()):
                    out.write(line.encode())
                    number += 1
        return number


async def _administrator(hub: RunningHub) -> str:
    by = await acting(hub)
    if by == OPERATOR:
        raise SettingsError("Erasing needs two administrators: set HUB_TOKEN to one's token.")
    return by


async def _propose(agency: str, reason: str, counts: bool) -> str:
    async with running(settings()) as hub:
        hub.words.agency(agency)
        by, at = await _administrator(hub), hub.clock()
        async with hub.database.identity() as session:
            await erasures.propose(session, agency, reason, by, at, counts=counts)
            await record(session, _event("agency.propose", agency, by, counts), at)
    return "proposed"


async def _confirm(agency: str) -> str:
    async with running(settings()) as hub:
        by, at = await _administrator(hub), hub.clock()
        async with maintaining(hub.settings, agency) as session:
            found = await erasures.approve(session, agency, by, at)
            await erase_all(session, agency, at, counts=found.counts)
            await record(session, _event("agency.erase", agency, by, found.counts), at)
    return "erased"


def _event(act: str, agency: str, by: str, counts: bool) -> Event:
    details = {"counts": "yes" if counts else "no"}
    return Event(act, by, None, agency, agency, "done", details)
