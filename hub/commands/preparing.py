"""``hub prepare``: make a return from case records, on the agency's own machine."""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from hub.clock import now
from hub.commands.checking import report
from hub.errors import InvalidError
from hub.loaders.body import JSON
from hub.prepare import Prepared, load_key, load_recipe, make_key
from hub.prepare import prepare as count
from hub.returns import Finding
from hub.submissions.reception import Address, judge, require_known
from hub.vocabulary import vocabulary

Extract = Annotated[Path, typer.Argument(help="The extract: a CSV file.", exists=True)]
RecipeFile = Annotated[Path, typer.Option("--recipe", "-r", help="What its columns mean.")]
KeyFile = Annotated[Path, typer.Option("--key", "-k", help="The agency's key; never sent.")]
Agency = Annotated[str, typer.Option("--agency", "-a", help="Code of the agency.")]
Period = Annotated[str, typer.Option("--period", "-p", help="A period such as FY2017-18.")]
Out = Annotated[Path, typer.Option("--out", "-o", help="Where to write the return (.json).")]
Log = Annotated[
    Path | None,
    typer.Option("--log", help="Where to write the rows not counted."),
]


def prepare_key(file: Annotated[Path, typer.Argument(help="Where to write the key.")]) -> None:
    """Make the agency's key for pseudonyms, readable by its owner only."""
    make_key(file)
    typer.echo(f"{file} made. Keep it at the agency and in its backup; it is never sent.")


def prepare(
    extract: Extract,
    recipe: RecipeFile,
    key: KeyFile,
    agency: Agency,
    period: Period,
    out: Out,
    log: Log = None,
    as_json: Annotated[bool, typer.Option("--json", help="Machine output.")] = False,
) -> None:
    """Count case records into a return. Identifiers leave neither this machine nor its memory."""
    words = vocabulary()
    rules, secret = load_recipe(recipe, words), load_key(key)
    address = Address(rules.dataset, agency, period)
    require_known(address, words)
    where = log or out.with_suffix(".dropped.csv")
    size = extract.stat().st_size
    with (
        extract.open("rb") as source,
        where.open("w", encoding="utf-8", newline="") as dropped,
        Progress(
            TextColumn("Counting"),
            BarColumn(),
            TextColumn("{task.percentage:>3.0f} %"),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            disable=as_json,
        ) as progress,
    ):
        task, pending = progress.add_task("", total=size), 0

        def advance(read: int) -> None:
            nonlocal pending
            pending += read
            if pending > 1_000_000:
                progress.advance(task, pending)
                pending = 0

        made = count(source, dropped, rules, secret, agency, period, words, advance)
        progress.update(task, completed=size)
    _write(out, json.dumps(made.return_.as_json(), indent=1) + "\n")
    _tell(made, out, where, as_json)
    if not as_json:
        _judge(out, address)


def _write(out: Path, text: str) -> None:
    """Write the return whole or not at all."""
    part = out.with_name(f"{out.name}.part")
    part.write_text(text, encoding="utf-8")
    part.replace(out)


def _tell(made: Prepared, out: Path, log: Path, as_json: bool) -> None:
    dropped = [
        {"reason": str(reason), "column": column or None, "rows": rows}
        for (reason, column), rows in sorted(made.dropped.items(), key=lambda pair: -pair[1])
    ]
    if as_json:
        body = {"rows": made.rows, "counted": made.counted, "dropped": dropped}
        typer.echo(json.dumps(body | {"return": str(out), "log": str(log)}))
        return
    typer.echo(f"{made.rows:,} rows: {made.counted:,} counted, {made.rows - made.counted:,} not.")
    for item in dropped:
        column = f" ({item['column']})" if item["column"] else ""
        typer.echo(f"  {item['rows']:>9,}  {item['reason']}{column}")
    typer.echo(f"{out} holds the counts, {log} the row numbers of what was not counted.")


def _judge(out: Path, address: Address) -> None:
    """Validate what was made, as the hub will."""
    try:
        judged = judge(out.read_bytes(), JSON, address, vocabulary(), now().date())
    except InvalidError as error:
        report([item for item in error.findings if isinstance(item, Finding)], False, ok=False)
        raise typer.Exit(1) from None
    report(judged.findings, False, ok=True)
