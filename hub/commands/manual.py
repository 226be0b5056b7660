"""The table of settings in ``docs/how-to/run-a-hub.md``, written from ``hub/settings.py``.

``python -m hub.commands.manual`` prints it; a test compares it with the page.
"""

import ast
import inspect
import sys
from itertools import pairwise
from types import UnionType
from typing import Any, Literal, get_args, get_origin

from pydantic.fields import FieldInfo

from hub import settings


def settings_table() -> str:
    """One line a setting: its variable, what it may be, its default, what it does."""
    said = _docstrings()
    lines = ["| variable | may be | default | what it is |", "|---|---|---|---|"]
    for name, field in settings.Settings.model_fields.items():
        cells = (f"`HUB_{name.upper()}`", _kind(field.annotation), _default(field), said.get(name))
        lines.append("| " + " | ".join(cell or "" for cell in cells) + " |")
    return "\n".join(lines) + "\n"


def _docstrings() -> dict[str, str]:
    """The strings below the fields; the language keeps them in the source only."""
    body = next(
        node
        for node in ast.parse(inspect.getsource(settings)).body
        if isinstance(node, ast.ClassDef) and node.name == settings.Settings.__name__
    ).body
    return {
        field.target.id: " ".join(str(text.value.value).split())
        for field, text in pairwise(body)
        if isinstance(field, ast.AnnAssign)
        and isinstance(field.target, ast.Name)
        and isinstance(text, ast.Expr)
        and isinstance(text.value, ast.Constant)
    }


def _kind(annotation: Any) -> str:
    if get_origin(annotation) is Literal:
        return ", ".join(f"`{choice}`" for choice in get_args(annotation))
    if isinstance(annotation, UnionType):
        annotation = get_args(annotation)[0]
    words = {"str": "text", "int": "whole number", "Path": "path", "SecretStr": "secret text"}
    words["bool"] = "`true` or `false`"
    return words[annotation.__name__]


def _default(field: FieldInfo) -> str:
    if isinstance(field.default, bool):
        return f"`{str(field.default).lower()}`"
    return "none" if field.default is None else f"`{field.default}`"


if __name__ == "__main__":
    sys.stdout.write(settings_table())
