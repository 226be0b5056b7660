"""The guard in front of every root field: one line of the role matrix decides.

The line comes from the surface file of the auth room by the field's own name, so a field without
a line cannot be built into a server (security Z1).
"""

from collections.abc import Awaitable, Callable
from typing import Any

from strawberry.extensions import FieldExtension
from strawberry.types import Info

from hub.auth.permissions import demand
from hub.auth.surface import line_for


class Guard(FieldExtension):
    """Asks the role matrix before a root field resolves; ``surface`` is ``read`` or ``intake``."""

    def __init__(self, surface: str) -> None:
        self.surface = surface

    async def resolve_async(
        self, next_: Callable[..., Awaitable[Any]], source: Any, info: Info, **arguments: Any
    ) -> Any:
        """Refuse, or let the field resolve."""
        item = f"{self.surface}.{info.parent_type.name}.{info.field_name}"
        demand(info.context.principal, line_for(item))
        return await next_(source, info, **arguments)
