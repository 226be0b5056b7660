"""Who is asking."""

import strawberry

from hub.auth.principals import Principal
from hub.protected.releases import Audience


@strawberry.type(description="Who the token is, from the hub's own registry.")
class Viewer:
    """The caller."""

    subject: str = strawberry.field(description="The caller's own id.")
    client: str = strawberry.field(description="The OAuth client it came through.")
    agency: str | None = strawberry.field(description="The agency it acts for, if any.")
    roles: list[str] = strawberry.field(description="Its roles.")
    audience: str = strawberry.field(description="Whose releases it reads: partner or public.")
    areas: list[str] = strawberry.field(description="The areas its grants are bounded by.")

    @classmethod
    def of(cls, principal: Principal, audience: Audience) -> "Viewer":
        """Show the caller to itself."""
        return cls(
            subject=principal.subject,
            client=principal.client_id,
            agency=principal.agency,
            roles=sorted(str(role) for role in principal.roles),
            audience=audience.value,
            areas=list(principal.areas),
        )
