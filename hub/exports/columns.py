"""Every column of every file: its heading, what it holds and its type, for CSVW and for people."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["string", "number", "integer", "date"]
"""A datatype of CSVW (XML Schema): ``number`` is a decimal, never with an exponent."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column. ``heading`` is what a worksheet prints; the name is what CSV prints."""

    heading: str
    meaning: str
    kind: Kind = "string"
    is_required: bool = False


COLUMNS: dict[str, Column] = {
    "release": Column("Release", "Id of the release the figure is from.", is_required=True),
    "record": Column("Record", "stage, part, planned or link.", is_required=True),
    "code": Column("Code", "Code of the stage, part or link.", is_required=True),
    "title": Column("What", "What the row is about, in words."),
    "within": Column("Within", "Code of the stage that the row is counted in."),
    "agency": Column("Agency", "Code of the agency that owns the figure; several are parted by ;"),
    "area": Column("Area", "Code of the area whose figure it is."),
    "period": Column("Period", "The figure's own period, such as FY2017-18."),
    "unit": Column("Unit", "What one is."),
    "value": Column("Value", "The figure, unrounded; empty when withheld.", "number"),
    "status": Column(
        "Status",
        "PUBLISHED, SUPPRESSED, NOT_AVAILABLE, NOT_APPLICABLE, NOT_RETURNED or NOT_COMPARABLE.",
        is_required=True,
    ),
    "symbol": Column("Symbol", "c suppressed, x not available, z not applicable, or empty."),
    "marks": Column("Marks", "p provisional, r revised, e estimated, b break, u low reliability."),
    "decimals": Column("Decimals", "Places the value is shown with, rounded half up.", "integer"),
    "reason": Column("Reason", "Why there is no value, in words."),
    "from": Column("From stage", "Of a link: the stage that is divided by."),
    "to": Column("To stage", "Of a link: the stage that is divided."),
    "comparability": Column("Comparability", "Of a link: grade A to D."),
    "common_months": Column("Common months", "Of a link: months that both cover.", "integer"),
    "longest_months": Column("Longest months", "Of a link: months of the longer.", "integer"),
    "caveats": Column("Caveats", "Of a link: what to keep in mind."),
    "band": Column("Band", "Code of the band the line stands in."),
    "indicator": Column("Indicator", "Code of the indicator."),
    "comparator": Column("Comparator", "UK, RECOMMENDED, SIMILAR, REGION, FORCE or AREA."),
    "as_at": Column("As at", "The period asked for; figures may end before it."),
    "measure": Column("Measure", "Code of the measure."),
    "standing": Column("Standing", "RED, AMBER, GREEN, MONITORING or UNKNOWN."),
    "words": Column("In words", "The standing in the report's own words."),
    "why": Column("Why", "The reason of the standing."),
    "figure": Column("Figure", "Which of the figures of its line the row holds."),
    "dataset": Column("Dataset", "Code of the dataset; several are parted by ;"),
    "table": Column("Table", "Code of the table: the indicator with its dimensions."),
    "breakdown": Column("Breakdown", "For whom, such as RISK=HIGH; empty for all."),
    "group": Column("Group", "The category of the other dimension, where two are crossed."),
    "answer": Column("Answer", "KNOWN, UNKNOWN (not known) or MISSING (not answered)."),
    "base": Column("Base", "What the figure is divided by."),
    "revision": Column("Revision", "Number of the revision; several are parted by ;"),
    "state": Column("State", "EXPECTED, RECEIVED, LATE, NIL, EXEMPT or OVERDUE."),
    "months": Column("Months", "How many months the period has.", "integer"),
    "months_published": Column("Months published", "How many of them are published.", "integer"),
    "due": Column("Due", "The last day on which the return is in time.", "date"),
    "overdue": Column("Overdue", "The last of the days of grace.", "date"),
}
"""By name. A name means the same in every file."""
