"""``hub release``: the steward's acts from a terminal, through the public API."""

import json
import os
from typing import Annotated, Any

import httpx2
import typer

from hub.commands.pushing import Url, reaching
from hub.errors import HubError, SettingsError

app = typer.Typer(help="Prepare, approve and publish releases.", no_args_is_help=True)
ReleaseId = Annotated[str, typer.Argument(help="Id of the release.")]
_FIELDS = "release { id audience state contentHash figures } userErrors { code message }"


@app.command("prepare")
def prepare(
    audience: Annotated[str, typer.Option("--audience", help="partner or public.")] = "partner",
    note: Annotated[str, typer.Option("--note", help="Note on the release.")] = "",
    url: Url = "http://127.0.0.1:8000",
) -> None:
    """Protect everything signed off, and attack the result."""
    document = (
        "mutation($audience: AudienceChoice!, $note: String) "
        f"{{ prepareRelease(audience: $audience, note: $note) {{ {_FIELDS} }} }}"
    )
    _show(_run(url, document, audience=audience.upper(), note=note or None))


@app.command("approve")
def approve(
    release: ReleaseId,
    content_hash: Annotated[str, typer.Option("--hash", help="The content hash you saw.")],
    url: Url = "http://127.0.0.1:8000",
) -> None:
    """Approve the content you saw; a second steward's act."""
    document = (
        "mutation($id: ID!, $hash: String!) "
        f"{{ approveRelease(releaseId: $id, contentHash: $hash) {{ {_FIELDS} }} }}"
    )
    _show(_run(url, document, id=release, hash=content_hash))


@app.command("publish")
def publish(release: ReleaseId, url: Url = "http://127.0.0.1:8000") -> None:
    """Publish an approved release in one step."""
    document = f"mutation($id: ID!) {{ publishRelease(releaseId: $id) {{ {_FIELDS} }} }}"
    _show(_run(url, document, id=release))


def _run(url: str, document: str, **variables: Any) -> dict[str, Any]:
    token = os.environ.get("HUB_TOKEN")
    if not token:
        raise SettingsError("Set HUB_TOKEN to a steward's access token.")
    with reaching(url):
        answer = httpx2.post(
            f"{url}/graphql/intake",
            json={"query": document, "variables": variables},
            headers={"Authorization": f"Bearer {token}"},
            timeout=3600,
        )
        content = answer.json()
    if content.get("errors"):
        raise HubError(content["errors"][0]["message"], code="REFUSED")
    payload: dict[str, Any] = next(iter(content["data"].values()))
    for error in payload["userErrors"]:
        raise HubError(error["message"], code=error["code"])
    return payload


def _show(payload: dict[str, Any]) -> None:
    typer.echo(json.dumps(payload["release"]))
