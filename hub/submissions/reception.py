"""Receiving a return: read, judge, store. The one path for REST, GraphQL and the command line."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import astuple, dataclass, field, replace
from datetime import date, datetime
from functools import partial
from typing import Any, TypeVar

from hub.auth.permissions import demand
from hub.auth.principals import Principal
from hub.clock import Clock
from hub.db.engine import Database
from hub.db.sessions import IntakeSession
from hub.errors import BusyError, InvalidError, NotFoundError, VocabularyError
from hub.loaders import Loaded, load
from hub.loaders.agencies import Mapping
from hub.returns import Finding, Past, Return
from hub.submissions.earlier import History, history_of
from hub.submissions.idempotency import Answer, RequestKey, alone, answered, keep
from hub.submissions.originals import keep_original
from hub.submissions.revisions import Revision, Sent, Submission
from hub.submissions.store import Asking, check, find, rehearse, repeated, submit
from hub.validation import Completeness, Report, completeness, in_order, validate
from hub.validation.comparison import Earlier, check_earlier
from hub.validation.context import Context
from hub.validation.reconciliation import check_previous
from hub.vocabulary import Vocabulary, parse_period

Told = TypeVar("Told")
AnswerOf = Callable[[IntakeSession, Submission, Completeness], Awaitable[Told]]
"""Puts what was done into words, in the transaction that did it."""
ATTEMPTS = 3
"""How often a push under a key is tried when others are in the way."""


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
class Push:
    """A body as it came in: from whom, to which address, on which conditions."""

    principal: Principal
    address: Address
    body: bytes = field(repr=False)
    media_type: str
    conditions: Conditions = Conditions()
    mapping: Mapping | None = None
    note: str | None = None


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
    previous: Past | None = None,
    mapping: Mapping | None = None,
    note: str | None = None,
) -> Judged:
    """Read and validate a body, with no account and nothing stored. Blocks: run it in a thread.

    ``previous`` is what was returned for the period before, if the hub has it; ``mapping`` reads a
    body in the agency's own layout. ``note`` is a note on the whole return for bodies that have no
    place for one; it replaces the body's own.

    Raises:
        MalformedError, MediaTypeError, TooLargeError: it cannot be read.
        InvalidError: it breaks rules; carries every finding.
    """
    return _judge(_read(body, media_type, address, words, mapping, note), words, today, previous)


def _read(
    body: bytes,
    media_type: str,
    address: Address,
    words: Vocabulary,
    mapping: Mapping | None,
    note: str | None,
) -> Loaded:
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
        return replace(loaded, readable=replace(loaded.readable, note=note))
    return loaded


def _judge(loaded: Loaded, words: Vocabulary, today: date, previous: Past | None) -> Judged:
    return _concluded(loaded, _findings(loaded, words, today, previous), words)


def _findings(
    loaded: Loaded, words: Vocabulary, today: date, previous: Past | None
) -> list[Finding]:
    """Everything that was found while reading, and by the rules."""
    findings = list(loaded.findings)
    if loaded.readable is not None:
        findings += validate(
            loaded.readable,
            words,
            today=today,
            previous=loaded.earlier if previous is None else previous,
            is_whole=loaded.is_whole,
            partial=loaded.partial,
        )
    return findings


def _concluded(loaded: Loaded, findings: list[Finding], words: Vocabulary) -> Judged:
    report = Report(in_order(findings))
    if report.has_errors or loaded.return_ is None:
        raise _refusal(report)
    return Judged(loaded.return_, report.findings, completeness(loaded.return_, words))


def _refusal(report: Report) -> InvalidError:
    errors = len(report.errors)
    return InvalidError(
        f"The return has {errors} error{'' if errors == 1 else 's'}; nothing was stored. "
        "Mend what the findings name and send it again.",
        findings=report.findings,
    )


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


async def rehearsed(
    database: Database, words: Vocabulary, clock: Clock, push: Push
) -> tuple[Submission, Completeness]:
    """Say what :func:`receive` would answer, on no condition, and store nothing.

    Raises what :func:`receive` does, but for ``PreconditionError`` and ``BusyError``.
    """
    _admit(push, words)
    sound = await _judged(database, words, clock, await _loaded(push, words))
    findings = await sound.ask()
    async with database.intake(push.address.agency) as session:
        answer = await rehearse(session, sound.body, findings)
    return answer, sound.completeness


async def receive(
    database: Database, words: Vocabulary, clock: Clock, push: Push, answer_of: AnswerOf[Told]
) -> Told:
    """Take a body in: whole as a revision, or not at all.

    Writers of one return take turns. ``answer_of`` says in the transaction itself what is to be
    answered, so that nothing is asked of the database once the return is kept.

    Raises:
        RefusedError: the caller may not submit for this agency.
        NotFoundError: unknown dataset, agency or period.
        PreconditionError: a condition does not hold; told before the body is read.
        InvalidError: the return breaks rules; carries every finding.
        BusyError: others were at the same return for too long.
    """
    _admit(push, words)
    async with database.turns.of(_name(push)):
        async with database.intake(push.address.agency) as session:
            current = await _found(session, push)
            again = await _again(session, current, push, words)
            if again is not None:
                return await answer_of(session, *again)
        looked = await _looked(database, words, clock, push, current)
        async with database.intake(push.address.agency) as session:
            taken = await _taken(session, looked, push, words, clock())
            return await answer_of(session, *taken)


async def receive_once(
    database: Database,
    words: Vocabulary,
    clock: Clock,
    push: Push,
    key: RequestKey,
    answer_of: AnswerOf[Answer],
) -> Answer:
    """Take a body in under an idempotency key: one effect, one answer, in one transaction.

    What failed because others were in the way is tried again, at most three times in all
    (security K7): under a key that can do no harm.

    Raises what :func:`receive` does, ``InvalidError`` for a key used otherwise, and ``BusyError``
    while a twin of the request runs for too long.
    """
    async with database.turns.of(_name(push)):
        return await _received_once(database, words, clock, push, key, answer_of)


async def _received_once(
    database: Database,
    words: Vocabulary,
    clock: Clock,
    push: Push,
    key: RequestKey,
    answer_of: AnswerOf[Answer],
) -> Answer:
    async with database.intake(push.address.agency) as session:
        current = await _found(session, push)  # before the key: a twin's revision tells of its key
        known = await answered(session, key)
        if known is not None:
            return known
        _admit(push, words)
        again = await _again(session, current, push, words)
    looked = _KNOWN if again else await _looked(database, words, clock, push, current)
    for attempt in range(ATTEMPTS):
        try:
            async with database.intake(push.address.agency) as session:
                await alone(session, key)
                known = await answered(session, key)
                if known is not None:
                    return known
                taken = await _taken(session, looked, push, words, clock())
                answer = await answer_of(session, *taken)
                await keep(session, key, answer, clock())
            return answer
        except BusyError:
            if attempt == ATTEMPTS - 1:
                raise
            if looked.sound is None:
                looked = await _looked(database, words, clock, push, None)
    raise BusyError


def _name(push: Push) -> str:
    return "/".join(astuple(push.address))


def _admit(push: Push, words: Vocabulary) -> None:
    require_known(push.address, words)
    demand(push.principal, "return.submit", agency=push.address.agency)


async def _found(session: IntakeSession, push: Push) -> Revision | None:
    return await find(session, *astuple(push.address))


@dataclass(frozen=True, slots=True)
class _Sound:
    """A return that broke no rule, and how to find out what else there is to ask about it."""

    body: Return
    completeness: Completeness
    ask: Asking


@dataclass(frozen=True, slots=True)
class _Looked:
    """A push that was looked at: sound, or else known as the current revision."""

    content: str | None = None
    """The hash of what it says, where that is known to be what the current revision says."""
    sound: _Sound | None = None


_KNOWN = _Looked()
"""By its bytes alone."""


async def _looked(
    database: Database, words: Vocabulary, clock: Clock, push: Push, current: Revision | None
) -> _Looked:
    """Read a push, and judge it unless ``current`` says the same already."""
    loaded = await _loaded(push, words)
    content = await asyncio.to_thread(_content, loaded) if current is not None else None
    if content is not None and current is not None and current.content_hash == content:
        async with database.intake(push.address.agency) as session:
            again = await _again(session, current, push, words, content)
        if again is not None:
            return _Looked(content)
    return _Looked(None, await _judged(database, words, clock, loaded))


def _content(loaded: Loaded) -> str | None:
    return None if loaded.findings or loaded.return_ is None else loaded.return_.content_hash


async def _again(
    session: IntakeSession,
    current: Revision | None,
    push: Push,
    words: Vocabulary,
    content: str | None = None,
) -> tuple[Submission, Completeness] | None:
    """Answer at once when these very bytes, or what they say, made the current revision.

    Most nightly pushes are the same bytes. Other bytes that say the same have other rows: they are
    judged where the findings name any.

    And when the return has moved on since the revision that they are to replace: conditions come
    before the body (RFC 9110, 13.2.1), and are held to again when it is stored.
    """
    check(current, push.conditions.if_match, push.conditions.if_none_match)
    if current is None or current.sent is None:
        return None
    body_hash = _body_hash(push, words)
    is_same = body_hash is not None and body_hash == current.sent.body_hash
    is_alike = content == current.content_hash and words.version == current.sent.vocabulary
    if not (is_same or is_alike):
        return None
    answer = await repeated(session, current)
    if answer is None or not (is_same or all(one.row is None for one in answer.findings)):
        return None
    return answer, Completeness(current.sent.expected, current.sent.received)


async def _taken(
    session: IntakeSession, looked: _Looked, push: Push, words: Vocabulary, at: datetime
) -> tuple[Submission, Completeness]:
    if looked.sound is not None:
        sound = looked.sound
        return await _stored(session, sound, push, words, at), sound.completeness
    again = await _again(session, await _found(session, push), push, words, looked.content)
    if again is None:
        raise BusyError  # replaced since it was looked at
    return again


def _body_hash(push: Push, words: Vocabulary) -> str | None:
    """Hash a body with all that decides how it is read; None where a mapping does, which may
    change under its name."""
    if push.mapping is not None:
        return None
    read = "\0".join((push.media_type, push.note or "", words.version))
    return hashlib.sha256(read.encode() + b"\0" + push.body).hexdigest()


async def _loaded(push: Push, words: Vocabulary) -> Loaded:
    return await asyncio.to_thread(
        _read, push.body, push.media_type, push.address, words, push.mapping, push.note
    )


async def _judged(database: Database, words: Vocabulary, clock: Clock, loaded: Loaded) -> _Sound:
    """Judge by every rule; what was sent before is read meanwhile."""
    today, body = clock().date(), loaded.return_
    if body is None:
        found = await asyncio.to_thread(_findings, loaded, words, today, None)
        raise _refusal(Report(in_order(found)))
    async with _meanwhile(_history(database, body)) as reading:
        found, complete = await asyncio.to_thread(_ruled, loaded, body, words, today)
        history = await reading
    if Report(tuple(found)).has_errors:
        found += await asyncio.to_thread(_asked_of_previous, loaded, body, history, words, today)
        raise _refusal(Report(in_order(found)))
    ask = partial(asyncio.to_thread, _asked, loaded, body, found, history, words, today)
    return _Sound(body, complete, ask)


@asynccontextmanager
async def _meanwhile(work: Coroutine[Any, Any, Told]) -> AsyncIterator["asyncio.Task[Told]"]:
    """Do work beside a block; it holds a connection, and so is not left behind by an error."""
    task = asyncio.create_task(work)
    try:
        yield task
    finally:
        await asyncio.gather(task, return_exceptions=True)


def _ruled(
    loaded: Loaded, body: Return, words: Vocabulary, today: date
) -> tuple[list[Finding], Completeness]:
    """What the rules find that look at nothing else, and how complete the return is."""
    found = _findings(loaded, words, today, _NOTHING)
    _content(loaded)  # kept by the return: the store asks for it while everybody else waits
    return found, completeness(body, words)


_NOTHING: Past = {}
"""What was returned before, while that is still being read."""


async def _history(database: Database, body: Return) -> History:
    async with database.intake(body.agency) as session:
        return await history_of(session, body)


async def _stored(
    session: IntakeSession, sound: _Sound, push: Push, words: Vocabulary, at: datetime
) -> Submission:
    body_hash, complete = _body_hash(push, words), sound.completeness
    stored = await submit(
        session,
        sound.body,
        sound.ask,
        push.principal,
        at,
        if_match=push.conditions.if_match,
        if_none_match=push.conditions.if_none_match,
        sent=Sent(body_hash, complete.expected, complete.received, words.version),
    )
    await keep_original(session, stored, push.body, push.media_type, at)
    return stored


def _asked_of_previous(
    loaded: Loaded, body: Return, history: History, words: Vocabulary, today: date
) -> list[Finding]:
    """What is asked by the return for the period before, or what the same page says of it."""
    previous = history.previous
    previous = loaded.earlier if previous is None else previous
    return list(check_previous(Context(body, words, today, previous))) if previous else []


def _asked(
    loaded: Loaded,
    body: Return,
    found: list[Finding],
    history: History,
    words: Vocabulary,
    today: date,
) -> tuple[Finding, ...]:
    """Every finding, with what is asked about what is unlike anything sent before."""
    asked = _asked_of_previous(loaded, body, history, words, today)
    return in_order([*found, *asked, *_unlike(body, history.earlier)])


def against(judged: Judged, earlier: Earlier) -> Judged:
    """Add the questions that a comparison with earlier returns raises."""
    asked = _unlike(judged.body, earlier)
    return replace(judged, findings=in_order([*judged.findings, *asked]))


def _unlike(body: Return, earlier: Earlier) -> list[Finding]:
    lengths = {period: parse_period(period).length for period in set(body.columns.period)}
    return list(check_earlier(body.observations, earlier, lengths))
