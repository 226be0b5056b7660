"""The query page for browsers: vendored GraphiQL under a strict policy.

Strawberry's own page loads seven files from a CDN, writes the bearer token into the address and
asks the browser to keep it. This one loads from the hub alone and keeps nothing.
"""

import html
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

FOLDER = Path(__file__).parent / "static" / "graphiql"
ADDRESS = "/static/graphiql"
SCRIPTS = ("react.js", "react-dom.js", "graphiql.js", "explorer.js")
STYLES = ("graphiql.css", "explorer.css")

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        # The editor and the dialogs place style elements at run time; scripts stay strict.
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data:",
        "font-src 'self' data:",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)


@dataclass(frozen=True)
class Example:
    """A saved query, opened as a tab."""

    title: str
    query: str
    variables: dict[str, Any] = field(default_factory=dict)


def graphiql_page(
    endpoint: str, examples: Sequence[Example], has_session: Callable[[Request], bool]
) -> Callable[[Request], Response]:
    """Make the page of an endpoint.

    Without a session the page offers an editor for an ``Authorization`` header, whose content
    ends with the page. ``has_session`` tells whether the browser sends a session cookie.
    """
    tabs = [asdict(example) for example in examples]

    def page(request: Request) -> Response:
        settings = {"endpoint": endpoint, "examples": tabs, "session": has_session(request)}
        content = _page(html.escape(json.dumps(settings), quote=True))
        headers = {"Content-Security-Policy": POLICY, "Cache-Control": "no-store"}
        return HTMLResponse(content, headers=headers)

    return page


def graphiql_files() -> Mount:
    """Serve the vendored files; put it before a mount of ``/static``."""
    return Mount(ADDRESS, _Files(directory=FOLDER), name="graphiql-files")


class _Files(StaticFiles):
    """Files that may be kept: the page names the integrity of the bytes it wants."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = "public, max-age=86400"
        return response


def _page(settings: str) -> str:
    styles = "".join(
        f'<link rel="stylesheet" href="{ADDRESS}/{name}"{_integrity(name)}>' for name in STYLES
    )
    scripts = "".join(
        f'<script defer src="{ADDRESS}/{name}"{_integrity(name)}></script>' for name in SCRIPTS
    )
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<title>Query the hub</title><link rel="icon" href="data:,">'
        f'{styles}<link rel="stylesheet" href="{ADDRESS}/page.css">'
        f'{scripts}<script defer src="{ADDRESS}/start.js"></script></head><body>'
        "<main><h1>Query the hub</h1>"
        f'<div id="graphiql" data-settings="{settings}"><p>This page needs JavaScript.</p></div>'
        "</main></body></html>"
    )


def _integrity(name: str) -> str:
    return f' integrity="{_manifest()[name]}"'


@cache
def _manifest() -> dict[str, str]:
    files: dict[str, str] = json.loads((FOLDER / "manifest.json").read_text("utf-8"))["files"]
    return files
