"""The query page: nothing from elsewhere, nothing inline, every file the one that was vendored."""

import base64
import hashlib
import html
import json
import re
from dataclasses import replace

import httpx2
import pytest
from starlette.requests import Request

from hub.web.graphiql import (
    FOLDER,
    POLICY,
    SCRIPTS,
    STYLES,
    Example,
    graphiql_files,
    graphiql_page,
)
from hub.web.graphql import graphql_route
from tests.unit.web.sample import SCHEMA, SERVING, client_of

EXAMPLES = [Example("A & <b> \"quoted\" 'title'", "query A { hello }", {"a": "</script>"})]
MANIFEST = json.loads((FOLDER / "manifest.json").read_text("utf-8"))


async def page(has_session: bool = False) -> httpx2.Response:
    made = graphiql_page("/graphql", EXAMPLES, lambda request: has_session)
    route = graphql_route("/graphql", SCHEMA, replace(SERVING, page=made))
    async with client_of(route, graphiql_files()) as client:
        return await client.get("/graphql", headers={"accept": "text/html"})


async def test_page_has_nothing_inline_and_nothing_from_elsewhere() -> None:
    text = (await page()).text
    assert not re.search(r"<script[^>]*>[^<]", text)
    assert not re.search(r"<style|\son\w+=|javascript:|\sstyle=", text)
    assert "//" not in text.replace("</", "")
    assert text.count("<script") == len(SCRIPTS) + 1


async def test_page_comes_under_its_own_strict_policy() -> None:
    answer = await page()
    policy = answer.headers["content-security-policy"]
    scripts = re.search(r"script-src ([^;]*)", policy)
    assert scripts is not None and scripts[1] == "'self'"
    assert policy == POLICY and "http" not in policy and "unsafe-eval" not in policy
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("has_session", [True, False])
async def test_settings_survive_hostile_examples(has_session: bool) -> None:
    text = (await page(has_session)).text
    found = re.search(r'data-settings="([^"]*)"', text)
    assert found is not None
    settings = json.loads(html.unescape(found[1]))
    assert settings["examples"][0]["title"] == EXAMPLES[0].title
    assert settings["session"] is has_session
    assert "</script>" not in found[1]


@pytest.mark.parametrize("name", MANIFEST["files"])
def test_vendored_file_is_the_one_of_the_manifest(name: str) -> None:
    digest = hashlib.sha384((FOLDER / name).read_bytes()).digest()
    assert MANIFEST["files"][name] == f"sha384-{base64.b64encode(digest).decode()}"


async def test_page_names_the_integrity_of_every_vendored_file() -> None:
    text = (await page()).text
    for name in SCRIPTS + STYLES:
        assert f'/{name}" integrity="{MANIFEST["files"][name]}"' in text


def test_every_package_has_its_licence() -> None:
    for name in ("react", "react-dom", "graphiql", "graphiql-explorer"):
        text = (FOLDER / f"LICENSE.{name}.txt").read_text("utf-8")
        assert "Permission is hereby granted" in text


async def test_files_are_served_and_may_be_kept() -> None:
    async with client_of(graphiql_files()) as client:
        for name in (*SCRIPTS, *STYLES, "start.js", "page.css"):
            answer = await client.get(f"/static/graphiql/{name}")
            assert answer.status_code == 200
            assert answer.headers["cache-control"] == "public, max-age=86400"


def test_page_asks_nobody_for_the_session_but_the_server() -> None:
    seen: list[Request] = []

    def has_session(request: Request) -> bool:
        seen.append(request)
        return True

    request = Request({"type": "http", "method": "GET", "headers": []})
    graphiql_page("/graphql", [], has_session)(request)
    assert seen == [request]
