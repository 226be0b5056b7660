"""``hub receipt``: verify a receipt with the hub's public keys and nothing else."""

import json
import sys
from pathlib import Path
from typing import Annotated

import httpx2
import typer

from hub.commands.pushing import reaching
from hub.errors import MalformedError
from hub.submissions.receipts import verify as verified

app = typer.Typer(help="Receipts of submissions.", no_args_is_help=True)


@app.command("verify")
def verify(
    receipt: Annotated[str, typer.Argument(help="File of the receipt, or - for standard input.")],
    jwks: Annotated[str, typer.Option("--jwks", help="File of the hub's key set or heads.")],
) -> None:
    """Print what a receipt says if one of the keys signed it; exit status 1 otherwise."""
    text = sys.stdin.read() if receipt == "-" else _read(receipt)
    typer.echo(json.dumps(verified(text, _key_set(jwks)), indent=2))


def _key_set(place: str) -> dict[str, object]:
    if place.startswith(("https://", "http://")):
        with reaching(place):
            found = httpx2.get(place, timeout=20).json()
    else:
        found = _parsed(_read(place))
    if not isinstance(found, dict):
        raise MalformedError("The key set is no JSON object.")
    return found


def _parsed(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError:
        raise MalformedError("The key set is not JSON.") from None


def _read(name: str) -> str:
    try:
        return Path(name).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise MalformedError(f"{name} cannot be read.") from None
