"""What a mapping makes of a file, cell by cell, on the agency's own machine."""

import json
from pathlib import Path

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from hub.loaders.agencies import Mapping, Transcript, read_grid, transcribe
from hub.loaders.loaded import Frame
from hub.submissions.reception import Address
from hub.vocabulary import breakdown_text, vocabulary


def transcript_of(file: Path, mapping: Mapping, address: Address) -> Transcript:
    """Read a file by a mapping for one return.

    Raises:
        MalformedError: the file cannot be read.
    """
    lines = read_grid(file.read_bytes(), file.suffix.lower() == ".xlsx", mapping)
    frame = Frame(address.dataset, address.agency, address.period)
    return transcribe(lines, mapping, frame, vocabulary())


def show(transcript: Transcript, as_json: bool) -> None:
    """Print every figure with its cell and what it is taken for; figures of other returns too."""
    rows = [
        {
            "cell": f"{item.column}{item.row}",
            "figure": item.text or f"not available: {item.reason}",
            "indicator": item.indicator,
            "breakdown": breakdown_text(item.breakdown),
            "area": item.area,
            "period": item.period.id if item.period else transcript.frame.period,
            "return": "this" if transcript.holds(item) else f"another, of {item.dataset}",
        }
        for item in transcript.placed
    ]
    if as_json:
        typer.echo(json.dumps({"figures": rows}))
        return
    table = Table(title=None if rows else "No figure is read.")
    for name in rows[0] if rows else ():
        table.add_column(name.capitalize(), overflow="fold")
    for row in rows:
        table.add_row(*map(escape, row.values()))
    Console().print(table)
