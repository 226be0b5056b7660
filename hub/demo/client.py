"""The demo's side of the API: plain HTTP, as any agency's system would use it."""

from typing import Any

import httpx2

from hub.demo.accounts import Account
from hub.errors import HubError

PATIENCE = 600.0
"""Seconds for one answer: a release takes minutes on a slow machine, and a push on one that has
much else to do is no fault of the hub."""


class DemoError(HubError):
    """The API refused something the demo needs; the message is the API's own."""

    code = "DEMO"


class Api:
    """The public HTTP API at ``url``."""

    def __init__(self, http: httpx2.AsyncClient) -> None:
        self._http = http

    async def token(self, account: Account) -> str:
        """Get an access token by client credentials."""
        answer = await self._http.post(
            "/oauth/token",
            data={"grant_type": "client_credentials"},
            auth=(account.client_id, account.secret),
        )
        token: str = _content(answer)["access_token"]
        return token

    async def push(self, token: str, address: str, body: bytes) -> dict[str, Any]:
        """PUT a return."""
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        url = f"/v1/returns/{address}"
        return _content(await self._http.put(url, content=body, headers=headers))

    async def intake(self, token: str, document: str, **variables: Any) -> dict[str, Any]:
        """Run a mutation at ``/graphql/intake``; gives its only root field."""
        return await self._graphql("/graphql/intake", token, document, variables)

    async def read(self, token: str, document: str, **variables: Any) -> dict[str, Any]:
        """Run a query at ``/graphql``; gives its only root field."""
        return await self._graphql("/graphql", token, document, variables)

    async def _graphql(
        self, path: str, token: str, document: str, variables: dict[str, Any]
    ) -> dict[str, Any]:
        answer = await self._http.post(
            path,
            json={"query": document, "variables": variables},
            headers={"Authorization": f"Bearer {token}"},
        )
        content = _content(answer)
        if content.get("errors"):
            raise DemoError(_sentences(content["errors"]))
        payload: dict[str, Any] = next(iter(content["data"].values()))
        if payload.get("userErrors"):
            raise DemoError(_sentences(payload["userErrors"]))
        return payload


def _content(answer: httpx2.Response) -> dict[str, Any]:
    content: dict[str, Any] = answer.json()
    if answer.is_error:
        said = content.get("detail") or content.get("error_description") or content.get("error")
        raise DemoError(f"{answer.request.method} {answer.request.url.path}: {said}")
    return content


def _sentences(errors: list[dict[str, Any]]) -> str:
    return " ".join(str(error["message"]) for error in errors)
