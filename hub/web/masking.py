"""GraphQL errors as a client may see them: a code, an id, and no word of anybody's exception."""

import re
from collections.abc import Sequence
from typing import Any

import structlog
from graphql import GraphQLError

from hub.errors import HubError

MOST = 5
"""Errors in one answer (security requirement G8)."""
LENGTH = 200
"""Characters in one message (security requirement G8)."""
INTERNAL = "Internal error"

_log = structlog.get_logger("hub.graphql")
# graphql-core quotes the offending value and the text of a scalar's own exception; a value may be
# a reported number, and neither belongs in an error text.
_QUOTED = re.compile(
    r"(cannot represent [^:]*): .*|, but encountered error .*|[,;] found:? .*",
    re.DOTALL,
)


def masked(errors: Sequence[GraphQLError], request_id: str, code: str) -> list[dict[str, Any]]:
    """Turn errors into what is answered: at most five, of at most 200 characters each.

    An error without a path is of the document or its variables: it keeps its message under
    ``code``. One with a path comes from a resolver: only the hub's own errors keep theirs.
    """
    return [_masked(error, request_id, code) for error in errors[:MOST]]


def unexplained(code: str, request_id: str) -> list[dict[str, Any]]:
    """Refuse a document without a word of the schema, for callers who may not read it.

    One error without a place: what validation says about one field would tell names of types,
    and where it says it, which fields exist.
    """
    message = "The document does not fit the schema; reading it needs the scope schema:read."
    return [_entry(message, code, request_id)]


def refusal(error: HubError, request_id: str) -> dict[str, Any]:
    """Turn an error of the hub into one GraphQL error."""
    return _entry(error.message, error.code, request_id)


def _masked(error: GraphQLError, request_id: str, code: str) -> dict[str, Any]:
    cause = cause_of(error)
    if isinstance(cause, HubError):
        entry = _entry(cause.message, cause.code, request_id)
    elif error.path is None:
        entry = _entry(_QUOTED.sub(r"\1", error.message), code, request_id)
    else:
        entry = _internal(cause, request_id)
    return entry | _place(error)


def cause_of(error: GraphQLError) -> BaseException:
    """Follow a GraphQL error to the exception it wraps, however often it was wrapped."""
    cause: BaseException = error
    while isinstance(cause, GraphQLError) and cause.original_error is not None:
        cause = cause.original_error
    return cause


def _internal(cause: BaseException, request_id: str) -> dict[str, Any]:
    # The type alone: texts of exceptions hold SQL, parameters and with them reported numbers.
    _log.error("resolver failed", error_type=type(cause).__qualname__, request_id=request_id)
    return _entry(INTERNAL, "INTERNAL", request_id)


def _entry(message: str, code: str, request_id: str) -> dict[str, Any]:
    return {"message": message[:LENGTH], "extensions": {"code": code, "requestId": request_id}}


def _place(error: GraphQLError) -> dict[str, Any]:
    place: dict[str, Any] = {}
    if error.locations:
        place["locations"] = [each.formatted for each in error.locations[:MOST]]
    if error.path is not None:
        place["path"] = list(error.path)
    return place
