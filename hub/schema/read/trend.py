"""The links of a journey over releases as GraphQL shows them."""

import strawberry

from hub.schema.read.enums import GRADES, Comparability
from hub.schema.read.figures import Figure
from hub.schema.read.releases import Release
from hub.views import trend as views


@strawberry.type(description="A link of the journey as one release had it.")
class LinkTrendPoint:
    """A point."""

    release: Release = strawberry.field(description="The release.")
    ratio: Figure = strawberry.field(description="The ratio it published.")
    comparability: Comparability = strawberry.field(description="How far the two compare.")

    @classmethod
    def of(cls, point: views.TrendPoint) -> "LinkTrendPoint":
        """Show a point."""
        return cls(
            release=Release.of(point.release),
            ratio=Figure.of(point.ratio),
            comparability=GRADES[point.grade],
        )


@strawberry.type(description="A link of the journey over releases, the newest first.")
class LinkTrend:
    """A trend."""

    code: str = strawberry.field(description="Code of the link.")
    title: str = strawberry.field(description="In words.")
    per: int = strawberry.field(description="Per how many of the first stage.")
    points: list[LinkTrendPoint] = strawberry.field(description="The releases that have it.")

    @classmethod
    def of(cls, item: views.LinkTrend) -> "LinkTrend":
        """Show a trend."""
        return cls(
            code=item.code,
            title=item.title,
            per=item.per,
            points=[LinkTrendPoint.of(point) for point in item.points],
        )
