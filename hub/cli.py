"""The ``hub`` command: what operators and agencies type."""

import sys

import typer
from rich.console import Console

from hub.commands import (
    agencies,
    audit,
    backup,
    checking,
    clients,
    keys,
    mapping,
    originals,
    people,
    preparing,
    pushing,
    receipts,
    reconciling,
    releases,
    reminding,
    serving,
    webhooks,
    words,
)
from hub.errors import HubError
from hub.logs import outline

app = typer.Typer(
    name="hub",
    help="Data-sharing hub for the agencies that meet victims of domestic abuse.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
app.command("demo")(serving.demo)
app.command("serve")(serving.serve)
app.command("migrate")(serving.migrate)
app.command("check")(checking.check)
app.command("prepare")(preparing.prepare)
app.command("prepare-key")(preparing.prepare_key)
app.command("push")(pushing.push)
app.command("remind")(reminding.remind)
app.command("reconcile")(reconciling.reconcile)
app.add_typer(mapping.app, name="mapping")
app.command("backup")(backup.back_up)
app.command("backup-key")(backup.make_key)
app.command("backup-archive")(backup.archive_log)
app.command("restore")(backup.restore)
app.command("restore-confirm")(backup.confirm)
app.add_typer(agencies.app, name="agency")
app.add_typer(originals.app, name="original")
app.add_typer(clients.app, name="client")
app.add_typer(people.app, name="user")
app.add_typer(keys.app, name="key")
app.add_typer(releases.app, name="release")
app.add_typer(webhooks.app, name="webhook")
app.add_typer(receipts.app, name="receipt")
app.add_typer(audit.app, name="audit")
app.add_typer(words.app, name="vocabulary")


def main() -> None:
    """Run a command; an error of the hub's own is one clear sentence and status 1.

    Any other is told by its type and where it came through: its text may hold a figure or a
    secret, and what a command prints ends up in logs (security S2).
    """
    try:
        app()
    except HubError as error:
        Console(stderr=True).print(f"{error.code}: {error.message}", markup=False)
        sys.exit(1)
    except Exception as error:
        told = "\n".join(["A fault of the hub; please report these lines.", *outline(error)])
        Console(stderr=True, soft_wrap=True).print(told, markup=False, highlight=False)
        sys.exit(70)


if __name__ == "__main__":
    main()
