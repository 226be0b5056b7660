"""Leaks planted on purpose: the comparison of twins notices each, so that it can fail (D1).

Every plant is a mistake somebody could make in the reading side: a count of hidden things, an
order, a tag, a file that follows a hidden count. It knows the hidden count of the hub it runs in,
as no reading code can, and shows it in one place only. The twins' answers to that place, the same
without the plant, must then differ.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from contextvars import ContextVar
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import count
from pkgutil import resolve_name
from typing import Any

import pytest
from graphql import GraphQLArgument, GraphQLFloat, GraphQLString

from hub.auth.matrix import Grant
from hub.auth.roles import Role
from hub.errors import NotFoundError
from hub.exports import files
from hub.exports.chart import Panel
from hub.protected.figures import FigureStatus
from hub.protected.rows import table_of
from hub.schema.read.query import schema
from hub.views.library import Page
from tests.conftest import FreshSettings
from tests.functional.test_noninterference import HIDDEN, Twin, answer, suspects, twin

RAW: ContextVar[int] = ContextVar("raw", default=0)
"""The hidden count of the hub that is asked; a leak's mistake is to follow it."""

CUT = (
    "/v1/queries/profile.{}?dataset=POLICE_CRIME&area=E07000102&period=CY2017"
    "&table=POL_DA_CRIME%5BRISK%5D"
)
"""The table of the hidden cells themselves."""

NUMBERS = count()

Twins = tuple[Twin, Twin]
Probe = Callable[[Twin], Awaitable[Any]]
Plant = Callable[[Any], Any]
"""Makes the leaking thing out of the right one."""


def asks(question: str) -> Probe:
    """The name of the question differs each time, so that no kept answer hides a plant."""
    return lambda one: answer(one, Role.ANALYST, f"query q{next(NUMBERS)} {question}")


def gets(url: str) -> Probe:
    """Status, bytes, size and tag of a file or page."""

    async def probe(one: Twin) -> Any:
        got = await (await one.partnership.client(Role.ANALYST)).get(url)
        assert got.status_code == 200
        return got.content, got.headers.get("etag"), got.headers.get("content-length")

    return probe


def observations(fields: str, first: int = 50) -> Probe:
    return asks(f'{{ observations(indicators: ["POL_DA_CRIME"], first: {first}) {{ {fields} }} }}')


@dataclass(frozen=True)
class Leak:
    """``target`` is what is replaced, ``plant`` by what, ``probe`` where it shows."""

    name: str
    target: str
    plant: Plant
    probe: Probe


def page(change: Callable[[Page], Page]) -> Plant:
    """A page of observations, changed after it was read."""

    def plant(real: Callable[..., Awaitable[Page]]) -> Any:
        async def read(*given: Any, **named: Any) -> Page:
            return change(await real(*given, **named))

        return read

    return plant


def counted(found: Page) -> Page:
    return replace(found, total=found.total + RAW.get())


def by_value(found: Page) -> Page:
    """Ordered by the hidden count: the twins' two hidden cells change places."""
    hidden = [row for row in found.rows if row.value is None]
    shown = [row for row in found.rows if row.value is not None]
    return replace(found, rows=table_of(shown + (hidden if RAW.get() % 2 else hidden[::-1])))


def only_some(found: Page) -> Page:
    """Filtered by the hidden count."""
    rows = [row for row in found.rows if row.value is not None or RAW.get() > 2]
    return replace(found, rows=table_of(rows))


def one_more(real: Callable[..., str]) -> Any:
    return lambda *given, **named: f"{real(*given, **named)}{RAW.get()}"


def told_in_words(real: Any) -> Any:
    async def release(self: Any, wanted: str | None = None) -> Any:
        if wanted == "none":
            raise NotFoundError(f"There is no such release; {RAW.get()} figures are hidden.")
        return await real(self, wanted)

    return release


def padded(kind: files.Kind) -> files.Kind:
    return replace(kind, write=lambda document: kind.write(document) + b" " * RAW.get())


def hidden_row(real: Any) -> Any:
    """The figure's own columns hold it, behind a status that says suppressed."""

    def columns(figure: Any) -> Any:
        gone = figure.status is FigureStatus.SUPPRESSED
        return {**real(figure), **({"value": RAW.get()} if gone else {})}

    return columns


def longer(real: Any) -> Any:
    def length(figure: Any, scale: Decimal) -> int | None:
        gone = figure.status is FigureStatus.SUPPRESSED
        return RAW.get() if gone else real(figure, scale)

    return length


def limited(real: property) -> property:
    assert real.fget is not None
    top = real.fget
    return property(lambda panel: top(panel) + RAW.get())


PAGE = "hub.views.library.Library.page"
LEAKS = [
    Leak("a count of hidden things", PAGE, page(counted),
         observations("totalCount")),
    Leak("an order by value", PAGE, page(by_value),
         observations("nodes { breakdown { category } }")),
    Leak("a filter by value", PAGE, page(only_some),
         observations("nodes { breakdown { category } }")),
    Leak("a cursor", "hub.schema.read.observations.cursor_of", one_more,
         observations("pageInfo { endCursor }")),
    Leak("the page's end", PAGE, page(only_some),
         observations("pageInfo { hasNextPage }", first=4)),
    Leak("an error's text", "hub.views.library.Library.release", told_in_words,
         asks('{ observations(release: "none", first: 9) { totalCount } }')),
    Leak("a tag", "hub.web.etag.strong_etag", one_more, gets(CUT.format("csv"))),
    Leak("a size", "hub.web.queries.KINDS",
         lambda kinds: {**kinds, "csv": padded(kinds["csv"])},
         gets(CUT.format("csv"))),
    Leak("a hidden row of a table", "hub.exports.profile.figure_columns", hidden_row,
         gets(CUT.format("csv"))),
    Leak("a hidden cell of a workbook", "hub.exports.profile.figure_columns", hidden_row,
         gets(CUT.format("xlsx"))),
    Leak("a bar's length", "hub.exports.svg._length", longer, gets(CUT.format("svg"))),
    Leak("an axis' end", f"{Panel.__module__}.Panel.top", limited, gets(CUT.format("svg"))),
    Leak("a page", "hub.web.pages_route.landing_page", one_more, gets("/")),
]  # fmt: skip


@pytest.fixture(scope="module")
async def twins(fresh_settings: FreshSettings) -> AsyncIterator[Twins]:
    async with AsyncExitStack() as stack:
        one, other = [await twin(fresh_settings, stack, counts) for counts in HIDDEN]
        yield one, other


async def both(twins: Twins, probe: Probe) -> tuple[Any, Any]:
    found = []
    for one, counts in zip(twins, HIDDEN, strict=True):
        RAW.set(counts.high)
        found.append(await probe(one))
    return found[0], found[1]


@pytest.mark.parametrize("leak", LEAKS, ids=lambda leak: leak.name)
async def test_a_planted_leak_is_noticed(
    twins: Twins, leak: Leak, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = await both(twins, leak.probe)
    owner, _, name = leak.target.rpartition(".")
    room = resolve_name(owner)
    with monkeypatch.context() as planted:
        planted.setattr(room, name, leak.plant(getattr(room, name)))
        one, other = await both(twins, leak.probe)
    assert before[0] == before[1], "without the plant the twins answer the same"
    assert one != other


# what no reader may ask, and nobody but a steward may read


def test_an_argument_that_orders_or_filters_is_noticed() -> None:
    core = schema._schema
    field = core.query_type.fields["observations"] if core.query_type else None
    assert field is not None
    added = {"orderBy": GraphQLArgument(GraphQLString), "least": GraphQLArgument(GraphQLFloat)}
    whole = dict(field.args)
    try:
        field.args.update(added)
        assert {at[2] for at in suspects()} == set(added)
    finally:
        field.args.clear()
        field.args.update(whole)
    assert suspects() == []


async def test_without_the_role_matrix_an_analyst_would_read_the_report(
    twins: Twins, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The guard: page, workbook and field ask the matrix before anything is looked up."""
    partnership = twins[0].partnership
    analyst = await partnership.client(Role.ANALYST)
    latest = await analyst.graphql("/graphql", "{ release { id } }")
    release = latest["data"]["release"]["id"]

    async def seen() -> list[bool]:
        page = await analyst.get(f"/releases/{release}")
        book = await analyst.get(f"/releases/{release}/report.xlsx")
        asked = await analyst.graphql("/graphql/intake", why)
        return ["Would reveal" in page.text, book.content[:2] == b"PK", bool(asked.get("data"))]

    why = f'query q{next(NUMBERS)} {{ disclosureReport(release: "{release}") {{ primary }} }}'
    assert await seen() == [False, False, False]
    monkeypatch.setattr("hub.auth.permissions._grants", lambda *_: {Grant.ALL})
    monkeypatch.setattr("hub.auth.permissions._in_scope", lambda *_: True)
    assert await seen() == [True, True, True]
