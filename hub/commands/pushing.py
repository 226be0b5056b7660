"""``hub push``: send a return to a hub as the agency's own OAuth client."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import astuple
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

import httpx2
import typer

from hub.commands.checking import (
    Agency,
    AsJson,
    Dataset,
    File,
    MappingName,
    Period,
    address_of,
    mapping_of,
    media_type,
    report,
)
from hub.commands.preview import transcript_of
from hub.errors import HubError, SettingsError
from hub.loaders.agencies import Mapping
from hub.loaders.body import JSON
from hub.submissions.reception import Address

Url = Annotated[str, typer.Option("--url", envvar="HUB_URL", help="Address of the hub.")]


class UnreachableError(HubError):
    """No hub answers where the command was told to look."""

    code = "UNREACHABLE"


@contextmanager
def reaching(url: str) -> Iterator[None]:
    """Say in one sentence that a hub does not answer, or that what answers is no hub.

    Raises:
        UnreachableError: instead of the errors of the HTTP client.
    """
    try:
        yield
    except httpx2.RequestError:
        raise UnreachableError(
            f"No hub answers at {url}. Start one with `hub serve` or `hub demo`, "
            "or set HUB_URL or --url to yours."
        ) from None
    except json.JSONDecodeError:
        raise UnreachableError(f"What answers at {url} is not a hub.") from None


def push(
    file: File,
    dataset: Dataset = None,
    agency: Agency = None,
    period: Period = None,
    url: Url = "http://127.0.0.1:8000",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Validate, store nothing.")] = False,
    mapping: MappingName = None,
    as_json: AsJson = False,
) -> None:
    """Push a return. Credentials come from HUB_TOKEN, or HUB_CLIENT_ID and HUB_CLIENT_SECRET.

    With a mapping the file is read here, and only the figures it names are sent.
    """
    address = address_of(file, dataset, agency, period)
    content_type, body = media_type(file), file.read_bytes()
    if rules := mapping_of(mapping):
        content_type, body = JSON, _mapped(file, rules, address)
    path = "/".join(quote(part, safe="") for part in astuple(address))
    with reaching(url), httpx2.Client(base_url=url, timeout=120) as http:
        headers = {"Authorization": f"Bearer {token_of(http)}", "Content-Type": content_type}
        answer = http.put(
            f"/v1/returns/{path}",
            params={"dryRun": "true"} if dry_run else {},
            content=body,
            headers=headers,
        )
    content: dict[str, Any] = answer.json()
    typer.echo(json.dumps(content) if as_json else _words(answer.status_code, content))
    if answer.is_error:
        raise typer.Exit(1)


def _mapped(file: Path, rules: Mapping, address: Address) -> bytes:
    """The return a mapping makes of the file.

    Raises:
        typer.Exit: a cell cannot be read; what is wrong has been printed.
    """
    loaded = transcript_of(file, rules, address).load()
    if loaded.return_ is None:
        report(loaded.findings, as_json=False, ok=False)
        raise typer.Exit(1)
    return json.dumps(loaded.return_.as_json()).encode()


def token_of(http: httpx2.Client) -> str:
    """Take the token from the environment, or ask for one; secrets never come from flags."""
    if token := os.environ.get("HUB_TOKEN"):
        return token
    client, secret = os.environ.get("HUB_CLIENT_ID"), os.environ.get("HUB_CLIENT_SECRET")
    if not (client and secret):
        raise SettingsError("Set HUB_TOKEN, or HUB_CLIENT_ID and HUB_CLIENT_SECRET.")
    answer = http.post(
        "/oauth/token", data={"grant_type": "client_credentials"}, auth=(client, secret)
    )
    if answer.is_error:
        raise SettingsError("The hub did not accept the client's credentials.")
    token = answer.json()["access_token"]
    return str(token)


def _words(status: int, content: dict[str, Any]) -> str:
    lines = [
        f"{item['severity']} {item['code']} row {item['row'] or item['pointer']}: {item['message']}"
        for item in content.get("findings", [])
    ]
    if status >= 400:
        return "\n".join([f"Refused ({status}): {content.get('detail', '')}", *lines])
    made = {201: "Stored as a new revision", 200: "Nothing new"}[status]
    head = f"{made}: revision {content['revision']}, {content['state']}."
    return "\n".join([head, f"Content hash {content['contentHash']}", *lines])
