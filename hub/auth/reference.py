"""Writes ``docs/reference/roles.md`` from the data files: ``python -m hub.auth.reference``."""

import sys
from collections.abc import Iterator

from hub.auth.matrix import OPEN, matrix, second_factor_ages, surface_lines
from hub.auth.roles import Role, terms

HEAD = """# Roles and what each may do

Written from `hub/auth/data/*.csv` by `python -m hub.auth.reference`; do not edit by hand.

The right to act is the token's scope **and** the client's role in the hub's own registry **and**
its agency. A claim in a token only narrows what the registry grants. What has no line here is
refused, and a server with a route or field that no line guards does not start.
"""
LEGEND = """
`-` nothing, `own` the own agency only, `all` everywhere, `two` everywhere but never alone:
approving is by another person than preparing or proposing, and publishing needs that approval. A
token needs **one** of the scopes of a line. A token request without `scope` gets every scope of the
client's roles; one that is unknown or not granted is refused (`invalid_scope`), never dropped in
silence.
"""


def roles_page() -> str:
    """Give the page as Markdown."""
    return "\n".join([HEAD, *_roles(), *_matrix(), LEGEND, *_second_factor(), *_surface(), ""])


def _roles() -> Iterator[str]:
    yield "## Roles\n"
    yield from _row("Code", "Role", "Who", "Scopes it can ask for", "Never together with")
    yield from _row(*["---"] * 5)
    for role, row in terms().items():
        never = ", ".join(other.code for other in Role if other in row.never_with)
        yield from _row(role.code, f"`{role}`", row.who, _code(row.scopes), never)
    yield "\nAll clients of one person count together: a second account is the same person.\n"


def _matrix() -> Iterator[str]:
    yield "## The matrix\n"
    yield from _row("Line", "What", "Scope", *(role.code for role in Role))
    yield from _row(*["---"] * (3 + len(Role)))
    for line in matrix().values():
        grants = (line.grants[role].value for role in Role)
        yield from _row(f"`{line.name}`", line.what, _code(line.scopes), *grants)


def _second_factor() -> Iterator[str]:
    yield "## What needs a second factor shown lately\n"
    yield "By the token's `auth_time` and `amr`, or the session's; systems never have one.\n"
    yield from _row("Line", "Not longer ago than")
    yield from _row("---", "---")
    for name, age in second_factor_ages().items():
        yield from _row(f"`{name}`", f"{int(age.total_seconds() // 3600)} h")
    yield ""


def _surface() -> Iterator[str]:
    yield "## What each line guards\n"
    yield from _row("Route or field", "Line")
    yield from _row("---", "---")
    for item, line in surface_lines().items():
        yield from _row(f"`{item}`", "open to everyone" if line == OPEN else f"`{line}`")


def _row(*cells: str) -> Iterator[str]:
    yield f"| {' | '.join(cells)} |"


def _code(words: frozenset[str]) -> str:
    return " ".join(f"`{word}`" for word in sorted(words))


if __name__ == "__main__":
    sys.stdout.write(roles_page())
