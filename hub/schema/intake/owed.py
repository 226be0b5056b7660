"""Who owes what, live: the calendar of expected returns, and exemptions from it."""

from collections.abc import Mapping
from datetime import date, datetime
from enum import Enum
from typing import Annotated, Any
from uuid import UUID

import strawberry
from strawberry import argument
from strawberry import enum_value as value
from strawberry.types import Info

from hub.errors import HubError, MalformedError
from hub.schema.guard import Refusal
from hub.schema.intake.context import IntakeContext
from hub.schema.intake.returns import UserError
from hub.schema.read.arguments import WithinYear
from hub.schema.read.words import Agency, Dataset, Period
from hub.submissions import exemptions, owing
from hub.views.completeness import require_year
from hub.vocabulary import parse_period

Ask = Info[IntakeContext, None]


@strawberry.enum(description="Where an agency stands with a return.")
class Owing(Enum):
    """Mirrors the calendar's states with their descriptions."""

    EXPECTED = value("EXPECTED", description="Not received, and not due yet.")
    RECEIVED = value("RECEIVED", description="Every month has been received.")
    LATE = value("LATE", description="Not received whole; due, and still in the days of grace.")
    NIL = value("NIL", description="Received; nothing to report, or every figure nought.")
    EXEMPT = value("EXEMPT", description="The partnership said that it is not owed.")
    OVERDUE = value("OVERDUE", description="Not received whole, and the days of grace are over.")


@strawberry.type(description="What an agency need not return, and why.")
class Exemption:
    """An exemption."""

    id: strawberry.ID = strawberry.field(description="Id of the exemption.")
    dataset: str = strawberry.field(description="Code of the dataset.")
    agency: str = strawberry.field(description="Code of the agency.")
    period: Period = strawberry.field(description="It holds for every return within.")
    reason: str = strawberry.field(description="Why.")
    by: str = strawberry.field(description="The account that granted it.")
    at: datetime = strawberry.field(description="When, UTC.")

    @classmethod
    def of(cls, row: exemptions.Exemption) -> "Exemption":
        """Show an exemption."""
        return cls(
            id=strawberry.ID(str(row.id)),
            dataset=row.dataset,
            agency=row.agency,
            period=Period.of(row.period),
            reason=row.reason,
            by=row.by_subject,
            at=row.at,
        )


@strawberry.type(description="One return that is expected, and where it stands this minute.")
class ExpectedReturn:
    """An expected return."""

    dataset: Dataset = strawberry.field(description="What is returned.")
    agency: Agency = strawberry.field(description="Who returns it.")
    period: Period = strawberry.field(description="For which months.")
    state: Owing = strawberry.field(
        description="Where it stands. NIL is told to the agency itself; others read RECEIVED."
    )
    signed_off: bool = strawberry.field(description="Whether a second person signed it off.")
    returned_as: list[str] = strawberry.field(description="Periods of the returns that cover it.")
    due: date = strawberry.field(description="The last day on which it is in time.")
    overdue: date = strawberry.field(description="The last of the days of grace.")
    exemption: Exemption | None = strawberry.field(description="Why it is not owed, if so.")

    @classmethod
    def of(cls, row: owing.Due) -> "ExpectedReturn":
        """Show an expected return."""
        slot = row.slot
        return cls(
            dataset=Dataset.of(slot.dataset),
            agency=Agency.of(slot.agency),
            period=Period.of(slot.period),
            state=Owing(str(row.state)),
            signed_off=row.is_signed_off,
            returned_as=[one.period for one in row.revisions],
            due=slot.due,
            overdue=slot.overdue,
            exemption=Exemption.of(row.exemption) if row.exemption else None,
        )


@strawberry.type(description="Who owes what for a period, told from the intake itself.")
class Completeness:
    """Completeness of a period."""

    period: Period = strawberry.field(description="The period asked for, at most a year.")
    today: date = strawberry.field(description="The day on which it is told.")
    expected: int = strawberry.field(description="How many returns are expected in all.")
    received: int = strawberry.field(description="How many are received, nil or exempt.")
    returns: list[ExpectedReturn] = strawberry.field(description="Each, soonest due first.")


@strawberry.type(description="The answer to an exemption.")
class ExemptionPayload:
    """Payload of exemptReturn and endExemption."""

    exemption: Exemption | None = strawberry.field(description="The exemption.")
    user_errors: list[UserError] = strawberry.field(description="Why it was refused, if it was.")


@strawberry.type
class CalendarQuery:
    """Root fields of the calendar."""

    @strawberry.field(description="Who owes what for a period, live; every partner may see it.")
    async def completeness(self, info: Ask, period: WithinYear) -> Completeness:
        """Say what is owed."""
        context, asked = info.context, parse_period(period)
        require_year(asked)
        today = context.clock().date()
        found = await _calendar(context, asked.months)
        return Completeness(
            period=Period.of(asked),
            today=today,
            expected=len(found),
            received=sum(not one.is_owed for one in found),
            returns=[ExpectedReturn.of(one) for one in found],
        )

    @strawberry.field(description="What is due about now: half a year back, a quarter ahead.")
    async def calendar(
        self,
        info: Ask,
        agency: Annotated[str | None, argument(description="Only this agency's.")] = None,
    ) -> list[ExpectedReturn]:
        """List what is due."""
        context = info.context
        if agency is not None:
            context.words.agency(agency)
        today = context.clock().date()
        found = await _calendar(context, owing.months_around(today))
        return [
            ExpectedReturn.of(one)
            for one in owing.due_about(found, today)
            if agency in (None, one.slot.agency.code)
        ]


async def _calendar(context: IntakeContext, months: tuple[int, int]) -> tuple[owing.Due, ...]:
    today, eyes = context.clock().date(), context.principal.agency
    return await owing.calendar(context.database, context.words, today, months, eyes=eyes)


@strawberry.type
class CalendarMutation:
    """Acts on the calendar."""

    @strawberry.mutation(description="Exempt an agency from what it would owe; for stewards.")
    async def exempt_return(
        self,
        info: Ask,
        dataset: Annotated[str, argument(description="Code of the dataset.")],
        agency: Annotated[str, argument(description="Code of the agency.")],
        period: Annotated[str, argument(description="Every return within it is exempt.")],
        reason: Annotated[str, argument(description="Why; every partner may read it.")],
    ) -> ExemptionPayload:
        """Exempt."""
        context = info.context
        async with context.database.release() as session:
            made = await exemptions.exempt(
                session,
                context.words,
                dataset,
                agency,
                period,
                reason,
                context.principal,
                context.clock(),
            )
        return ExemptionPayload(exemption=Exemption.of(made), user_errors=[])

    @strawberry.mutation(description="End an exemption: what it covered is owed again.")
    async def end_exemption(
        self,
        info: Ask,
        id: Annotated[strawberry.ID, argument(description="Its id.")],  # noqa: A002
    ) -> ExemptionPayload:
        """End an exemption."""
        context = info.context
        async with context.database.release() as session:
            ended = await exemptions.end_exemption(
                session, _uuid(id), context.principal, context.clock()
            )
        return ExemptionPayload(exemption=Exemption.of(ended), user_errors=[])


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise MalformedError("That is not the id of an exemption.") from None


def _refused(error: HubError, _: Mapping[str, Any]) -> ExemptionPayload:
    return ExemptionPayload(exemption=None, user_errors=[UserError.of(error)])


REFUSALS: dict[str, Refusal] = {"exemptReturn": _refused, "endExemption": _refused}
"""How each mutation answers an expected refusal: as data, by the contract."""
