"""Agencies, their kinds, and the datasets they return."""

from datetime import date

from pydantic import Field

from hub.vocabulary.periods import PeriodKind
from hub.vocabulary.rows.row import AreaCodes, Code, Codes, PeriodKinds, Row


class AgencyKind(Row):
    """A kind of agency, such as a police force or a Marac coordinator."""

    code: Code
    title: str
    description: str = ""


class Agency(Row):
    """An agency that publishes returns; it may report on its ``areas`` and all within them."""

    code: Code
    title: str
    kind: Code
    areas: AreaCodes
    role_title: str = ""
    """How a page names its part: "Police", "Domestic Abuse Caseworker"."""


class Dataset(Row):
    """What one kind of agency returns, how often, and when it is due.

    ``due_days`` counts from the end of the period; ``grace_days`` after that it is overdue.
    """

    code: Code
    title: str
    agency_kinds: Codes
    period_kinds: PeriodKinds
    frequency: PeriodKind
    due_days: int
    grace_days: int
    description: str = ""


class Schedule(Row):
    """What one agency was agreed to return otherwise than the dataset says; empty is as there.

    A row makes an agency owe a dataset that its kind would not; ``since`` is the first day of the
    first month that is owed.
    """

    dataset: Code
    agency: Code
    frequency: PeriodKind | None = None
    due_days: int | None = Field(default=None, ge=0)
    grace_days: int | None = Field(default=None, ge=0)
    since: date | None = None
    note: str = ""
