"""The clients in ``examples/`` run against a real demo, started as a newcomer would start it."""

import csv
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import venv
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import httpx2
import pytest
from playwright.async_api import async_playwright, expect

from tests.browser.conftest import ARGUMENTS, CHROMIUM

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
CODEGEN = Path(__file__).parent / "codegen"
SDL = ROOT / "docs" / "reference" / "schema.graphql"


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """What ``hub demo --json`` prints when it is ready; stopped at the end, it leaves nothing."""
    folder = tmp_path_factory.mktemp("demo")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "hub.cli", "demo", "--json", "--port", str(port)]
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env=os.environ | {"TMPDIR": str(folder)},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdout is not None
        try:
            line = process.stdout.readline()
            assert line, "the demo ended before it was ready"
            yield json.loads(line)
        finally:
            process.send_signal(2)
            process.wait(60)
    assert list(folder.iterdir()) == []


def run(demo: dict[str, Any], *command: str | Path, **more: str) -> str:
    """Run an example as its README says and give what it prints."""
    analyst = {"HUB_URL": demo["url"], "HUB_TOKEN": demo["tokens"]["analyst"]}
    done = subprocess.run(
        [str(part) for part in command],
        env=os.environ | analyst | more,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def need(program: str) -> str:
    found = shutil.which(program)
    if found is None:
        pytest.skip(f"{program} is not installed: its example is not tested here")
    return found


def test_demo_prints_what_the_contract_names(demo: dict[str, Any]) -> None:
    assert {"url", "release", "tokens", "agencies", "stewards"} <= set(demo)
    assert len(demo["stewards"]) == 2
    assert all(set(pair) == {"submitter", "approver"} for pair in demo["agencies"].values())
    roles = {"submitter", "approver", "analyst", "public", "steward", "auditor", "administrator"}
    assert roles <= set(demo["tokens"])


def test_its_tokens_work_and_its_pages_answer(demo: dict[str, Any]) -> None:
    answer = httpx2.post(
        f"{demo['url']}/graphql",
        json={"query": "{ viewer { audience } release { id } }"},
        headers={"Authorization": f"Bearer {demo['tokens']['analyst']}"},
    )
    data = answer.json()["data"]
    assert data == {"viewer": {"audience": "partner"}, "release": {"id": demo["release"]}}
    assert httpx2.get(f"{demo['url']}/journey").status_code == 200


def test_the_readme_prints_what_a_reader_gets(demo: dict[str, Any]) -> None:
    """Each of its questions that a plain client may ask, and the lines it shows of the answer."""
    text = re.sub(r"\d{4}-\d\d-\d\d-partner-1", demo["release"], (ROOT / "README.md").read_text())
    asked = re.findall(
        r'\$ curl -s -u "\$CLIENT" "\$HUB_URL([^"]+)"\n(.*?)(?=\$ |```)', text, re.DOTALL
    )
    assert len(asked) == 3
    client = demo["clients"]["analyst"]
    for path, shown in asked:
        answer = httpx2.get(f"{demo['url']}{path}", auth=(client["id"], client["secret"])).text
        lines = set(_without_request(answer).splitlines())
        assert set(_without_request(shown).splitlines()) - {"…"} <= lines


def _without_request(answer: str) -> str:
    return re.sub(r'"requestId": "[0-9a-f]+"', "", answer)


@pytest.mark.browser
async def test_the_readmes_query_runs_on_the_query_page(demo: dict[str, Any]) -> None:
    """Typed where a signed-in person types it: completed as it is written, run, and explained."""
    if CHROMIUM is None:
        pytest.skip("SKIPPED ALOUD: the query page is checked in Chromium, which is missing")
    (body,) = re.findall(r"/graphql\" \\\n +-d '(.*?)'\n", (ROOT / "README.md").read_text())
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        page = await browser.new_page()
        await page.goto(demo["signIn"])
        await page.goto(f"{demo['url']}/graphql")
        editor, answer = page.locator(".graphiql-query-editor"), page.locator(".result-window")
        await editor.locator(".CodeMirror").click()
        await page.keyboard.press("Control+A")
        await page.keyboard.insert_text(json.loads(body)["query"])
        await page.click("button.graphiql-execute-button")
        await expect(answer.get_by_text('"118"')).to_be_visible()
        await editor.locator(".CodeMirror").click()
        await page.keyboard.press("Control+A")
        await page.keyboard.type("{ jour")
        await expect(page.locator(".CodeMirror-hint").first).to_contain_text("journey")
        await page.keyboard.press("Escape")
        await page.keyboard.press("Control+A")
        await page.keyboard.insert_text("{ nothing }")
        await page.click("button.graphiql-execute-button")
        await expect(answer.get_by_text("Cannot query field 'nothing'")).to_be_visible()
        await browser.close()


def test_an_agencys_two_people_and_system_can_try_what_the_guides_say(
    demo: dict[str, Any],
) -> None:
    """``docs/how-to/send-a-return.md`` speaks as the police of Hertfordshire."""
    body = (ROOT / "demo/returns/HERTS_POLICE/POLICE_CRIME/CY2017.json").read_bytes()
    answer = httpx2.put(
        f"{demo['url']}/v1/returns/POLICE_CRIME/HERTS_POLICE/CY2017?dryRun=true",
        content=body,
        headers={
            "Authorization": f"Bearer {demo['tokens']['submitter']}",
            "Content-Type": "application/json",
        },
    )
    assert answer.status_code == 200, answer.text
    for link in demo["officerSignIn"]["HERTS_POLICE"]:
        signed_in = httpx2.get(link)
        cookie = signed_in.headers["set-cookie"].partition(";")[0]
        page = httpx2.get(f"{demo['url']}/returns", headers={"Cookie": cookie})
        assert (signed_in.headers["location"], page.status_code) == ("/returns", 200)


def test_curl(demo: dict[str, Any]) -> None:
    need("curl")
    printed = run(demo, "sh", EXAMPLES / "journey.sh", "E07000102", "CY2017")
    assert ",POLICE_RECORD,Incidents and crimes recorded," in printed
    stages = json.loads(printed.splitlines()[-1])["data"]["journey"]["stages"]
    assert stages[0]["figure"] == {"display": "1,270", "status": "PUBLISHED"}


def test_pandas(demo: dict[str, Any]) -> None:
    printed = run(demo, sys.executable, EXAMPLES / "journey_pandas.py")
    first = next(line for line in printed.splitlines() if line.startswith("POLICE_RECORD"))
    assert first.split()[1:] == ["CY2017", "record", "1270.0", "PUBLISHED"]
    assert "stages have a figure" in printed


def test_node(demo: dict[str, Any]) -> None:
    printed = run(demo, need("node"), EXAMPLES / "journey.mjs")
    graded = {line.split()[0] for line in printed.splitlines()}
    assert graded <= set("ABCD")
    assert any(
        "IDVA_REFERRED_ENGAGED" in line and line.startswith("A") for line in printed.splitlines()
    )


def test_r(demo: dict[str, Any]) -> None:
    rscript = need("Rscript")
    look = [rscript, "-e", "library(jsonlite)"]
    if subprocess.run(look, capture_output=True, timeout=60, check=False).returncode:
        pytest.skip("R has no jsonlite: its example is not tested here")
    printed = run(demo, rscript, EXAMPLES / "journey.R")
    first = next(line for line in printed.splitlines() if "POLICE_RECORD" in line)
    assert first.split() == ["POLICE_RECORD", "CY2017", "record", "1270", "PUBLISHED"]
    assert "stages have a figure" in printed
    assert any(line.startswith("A IDVA_REFERRED_ENGAGED") for line in printed.splitlines())


def test_power_query(demo: dict[str, Any]) -> None:
    """There is no Power Query here: what the file asks is asked, and what it names is there."""
    text = (EXAMPLES / "journey.pq").read_text(encoding="utf-8")
    code = re.sub(r"(?<!:)//.*", "", text)
    for pair in ("()", "[]", "{}"):
        assert code.count(pair[0]) == code.count(pair[1])
    values = dict(re.findall(r'(\w+) = "([^"]*)"', code))
    asked = re.search(r"Query = \[(.*?)\]", code)
    assert asked is not None
    query = {name: values[step] for name, step in re.findall(r"(\w+) = (\w+)", asked[1])}
    analyst = demo["clients"]["analyst"]
    answer = httpx2.get(
        f"{demo['url']}/{values['RelativePath']}",
        params=query,
        headers={"Accept": values["Accept"]},
        auth=(analyst["id"], analyst["secret"]),
    )
    assert answer.status_code == 200
    rows = list(csv.DictReader(answer.text.splitlines()))
    named = re.findall(r'"(\w+)"', code[code.index("Chosen =") :]) + re.findall(
        r"each \[(\w+)", code
    )
    assert set(named) <= set(rows[0])
    assert any(row["record"] == "stage" and row["value"] == "1270" for row in rows)


PAGES = (
    "/journey",
    "/overview",
    "/performance",
    "/profile",
    "/series?indicator=DAC_CLIENT&area=E07000102",
)
SHOW = {
    "curl": ("sh", "-c", "{code}"),
    "Python": (sys.executable, "-c", "{code}\nprint(len(figures), figures['value'].sum())"),
    "R": ("Rscript", "-e", "{code}\ncat(nrow(figures), sum(figures$value, na.rm = TRUE))"),
}
"""How each snippet of a page is run; what follows the code says what it read."""


def snippets(demo: dict[str, Any], path: str) -> dict[str, str]:
    """What a signed-in reader copies from a page, by language."""
    token = {"Authorization": f"Bearer {demo['tokens']['analyst']}"}
    html = httpx2.get(f"{demo['url']}{path}", headers=token).text
    found = re.findall(r"<h3[^>]*>([^<]+)</h3>\s*<pre[^>]*><code>(.*?)</code>", html, re.S)
    return {language: unescape(code) for language, code in found}


def test_what_a_page_offers_to_copy_runs_as_it_stands(demo: dict[str, Any]) -> None:
    """The same rows in each language; Power Query, which needs Windows, names the same address."""
    for path in PAGES:
        offered = snippets(demo, path)
        assert [*offered] == ["curl", "Python", "R", "Power Query"]
        table = list(csv.DictReader(run(demo, *_shown(offered, "curl")).splitlines()))
        address = re.search(r'"(http[^"]+)"', offered["curl"])
        assert table and address
        assert f'Web.Contents("{address[1]}"' in offered["Power Query"]
        for pair in ("()", "[]", '""'):
            code = offered["Power Query"]
            assert code.count(pair[0]) == code.count(pair[1])
        if path != PAGES[0]:
            continue  # A start of each language is enough: only the address differs.
        total = sum(float(row["value"]) for row in table if row["value"])
        for language in ("Python", "R"):
            need(SHOW[language][0])
            rows, sum_of = run(demo, *_shown(offered, language)).split()
            assert int(rows) == len(table)
            assert float(sum_of) == pytest.approx(total, rel=1e-5)


def _shown(offered: dict[str, str], language: str) -> list[str]:
    return [part.replace("{code}", offered[language]) for part in SHOW[language]]


def test_what_the_guide_shows_runs_as_it_stands(demo: dict[str, Any]) -> None:
    guide = (ROOT / "docs" / "how-to" / "read-figures.md").read_text(encoding="utf-8")
    analyst = demo["clients"]["analyst"]
    own = {"CLIENT_ID": analyst["id"], "CLIENT_SECRET": analyst["secret"]}
    (python,) = re.findall(r"```python\n(.*?)```", guide, re.S)
    shown = run(demo, sys.executable, "-c", f"{python}\nprint(len(shown), len(table))")
    assert shown.split() == ["5", "5"]
    (r,) = re.findall(r"```r\n(.*?)```", guide, re.S)
    rows = run(demo, need("Rscript"), "-e", f"{r}\ncat(nrow(table))", **own)
    assert int(rows) > 50


def test_basic_credentials_read_a_saved_query(demo: dict[str, Any]) -> None:
    analyst = demo["clients"]["analyst"]
    address = f"{demo['url']}/v1/queries/journey.csv?area=E07000102&period=CY2017"
    who = f"{analyst['id']}:{analyst['secret']}"
    assert run(demo, need("curl"), "-sf", "-u", who, address).startswith("release,record,code,")


def test_a_report_is_reconciled_from_the_command_line(demo: dict[str, Any]) -> None:
    file = ROOT / "demo" / "statements" / "three_rivers.csv"
    hub = (sys.executable, "-m", "hub.cli", "reconcile", file, "--url", demo["url"])
    printed = run(demo, *hub, "--faults", "--json")
    outcomes = {one["id"]: one for one in json.loads(printed)["outcomes"]}
    assert outcomes["idva-rate"]["shouldBe"] == "50"
    assert "recorded" not in outcomes
    assert "rounding only" in run(demo, *hub)


POWER_QUERY_PARSER = "@microsoft/powerquery-parser@0.18.4"
PYTHON_GENERATOR = "ariadne-codegen==0.19.0"
TYPESCRIPT_GENERATOR = (
    "graphql@16.11.0",
    "@graphql-codegen/core@4.0.2",
    "@graphql-codegen/typescript@4.1.6",
    "@graphql-codegen/typescript-operations@4.6.1",
    "@graphql-codegen/typed-document-node@5.1.2",
    "typescript@5.8.3",
)


def install(folder: Path, *command: str | Path) -> None:
    """Install a generator aside; says why when it cannot (no network, no registry)."""
    done = subprocess.run(
        [str(part) for part in command], cwd=folder, capture_output=True, timeout=300, check=False
    )
    if done.returncode:
        pytest.skip(f"SKIPPED ALOUD: {command[0]} could not install a client generator")


@pytest.mark.long
def test_power_query_is_what_its_own_parser_takes(demo: dict[str, Any], tmp_path: Path) -> None:
    """Parsed, not run: nothing but Excel and Power BI runs it, on Windows."""
    node, npm = need("node"), need("npm")
    (tmp_path / "package.json").write_text('{"private": true}')
    install(tmp_path, npm, "install", "--silent", "--no-audit", POWER_QUERY_PARSER)
    files = {"example": (EXAMPLES / "journey.pq").read_text(encoding="utf-8")}
    files |= {str(at): snippets(demo, path)["Power Query"] for at, path in enumerate(PAGES)}
    for name, code in files.items():
        (tmp_path / f"{name}.pq").write_text(code)
    (tmp_path / "broken.pq").write_text(files["example"].replace("in\n", "\n"))
    shutil.copy(CODEGEN / "power_query.cjs", tmp_path)
    parse = [node, "power_query.cjs"]
    whole = [f"{name}.pq" for name in files]
    subprocess.run([*parse, *whole], cwd=tmp_path, check=True, timeout=120)
    broken = subprocess.run([*parse, "broken.pq"], cwd=tmp_path, capture_output=True, check=False)
    assert broken.returncode == 1


@pytest.mark.long
def test_a_python_client_generated_from_the_sdl(demo: dict[str, Any], tmp_path: Path) -> None:
    """ariadne-codegen wants another version of ruff than we do, so it has a place of its own."""
    place = tmp_path / "place"
    venv.create(place, with_pip=True)
    python = place / "bin" / "python"
    install(tmp_path, python, "-m", "pip", "install", "-q", PYTHON_GENERATOR)
    (tmp_path / "pyproject.toml").write_text(
        "[tool.ariadne-codegen]\n"
        f'schema_path = "{SDL}"\nqueries_path = "{CODEGEN / "read.graphql"}"\n'
        'target_package_name = "reader"\nasync_client = false\ninclude_comments = "none"\n'
    )
    subprocess.run([place / "bin" / "ariadne-codegen"], cwd=tmp_path, check=True, timeout=120)
    shutil.copy(CODEGEN / "client.py", tmp_path)
    checked = (sys.executable, "-m", "mypy", "--no-incremental", "--config-file=")
    subprocess.run(
        [*checked, "--python-executable", str(python), "client.py"],
        cwd=tmp_path,
        check=True,
        timeout=300,
    )
    printed = run(demo, python, tmp_path / "client.py")
    assert re.fullmatch(r"Three Rivers 1270\.0 [A-D]+ [1-9]\d*\n", printed)


@pytest.mark.long
def test_a_typescript_client_generated_from_the_sdl(demo: dict[str, Any], tmp_path: Path) -> None:
    """graphql-codegen's plugins, the compiler in its strictest setting, Node."""
    node, npm = need("node"), need("npm")
    (tmp_path / "package.json").write_text('{"private": true, "type": "commonjs"}')
    install(tmp_path, npm, "install", "--silent", "--no-audit", *TYPESCRIPT_GENERATOR)
    for name in ("generate.cjs", "client.ts"):
        shutil.copy(CODEGEN / name, tmp_path)
    make = [node, "generate.cjs", str(SDL), str(CODEGEN / "read.graphql"), "reader.ts"]
    subprocess.run(make, cwd=tmp_path, check=True, timeout=120)
    compiler = tmp_path / "node_modules" / "typescript" / "bin" / "tsc"
    options = ("--strict", "--skipLibCheck", "--module", "commonjs", "--target", "es2022")
    libraries = ("--lib", "es2022,dom")
    subprocess.run(
        [node, compiler, *options, *libraries, "client.ts"], cwd=tmp_path, check=True, timeout=300
    )
    printed = run(demo, node, tmp_path / "client.js")
    assert re.fullmatch(r"Three Rivers 1270 [A-D]+\n", printed)
