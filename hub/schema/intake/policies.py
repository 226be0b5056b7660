"""Disclosure policies as stewards see them."""

from datetime import datetime
from enum import Enum

import strawberry
from strawberry import enum_value as value

from hub.release.policies import Proposal
from hub.schema.intake.releases import AudienceChoice
from hub.schema.intake.returns import UserError


@strawberry.enum(description="How small counts are kept from readers.")
class ProtectionMethod(Enum):
    """Methods; docs/explanation/choosing-a-method.md says when to take which."""

    SUPPRESSION = value("suppression", description="Small counts and what tells them are hidden.")
    CONTROLLED_ROUNDING = value(
        "controlled_rounding", description="Every count is a multiple of the base; sums hold."
    )
    CELL_KEY = value("cell_key", description="Every count holds noise drawn by a secret.")


@strawberry.type(description="A disclosure policy that a steward proposed.")
class DisclosurePolicy:
    """A policy."""

    version: strawberry.ID = strawberry.field(description="Its version.")
    audience: AudienceChoice = strawberry.field(description="Whose releases it protects.")
    threshold: int = strawberry.field(description="Counts below it are withheld; never under 5.")
    rounding_base: int = strawberry.field(description="Other counts are rounded to it; 1 is exact.")
    zeros_sensitive: bool = strawberry.field(description="Whether zeros are withheld too.")
    method: ProtectionMethod = strawberry.field(description="How small counts are kept secret.")
    perturbation: str = strawberry.field(description="Its perturbation table; empty if none.")
    least_variance: float = strawberry.field(
        description="Of noise, what must be left after averaging over all relations."
    )
    why: str = strawberry.field(description="The reason given.")
    proposed_at: datetime = strawberry.field(description="When it was proposed, UTC.")
    approved_at: datetime | None = strawberry.field(description="When a second one approved it.")

    @classmethod
    def of(cls, row: Proposal) -> "DisclosurePolicy":
        """Show a policy."""
        return cls(
            version=strawberry.ID(row.policy.version),
            audience=AudienceChoice(str(row.policy.audience)),
            threshold=row.policy.threshold,
            rounding_base=row.policy.base,
            zeros_sensitive=row.policy.zeros_sensitive,
            method=ProtectionMethod(row.policy.method.value),
            perturbation=row.policy.perturbation,
            least_variance=row.policy.least_variance,
            why=row.why,
            proposed_at=row.proposed_at,
            approved_at=row.approved_at,
        )


@strawberry.type(description="The answer to an act on a policy.")
class PolicyPayload:
    """Payload of proposePolicy and approvePolicy."""

    policy: DisclosurePolicy | None = strawberry.field(description="The policy.")
    user_errors: list[UserError] = strawberry.field(description="Why it was refused, if it was.")
