"""The short way for requests whose head came before, byte for byte.

Programs send the same head for hours. All that a head alone decides (which route it meets, whether
it is in order, in which form it is answered) was decided when it came the ordinary way, so that a
request with it need not be parsed and its answer not be put together field by field. What may have
changed since is asked each time: the allowances, the token's times and its key, the registry, the
releases. What is not known at once goes the ordinary way; nothing is decided here anew.

Only heads of a closed list of fields are remembered, so without a cookie or an origin, and only
those of callers with a token. A whole request that came before, whose answer is kept
(:mod:`hub.web.answers`), is answered at once.
"""

import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, Protocol

import structlog
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Scope

from hub.auth.credentials import bearer_token
from hub.auth.principals import Principal
from hub.errors import RateLimitedError
from hub.web.access import AccessLog, route_template
from hub.web.answers import Reply
from hub.web.cors import Fields
from hub.web.problems import fault, new_id
from hub.web.rates import Rates, address_of

KNOWN = 2048
"""Heads, and whole requests, that are remembered; the longest unseen go first."""
LONGEST = 8 * 1024
"""Bytes up to which one is remembered: 16 MB for all heads and as much for all requests."""
TAKEN = frozenset(
    {
        b"accept",
        b"accept-encoding",
        b"accept-language",
        b"authorization",
        b"connection",
        b"content-length",
        b"content-type",
        b"host",
        b"if-none-match",
        b"user-agent",
        b"x-forwarded-for",
        b"x-forwarded-proto",
    }
)
"""The only fields that a remembered head has, each once."""
GOOD = frozenset({200, 304})
STAYS = b"keep-alive"
END = b"\r\n\r\n"

_log = structlog.get_logger("hub.access")


class Arrived(NamedTuple):
    """How a request came: whole, in these bytes, from this host."""

    data: bytes
    host: str

    def __repr__(self) -> str:
        """Tell nothing of it: it holds a token."""
        return "Arrived()"


class Head(NamedTuple):
    """What a head made of a request: all that the ordinary way left behind but its own state.

    ``length`` is that of the body, ``proof`` stands for the caller's token, ``address`` is whom
    the allowance of addresses is kept for.
    """

    scope: Scope
    length: int
    proof: bytes
    address: str
    method: str
    route: str

    def __repr__(self) -> str:
        """Tell nothing of it: it holds a token."""
        return "Head()"


class Came(NamedTuple):
    """A whole request that was given a kept answer, with that answer's head as it is written."""

    head: Head
    body: bytes
    recalled: Any
    status: int
    fields: bytes

    def __repr__(self) -> str:
        """Tell nothing of it."""
        return "Came()"


class Asked(NamedTuple):
    """A request of a caller who still is one, counted."""

    head: Head
    body: bytes
    arrived: Arrived
    principal: Principal
    state: dict[str, Any]
    began: float

    def __repr__(self) -> str:
        """Tell nothing of it: it holds a token."""
        return "Asked()"


class Told(NamedTuple):
    """An answer as it is written: status, header fields but the date, body."""

    status: int
    fields: bytes
    body: bytes

    def __repr__(self) -> str:
        """Tell nothing of what it says."""
        return f"Told({self.status})"


class Door(Protocol):
    """The endpoint at the end of the short way."""

    def again(self, recalled: Any, principal: Principal, state: dict[str, Any]) -> Reply | None:
        """Give a kept answer as before, if all that it hangs on is as before.

        Raises ``RateLimitedError``.
        """
        ...

    async def answered(self, request: Request, principal: object, body: bytes) -> Response | Reply:
        """Answer a request of which all but the body is decided; refusals are answers, too."""
        ...


class Callers(Protocol):
    """Who tokens stand for right now."""

    def proof(self, token: str) -> bytes:
        """Name a token without keeping it."""
        ...

    def known(self, proof: bytes) -> Principal | None:
        """Give the caller that was verified before, if nothing changed since."""
        ...


class Express:
    """The heads and requests that one application remembers."""

    def __init__(
        self,
        door: Door,
        callers: Callers,
        rates: Rates,
        log: AccessLog,
        completed: Callable[[Fields], Fields],
    ) -> None:
        """``completed`` adds what every answer of the door has to its own header fields."""
        self._door = door
        self._callers = callers
        self._rates = rates
        self._log = log
        self._completed = completed
        self._heads: OrderedDict[Arrived, Head] = OrderedDict()
        self._came: OrderedDict[Arrived, Came] = OrderedDict()

    def missing(self, arrived: Arrived) -> int | None:
        """Tell how many bytes of a request are to come; None for one whose head is not known."""
        if arrived in self._came:
            return 0
        data, host = arrived
        end = data.find(END) + len(END)
        head = self._heads.get(Arrived(data[:end], host))
        left = head.length + end - len(data) if head is not None else -1
        return left if left >= 0 else None

    def begin(self, arrived: Arrived) -> Asked | Told | None:
        """Count a whole request with a known head, and answer it if its answer is kept.

        None for one that has to go the ordinary way; nothing of it has been counted.
        """
        began, came = time.perf_counter(), self._came.get(arrived)
        head, body = (came.head, came.body) if came is not None else self._parted(arrived)
        principal = self._callers.known(head.proof)
        if principal is None or not self._counted(head.address, principal.counted_as):
            return None
        state = {
            "rates": self._rates,
            "client_id": principal.counted_as,
            "program": principal.client_id,
            "principal": principal,
            "request_id": new_id(),
        }
        asked = Asked(head, body, arrived, principal, state, began)
        return (self._again(came, asked) if came is not None else None) or asked

    def _parted(self, arrived: Arrived) -> tuple[Head, bytes]:
        data, host = arrived
        end = data.find(END) + len(END)
        key = Arrived(data[:end], host)
        self._heads.move_to_end(key)
        return self._heads[key], data[end:]

    def _counted(self, address: str, client: str) -> bool:
        try:
            self._rates.take(address, client)
        except RateLimitedError:
            return False
        return True

    def _again(self, came: Came, asked: Asked) -> Told | None:
        try:
            reply = self._door.again(came.recalled, asked.principal, asked.state)
        except RateLimitedError:
            # The door says so in its own words.
            return None
        if reply is None:
            return None
        self._came.move_to_end(asked.arrived)
        return self._told(asked, came.status, came.fields, reply.body)

    async def answer(self, asked: Asked) -> Told:
        """Answer a counted request."""
        scope = {**asked.head.scope, "state": asked.state}
        try:
            return self._complete(
                asked, await self._door.answered(Request(scope), asked.principal, asked.body)
            )
        except Exception as error:
            kind = type(error).__qualname__
            _log.error("unforeseen", error_type=kind, request_id=asked.state["request_id"])
            return self._complete(asked, fault(scope))

    def _complete(self, asked: Asked, response: Response | Reply) -> Told:
        status, given, body = parts_of(response)
        fields = self._completed(given)
        self._remember(asked.arrived, asked.head, asked.state, status, fields)
        return self._told(asked, status, joined(fields), body)

    def _told(self, asked: Asked, status: int, fields: bytes, body: bytes) -> Told:
        state, head = asked.state, asked.head
        self._log.line(head.method, head.route, state, status, time.perf_counter() - asked.began)
        named = b"x-request-id: %b\r\n" % state["request_id"].encode()
        return Told(status, fields + named, body)

    def learn(self, scope: Scope, status: int, fields: Fields) -> None:
        """Remember a request that was answered the ordinary way, if it is of a kind to come again.

        ``fields`` are all that its answer had.
        """
        arrived: Arrived | None = scope["state"].get("arrived")
        if arrived is None or status not in GOOD or scope.get("endpoint") is not self._door:
            return
        end = arrived.data.find(END) + len(END)
        head = self._head(scope, len(arrived.data) - end)
        if head is None or end > LONGEST:
            return
        if scope["method"] == "POST":
            self._heads[Arrived(arrived.data[:end], arrived.host)] = head
            if len(self._heads) > KNOWN:
                self._heads.popitem(last=False)
        self._remember(arrived, head, scope["state"], status, fields)

    def _remember(
        self, arrived: Arrived, head: Head, state: Mapping[str, Any], status: int, fields: Fields
    ) -> None:
        recalled = state.get("recalled")
        if recalled is None or status not in GOOD or len(arrived.data) > LONGEST:
            return
        fixed = joined([pair for pair in fields if pair[0] != b"x-request-id"])
        body = arrived.data[len(arrived.data) - head.length :] if head.length else b""
        self._came[arrived] = Came(head, body, recalled, status, fixed)
        self._came.move_to_end(arrived)
        if len(self._came) > KNOWN:
            self._came.popitem(last=False)

    def _head(self, scope: Scope, length: int) -> Head | None:
        """Make what is remembered of a head; None for one that may be of another kind."""
        given = dict(scope["headers"])
        told = given.get(b"content-length", b"0")
        if (
            len(given) != len(scope["headers"])
            or not given.keys() <= TAKEN
            or told != b"%d" % length
        ):
            return None
        if scope["http_version"] != "1.1" or given.get(b"connection", STAYS).lower() != STAYS:
            return None
        if scope["method"] not in {"GET", "POST"}:
            return None
        token = bearer_token(given.get(b"authorization", b"").decode("latin-1"))
        proof = self._callers.proof(token) if token is not None else None
        if proof is None or self._callers.known(proof) is None:
            return None
        kept = {name: value for name, value in scope.items() if name != "state"}
        route = route_template(scope)
        return Head(kept, length, proof, address_of(scope), scope["method"], route)


def parts_of(response: Response | Reply) -> tuple[int, Fields, bytes]:
    """Take an answer apart: status, header fields, body."""
    if isinstance(response, Reply):
        return response.form.status, response.form.fields, response.body
    return response.status_code, response.raw_headers, bytes(response.body)


def joined(fields: Fields) -> bytes:
    """Write header fields.

    Raises ``ValueError`` for one that would be read as two.
    """
    text = b"".join([b"%s: %s\r\n" % pair for pair in fields])
    if text.count(b"\n") != len(fields) or text.count(b"\r") != len(fields):
        raise ValueError("A header field with a line end.")
    return text
