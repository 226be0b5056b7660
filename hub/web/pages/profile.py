"""The profile page: one return's tables with base, count, share and up to three years."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from urllib.parse import urlencode

from hub.protected.figures import Figure
from hub.views.profile import Answer, Profile, ProfileRow, ProfileTable
from hub.web.pages.charts import share_of
from hub.web.pages.copying import Copy
from hub.web.pages.frame import Frame, NavLink, Option, ReleaseNote, render
from hub.web.pages.labels import Labels, labels
from hub.web.pages.tally import tally_of

TABLES = 8
"""Tables on a page."""


@dataclass(frozen=True, slots=True)
class TableRow:
    """A category; ``share`` is the bar of the asked period, ``quiet`` one that is no answer."""

    row: ProfileRow
    share: float | None = field(repr=False)
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table with its rows in groups (one without a name where there are none)."""

    view: ProfileTable
    title: str
    kind: str
    bases: str
    has_shares: bool
    groups: tuple[tuple[str, tuple[TableRow, ...]], ...]


def profile_page(
    view: Profile,
    *,
    page: int,
    choices: Sequence[Option],
    copy: Copy,
    release: ReleaseNote,
    frame: Frame | None = None,
) -> str:
    """Draw a page of a profile's tables; ``page`` counts from 1 and is held to what there is."""
    frame = frame or Frame()
    t = labels(frame.lang)
    pages = max(1, -(-len(view.tables) // TABLES))
    page = min(max(page, 1), pages)
    start = (page - 1) * TABLES
    titles = titles_of(view.tables, t)
    here = slice(start, start + TABLES)
    tables = tuple(
        _table(item, title, t) for item, title in zip(view.tables[here], titles[here], strict=True)
    )
    figures = [cell.count for table in view.tables for row in table.rows for cell in row.cells]
    return render(
        "profile.html",
        frame,
        view=view,
        tables=tables,
        start=start,
        shown=tally_of((figure.status for figure in figures), t),
        links=_links(view, page, pages, t),
        contents=tuple(_contents(view, titles)),
        choices=choices,
        copy=copy,
        release=release,
    )


def _href(view: Profile, page: int) -> str:
    asked = {"dataset": view.dataset.code, "area": view.area.code, "period": view.period.id}
    return f"/profile?{urlencode(asked | {'release': view.release, 'page': page})}"


def _links(view: Profile, page: int, pages: int, t: Labels) -> tuple[NavLink, ...]:
    return tuple(
        NavLink(t("profile.page", page=number), _href(view, number), number == page)
        for number in range(1, pages + 1)
        if pages > 1
    )


def _contents(view: Profile, titles: Sequence[str]) -> Iterator[NavLink]:
    for number, title in enumerate(titles):
        yield NavLink(title, f"{_href(view, number // TABLES + 1)}#table-{number + 1}")


def titles_of(tables: Sequence[ProfileTable], t: Labels) -> list[str]:
    """The tables' names. A total of the same name as its breakdown is called one."""
    names = [_title(table, t) for table in tables]
    often = Counter(names)
    return [
        name if often[name] == 1 or _broken_down(table) else t("profile.total", title=name)
        for name, table in zip(names, tables, strict=True)
    ]


def _broken_down(table: ProfileTable) -> bool:
    """Whether it is the breakdown that the indicator is named after."""
    return any(dimension.title == table.indicator.title for dimension in table.dimensions)


def _title(table: ProfileTable, t: Labels) -> str:
    names = t.listed(d.title for d in table.dimensions if d.title != table.indicator.title)
    return (
        t("profile.by", title=table.indicator.title, names=names)
        if names
        else (table.indicator.title)
    )


def _table(view: ProfileTable, title: str, t: Labels) -> Table:
    groups: dict[str, list[TableRow]] = {}
    for row in view.rows:
        cell = row.cells[0]
        bar = share_of(cell.share, Decimal(100))
        item = TableRow(row, None if bar is None else min(bar, 100), row.answer is not Answer.KNOWN)
        groups.setdefault(row.group, []).append(item)
    kind = {True: "partition", False: "multiple", None: ""}[view.partition]
    return Table(
        view,
        title,
        t(f"profile.{kind}") if kind else "",
        _bases(view, t),
        any(row.cells[0].share is not None for row in view.rows),
        tuple((name, tuple(rows)) for name, rows in groups.items()),
    )


def _bases(view: ProfileTable, t: Labels) -> str:
    """The chain of bases, from what the shares are shares of down to everybody."""
    said = [t("profile.base", title=base.title, n=_count(base.figure, t)) for base in view.bases]
    return t("profile.bases", bases=t("profile.chain").join(said)) if said else ""


def _count(figure: Figure, t: Labels) -> str:
    if figure.value is None:
        return (
            f"{figure.display} {t(f'status.{figure.status}')}"
            if figure.symbol
            else t(f"status.{figure.status}")
        )
    return figure.display
