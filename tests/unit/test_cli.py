"""The command line: every name leads to a command, and only that one is imported."""

import subprocess
import sys

import pytest
from typer.testing import CliRunner

from hub.cli import COMMANDS, app, command


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_says_what_it_does(name: str) -> None:
    assert command(name).name == name
    assert command(name).get_short_help_str()


def test_the_help_names_them_in_order() -> None:
    said = CliRunner().invoke(app, ["--help"], env={"COLUMNS": "200"}).output
    places = [said.index(f"│ {name} ") for name in COMMANDS]
    assert places == sorted(places)


def test_a_slip_of_the_pen_is_answered_with_the_nearest() -> None:
    result = CliRunner().invoke(app, ["chekc"])
    assert result.exit_code == 2
    assert "Did you mean 'check'?" in result.output


def told_by(code: str) -> str:
    """What a fresh interpreter prints last."""
    ran = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    return ran.stdout.splitlines()[-1]


def test_checking_a_file_loads_no_server() -> None:
    code = (
        "import sys; from hub.cli import app; "
        "app(['check', '--help'], standalone_mode=False); "
        "print([name for name in ('hub.app', 'strawberry', 'highspy') if name in sys.modules])"
    )
    assert told_by(code) == "[]"


def test_only_what_serves_loads_the_application() -> None:
    code = (
        "import sys; from hub.cli import COMMANDS, command; "
        "[command(name) for name, where in COMMANDS.items() if not where.startswith('serving.')]; "
        "print([name for name in ('hub.app', 'strawberry') if name in sys.modules])"
    )
    assert told_by(code) == "[]"


def test_what_serves_and_finds_the_newest_schema_loads_no_alembic() -> None:
    code = "import sys; import hub.cli; hub.cli.command('serve'); print('alembic' in sys.modules)"
    assert told_by(code) == "False"
