"""Which cells a revision changed; what they hold is read over REST only."""

from enum import Enum

import strawberry
from strawberry import enum_value as value

from hub.submissions.changes import Change as ChangeRow
from hub.vocabulary import breakdown_text


@strawberry.enum(description="What happened to a cell.")
class ChangeKind(Enum):
    """Kinds of changes."""

    ADDED = value("ADDED", description="It was not there before.")
    CHANGED = value("CHANGED", description="It holds something else.")
    REMOVED = value("REMOVED", description="It is no longer there.")


@strawberry.type(
    description="A cell that differs from the revision before. Counts are read over REST only."
)
class Change:
    """A change."""

    kind: ChangeKind = strawberry.field(description="What happened to it.")
    indicator: str = strawberry.field(description="Code of the indicator.")
    area: str = strawberry.field(description="Code of the area.")
    period: str = strawberry.field(description="Its period.")
    breakdown: str = strawberry.field(description="Such as `RISK=HIGH`; empty for the total.")

    @classmethod
    def of(cls, row: ChangeRow) -> "Change":
        """Show a change."""
        return cls(
            kind=ChangeKind(str(row.kind)),
            indicator=row.key.indicator,
            area=row.key.area,
            period=row.key.period,
            breakdown=breakdown_text(row.key.breakdown),
        )
