"""``hub mapping``: how agencies' own layouts are read."""

import json
from importlib.resources import files
from pathlib import Path
from typing import Annotated

import typer

from hub.commands.checking import (
    Agency,
    Dataset,
    File,
    Period,
    address_of,
    mapping_of,
    report,
)
from hub.commands.preview import transcript_of
from hub.errors import InvalidError
from hub.loaders.agencies import load_mapping, named, shipped_names
from hub.submissions.reception import require_known
from hub.vocabulary import vocabulary

app = typer.Typer(help="How agencies' own layouts are read.", no_args_is_help=True)


@app.command("list")
def list_() -> None:
    """List the mappings shipped with the hub."""
    for name in shipped_names():
        typer.echo(f"{name}: {named(name, vocabulary()).title}")


@app.command()
def show(name: Annotated[str, typer.Argument(help="Name of a shipped mapping.")]) -> None:
    """Print a shipped mapping, as a start for one of your own."""
    named(name, vocabulary())
    file = files("hub.loaders.agencies") / "mappings" / f"{name}.yaml"
    typer.echo(file.read_text(encoding="utf-8"), nl=False)


@app.command()
def check(
    file: Annotated[Path, typer.Argument(help="A mapping of your own.", exists=True)],
) -> None:
    """Say what is wrong with a mapping of your own."""
    mapping = load_mapping(file, vocabulary())
    typer.echo(f"{mapping.title}: {len(mapping.tables)} tables; every code is known.")


@app.command()
def apply(
    file: File,
    mapping: Annotated[str, typer.Option("--mapping", "-m", help="A file or a shipped name.")],
    dataset: Dataset = None,
    agency: Agency = None,
    period: Period = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Where to write; standard output if none.")
    ] = None,
) -> None:
    """Turn a file into a return in the contract's JSON form; exit status 1 if a cell is unread."""
    address = address_of(file, dataset, agency, period)
    require_known(address, vocabulary())
    rules = mapping_of(mapping)
    if rules is None:
        raise typer.BadParameter("Say which mapping.")
    loaded = transcript_of(file, rules, address).load()
    if loaded.return_ is None:
        raise InvalidError("Not every cell can be read.", findings=loaded.findings)
    text = json.dumps(loaded.return_.as_json(), indent=1) + "\n"
    if out is None:
        typer.echo(text, nl=False)
        return
    out.write_text(text, encoding="utf-8")
    report(loaded.findings, as_json=False, ok=True)
