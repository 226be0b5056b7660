"""Running the demo: a real server on loopback, the story told to it, then serving on."""

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import httpx2
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from hub.auth.roles import Role
from hub.auth.sessions import TICKET_LIFETIME, make_ticket
from hub.auth.tokens import PERSON_LIFETIME
from hub.demo.accounts import Account, Accounts, open_accounts
from hub.demo.client import PATIENCE, Api
from hub.demo.files import demo_returns
from hub.demo.printing import JOURNEY, WIDTH, print_journey
from hub.demo.story import Story
from hub.running import RunningHub, running
from hub.server import serving
from hub.settings import Settings

AREA, PERIOD = "E07000102", "CY2017"
AGENCY = "HERTS_POLICE"
"""Whose two people and system the demo introduces: those of the guide to sending a return."""
MINUTES = int(PERSON_LIFETIME.total_seconds() // 60)
TICKET_MINUTES = int(TICKET_LIFETIME.total_seconds() // 60)


async def run_demo(port: int, *, stop: bool, as_json: bool) -> None:
    """Run the demo from nothing to a published journey; then serve until interrupted.

    With ``stop`` it prints the journey and ends. With ``as_json`` standard output holds one line
    of JSON and everything else goes to standard error.
    """
    console = Console(stderr=as_json, width=None if sys.stdout.isatty() else WIDTH)
    with tempfile.TemporaryDirectory(prefix="hub-demo-") as folder:
        settings = Settings(
            env="demo",
            data_dir=Path(folder),
            host="127.0.0.1",
            port=port,
            issuer=f"http://127.0.0.1:{port}",
            log_level="WARNING",
        )
        console.print("Starting the embedded PostgreSQL …")
        async with running(settings, throw_away=True) as hub, serving(hub) as server:
            known = await _tell(hub, console)
            if stop:
                return
            if as_json:
                sys.stdout.write(json.dumps(known) + "\n")
                sys.stdout.flush()
            else:
                _print_ways(console, known)
            await server


async def _tell(hub: RunningHub, console: Console) -> dict[str, Any]:
    returns = demo_returns()
    accounts = await open_accounts(hub, dict.fromkeys(one.agency for one in returns))
    async with httpx2.AsyncClient(base_url=hub.settings.issuer, timeout=PATIENCE) as http:
        api = Api(http)
        with _progress(console) as progress:
            tasks: dict[str, Any] = {}

            def advance(step: str, done: int, of: int) -> None:
                if step not in tasks:
                    tasks[step] = progress.add_task(step, total=of)
                progress.update(tasks[step], completed=done)

            story = Story(api, accounts, advance)
            await story.sign_off(await story.push(returns))
            releases = await story.release()
        known = await story.tokens(AGENCY)
        journey = await api.read(known["tokens"]["analyst"], JOURNEY, area=AREA, period=PERIOD)
    print_journey(console, journey)
    url = hub.settings.issuer
    analyst = accounts.roles[Role.ANALYST]
    ways = {
        "signIn": await _sign_in(hub, analyst, "/journey"),
        "stewardSignIn": [await _sign_in(hub, one, "/releases") for one in accounts.stewards],
        "officerSignIn": {
            code: [await _sign_in(hub, one, "/returns") for one in pair.values()]
            for code, pair in accounts.agencies.items()
        },
        "clients": _clients(accounts),
    }
    return {"url": url, "release": releases["partner"], "releases": releases} | known | ways


def _clients(accounts: Accounts) -> dict[str, Any]:
    """Every client's id and secret, so that whoever tries the demo can renew a token."""

    def shown(account: Account) -> dict[str, str]:
        return {"id": account.client_id, "secret": account.secret}

    return {
        **{str(role): shown(account) for role, account in accounts.roles.items()},
        "stewards": [shown(account) for account in accounts.stewards],
        "agencies": {
            code: {str(role): shown(account) for role, account in pair.items()}
            for code, pair in accounts.agencies.items()
        },
    }


async def _sign_in(hub: RunningHub, account: Account, to: str) -> str:
    """An address that signs one browser in as an account, once, and goes on to a page."""
    async with hub.database.identity() as session:
        ticket = await make_ticket(session, account.client_id, hub.clock())
    return f"{hub.settings.issuer}/sign-in?ticket={ticket}&to={to}"


def _progress(console: Console) -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    return Progress(*columns, TimeElapsedColumn(), console=console)


def _print_ways(console: Console, known: dict[str, Any]) -> None:
    url, clients = known["url"], known["clients"]
    analyst, officers = clients["analyst"], clients["agencies"][AGENCY]
    lines = [
        "",
        f"Published. Public journey page:  {url}/journey",
        f"Links that sign in once, within {TICKET_MINUTES} minutes. As a partnership analyst:",
        f"  {known['signIn']}",
        f"Query in the browser:            {url}/graphql   (after signing in)",
        f"As two people of {AGENCY}, who send and sign off returns (in two browsers):",
        *(f"  {link}" for link in known["officerSignIn"][AGENCY]),
        "As the two stewards, who prepare and approve releases (likewise):",
        *(f"  {link}" for link in known["stewardSignIn"]),
        "",
        f"One token per role (submitter and approver: of {AGENCY}), good for {MINUTES} minutes:",
        *(f"  {role}: {token}" for role, token in known["tokens"].items()),
        "",
        "Another token, whenever one has run out:",
        *(
            f"  curl -s -u {one['id']}:{one['secret']} "
            f"-d grant_type=client_credentials {url}/oauth/token"
            for one in (analyst, *officers.values())
        ),
        "The analyst's client can read without a token (Basic):",
        f"  curl -s -u {analyst['id']}:{analyst['secret']} "
        f'"{url}/v1/queries/journey.csv?area={AREA}&period={PERIOD}"',
        "Stop with Ctrl-C; everything the demo made is then gone.",
    ]
    for line in lines:
        console.print(line, markup=False, highlight=False, soft_wrap=True)
