"""Refusals as ``application/problem+json`` (RFC 9457), for REST routes and the router itself."""

import json
import secrets
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Scope

from hub.errors import HubError, RateLimitedError, StepUpError, UnauthenticatedError

Told = Callable[[Request, HubError], Awaitable[None]]
MEDIA_TYPE = "application/problem+json"
RETRY_AFTER = 5
"""Seconds after which a hub that was overloaded, or whose database was away, is asked again."""


def request_id(scope: Scope) -> str:
    """Tell the id of this request, making one when no middleware has yet."""
    state: dict[str, Any] = scope.setdefault("state", {})
    given: str | None = state.get("request_id")
    if given is None:
        given = state["request_id"] = new_id()
    return given


def new_id() -> str:
    """Draw the id of a request."""
    return secrets.token_hex(8)


def problem(error: HubError, scope: Scope) -> Response:
    """Answer a refusal; ``findings`` of the error, when it has any, come along as data."""
    members: dict[str, Any] = {"detail": error.message}
    findings = getattr(error, "findings", None)
    if findings is not None:
        members["findings"] = [_plain(each) for each in findings]
    return _answer(error.code, error.status, scope, members, headers_of(error))


def headers_of(error: HubError) -> dict[str, str]:
    """Tell the headers a refusal needs: whom to wait for, or how to sign in."""
    if isinstance(error, RateLimitedError):
        return {"Retry-After": str(max(1, error.retry_after))}
    if error.status == HTTPStatus.SERVICE_UNAVAILABLE:
        return {"Retry-After": str(RETRY_AFTER)}
    if isinstance(error, UnauthenticatedError | StepUpError) or error.code == "SCOPE":
        return {"WWW-Authenticate": _challenge(error)}
    return {}


def _challenge(error: HubError) -> str:
    """Say what a client lacks in the words of RFC 6750 section 3 and RFC 9470.

    Nothing more than the realm to a request that showed nothing (RFC 6750 section 3.1).
    """
    realm = 'Bearer realm="hub"'
    if isinstance(error, StepUpError):
        age = f'max_age="{error.max_age}"'
        return f'{realm}, error="insufficient_user_authentication", {age}'
    if error.code == "SCOPE":
        return f'{realm}, error="insufficient_scope"'
    if error.code.startswith("TOKEN_"):
        return f'{realm}, error="invalid_token", error_description="{error.message}"'
    return realm


def fault(scope: Scope) -> Response:
    """Answer an exception nobody foresaw, without a word of it."""
    members = {"detail": "Something went wrong here; quote the request id when you report it."}
    return _answer("INTERNAL", 500, scope, members, {})


def add_handlers(app: Starlette, told: Told | None = None) -> None:
    """Make the application answer the hub's errors and the router's 404 and 405 as problems.

    ``told`` hears of each of the hub's errors first.
    """
    app.state.told = told
    app.add_exception_handler(HubError, _on_hub_error)
    app.add_exception_handler(HTTPException, on_http_exception)


async def _on_hub_error(request: Request, error: Exception) -> Response:
    if not isinstance(error, HubError) or error.status == HTTPStatus.INTERNAL_SERVER_ERROR:
        # An error without a status of its own was never meant for a client.
        raise error
    told: Told | None = getattr(request.app.state, "told", None)
    if told is not None:
        await told(request, error)
    return problem(error, request.scope)


async def on_http_exception(request: Request, error: Exception) -> Response:
    """Answer what the router itself refuses: an address or a method that it does not have."""
    if not isinstance(error, HTTPException):
        raise error
    status = HTTPStatus(error.status_code)
    # The exception's own detail is not repeated: Starlette and its users put anything there.
    members = {"detail": status.description or status.phrase}
    return _answer(status.name, int(status), request.scope, members, error.headers or {})


def _answer(
    code: str, status: int, scope: Scope, members: Mapping[str, Any], headers: Mapping[str, str]
) -> Response:
    body = {
        "type": "/problems/" + code.lower().replace("_", "-"),
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "requestId": request_id(scope),
        **members,
    }
    content = json.dumps(body, ensure_ascii=False)
    return Response(content, status, dict(headers), MEDIA_TYPE)


def _plain(finding: Any) -> Any:
    """Turn a finding (pydantic model, dataclass with ``as_json``, or mapping) into plain data."""
    if hasattr(finding, "model_dump"):
        return finding.model_dump(mode="json", by_alias=True)
    if hasattr(finding, "as_json"):
        return finding.as_json()
    return dict(finding)
