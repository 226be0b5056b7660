"""Writes the reference page of files: ``python -m hub.exports.manual > docs/reference/formats.md``.

A test compares the two.
"""

import sys
from collections.abc import Iterator

from hub.exports import completeness, journey, observations, overview, performance, profile, series
from hub.exports.columns import COLUMNS
from hub.exports.document import SYMBOLS
from hub.exports.files import KINDS

_HEAD = """# Files of saved queries

Written by `python -m hub.exports.manual`. How to read them with a program:
[how-to/read-figures.md](../how-to/read-figures.md). Parameters: `/openapi.json`.

Each saved query is `GET /v1/queries/{name}.{ending}` with Bearer or Basic, an `ETag`, and
`Cache-Control: private, no-cache`. The file's name is made by the server."""

_ABOUT = {
    "json": "The view with the field names of GraphQL. A figure is an object with `value`, "
    "`status`, `symbol`, `marks`, `display`, `unit`, `reason` and, for a ratio, its parts.",
    "csv": "Tidy: one figure a row. UTF-8, RFC 4180. A withheld figure has an empty `value`. A "
    '`Link` header with `rel="describedby"` leads to `{name}.csv-metadata.json` (W3C CSV on the '
    "Web): columns, types, source, caveats.",
    "xlsx": "The rows of the CSV, parted into one table a sheet, after the Government Analysis "
    "Function's guidance: cover with finding, source, notes and contents; title in A1; headings in "
    "row 4; each table marked and named `Table_1`, `Table_2` …; `[c]`, `[x]`, `[z]`, "
    "`[not returned]` or `[not comparable]` where there is no number. Columns that are empty in a "
    "whole sheet are left out.",
    "svg": "A chart with its finding as the title, what is counted, the caveats, symbols and "
    "source inside. Bars start at zero; a withheld figure is a dashed box of one size. At most "
    "150 bars; `overview` draws its first band (choose lines by `indicator`), `profile` its "
    "first table with categories (choose one by `table`).",
    "png": "The same picture in pixels, drawn with the hub's own fonts.",
}
_RULES = """## What holds in every file

- **One figure, one value.** `value` is what GraphQL gives: unrounded. `decimals` says to how many
  places it is shown, rounded half up, once. A workbook keeps sixteen digits and shows `decimals`.
- **No value is never zero.** `status` and `symbol` say why there is none.
- **No formula.** A text cell that begins with `=`, `+`, `-`, `@`, a tab or a line break has an
  apostrophe before it; NUL is taken out. Numbers are numbers, also below zero.
- **Nothing hidden.** No hidden row, sheet or column, no comment, no link, no author, no time of
  making: the same figures give the same bytes.
- **No share undoes a suppression.** Scales and lengths come from the figures shown; order never
  depends on a value."""

_VIEWS = {
    "journey": journey.COLUMNS,
    "overview": overview.COLUMNS,
    "performance": performance.COLUMNS,
    "observations": observations.COLUMNS,
    "profile": profile.COLUMNS,
    "series": series.COLUMNS,
    "completeness": completeness.COLUMNS,
}


def page() -> str:
    """The page, as Markdown."""
    return "\n\n".join((_HEAD, *_kinds(), _RULES, *_symbols(), *_files(), *_columns())) + "\n"


def _kinds() -> Iterator[str]:
    rows = [f"| `.{end}` | `{kind.media}` | {_ABOUT[end]} |" for end, kind in KINDS.items()]
    yield "\n".join(("| ending | media type | what |", "|---|---|---|", *rows))


def _symbols() -> Iterator[str]:
    yield "\n".join(("## Symbols", "", *(f"- {line}" for line in SYMBOLS)))


def _files() -> Iterator[str]:
    rows = [
        f"| `{name}` | {', '.join(f'`{one}`' for one in used)} |" for name, used in _VIEWS.items()
    ]
    yield "\n".join(("## Columns of each file", "", "| file | columns |", "|---|---|", *rows))


def _columns() -> Iterator[str]:
    rows = [
        f"| `{name}` | {column.heading} | {column.kind} | {column.meaning} |"
        for name, column in COLUMNS.items()
    ]
    head = ("## Columns", "", "| CSV | worksheet | type | what |", "|---|---|---|---|")
    yield "\n".join((*head, *rows))


if __name__ == "__main__":
    sys.stdout.write(page())
