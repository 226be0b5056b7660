"""``hub original``: what an agency sent, where the hub keeps it sealed."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from hub import keyfiles
from hub.audit import Event, record
from hub.commands.acting import OPERATOR
from hub.db.backup.envelope import PIECE, Opening, private_key
from hub.db.maintenance import maintaining
from hub.running import running
from hub.settings import settings
from hub.submissions.originals import original_of

app = typer.Typer(help="What an agency sent, byte for byte.", no_args_is_help=True)


@app.command("get")
def get(
    dataset: Annotated[str, typer.Argument(help="Dataset of the return.")],
    agency: Annotated[str, typer.Argument(help="Its agency.")],
    period: Annotated[str, typer.Argument(help="Its period.")],
    revision: Annotated[int, typer.Argument(help="Number of the revision.")],
    file: Annotated[Path, typer.Argument(help="Where to write it, still sealed.")],
) -> None:
    """Take a sealed original out; `hub original open` opens it where the key is."""
    kind = asyncio.run(_get(dataset, agency, period, revision, file))
    typer.echo(f"{file.name}: sealed, {kind}.")


@app.command("open")
def open_(
    file: Annotated[Path, typer.Argument(help="A sealed original.", exists=True)],
    out: Annotated[Path, typer.Argument(help="Where to write what was sent.")],
    key: Annotated[Path, typer.Option("--key", help="File with the private key.")],
) -> None:
    """Open a sealed original; needs no hub."""
    with file.open("rb") as source, keyfiles.create(out) as target:
        opening = Opening(source, private_key(key))
        while part := opening.read(PIECE):
            target.write(part)


async def _get(dataset: str, agency: str, period: str, revision: int, file: Path) -> str:
    async with running(settings()) as hub:
        what = f"{dataset}/{agency}/{period}#{revision}"
        event = Event("original.read", OPERATOR, None, agency, what, "done")
        async with maintaining(hub.settings, agency) as session:
            kind, sealed = await original_of(session, dataset, agency, period, revision)
            await record(session, event, hub.clock())
            with keyfiles.create(file) as out:
                out.write(sealed)
        return kind
