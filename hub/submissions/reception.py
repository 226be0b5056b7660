"""Receiving a return: read, judge, store. The one path for REST, GraphQL and the command line."""

import asyncio
from dataclasses import dataclass, replace
from datetime import date

from hub.auth.permissions import demand
from hub.auth.principals import Principal
from hub.clock import Clock
from hub.db.engine import Database
from hub.errors import InvalidError, NotFoundError, PeriodError, VocabularyError
from hub.loaders import load
from hub.loaders.agencies import Mapping
from hub.returns import Finding, Return
from hub.submissions.earlier import earlier_than
from hub.submissions.history import observations_of
from hub.submissions.revisions import Submission
from hub.submissions.store import find, rehearse, submit
from hub.validation import Completeness, Report, completeness, in_order, validate
from hub.validation.comparison import Earlier, check_earlier
from hub.vocabulary import Vocabulary, parse_period, period_of


@dataclass(frozen=True, slots=True)
class Address:
    """Whose return, of what, for when: the address it is pushed to."""

    dataset: str
    agency: str
    period: str


@dataclass(frozen=True, slots=True)
class Conditions:
    """What must hold for a push to be stored, as HTTP's conditional headers say it."""

    if_match: str | None = None
    if_none_match: str | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    """A return that broke no rule, with what is still to know about it."""

    body: Return
    findings: tuple[Finding, ...]
    completeness: Completeness


def judge(
    body: bytes,
    media_type: str,
    address: Address,
    words: Vocabulary,
    today: date,
    previous: Return | None = None,
    mapping: Mapping | None = None,
    note: str | None = None,
) -> Judged:
    """Read and validate a body, with no account and nothing stored. Blocks: run it in a thread.

    ``previous`` is the return for the period before, if the hub has it; ``mapping`` reads a body in
    the agency's own layout. ``note`` is a note on the whole return for bodies that have no place
    for one; it replaces the body's own.

    Raises:
        MalformedError, MediaTypeError, TooLargeError: it cannot be read.
        InvalidError: it breaks rules; carries every finding.
    """
    loaded = load(
        body,
        media_type,
        dataset=address.dataset,
        agency=address.agency,
        period=address.period,
        words=words,
        mapping=mapping,
    )
    if note and loaded.readable is not None:
        loaded = replace(loaded, readable=replace(loaded.readable, note=note))
    findings = list(loaded.findings)
    if loaded.readable is not None:
        findings += validate(
            loaded.readable,
            words,
            today=today,
            previous=previous or loaded.earlier,
            is_whole=loaded.is_whole,
            partial=loaded.partial,
        )
    report = Report(in_order(findings))
    if report.has_errors or loaded.return_ is None:
        errors = len(report.errors)
        raise InvalidError(
            f"The return has {errors} error{'' if errors == 1 else 's'}; nothing was stored. "
            "Mend what the findings name and send it again.",
            findings=report.findings,
        )
    return Judged(loaded.return_, report.findings, completeness(loaded.return_, words))


def require_known(address: Address, words: Vocabulary) -> None:
    """Insist that dataset, agency and period exist.

    Raises:
        NotFoundError: one does not; the message names the nearest, or the likely readings.
    """
    try:
        words.dataset(address.dataset)
        words.agency(address.agency)
        parse_period(address.period)
    except VocabularyError as error:
        raise NotFoundError(error.message) from None


async def receive(
    database: Database,
    words: Vocabulary,
    clock: Clock,
    principal: Principal,
    address: Address,
    body: bytes,
    media_type: str,
    *,
    dry_run: bool = False,
    conditions: Conditions | None = None,
    mapping: Mapping | None = None,
    note: str | None = None,
) -> tuple[Submission, Completeness]:
    """Take a body in: whole as a revision, or not at all.

    Raises:
        RefusedError: the caller may not submit for this agency.
        NotFoundError: unknown dataset, agency or period.
        InvalidError: the return breaks rules; carries every finding.
        PreconditionError: a condition does not hold.
    """
    require_known(address, words)
    demand(principal, "return.submit", agency=address.agency)
    before = await _before(database, address)
    today = clock().date()
    judged = await asyncio.to_thread(
        judge, body, media_type, address, words, today, before, mapping, note
    )
    judged = await _compared(database, judged)
    wanted = conditions or Conditions()
    async with database.intake(address.agency) as session:
        if dry_run:
            answer = await rehearse(session, judged.body, judged.findings)
        else:
            answer = await submit(
                session,
                judged.body,
                judged.findings,
                principal,
                clock(),
                if_match=wanted.if_match,
                if_none_match=wanted.if_none_match,
            )
    return answer, judged.completeness


async def _compared(database: Database, judged: Judged) -> Judged:
    """Ask about what is unlike anything the agency sent before."""
    async with database.intake(judged.body.agency) as session:
        earlier = await earlier_than(session, judged.body)
    return against(judged, earlier)


def against(judged: Judged, earlier: Earlier) -> Judged:
    """Add the questions that a comparison with earlier returns raises."""
    items = judged.body.observations
    lengths = {item.period: parse_period(item.period).length for item in items}
    asked = check_earlier(items, earlier, lengths)
    return replace(judged, findings=in_order([*judged.findings, *asked]))


async def _before(database: Database, address: Address) -> Return | None:
    """The return for the period before, as it stands: what a new one is compared with."""
    period = parse_period(address.period)
    try:
        earlier = period_of(period.kind, period.start - period.length, period.start)
    except PeriodError:
        return None  # a year to date has no period of its kind right before it
    async with database.intake(address.agency) as session:
        found = await find(session, address.dataset, address.agency, earlier.id)
        if found is None:
            return None
        rows = await observations_of(session, found.return_id, found.number)
    return Return(address.dataset, address.agency, earlier.id, rows, found.note)
