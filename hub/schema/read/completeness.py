"""Who owes what, as GraphQL shows it."""

from datetime import date
from enum import Enum

import strawberry
from strawberry import enum_value as value

from hub.protected.releases import Release as ReleaseRow
from hub.schema.read.releases import Release
from hub.schema.read.words import Agency, Dataset, Period
from hub.views import completeness as views
from hub.vocabulary.calendar import Owing as Standing


@strawberry.enum(description="Where an agency stands with a return, as far as a release shows it.")
class Owing(Enum):
    """Mirrors the view's states with their descriptions."""

    EXPECTED = value("EXPECTED", description="Not published, and not due yet.")
    RECEIVED = value("RECEIVED", description="Every month of the period has been published.")
    LATE = value("LATE", description="Not published whole; due, and still in the days of grace.")
    NIL = value("NIL", description="Published, and every figure is zero.")
    EXEMPT = value("EXEMPT", description="Published, and every figure is not applicable.")
    OVERDUE = value("OVERDUE", description="Not published whole, and the days of grace are over.")


@strawberry.type(description="What one agency owes of one dataset.")
class OwedReturn:
    """A return owed."""

    dataset: Dataset = strawberry.field(description="What is returned.")
    agency: Agency = strawberry.field(description="Who returns it.")
    state: Owing = strawberry.field(description="Where it stands.")
    months: int = strawberry.field(description="How many months the period has.")
    months_published: int = strawberry.field(
        description="How many of them some published figure of the agency covers."
    )
    due: date = strawberry.field(description="The last day on which it is in time.")
    overdue: date = strawberry.field(description="The last of the days of grace.")


@strawberry.type(
    description="Who owes what for a period. Told from a release: a return that was made and is "
    "not released yet counts as owed; the field of that name at `/graphql/intake` knows better."
)
class Completeness:
    """Completeness of a period."""

    period: Period = strawberry.field(description="The period asked for, at most a year.")
    release: Release = strawberry.field(description="The release it is told from.")
    today: date = strawberry.field(description="The day on which it is told.")
    expected: int = strawberry.field(description="How many returns are owed in all.")
    received: int = strawberry.field(
        description="How many of them are published whole: received, nil or exempt."
    )
    returns: list[OwedReturn] = strawberry.field(description="Each of them.")

    @classmethod
    def of(cls, view: views.Completeness, release: ReleaseRow) -> "Completeness":
        """Show every line: who owes what is known to all partners."""
        shown = view.owed
        done = (Standing.RECEIVED, Standing.NIL, Standing.EXEMPT)
        return cls(
            period=Period.of(view.period),
            release=Release.of(release),
            today=view.today,
            expected=len(shown),
            received=sum(row.state in done for row in shown),
            returns=[_owed(row) for row in shown],
        )


def _owed(row: views.Owed) -> OwedReturn:
    return OwedReturn(
        dataset=Dataset.of(row.dataset),
        agency=Agency.of(row.agency),
        state=Owing(row.state.value),
        months=row.months,
        months_published=row.months_published,
        due=row.due,
        overdue=row.overdue,
    )
