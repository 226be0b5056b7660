"""The ``hub`` command: what operators and agencies type.

A command's module is imported when that command is typed: an agency that checks a file does not
wait for the server's parts.
"""

import gc
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from importlib import import_module
from typing import Any, cast

import typer
from rich.console import Console
from typer.core import TyperCommand, TyperGroup

from hub.errors import HubError
from hub.logs import outline

COMMANDS: Mapping[str, str] = {
    "demo": "serving.demo",
    "serve": "serving.serve",
    "migrate": "serving.migrate",
    "check": "checking.check",
    "prepare": "preparing.prepare",
    "prepare-key": "preparing.prepare_key",
    "push": "pushing.push",
    "remind": "reminding.remind",
    "reconcile": "reconciling.reconcile",
    "mapping": "mapping.app",
    "backup": "backup.back_up",
    "backup-key": "backup.make_key",
    "backup-archive": "backup.archive_log",
    "restore": "backup.restore",
    "restore-confirm": "backup.confirm",
    "agency": "agencies.app",
    "original": "originals.app",
    "client": "clients.app",
    "user": "people.app",
    "key": "keys.app",
    "release": "releases.app",
    "webhook": "webhooks.app",
    "receipt": "receipts.app",
    "audit": "audit.app",
    "vocabulary": "words.app",
}
"""Each command, in the order of the help, and where it is: a function, or a group of its own."""


@cache
def command(name: str) -> TyperCommand | TyperGroup:
    """Import one command."""
    module, _, attribute = COMMANDS[name].partition(".")
    found: typer.Typer | Callable[..., Any]
    with _keeping_all():
        found = getattr(import_module(f"hub.commands.{module}"), attribute)
    if isinstance(found, typer.Typer):
        made: TyperCommand | TyperGroup = typer.main.get_group(found)
    else:
        made = _alone(name, found)
    made.name = name
    return made


@contextmanager
def _keeping_all() -> Iterator[None]:
    """Look for no garbage meanwhile: what is imported stays, and to look through it again and
    again is a twelfth of the start."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()


def _alone(name: str, act: Callable[..., Any]) -> TyperCommand:
    one = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    one.command(name)(act)
    return cast(TyperCommand, typer.main.get_command(one))


class Commands(TyperGroup):
    """The commands by name, each imported when asked for."""

    def __init__(self, **named: Any) -> None:
        super().__init__(**named)
        # Their names are enough to say "did you mean".
        self.commands = {name: TyperCommand(name) for name in COMMANDS}

    def list_commands(self, ctx: typer.Context) -> list[str]:  # type: ignore[override]
        """Give the names in the order of the help."""
        return list(COMMANDS)

    def get_command(  # type: ignore[override]
        self, ctx: typer.Context, cmd_name: str
    ) -> TyperCommand | TyperGroup | None:
        """Give one command, or none."""
        return command(cmd_name) if cmd_name in COMMANDS else None


app = typer.Typer(name="hub", cls=Commands, no_args_is_help=True, pretty_exceptions_enable=False)


@app.callback()
def hub() -> None:
    """Data-sharing hub for the agencies that meet victims of domestic abuse."""


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
