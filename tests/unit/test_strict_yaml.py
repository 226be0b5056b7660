"""YAML of strangers: small and shallow is read, the rest refused before it costs anything."""

import subprocess
import sys

import pytest
import yaml

from hub.strict_yaml import DEEPEST, MOST_BRACKETS, StrictYamlError, read_yaml


def nested(levels: int) -> str:
    return "- " * levels + "x"


@pytest.mark.parametrize(
    "text",
    ["a: [1, {b: c}]\n", "", "- x\n- 2020-01-01\n", "[" + "1, " * 400 + "1]", nested(DEEPEST)],
)
def test_what_is_plain_is_read_as_by_any_reader(text: str) -> None:
    assert read_yaml(text) == yaml.safe_load(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: &a [x]\nb: *a\n", "alias"),
        ("a: {b", "not YAML"),
        ("\x00", "not YAML"),
        ("a: !!python/object:os.system x", "not YAML"),
        (nested(DEEPEST + 1), "levels"),
        ("{" * (MOST_BRACKETS + 1), "brackets"),
        ("[" * 30 + "]" * 30, "levels"),
    ],
)
def test_the_rest_is_refused_and_not_quoted(text: str, said: str) -> None:
    with pytest.raises(StrictYamlError, match=said) as refused:
        read_yaml(text, aliases=False)
    assert "x" not in str(refused.value).replace("alias (*name)", "")


def test_one_s_own_file_may_have_aliases() -> None:
    assert read_yaml("a: &a [x]\nb: *a\n") == {"a": ["x"], "b": ["x"]}


BOMBS = ['"{" * 65_000', '"[" * 65_000', '"- " * 100_000', '"? " * 60_000', '"a: {" * 60_000']


@pytest.mark.parametrize("bomb", BOMBS)
def test_bombs_cost_nothing(bomb: str) -> None:
    """In a process of its own with three seconds of processor time: the kernel ends it else."""
    code = (
        "import resource; resource.setrlimit(resource.RLIMIT_CPU, (3, 3))\n"
        "from hub.strict_yaml import read_yaml\n"
        f"try: read_yaml({bomb})\n"
        "except ValueError: print('refused')"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (told.returncode, told.stdout) == (0, "refused\n")
