"""``hub audit``: the tamper-evident record."""

import asyncio
import json
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import Annotated, Any

import typer
from joserfc.jwk import KeySet

from hub.audit import Event, Head, Verdict, persons, record, verify_chain
from hub.audit.anchoring import heads_file
from hub.audit.anchors import anchors, head_of, heads_in, sign_head
from hub.audit.export import check_export, export
from hub.audit.keys import ledger_keys, public_keys, replace_key
from hub.commands.checking import AsJson
from hub.errors import NotFoundError, SettingsError
from hub.running import RunningHub, running
from hub.settings import settings

app = typer.Typer(help="The hash-chained record of who did what.", no_args_is_help=True)
Keys = Annotated[Path | None, typer.Option("--key", help="Public keys, as `hub audit key` prints.")]
Kept = Annotated[Path | None, typer.Option("--heads", help="Signed heads that were kept outside.")]


@app.command("verify")
def verify(
    file: Annotated[
        Path | None, typer.Argument(help="An export; the hub's own if left out.")
    ] = None,
    key: Keys = None,
    heads: Kept = None,
    as_json: AsJson = False,
) -> None:
    """Check the whole chain; exit status 1 when it was touched.

    With FILE and --key it needs neither a database nor a hub.
    """
    if file is None:
        verdict, newest = asyncio.run(_verify_stored(heads))
    elif key is None:
        raise SettingsError("An export is verified with the hub's public keys: give --key FILE.")
    else:
        public = public_keys(_json(key))
        with file.open(encoding="utf-8", newline="", errors="surrogateescape") as lines:
            verdict, newest = check_export(lines, public, _kept(heads, public))
    _say(verdict, newest, as_json)
    if not verdict.is_intact:
        raise typer.Exit(1)


@app.command("export")
def export_(
    file: Annotated[
        Path | None, typer.Argument(help="Where to; standard output if left out.")
    ] = None,
) -> None:
    """Write the whole record with its signed heads, sealed, for `hub audit verify FILE`."""
    asyncio.run(_export(file))


@app.command("key")
def key(
    renew: Annotated[
        bool, typer.Option("--replace", help="Make a new key; old ones verify.")
    ] = False,
) -> None:
    """Print the public keys that heads, exports and receipts verify with."""
    data_dir = settings().data_dir
    data_dir.mkdir(parents=True, exist_ok=True)
    keys = replace_key(data_dir) if renew else ledger_keys(data_dir)
    typer.echo(json.dumps(keys.public()))


@app.command("heads")
def heads_(after: Annotated[int, typer.Option("--after", help="Only later ones.")] = 0) -> None:
    """Sign the record's end now, and print the signed heads, one JSON line each."""
    asyncio.run(_heads(after))


@app.command("forget")
def forget(subject: Annotated[str, typer.Argument(help="The mark of the person.")]) -> None:
    """Forget whom a pseudonym in the record stands for; the chain goes on holding."""
    typer.echo(f"{asyncio.run(_forget(subject))} stands for nobody now.")


async def _verify_stored(heads: Path | None) -> tuple[Verdict, int]:
    async with running(settings()) as hub, hub.database.identity() as session:
        public = ledger_keys(hub.settings.data_dir).key_set()
        signed = [head_of(each.signed, public) for each in await anchors(session, first=10**9)]
        file = heads or heads_file(hub.settings)
        kept = _kept(file, public) if heads or file.exists() else []
        newest = max((head.sequence for head in signed), default=0)
        return await verify_chain(session, [*signed, *kept]), newest


async def _export(file: Path | None) -> None:
    async with running(settings()) as hub:
        await _record(hub, "audit.export", None)
        with file.open("w", encoding="ascii") if file else nullcontext(sys.stdout) as out:
            async with hub.database.identity() as session:
                await sign_head(session, _keys(hub), hub.settings.issuer, hub.clock())
                lines = export(session, _keys(hub), hub.settings.issuer, hub.clock())
                async for line in lines:
                    out.write(line)


async def _heads(after: int) -> None:
    async with running(settings()) as hub, hub.database.identity() as session:
        await sign_head(session, _keys(hub), hub.settings.issuer, hub.clock())
        for anchor in await anchors(session, after, first=10**9):
            typer.echo(json.dumps(anchor.as_json()))


async def _forget(subject: str) -> str:
    async with running(settings()) as hub:
        async with hub.database.identity() as session:
            alias = await persons.forget(session, subject)
        if alias is None:
            raise NotFoundError("The record has no pseudonym for that mark.")
        await _record(hub, "audit.forget", alias)
        return alias


async def _record(hub: RunningHub, act: str, what: str | None) -> None:
    event = Event(act, "operator", None, None, what, "done")
    async with hub.database.identity() as session:
        await record(session, event, hub.clock())


def _keys(hub: RunningHub) -> Any:
    return ledger_keys(hub.settings.data_dir)


def _kept(file: Path | None, public: KeySet) -> list[Head]:
    return heads_in(file.read_text(encoding="utf-8").splitlines(), public) if file else []


def _json(file: Path) -> Any:
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except ValueError:
        raise SettingsError(f"{file.name} is no JSON file of public keys.") from None


def _say(verdict: Verdict, newest: int, as_json: bool) -> None:
    head = {"sequence": verdict.head.sequence, "hash": verdict.head.hash.hex()}
    if as_json:
        faults = [str(fault) for fault in verdict.faults]
        content = {"intact": verdict.is_intact, "head": head, "signed": newest, "faults": faults}
        typer.echo(json.dumps(content))
        return
    for fault in verdict.faults:
        typer.echo(f"{fault.sequence}: {fault.reason}")
    typer.echo(f"{head['sequence']} records; the last one's hash is {head['hash']}.")
    typer.echo(f"Signed heads reach to record {newest}.")
