"""Asking the provider: no redirects, no proxy of the environment, 64 kB, three seconds."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any

import httpx2

from hub.errors import ProviderError

LARGEST = 64 * 1024
SECONDS = 3.0


class Fetching:
    """One connection pool to the provider; belongs to the event loop that uses it."""

    def __init__(self, transport: httpx2.AsyncBaseTransport | None = None) -> None:
        self._http = httpx2.AsyncClient(
            follow_redirects=False, trust_env=False, timeout=SECONDS, transport=transport
        )

    async def get(self, address: str) -> dict[str, Any]:
        """Get a JSON object. Raises ``ProviderError`` for everything else."""
        return await self._ask("GET", address, None, {})

    async def post(
        self, address: str, form: Mapping[str, str], headers: Mapping[str, str]
    ) -> dict[str, Any]:
        """Post a form and get a JSON object. Raises ``ProviderError`` for everything else."""
        return await self._ask("POST", address, form, headers)

    async def close(self) -> None:
        """Give the connections back."""
        await self._http.aclose()

    async def _ask(
        self, method: str, address: str, form: Mapping[str, str] | None, headers: Mapping[str, str]
    ) -> dict[str, Any]:
        asked = {"Accept": "application/json"} | dict(headers)
        try:
            async with (
                asyncio.timeout(SECONDS),
                self._http.stream(method, address, data=form, headers=asked) as answer,
            ):
                status, content = answer.status_code, await _read(answer)
        except (httpx2.HTTPError, TimeoutError, ValueError):
            raise ProviderError("The sign-in provider does not answer; try again soon.") from None
        if status != 200:
            # The provider's own words may hold anything, so none of them are repeated.
            raise ProviderError(f"The sign-in provider refused with status {status}.")
        return _object(content)


async def _read(answer: httpx2.Response) -> bytes:
    """Read at most the limit, counted after decompression."""
    content = b""
    async for piece in answer.aiter_bytes():
        content += piece
        if len(content) > LARGEST:
            raise ValueError("too large")
    return content


def _object(content: bytes) -> dict[str, Any]:
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise ProviderError("The sign-in provider answered something that is no JSON object.")
    return found
