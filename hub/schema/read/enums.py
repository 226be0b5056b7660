"""The closed sets of the readers' schema, every value described."""

from enum import Enum

import strawberry
from strawberry import enum_value as value

from hub.statistics.comparability import Grade


@strawberry.enum(description="Whether a figure is there, and if not, why.")
class FigureStatus(Enum):
    """Mirrors the protected room's statuses with their descriptions."""

    PUBLISHED = value("PUBLISHED", description="The figure is in `value`.")
    SUPPRESSED = value(
        "SUPPRESSED", description="[c] Withheld, so that no small count can be told."
    )
    NOT_AVAILABLE = value(
        "NOT_AVAILABLE", description="[x] The agency says that it cannot supply it; see `reason`."
    )
    NOT_APPLICABLE = value(
        "NOT_APPLICABLE", description="[z] There is nothing to count here; see `reason`."
    )
    NOT_RETURNED = value(
        "NOT_RETURNED", description="Nobody has returned it. This is never a zero."
    )
    NOT_COMPARABLE = value(
        "NOT_COMPARABLE", description="A ratio the hub refuses, because its parts are unlike."
    )


@strawberry.enum(description="How far a ratio compares like with like.")
class Comparability(Enum):
    """Grades of joins-and-traps b.1."""

    A = value("A", description="Same period, place and unit, numerator restricted to the source.")
    B = value("B", description="Same period and place; the unit or the source differs.")
    C = value("C", description="Periods share at least 75 in 100 months, or several things differ.")
    D = value("D", description="Places differ or periods share too little: not computed.")


@strawberry.enum(description="What sort of number an indicator is.")
class IndicatorKind(Enum):
    """Kinds of the vocabulary (a.0)."""

    EVENTS = value("EV", description="An additive count of events.")
    DISTINCT = value("DI", description="Distinct people or cases in the period; never summed.")
    SNAPSHOT = value("SN", description="A count as it stood at a moment.")
    PERCENT = value("PC", description="A share in per cent.")
    RATE = value("RT", description="A rate over a population or other base.")
    MEAN = value("MN", description="A mean or median.")
    DERIVED = value("DV", description="Another number computed from counts.")
    TARGET = value("TG", description="A planned level.")


@strawberry.enum(description="Which way is good.")
class Direction(Enum):
    """Direction of good."""

    HIGHER = value("higher", description="More is better, for instance more reporting.")
    LOWER = value("lower", description="Less is better.")
    NONE = value("none", description="Neither way is better by itself.")


@strawberry.enum(description="What sort of run of months a period is.")
class PeriodKind(Enum):
    """Kinds of period; see the contract for their strings."""

    MONTH = value("M", description="A month: `2017-05`.")
    CALENDAR_YEAR = value("CY", description="January to December: `CY2017`.")
    CALENDAR_QUARTER = value("CQ", description="A calendar quarter: `CY2024-Q1`.")
    FINANCIAL_YEAR = value("FY", description="April to March: `FY2017-18`.")
    FINANCIAL_QUARTER = value("FQ", description="A financial quarter: `FY2017-18-Q1`.")
    ROLLING_YEAR = value("R12", description="Twelve months ending then: `R12-2024-03`.")
    YEAR_TO_DATE = value("YTD", description="From April up to then: `YTD-2015-06`.")
    RUN = value("RUN", description="Any run of whole months: `2017-05/2017-12`.")


GRADES = {grade: Comparability[grade.name] for grade in Grade}
