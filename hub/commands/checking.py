"""``hub check``: validate a return with no server and no account."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from hub.clock import now
from hub.commands.preview import show, transcript_of
from hub.errors import InvalidError
from hub.loaders import load
from hub.loaders.agencies import Mapping, load_mapping, named
from hub.loaders.annotation import annotated_csv, annotated_xlsx
from hub.loaders.body import CSV, JSON, XLSX
from hub.returns import Finding, Reported, Severity, past_of
from hub.submissions.reception import Address, against, judge, require_known
from hub.validation.comparison import Earlier
from hub.vocabulary import vocabulary

MEDIA = {".json": JSON, ".csv": CSV, ".xlsx": XLSX}

File = Annotated[Path, typer.Argument(help="A return: .json, .csv or .xlsx.", exists=True)]
Dataset = Annotated[
    str | None, typer.Option("--dataset", "-d", help="Code of the dataset; else from the path.")
]
Agency = Annotated[
    str | None, typer.Option("--agency", "-a", help="Code of the agency; else from the path.")
]
Period = Annotated[
    str | None,
    typer.Option("--period", "-p", help="A period such as FY2017-18; else from the path."),
]
MappingName = Annotated[
    str | None,
    typer.Option(
        "--mapping", "-m", help="A mapping file of your own, or the name of a shipped one."
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Machine output on standard output.")]


def media_type(file: Path) -> str:
    """The media type of a file by its ending."""
    if file.suffix.lower() not in MEDIA:
        raise typer.BadParameter(f"{file.name}: use .json, .csv or .xlsx.")
    return MEDIA[file.suffix.lower()]


def address_of(file: Path, dataset: str | None, agency: str | None, period: str | None) -> Address:
    """Take what was not said from the path, ``AGENCY/DATASET/PERIOD.json``.

    A ``_`` in the file's name stands for the ``/`` of a run of months.

    Raises:
        typer.BadParameter: neither the options nor the path say it.
    """
    words, where = vocabulary(), file.resolve()
    by_path = where.parent.parent.name in words.agencies and where.parent.name in words.datasets
    found = (where.parent.name, where.parent.parent.name, where.stem.replace("_", "/"))
    said = (dataset, agency, period)
    if not by_path and None in said:
        raise typer.BadParameter(
            "Say which return this is with --dataset, --agency and --period, "
            "or keep it as AGENCY/DATASET/PERIOD.json, for example "
            "HERTS_POLICE/POLICE_CRIME/CY2017.json."
        )
    return Address(*(one or other for one, other in zip(said, found, strict=True)))


def mapping_of(name: str | None) -> Mapping | None:
    """The mapping a file is read by: a file of the agency's own, or one shipped with the hub.

    Raises:
        MappingError, NotFoundError: it cannot be used, or there is none.
    """
    if name is None:
        return None
    file = Path(name)
    return load_mapping(file, vocabulary()) if file.exists() else named(name, vocabulary())


def check(
    file: File,
    dataset: Dataset = None,
    agency: Agency = None,
    period: Period = None,
    mapping: MappingName = None,
    preview: Annotated[
        bool, typer.Option("--preview", help="Show what the mapping makes of each cell.")
    ] = False,
    since: Annotated[
        Path | None,
        typer.Option("--since", help="The file sent last: ask about large changes.", exists=True),
    ] = None,
    annotate: Annotated[
        Path | None, typer.Option("--annotate", help="Write the file with its findings here.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Validate a return with no server and no account; exit status 1 if it would be refused."""
    address = address_of(file, dataset, agency, period)
    words, rules = vocabulary(), mapping_of(mapping)
    require_known(address, words)
    if preview:
        if rules is None:
            raise typer.BadParameter("--preview shows what a --mapping makes of the file.")
        show(transcript_of(file, rules, address), as_json)
        if as_json:
            return
    try:
        judged = judge(
            file.read_bytes(), media_type(file), address, words, now().date(), mapping=rules
        )
    except InvalidError as error:
        findings = [item for item in error.findings if isinstance(item, Finding)]
        _annotate(file, annotate, findings)
        report(findings, as_json, ok=False)
        raise typer.Exit(1) from None
    if since is not None:
        judged = against(judged, Earlier(past_of(_sent_last(since, address))))
    _annotate(file, annotate, judged.findings)
    report(judged.findings, as_json, ok=True)


def _sent_last(file: Path, address: Address) -> tuple[Reported, ...]:
    """The observations of a file that was sent before, whatever is wrong with it."""
    words, kind = vocabulary(), media_type(file)
    found = load(
        file.read_bytes(),
        kind,
        dataset=address.dataset,
        agency=address.agency,
        period=address.period,
        words=words,
    )
    return found.readable.observations if found.readable else ()


def _annotate(file: Path, out: Path | None, findings: Iterable[Finding]) -> None:
    if out is None:
        return
    kind = media_type(file)
    if kind == JSON or media_type(out) != kind:
        raise typer.BadParameter("--annotate writes .csv from .csv and .xlsx from .xlsx.")
    make = annotated_xlsx if kind == XLSX else annotated_csv
    out.write_bytes(make(file.read_bytes(), findings))


def report(findings: Any, as_json: bool, *, ok: bool) -> None:
    """Print findings as a table, or as one JSON object."""
    if as_json:
        listed = [item.as_json() for item in findings]
        typer.echo(json.dumps({"valid": ok, "findings": listed}))
        return
    console = Console()
    if findings:
        table = Table("")
        for name in ("Row", "Column", "Code", "What", "Allowed"):
            table.add_column(name, overflow="fold")  # a code with an end cut off is none
        for item in findings:
            row = str(item.row) if item.row is not None else item.pointer or ""
            table.add_row(
                str(item.severity), row, item.column, item.code, item.message, item.allowed
            )
        console.print(table)
    console.print(_verdict(findings, ok=ok))


def _verdict(findings: Any, *, ok: bool) -> str:
    if not ok:
        return "The return would be refused."
    if any(item.severity is Severity.QUERY for item in findings):
        return "The return is valid; sign-off will need a note that answers the queries."
    return "The return is valid."
