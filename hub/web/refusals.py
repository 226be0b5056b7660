"""Refusals of known callers go into the record, once a minute for each caller and door (L2)."""

import time
from collections import OrderedDict
from collections.abc import Callable

import structlog
from starlette.requests import Request

from hub import audit
from hub.auth.principals import Principal
from hub.errors import HubError, RefusedError
from hub.web.access import route_template
from hub.web.state import Hub, hub_of

QUIET = 60.0
"""Seconds for which the same refusal is not recorded again: nobody fills the record at will."""
REMEMBERED = 10_000

_log = structlog.get_logger("hub.refusals")


class Refusals:
    """Who was refused what lately, in this process."""

    def __init__(self, ticks: Callable[[], float] = time.monotonic) -> None:
        self._ticks = ticks
        self._seen: OrderedDict[tuple[str, str, str], float] = OrderedDict()

    async def note(self, hub: Hub, principal: Principal, door: str, error: RefusedError) -> None:
        """Record a refusal. A record that cannot be written leaves the refusal as it is."""
        if not self._is_news((principal.client_id, door, error.code)):
            return
        event = audit.event_by(principal, "access.refuse", door, outcome=error.code)
        try:
            async with hub.database.identity() as session:
                await audit.record(session, event, hub.clock())
        except HubError as failure:
            _log.warning("refusal_not_recorded", code=failure.code)

    def _is_news(self, what: tuple[str, str, str]) -> bool:
        now, before = self._ticks(), self._seen.get(what)
        if before is not None and now - before < QUIET:
            return False
        self._seen[what] = now
        self._seen.move_to_end(what)
        if len(self._seen) > REMEMBERED:
            self._seen.popitem(last=False)
        return True


async def note(request: Request, error: HubError, door: str | None = None) -> None:
    """Record the refusal of a request whose caller is known; other errors leave no record.

    ``door`` is the field that refused; left out, it is the route.
    """
    principal = getattr(request.state, "principal", None)
    if principal is not None and isinstance(error, RefusedError):
        refusals: Refusals = request.app.state.refusals
        door = door or f"{request.method} {route_template(request.scope)}"
        await refusals.note(hub_of(request), principal, door, error)
