"""``hub remind``: write to agencies what is due, late and overdue; run it once a day."""

import asyncio
import json
from typing import Annotated, Any

import typer

from hub.running import RunningHub, running
from hub.settings import Settings, settings
from hub.submissions import owing
from hub.submissions.post import post, read_contacts
from hub.submissions.reminders import Reminder, keep, reminders


def remind(
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be sent; send nothing.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One line of JSON on output.")] = False,
) -> None:
    """Remind agencies of what is due within a week, late, or overdue; each once."""
    found = asyncio.run(_remind(settings(), dry_run=dry_run))
    if as_json:
        content = {"sent": not dry_run, "reminders": [_as_json(one) for one in found]}
        typer.echo(json.dumps(content))
        return
    for one in found:
        typer.echo(_words(one, dry_run=dry_run))
    if not found:
        typer.echo("Nobody needs a reminder today.")


async def _remind(chosen: Settings, *, dry_run: bool) -> list[Reminder]:
    async with running(chosen) as hub:
        return await send_reminders(hub, dry_run=dry_run)


async def send_reminders(hub: RunningHub, *, dry_run: bool = False) -> list[Reminder]:
    """Send what is to be sent today, and keep that it was; a letter is kept once it is taken.

    Raises:
        SettingsError: no mail server is set, or the contacts cannot be read.
        PostError: the mail server did not take a letter; the next run sends it.
    """
    at = hub.clock()
    contacts = read_contacts(hub.settings.contacts, hub.words)
    today = at.date()
    months = owing.months_around(today)
    due = owing.due_about(await owing.calendar(hub.database, hub.words, today, months), today)
    async with hub.database.release() as session:
        found = await reminders(session, due, contacts, today)
    if dry_run:
        return found
    page = f"{hub.settings.issuer.rstrip('/')}/returns"
    for one in (each for each in found if each.addresses):
        letter = one.letter(hub.settings.smtp_from or "", page, at)
        await asyncio.to_thread(post, [letter], hub.settings)
        async with hub.database.release() as session:
            await keep(session, one, at)
    return found


def _words(one: Reminder, *, dry_run: bool) -> str:
    done = "would be sent" if dry_run else "sent"
    what = f"Reminder {done}" if one.addresses else "No address is known"
    return "\n".join([f"{what}: {one.agency.title}", *(f"  {line}" for line in one.lines())])


def _as_json(one: Reminder) -> dict[str, Any]:
    return {
        "agency": one.agency.code,
        "addresses": len(one.addresses),
        "returns": [
            {
                "dataset": due.slot.dataset.code,
                "period": due.slot.period.id,
                "state": str(due.state),
                "due": due.slot.due.isoformat(),
            }
            for due in one.owed
        ],
    }
