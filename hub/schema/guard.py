"""The guard in front of every root field: one line of the role matrix decides.

The line comes from the surface file of the auth room by the field's own name, so a field without
a line cannot be built into a server (security Z1). Guards are put on by :func:`guarded` over a
whole root type, so none can be forgotten on a new field.
"""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from http import HTTPStatus
from typing import Any, TypeVar

from strawberry.extensions import FieldExtension
from strawberry.types import Info, get_object_definition

from hub.auth.matrix import line_for
from hub.auth.permissions import enter
from hub.errors import DatabaseError, HubError, RefusedError

T = TypeVar("T", bound=type)
Refusal = Callable[[HubError, Mapping[str, Any]], object]
"""Makes the payload that carries a refusal, from the error and the field's arguments."""


class Guard(FieldExtension):
    """Asks the role matrix before a root field resolves; ``surface`` is ``read`` or ``intake``."""

    def __init__(self, surface: str, refusals: Mapping[str, Refusal]) -> None:
        self.surface = surface
        self.refusals = refusals

    async def resolve_async(
        self,
        next_: Callable[..., Awaitable[Any]],
        source: Any,
        info: Info[Any, Any],
        **arguments: Any,
    ) -> Any:
        """Refuse at the door, or let the field resolve; it asks again about the object itself."""
        item = f"{self.surface}.{info._raw_info.parent_type.name}.{info.field_name}"
        try:
            enter(info.context.principal, line_for(item))
        except RefusedError as error:
            await info.context.refused(item, error)
            if info.field_name not in self.refusals:
                raise
            return self.refusals[info.field_name](error, arguments)
        try:
            return await next_(source, info, **arguments)
        except HubError as error:
            if isinstance(error, DatabaseError) and error.status == HTTPStatus.SERVICE_UNAVAILABLE:
                # No refusal that a program could act on: the whole answer is a 503.
                raise
            if isinstance(error, RefusedError):
                await info.context.refused(item, error)
            if info.field_name not in self.refusals:
                raise
            return self.refusals[info.field_name](error, arguments)


def guarded(root: T, surface: str, refusals: Mapping[str, Refusal] | None = None) -> T:
    """Put a guard in front of every field of a root type.

    ``refusals`` say, by field, how an expected refusal (of the guard or of the act itself) is
    answered as data; without one it is an error.
    """
    for field in get_object_definition(root, strict=True).fields:
        field.extensions = [*field.extensions, Guard(surface, refusals or {})]
    return root


def items(root: type, surface: str) -> Iterator[str]:
    """Name every field of a root type as the surface file names it."""
    definition = get_object_definition(root, strict=True)
    for field in definition.fields:
        name = field.graphql_name or _camel(field.python_name)
        yield f"{surface}.{definition.name}.{name}"


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)
