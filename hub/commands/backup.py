"""``hub backup``, ``hub restore``: copies of the embedded database that its host cannot open."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey

from hub.audit import Event, record, verify_chain
from hub.auth.registry import disable_client
from hub.auth.revocation import end_sessions
from hub.clock import now
from hub.db.backup import archive, copying, envelope
from hub.db.backup.replay import Replay
from hub.db.embedded import EmbeddedPostgres
from hub.db.embedded.home import settle
from hub.errors import SettingsError
from hub.protected.releases import Audience
from hub.release.policies import in_force
from hub.running import RunningHub, running
from hub.settings import Settings, settings

OWN_SERVER = (
    "HUB_DATABASE_URL names a server of your own: back it up with its own tools (pgBackRest); "
    "see docs/how-to/back-up-and-restore.md."
)


def make_key(
    file: Annotated[Path, typer.Argument(help="Where the private key goes, off the hub's host.")],
) -> None:
    """Make a key pair for backups: the private key into FILE, the public one printed."""
    typer.echo(envelope.make_keys(file), nl=False)


def back_up(
    file: Annotated[Path, typer.Argument(help="The backup to write.")],
    to: Annotated[Path, typer.Option("--to", help="File with the public key of `hub backup-key`.")],
) -> None:
    """Copy the embedded database, sealed for the holder of a key; the hub goes on serving."""
    chosen = _embedded()
    recipient = envelope.public_key(_text(to))
    size = asyncio.run(_back_up(chosen, file, recipient))
    typer.echo(f"{file.name}: {size} bytes.")


def restore(
    file: Annotated[Path, typer.Argument(help="The backup.")],
    key: Annotated[Path, typer.Option("--key", help="File with the private key.")],
    archived: Annotated[
        Path | None, typer.Option("--archive", help="Archive of the log to replay after it.")
    ] = None,
    until: Annotated[
        str | None,
        typer.Option("--until", help="Moment to replay to, as 2026-11-20T09:59:30Z; else the end."),
    ] = None,
) -> None:
    """Put a backup into the empty folder HUB_DATA_DIR; it does not serve before it is confirmed."""
    chosen = _embedded()
    replay = _replay(archived, until)
    copying.put_back(chosen.data_dir, file, envelope.private_key(key), now(), replay)
    typer.echo(asyncio.run(_told(chosen)))


def _replay(archived: Path | None, until: str | None) -> Replay | None:
    if archived is None and until is not None:
        raise SettingsError("--until needs the archive of the log: give --archive FOLDER.")
    if archived is None:
        return None
    if not archived.is_dir():
        raise SettingsError(f"{archived.name} is no folder.")
    try:
        moment = datetime.fromisoformat(until) if until is not None else None
    except ValueError:
        raise SettingsError("--until is a moment such as 2026-11-20T09:59:30Z.") from None
    if moment is not None and moment.tzinfo is None:
        raise SettingsError("--until needs a time zone, such as Z.")
    return Replay(archived, moment)


def archive_log(
    folder: Annotated[
        Path | None, typer.Argument(help="A new folder, best on another machine's share.")
    ] = None,
    to: Annotated[
        Path | None, typer.Option("--to", help="File with the public key of `hub backup-key`.")
    ] = None,
    off: Annotated[bool, typer.Option("--off", help="Archive no more.")] = False,
) -> None:
    """Archive the log, sealed, for `hub restore --until`; without FOLDER say how it stands.

    Holds from the next start of the hub on; make a backup then.
    """
    chosen = _embedded()
    if off:
        archive.end(chosen.data_dir)
        typer.echo("The log is not archived from the next start on.")
    elif folder is not None and to is not None:
        archive.begin(chosen.data_dir, folder, _text(to))
        typer.echo("The log is archived from the next start on. Start the hub, then `hub backup`.")
    elif folder is not None:
        raise SettingsError("Say for whom: --to FILE with the public key of `hub backup-key`.")
    else:
        typer.echo(_standing(chosen))


def _standing(chosen: Settings) -> str:
    found = archive.archive_of(chosen.data_dir)
    if found is None:
        return "The log is not archived."
    pieces, waiting = found.pieces, archive.waiting(settle(chosen.data_dir).spool)
    newest = f"the newest of {_modified(pieces[-1]):%Y-%m-%d %H:%M:%S}Z" if pieces else "none yet"
    return f"{found.folder}: {len(pieces)} pieces, {newest}; {len(waiting)} waiting."


def _modified(file: Path) -> datetime:
    return datetime.fromtimestamp(file.stat().st_mtime, UTC)


def _text(file: Path) -> str:
    return file.read_text(encoding="ascii", errors="replace")


def confirm(
    policy: Annotated[
        list[str], typer.Option("--policy", help="Version in force, one for each audience.")
    ],
    disable: Annotated[
        list[str] | None, typer.Option("--disable", help="Client disabled since the backup.")
    ] = None,
) -> None:
    """Let a restored hub serve: the policies are the right ones, and later revocations hold."""
    chosen = _embedded()
    if not copying.is_unconfirmed(chosen.data_dir):
        raise SettingsError("This hub was not restored, or was confirmed already.")
    asyncio.run(_confirm(chosen, policy, disable or []))
    typer.echo("Confirmed; `hub serve` serves again.")


def _embedded() -> Settings:
    chosen = settings()
    if chosen.database_url is not None:
        raise SettingsError(OWN_SERVER)
    return chosen


async def _back_up(chosen: Settings, file: Path, recipient: X25519PublicKey) -> int:
    async with running(chosen) as hub:
        async with hub.database.identity() as session:
            await record(session, _event("backup.make"), hub.clock())
        server = await asyncio.to_thread(EmbeddedPostgres(chosen.data_dir).start)
        return await asyncio.to_thread(copying.back_up, chosen.data_dir, server, file, recipient)


async def _told(chosen: Settings) -> str:
    async with running(chosen, unconfirmed=True) as hub:
        async with hub.database.identity() as session:
            verdict = await verify_chain(session)
        if not verdict.is_intact:
            raise SettingsError("The record of acts in this backup does not hold; do not use it.")
        options = " ".join(f"--policy {version}" for version in await _policies(hub))
    return (
        f"Restored, with {verdict.head.sequence} records that hold. Every token and session of "
        "before has ended. Compare the policies with what was last in force, name the clients "
        f"disabled since, and run:\nhub restore-confirm {options} [--disable CLIENT]"
    )


async def _policies(hub: RunningHub) -> list[str]:
    async with hub.database.release() as session:
        return sorted({(await in_force(session, each)).version for each in Audience})


async def _confirm(chosen: Settings, versions: list[str], clients: list[str]) -> None:
    async with running(chosen, unconfirmed=True) as hub:
        found = await _policies(hub)
        if sorted(set(versions)) != found:
            raise SettingsError(
                f"In force in this backup: {', '.join(found)}. If a stricter one was in force "
                "since, confirm these and let two stewards put it back before any release."
            )
        at = hub.clock()
        async with hub.database.identity() as session:
            await end_sessions(session)
            for client_id in clients:
                await disable_client(session, client_id, at)
                await record(session, _event("client.disable", client_id), at)
            await record(session, _event("backup.restore", " ".join(found)), at)
    copying.confirm(chosen.data_dir)


def _event(act: str, what: str | None = None) -> Event:
    return Event(act, "operator", None, None, what, "done")
