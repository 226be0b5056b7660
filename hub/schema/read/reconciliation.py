"""Printed figures against the hub's, as GraphQL shows them."""

from enum import Enum

import strawberry
from strawberry import enum_value as value

from hub.protected.releases import Release as ReleaseRow
from hub.schema.read.releases import Release
from hub.statistics import printed
from hub.views import reconciliation as views


@strawberry.input(description="A figure that a report prints, and what it should be.")
class Statement:
    """A statement."""

    id: str = strawberry.field(description="The caller's own name for it.")
    what: str = strawberry.field(description="What the figure is said to be.")
    printed: str = strawberry.field(
        description="As printed: `1,270`, `11.1%`, `-6%`; or a claim in words, as `<0` for *fell*."
    )
    figure: str = strawberry.field(
        default="",
        description="A formula over indicators, such as `100 * IDV_ENGAGED / IDV_REFERRAL`; braces "
        "name another area or period: `POL_DA_CRIME{CY2016}`.",
    )
    area: str = strawberry.field(default="", description="Area of what names none.")
    period: str = strawberry.field(default="", description="Period of what names none.")
    fault: str = strawberry.field(default="", description="Name in a list of faults, given back.")
    note: str = strawberry.field(default="", description="Given back; why there is no formula.")

    def row(self) -> views.Statement:
        """The statement as the view reads it."""
        return views.Statement(**{name: getattr(self, name) for name in views.COLUMNS})


@strawberry.enum(description="What became of a printed figure.")
class Verdict(Enum):
    """A verdict."""

    MATCHES = value("MATCHES", description="The hub's figure rounds half up to it.")
    ROUNDING = value("ROUNDING", description="Rounding or cutting off explains the difference.")
    DOES_NOT_REPRODUCE = value("DOES_NOT_REPRODUCE", description="It should be another figure.")
    CANNOT_BE_COMPUTED = value("CANNOT_BE_COMPUTED", description="`reason` says why.")


@strawberry.type(description="A statement with its outcome.")
class Outcome:
    """An outcome."""

    id: str = strawberry.field(description="The caller's name for it.")
    what: str = strawberry.field(description="What the figure is said to be.")
    printed: str = strawberry.field(description="As printed.")
    fault: str = strawberry.field(description="Name in a list of faults.")
    verdict: Verdict = strawberry.field(description="What became of it.")
    should_be: str | None = strawberry.field(
        description="The hub's figure with as many places; null if it cannot be computed."
    )
    reason: str = strawberry.field(description="Why it cannot be computed.")
    note: str = strawberry.field(description="The statement's own note, given back.")

    @classmethod
    def of(cls, view: views.Reconciled) -> "Outcome":
        """Show an outcome."""
        row = view.statement
        return cls(
            id=row.id,
            what=row.what,
            printed=row.printed,
            fault=row.fault,
            verdict=Verdict(view.verdict.value),
            should_be=None if view.should_be is None else f"{view.should_be:,}",
            reason=view.reason,
            note=row.note,
        )


@strawberry.type(description="Every statement's outcome, in the order asked.")
class Reconciliation:
    """A reconciliation."""

    release: Release = strawberry.field(description="The release they were set against.")
    matches: int = strawberry.field(description="How many match.")
    rounding: int = strawberry.field(description="How many differ by rounding only.")
    does_not_reproduce: int = strawberry.field(description="How many should be another figure.")
    cannot_be_computed: int = strawberry.field(description="How many cannot be computed.")
    outcomes: list[Outcome] = strawberry.field(description="One for each statement.")

    @classmethod
    def of(cls, view: views.Reconciliation, release: ReleaseRow) -> "Reconciliation":
        """Show a reconciliation."""
        return cls(
            release=Release.of(release),
            outcomes=[Outcome.of(one) for one in view.outcomes],
            **{verdict.name.lower(): view.count(verdict) for verdict in printed.Verdict},
        )
