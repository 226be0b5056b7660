"""The figures of a page for programs: the same request in the languages analysts use."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from hub.web.pages.frame import NavLink
from hub.web.pages.labels import Labels

Asked = Sequence[tuple[str, str]]
"""The parameters of a saved query, in order."""


@dataclass(frozen=True, slots=True)
class Snippet:
    """A request in a language, to be copied whole."""

    language: str
    code: str


@dataclass(frozen=True, slots=True)
class Copy:
    """What stands under a page: its files, and how a program asks for them."""

    files: tuple[NavLink, ...]
    snippets: tuple[Snippet, ...]


_CODE = {
    "curl": 'curl -H "Authorization: Bearer $HUB_TOKEN" \\\n  "{url}"',
    "Python": (
        "import io, os, urllib.request\n"
        "import pandas\n\n"
        "request = urllib.request.Request(\n"
        '    "{url}",\n'
        '    headers={{"Authorization": f"Bearer {{os.environ[\'HUB_TOKEN\']}}"}},\n'
        ")\n"
        "with urllib.request.urlopen(request) as answer:\n"
        "    figures = pandas.read_csv(io.BytesIO(answer.read()))"
    ),
    "R": (
        'token <- c(Authorization = paste("Bearer", Sys.getenv("HUB_TOKEN")))\n'
        'figures <- read.csv(url("{url}",\n'
        '  headers = token), na.strings = "")  # NA is withheld or absent, never 0'
    ),
    "Power Query": (
        "let\n"
        '  Source = Csv.Document(Web.Contents("{url}",\n'
        '    [Headers = [Authorization = "Bearer " & HubToken]]), [Encoding = 65001]),\n'
        "  Figures = Table.PromoteHeaders(Source)\n"
        "in\n"
        "  Figures"
    ),
}
"""Power Query reads the token from a parameter of the workbook, never from the query itself."""


def copy_of(name: str, asked: Asked, formats: Sequence[str], origin: str, t: Labels) -> Copy:
    """The files and requests of the saved query ``name``; ``origin`` is the hub's own address."""
    query = urlencode(list(asked))
    files = tuple(
        NavLink(t(f"journey.data.{kind}"), f"/v1/queries/{name}.{kind}?{query}") for kind in formats
    )
    url = f"{origin.rstrip('/')}/v1/queries/{name}.csv?{query}"
    return Copy(files, tuple(Snippet(lang, code.format(url=url)) for lang, code in _CODE.items()))
