"""``hub reconcile``: set the figures a report prints against what a hub publishes."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import httpx2
import typer
from rich.console import Console
from rich.table import Table

from hub.commands.checking import AsJson
from hub.commands.pushing import Url, reaching, token_of
from hub.errors import HubError
from hub.views.reconciliation import Statement, read_statements

AT_ONCE = 100
DOCUMENT = """query ($statements: [Statement!]!, $release: String) {
  reconcile(statements: $statements, release: $release) {
    release { id } outcomes { id what printed fault verdict shouldBe reason } } }"""
WORDS = {
    "MATCHES": "matches",
    "ROUNDING": "rounding only",
    "DOES_NOT_REPRODUCE": "does not reproduce",
    "CANNOT_BE_COMPUTED": "cannot be computed",
}


class AnswerError(HubError):
    """The hub answered a question with an error."""

    code = "ANSWER"


def reconcile(
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="A statement file, CSV.")
    ],
    url: Url = "http://127.0.0.1:8000",
    release: Annotated[str | None, typer.Option(help="Id of a release; else the latest.")] = None,
    faults: Annotated[bool, typer.Option("--faults", help="Only what does not match.")] = False,
    as_json: AsJson = False,
) -> None:
    """Compare a report's figures with a release, one by one.

    Each matches, differs by rounding only, does not reproduce (with what it should be), or cannot
    be computed (with the reason). The credentials are those of ``hub push``.
    """
    statements = read_statements(file.read_text(encoding="utf-8-sig"))
    with reaching(url), httpx2.Client(base_url=url, timeout=120) as http:
        headers = {"Authorization": f"Bearer {token_of(http)}"}
        found = [
            outcome
            for some in _batches(statements)
            for outcome in _asked(http, headers, some, release)
        ]
    kept = [one for one in found if not faults or one["verdict"] != "MATCHES"]
    if as_json:
        typer.echo(json.dumps({"outcomes": kept}))
    else:
        _print(kept, found)


def _batches(statements: tuple[Statement, ...]) -> list[list[Statement]]:
    return [list(statements[at : at + AT_ONCE]) for at in range(0, len(statements), AT_ONCE)]


def _asked(
    http: httpx2.Client, headers: dict[str, str], some: list[Statement], release: str | None
) -> list[dict[str, Any]]:
    variables = {"statements": [asdict(one) for one in some], "release": release}
    body = {"query": DOCUMENT, "variables": variables}
    answer = http.post("/graphql", json=body, headers=headers).json()
    if "errors" in answer or "data" not in answer:
        said = answer.get("errors") or [{"message": answer.get("detail", "no answer")}]
        raise AnswerError(f"The hub says: {said[0]['message']}")
    outcomes: list[dict[str, Any]] = answer["data"]["reconcile"]["outcomes"]
    return outcomes


def _print(kept: list[dict[str, Any]], found: list[dict[str, Any]]) -> None:
    table = Table("Id", "Figure", "Printed", "Verdict", "Should be", "Fault")
    for one in kept:
        said = one["shouldBe"] or one["reason"]
        row = [one["id"], one["what"], one["printed"], WORDS[one["verdict"]], said, one["fault"]]
        table.add_row(*row)
    Console(width=None).print(table)
    for verdict, word in WORDS.items():
        typer.echo(f"{sum(one['verdict'] == verdict for one in found):6,} {word}")
