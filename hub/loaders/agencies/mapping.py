"""What a mapping may say, valid from birth: tables, their columns, their rows, or meetings."""

from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from hub.vocabulary.rows.row import AreaCode, Code

Text = Annotated[str, BeforeValidator(lambda found: str(found)), Field(max_length=200)]
"""A text as it stands in a cell; YAML may take ``12/13`` or ``2021`` for something else."""
Letter = Annotated[str, Field(pattern=r"^[A-Z]{1,2}$")]
Year = Annotated[str, Field(pattern=r"^(this|last|FY\d{4}-\d{2})$")]
"""A financial year, or the one of the return's period, or the one before that."""


class Holds(StrEnum):
    """What the cells of a row or column hold."""

    VALUE = "value"
    PERCENT = "percent"
    """A printed percentage of the count beside it: checked, never sent."""
    BASE = "base"
    """What percentages are taken of (``n= 3211``)."""


class Step(StrEnum):
    """Over which months a figure of a month or quarter column counts."""

    IN_PERIOD = "in_period"
    TO_DATE = "to_date"
    """From April to the end of the column's month: a year-to-date figure."""


class Part(BaseModel):
    """What a mapping, a table, a column and a row may each say of a figure; the last one holds.

    ``year`` goes with a column's ``month`` or ``quarter`` of the financial year; ``period`` is
    said outright instead.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    dataset: Code | None = None
    indicator: Code | None = None
    area: AreaCode | None = None
    period: Text | None = None
    year: Year | None = None
    step: Step | None = None
    breakdown: dict[Code, Text] = Field(default_factory=dict)
    note: Text | None = None


class Column(Part):
    """A column, found by its heading or, where headings repeat or are blank, by its letter."""

    heading: Text | None = None
    at: Letter | None = None
    month: Annotated[int, Field(ge=1, le=12)] | None = None
    quarter: Annotated[int, Field(ge=1, le=4)] | None = None
    holds: Holds = Holds.VALUE
    of: Text | None = None
    """Of a percentage: heading or letter of the column with the count."""
    base: Text | None = None
    """Of a percentage: label of the row with the whole, where no row ``holds: base``."""
    ignore: Text | None = None
    """Why nothing is read here."""

    @model_validator(mode="after")
    def _is_found(self) -> Self:
        if (self.heading is None) == (self.at is None):
            raise ValueError("a column is found by heading or by at, one of the two")
        if (self.holds is Holds.PERCENT) != (self.of is not None):
            raise ValueError("holds: percent needs of: the column with the count, and only it")
        return self


class Change(BaseModel):
    """A printed change in per cent, checked against two rows and never sent."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    of: Text
    against: Text


class Row(Part):
    """A row, found by its label; rules with the same label take the rows in order."""

    label: Text
    holds: Literal[Holds.VALUE, Holds.BASE] = Holds.VALUE
    base: Text | None = None
    """Label of the row with the number a stated figure is based on, in the same column."""
    cumulative: bool = False
    """Each cell includes those before it: the differences are sent."""
    change: Change | None = None
    running: Text | None = None
    """A cumulative row of the row with this label: checked, never sent."""
    ignore: Text | None = None


class Sum(Part):
    """A column of a list of meetings that is added up."""

    heading: Text
    indicator: Code


class Meetings(BaseModel):
    """One row per meeting, counted and added up over the return's period."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    date: Text
    """Heading of the column with the date of the meeting."""
    form: Literal["d/m/y", "y-m-d"] = "d/m/y"
    place: Text | None = None
    """Heading of the column with the place, if the list holds several."""
    places: dict[Text, AreaCode] = Field(default_factory=dict)
    count: Code | None = None
    """Indicator of the number of meetings."""
    sums: tuple[Sum, ...]
    ignore: tuple[Text, ...] = ()
    """Headings of columns that are not read."""


class Table(Part):
    """One table of a sheet: its heading row, and its rows below."""

    has: Text | None = None
    """A text that stands in the table and in no other; may be left out for a single table."""
    label: Letter = "A"
    columns: tuple[Column, ...] = ()
    rows: tuple[Row, ...] = ()
    dimension: Code | None = None
    """Row labels are the titles of this dimension's categories, or those of ``labels``."""
    labels: dict[Text, Text] = Field(default_factory=dict)
    meetings: Meetings | None = None
    ignore: tuple[Text, ...] = ()
    """Labels of rows that are not read, such as totals the hub makes itself."""

    @model_validator(mode="after")
    def _has_one_shape(self) -> Self:
        if (self.meetings is None) == (not self.columns):
            raise ValueError("a table has columns, or is a list of meetings")
        return self


class Mapping(Part):
    """How one agency's export is laid out."""

    title: Text
    source: Text = ""
    agency: Code | None = None
    encoding: Literal["utf-8", "windows-1252", "utf-16"] = "utf-8"
    delimiter: Literal[",", ";", "\t", "|"] = ","
    thousands: Literal["", ","] = ""
    """What separates thousands; nothing unless said."""
    nothing: tuple[Text, ...] = ()
    """Texts that stand for no figure, such as a dash."""
    withheld: dict[Text, Code] = Field(default_factory=dict)
    """Texts that stand for a figure that is not available, each with its reason code."""
    observed_to: Annotated[str, Field(pattern=r"^\d{4}-\d{2}$")] | None = None
    """Last month observed when the table was printed; what stands later is no figure."""
    tables: Annotated[tuple[Table, ...], Field(min_length=1)]
    ignore: tuple[Text, ...] = ()
    """Texts of the page around the tables."""
