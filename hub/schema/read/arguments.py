"""The arguments of the reading fields, described once each."""

from typing import Annotated

from strawberry import argument

Indicators = Annotated[list[str] | None, argument(description="Codes of indicators; all if none.")]
IndicatorCode = Annotated[str, argument(description="Code of an indicator.")]
DatasetCode = Annotated[str | None, argument(description="Only those that this dataset carries.")]
Owner = Annotated[str | None, argument(description="Only those of this kind of agency.")]
Areas = Annotated[list[str] | None, argument(description="Codes of areas; all if none.")]
AreaCode = Annotated[str, argument(description="GSS code, or the hub's own for a Marac.")]
Level = Annotated[str | None, argument(description="Only areas of this level, such as `LAD`.")]
Within = Annotated[str | None, argument(description="Only areas that lie in this one.")]
Periods = Annotated[list[str] | None, argument(description="Period strings; all if none.")]
PeriodId = Annotated[str, argument(description="A period string, such as `FY2017-18`.")]
PeriodText = Annotated[
    str,
    argument(
        description="The period the journey is about. Each stage shows its figure for the period "
        "nearest to it, and says which."
    ),
]
Breakdowns = Annotated[
    list[str] | None,
    argument(
        description="Exact breakdowns such as `RISK=HIGH` or `AGE=16_17;SEX=F`. Left out: every "
        "breakdown and the totals. An empty list: totals only."
    ),
]
AllowUnlike = Annotated[
    bool,
    argument(
        description="Compute ratios that grade D forbids too. They say so, and are in no release."
    ),
]
ReleaseId = Annotated[str | None, argument(description="Id of a release; the latest if none.")]
First = Annotated[int, argument(description="How many at most: 1 to 100.")]
After = Annotated[str | None, argument(description="Go on behind this cursor.")]
From = Annotated[
    str,
    argument(name="from", description="First period; its kind is the kind of the series."),
]
To = Annotated[str, argument(description="Last period, of the same kind.")]
OverviewAreas = Annotated[
    list[str],
    argument(description="Codes of Maracs, forces or other areas, at most 40; each is a column."),
]
AsAt = Annotated[
    str,
    argument(description="A period string, usually a month; the year to date ends with its end."),
]
OverviewPeriod = Annotated[
    str, argument(description="A period string; the portal's figures are `R12-2024-03`.")
]
DatasetOf = Annotated[str, argument(description="Code of a dataset.")]
WithinYear = Annotated[str, argument(description="A period string, of at most twelve months.")]
AfterTable = Annotated[str | None, argument(description="Go on behind the table of this code.")]
