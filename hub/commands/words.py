"""``hub vocabulary``: check the words, after adding one."""

from pathlib import Path
from typing import Annotated

import typer

from hub.vocabulary.check import problems_of
from hub.vocabulary.files import shipped
from hub.vocabulary.reading import read

app = typer.Typer(help="The closed set of words.", no_args_is_help=True)
Folder = Annotated[
    Path | None, typer.Option("--folder", help="A vocabulary folder; the shipped one if none.")
]


@app.command("check")
def check(folder: Folder = None) -> None:
    """Say what is wrong with which row; exit status 1 if anything is."""
    words, problems = read(folder or shipped())
    problems += problems_of(words)
    for problem in problems:
        typer.echo(str(problem))
    if problems:
        raise typer.Exit(1)
    typer.echo(
        f"{len(words.indicators)} indicators, {len(words.areas)} areas, "
        f"{len(words.datasets)} datasets, {len(words.stages)} stages: all is well."
    )
