"""Keeping a release that is being made: its content, its inputs, and the steward's report."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import partial
from itertools import chain
from typing import Any

from sqlalchemy import Row, Table, func, insert, select, text, update

from hub.db.copying import Written, copy_into
from hub.db.sessions import ReleaseSession
from hub.db.streaming import made_of
from hub.db.tables import intake
from hub.errors import ConflictError, NotFoundError
from hub.protected.observations import Observation
from hub.protected.releases import Audience
from hub.submissions.revisions import Revision
from hub.vocabulary import CellKey, breakdown_text, parse_breakdown


class DraftState(StrEnum):
    """Where a release stands before readers see it."""

    PREPARED = "PREPARED"
    APPROVED = "APPROVED"
    PUBLISHED = "PUBLISHED"


@dataclass(frozen=True, slots=True)
class Draft:
    """A release being made. Its content is fixed from preparation on; acts only move its state.

    ``after_sequence`` is the number of the last release of the audience that it was protected
    with; ``partner_release`` the partners' release that a public one is made from.
    """

    id: str
    audience: Audience
    state: DraftState
    content_hash: str
    policy_version: str
    vocabulary_version: str
    note: str | None
    prepared_by: str
    prepared_at: datetime
    approved_by: str | None
    approved_at: datetime | None
    published_by: str | None
    published_at: datetime | None
    cells: int
    after_sequence: int
    partner_release: str | None
    protection: dict[str, str] = field(default_factory=dict)
    """The method and its settings, as published with the release."""


@dataclass(frozen=True, slots=True)
class ReportLine:
    """Why one cell is hidden, for stewards only: readers see suppressed, and nothing more.

    ``low`` and ``high`` are the ends of the interval that protection leaves open at least.
    """

    key: CellKey
    role: str
    rule: str
    low: int | None
    high: int | None
    forced_by: str | None


_NAMING = 0x6E616D65
"""Advisory lock under which drafts are numbered: two prepared at once get two ids."""


async def next_id(session: ReleaseSession, audience: Audience, at: datetime) -> str:
    """Name a new release: date, audience, number of the day."""
    table = intake.release_draft
    await session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _NAMING})
    prefix = f"{at:%Y-%m-%d}-{audience}-"
    query = select(func.count()).select_from(table).where(table.c.id.startswith(prefix))
    return f"{prefix}{(await session.scalar(query) or 0) + 1}"


async def keep(
    session: ReleaseSession,
    draft: Draft,
    inputs: Iterable[Revision],
    cells: Iterable[Observation],
    report: Iterable[ReportLine],
) -> None:
    """Store a prepared release with everything a second steward needs to judge it."""
    await session.execute(insert(intake.release_draft).values(**_columns(draft)))
    used = [
        {"release_id": draft.id, "return_id": one.return_id, "revision": one.number}
        for one in inputs
    ]
    if used:
        await session.execute(insert(intake.release_input), used)
    await _copy(session, draft, intake.release_cell, map(_cell, cells))
    await _copy(session, draft, intake.disclosure_cell, map(_line, report))


async def _copy(
    session: ReleaseSession, draft: Draft, table: Table, rows: Iterator[dict[str, object]]
) -> None:
    first = next(rows, None)
    if first is not None:
        records = ((draft.id, *row.values()) for row in chain((first,), rows))
        lines = map(partial(_copied, written=Written()), records)
        await copy_into(session, "intake", table.name, ("release_id", *first), lines)


def _copied(record: tuple[object, ...], written: Written) -> str:
    return "\t".join(written[one] if isinstance(one, str) else written.other(one) for one in record)


def _cell(cell: Observation) -> dict[str, object]:
    columns = cell_columns(cell)
    return columns | {"provenance": json.dumps(columns["provenance"])}


def cell_columns(cell: Observation) -> dict[str, object]:
    """An observation as a row."""
    return {
        "indicator": cell.key.indicator,
        "area": cell.key.area,
        "period": cell.key.period,
        "breakdown": breakdown_text(cell.key.breakdown),
        "value": cell.value,
        "status": str(cell.status),
        "marks": cell.marks,
        "reason": cell.reason,
        "base": cell.base,
        "provenance": [
            {"agency": one.agency, "dataset": one.dataset, "revision": one.revision}
            for one in cell.provenance
        ],
        "derived": cell.derived,
    }


def _line(line: ReportLine) -> dict[str, object]:
    key = line.key
    return {
        "indicator": key.indicator,
        "area": key.area,
        "period": key.period,
        "breakdown": breakdown_text(key.breakdown),
        "role": line.role,
        "rule": line.rule,
        "low": line.low,
        "high": line.high,
        "forced_by": line.forced_by,
    }


def _columns(draft: Draft) -> dict[str, object]:
    names = Draft.__slots__
    return {name: getattr(draft, name) for name in names} | {
        "audience": str(draft.audience),
        "state": str(draft.state),
    }


async def find(session: ReleaseSession, release_id: str, *, lock: bool = False) -> Draft:
    """Find a release being made.

    Raises:
        NotFoundError: there is none of that id.
    """
    table = intake.release_draft
    if not release_id.isprintable():
        raise NotFoundError("There is no such release.")
    query = select(table).where(table.c.id == release_id)
    row = (await session.execute(query.with_for_update() if lock else query)).one_or_none()
    if row is None:
        raise NotFoundError("There is no such release.")
    return _draft(row)


async def drafts(session: ReleaseSession) -> list[Draft]:
    """List every release ever prepared, newest first."""
    table = intake.release_draft
    rows = await session.execute(select(table).order_by(table.c.prepared_at.desc()))
    return [_draft(row) for row in rows.all()]


async def move(
    session: ReleaseSession, draft: Draft, after: DraftState, subject: str, at: datetime
) -> Draft:
    """Move a release one state on.

    Raises:
        ConflictError: it is not in the state before.
    """
    before = {DraftState.APPROVED: DraftState.PREPARED, DraftState.PUBLISHED: DraftState.APPROVED}
    if draft.state is not before[after]:
        raise ConflictError(f"A release that is {draft.state} cannot become {after}.")
    who = "approved" if after is DraftState.APPROVED else "published"
    table = intake.release_draft
    await session.execute(
        update(table)
        .where(table.c.id == draft.id)
        .values(**{"state": str(after), f"{who}_by": subject, f"{who}_at": at})
    )
    return await find(session, draft.id)


def _draft(row: Row[Any]) -> Draft:
    values = {name: getattr(row, name) for name in Draft.__slots__}
    return Draft(**values | {"audience": Audience(row.audience), "state": DraftState(row.state)})


async def report_of(session: ReleaseSession, release_id: str) -> list[ReportLine]:
    """Read the steward's report: every hidden cell with its role, rule and open interval."""
    table = intake.disclosure_cell
    order = (table.c.area, table.c.period, table.c.indicator, table.c.breakdown)
    query = select(table).where(table.c.release_id == release_id).order_by(*order)
    return list(await made_of(session, query, _report_line))


def _report_line(row: Row[Any]) -> ReportLine:
    return ReportLine(
        key=CellKey(row.indicator, row.area, row.period, parse_breakdown(row.breakdown)),
        role=row.role,
        rule=row.rule,
        low=None if row.low is None else int(row.low),
        high=None if row.high is None else int(row.high),
        forced_by=row.forced_by,
    )
