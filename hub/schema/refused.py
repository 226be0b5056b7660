"""What is told of a refusal inside a GraphQL document: the port that the composition root fills."""

from collections.abc import Awaitable, Callable

from hub.errors import RefusedError

Refused = Callable[[str, RefusedError], Awaitable[None]]
"""Told the field and why its caller was refused."""


async def untold(_: str, __: RefusedError) -> None:
    """Tell nobody: for documents that are run without a server."""
