"""Acts on one return at the same moment come out as if one came after the other (K4).

A Hypothesis state machine sends up to four actors to one return at once: they resubmit, sign off
and withdraw. What each was told, and what is stored then, must be what *some* order of the same
acts gives in the model below, which knows nothing of locks.
"""

import asyncio
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import count, permutations
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase
from hypothesis import settings as searching
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test
from sqlalchemy import select

from hub.auth.principals import Principal
from hub.auth.roles import Role
from hub.clock import now
from hub.db.engine import Database
from hub.db.tables import intake
from hub.errors import HubError
from hub.returns import Finding, Severity
from hub.settings import Settings
from hub.submissions.history import revisions_of
from hub.submissions.revisions import etag_of
from hub.submissions.sign_off import sign_off, withdraw
from hub.submissions.store import submit
from tests.factory import principal, reported, return_of

CONTENTS = ("plain", "other", "queried")
"""Three contents of the return; the last raises a question and has no note that answers it."""
QUERY = Finding(Severity.QUERY, "UNUSUAL", "Is that so?")


@dataclass(frozen=True, slots=True)
class Deed:
    """What one actor does: ``revision`` counts from the newest one when the actors set out.

    ``content`` is what is sent, or what the signer believes to sign; ``wait`` is in milliseconds.
    """

    act: str
    content: str
    revision: int
    conditional: bool
    wait: int


DEEDS = st.builds(
    Deed,
    act=st.sampled_from(("submit", "submit", "sign", "sign", "withdraw")),
    content=st.sampled_from(CONTENTS),
    revision=st.sampled_from((0, 0, 0, 1, -1)),
    conditional=st.booleans(),
    wait=st.sampled_from((0, 0, 1, 3)),
)

Book = tuple[tuple[str, str], ...]
"""Content and state of each revision, in order."""


def serially(book: Book, deed: Deed, newest: int) -> tuple[Book, str]:
    """What a deed does to a return with nobody else around, and what its actor is told."""
    match deed.act:
        case "submit":
            return submitted(book, deed, newest)
        case "sign":
            return signed(book, deed, newest + deed.revision)
        case _:
            return withdrawn(book)


def submitted(book: Book, deed: Deed, newest: int) -> tuple[Book, str]:
    content, state = book[-1]
    if deed.conditional and len(book) != newest:
        return book, "PRECONDITION"
    if content == deed.content and state != "WITHDRAWN":
        return book, f"unchanged {len(book)}"
    if state in ("VALIDATED", "SUBMITTED"):
        book = (*book[:-1], (content, "SUPERSEDED"))
    first = "SUBMITTED" if deed.content == "queried" else "VALIDATED"
    return (*book, (deed.content, first)), f"stored {len(book) + 1}"


def signed(book: Book, deed: Deed, number: int) -> tuple[Book, str]:
    if not 1 <= number <= len(book):
        return book, "NOT_FOUND"
    content, state = book[-1]
    fits = number == len(book) and content == deed.content and state != "WITHDRAWN"
    if not fits or (state == "SUBMITTED" and not deed.conditional):
        return book, "CONFLICT"
    if state == "AGENCY_APPROVED":
        return book, state
    earlier = [(c, "SUPERSEDED" if s == "AGENCY_APPROVED" else s) for c, s in book[:-1]]
    return (*earlier, (content, "AGENCY_APPROVED")), "AGENCY_APPROVED"


def withdrawn(book: Book) -> tuple[Book, str]:
    if book[-1][1] == "WITHDRAWN":
        return book, "CONFLICT"
    gone = [(c, "WITHDRAWN" if s == "AGENCY_APPROVED" else s) for c, s in book[:-1]]
    return (*gone, (book[-1][0], "WITHDRAWN")), "WITHDRAWN"


def explained(book: Book, deeds: list[Deed], told: list[str], after: Book) -> bool:
    """Say whether some order of the deeds tells every actor this, and leaves this."""
    return any(_fits(book, deeds, told, after, order) for order in permutations(range(len(deeds))))


def _fits(
    book: Book, deeds: list[Deed], told: list[str], after: Book, order: tuple[int, ...]
) -> bool:
    newest = len(book)
    for index in order:
        book, answer = serially(book, deeds[index], newest)
        if answer != told[index]:
            return False
    return book == after


@dataclass(frozen=True, slots=True)
class Stored:
    """One return in the database, as its actors come to it."""

    database: Database
    period: str

    async def submit(self, content: str, actor: str, seen: str | None = None) -> tuple[UUID, str]:
        value = 700 + CONTENTS.index(content)
        body = return_of(reported(value=value), period=self.period)
        findings = (QUERY,) if content == "queried" else ()

        async def ask() -> tuple[Finding, ...]:
            return findings

        async with self.database.intake("HERTS_POLICE") as session:
            made = await submit(session, body, ask, person(actor), now(), if_match=seen)
        assert made.return_id is not None
        return made.return_id, f"{'stored' if made.created else 'unchanged'} {made.revision}"

    async def do(self, deed: Deed, return_id: UUID, newest: tuple[int, str], actor: str) -> str:
        """Do a deed as one actor; what they are told."""
        await asyncio.sleep(deed.wait / 1000)
        try:
            if deed.act == "submit":
                seen = etag_of(*newest) if deed.conditional else None
                return (await self.submit(deed.content, actor, seen))[1]
            async with self.database.intake("HERTS_POLICE") as session:
                if deed.act == "withdraw":
                    moved = await withdraw(
                        session, return_id, "Counted twice.", person(actor), now()
                    )
                else:
                    moved = await sign_off(
                        session,
                        return_id,
                        newest[0] + deed.revision,
                        self.hash_of(deed.content),
                        person(f"{actor} signs"),
                        now(),
                        note="They may answer twice." if deed.conditional else None,
                    )
            return str(moved.state)
        except HubError as error:
            return error.code

    def hash_of(self, content: str) -> str:
        value = 700 + CONTENTS.index(content)
        return return_of(reported(value=value), period=self.period).content_hash

    async def book(self, return_id: UUID) -> Book:
        """Read what is stored; its numbers, its one current revision and its history hold."""
        async with self.database.intake("HERTS_POLICE") as session:
            found = await revisions_of(session, return_id)
            table = intake.transition
            query = select(table).where(table.c.return_id == return_id)
            steps = (await session.execute(query.order_by(table.c.revision, table.c.ordinal))).all()
        assert [one.number for one in found] == list(range(1, len(found) + 1))
        assert [one.number for one in found if one.current] == [len(found)]
        for one in found:
            mine = [step for step in steps if step.revision == one.number]
            assert [step.ordinal for step in mine] == list(range(len(mine)))
            path = [step.to_state for step in mine]
            assert [step.from_state for step in mine] == [None, *path[:-1]]
            assert path[-1] == str(one.state)
        contents = {self.hash_of(content): content for content in CONTENTS}
        return tuple((contents[one.content_hash], str(one.state)) for one in found)


def person(subject: str) -> Principal:
    return principal(Role.SUBMITTER, subject=subject, agency="HERTS_POLICE")


def machine(database: Database, run: Callable[..., Any]) -> type[RuleBasedStateMachine]:
    """Make the state machine over one database; each of its lives has a return of its own."""
    numbers = count()

    class Actors(RuleBasedStateMachine):
        @initialize(content=st.sampled_from(CONTENTS))
        def first(self, content: str) -> None:
            self.stored = Stored(database, f"P{next(numbers)}")
            self.id, _ = run(self.stored.submit(content, "first"))
            self.book: Book = run(self.stored.book(self.id))

        @rule(deeds=st.lists(DEEDS, min_size=2, max_size=4))
        def at_once(self, deeds: list[Deed]) -> None:
            told, after = run(self._together(deeds))
            assert explained(self.book, deeds, told, after), (self.book, deeds, told, after)
            self.book = after

        async def _together(self, deeds: list[Deed]) -> tuple[list[str], Book]:
            newest = len(self.book), self.stored.hash_of(self.book[-1][0])
            acts = (
                self.stored.do(deed, self.id, newest, f"actor {number}")
                for number, deed in enumerate(deeds)
            )
            told = list(await asyncio.gather(*acts))
            return told, await self.stored.book(self.id)

    return Actors


def search(settings: Settings, lives: int, steps: int) -> None:
    with asyncio.Runner() as runner:
        database = runner.run(Database.open(settings))
        try:
            run_state_machine_as_test(
                machine(database, runner.run),
                settings=searching(
                    max_examples=lives,
                    stateful_step_count=steps,
                    deadline=None,
                    database=None,
                    phases=[Phase.generate],  # a race seldom shows twice: no shrinking
                    suppress_health_check=list(HealthCheck),
                ),
            )
        finally:
            runner.run(database.close())


def test_the_model_tells_orders_apart() -> None:
    """What no order explains is found: two signers of two revisions, both content."""
    book: Book = (("plain", "VALIDATED"),)
    sign = Deed("sign", "plain", 0, False, 0)
    resubmit = replace(sign, act="submit", content="other")
    good: Book = (("plain", "AGENCY_APPROVED"), ("other", "VALIDATED"))
    bad: Book = (("plain", "SUPERSEDED"), ("other", "VALIDATED"))
    told = ["AGENCY_APPROVED", "stored 2"]
    assert explained(book, [sign, resubmit], told, good)
    assert not explained(book, [sign, resubmit], told, bad)
    assert explained(book, [sign, resubmit], ["CONFLICT", "stored 2"], bad)


def test_whatever_actors_do_at_once_some_order_explains(settings: Settings) -> None:
    search(settings, 12, steps=6)


@pytest.mark.long
@pytest.mark.parametrize("part", range(10))
def test_whatever_ten_thousand_actors_do_at_once_some_order_explains(
    settings: Settings, part: int
) -> None:
    """Ten thousand lives; by the thousand, so that a run cut short says how far it came.

    They are shorter than the twelve above: it is the orders of acts at one moment that are many.
    """
    search(settings, 1_000, steps=3)
    sys.stdout.write(f"{1_000 * (part + 1)} lives\n")
