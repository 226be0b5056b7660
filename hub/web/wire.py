"""A connection on which requests that are known take the short way (:mod:`hub.web.express`).

Everything else is Uvicorn's: parsing, the ordinary way, the waiting between requests.
"""

import asyncio

from uvicorn.protocols.http.httptools_impl import STATUS_LINE

from hub.web.arrival import BODY_SECONDS, Arrival
from hub.web.express import Arrived, Asked, Express, Told


def wired(express: Express) -> type["Wire"]:
    """Make the kind of connection for an application that remembers this much."""
    return type("Wired", (Wire,), {"express": express})


class Wire(Arrival):
    """One connection."""

    express: Express
    _held = b""
    """What came of a known request that is not whole yet, or while one is being answered."""
    _answering: asyncio.Task[None] | None = None
    _is_ending = False

    def data_received(self, data: bytes) -> None:
        """Take the short way, or hand on to the parser."""
        if self._answering is not None:
            self._held += data
            self.flow.pause_reading()
            return
        is_first, self._held, data = not self._held, b"", self._held + data
        if not (self.is_idle and self._is_taken(data, is_first)):
            self._parse(data)

    def _is_taken(self, data: bytes, is_first: bool) -> bool:
        arrived = Arrived(data, self.client[0] if self.client else "")
        missing = self.express.missing(arrived)
        if missing is None:
            return False
        if missing:
            self._held = data
            self._unset_keepalive_if_required()
            if is_first:
                self.wait(BODY_SECONDS)
            return True
        begun = self.express.begin(arrived)
        if begun is None:
            return False
        self.arrived()
        self._unset_keepalive_if_required()
        if isinstance(begun, Told):
            self._tell(begun)
        else:
            self._answering = task = self.loop.create_task(self._answer(begun))
            self.tasks.add(task)
            task.add_done_callback(self.tasks.discard)
        return True

    def _parse(self, data: bytes) -> None:
        """Hand on to the parser; a request that came whole may be remembered as it came.

        Of several in one piece, the last is told all of it: no head that says its own length
        (:meth:`Express.learn`) fits that.
        """
        was_between = self.is_between
        super().data_received(data)
        if was_between and self.is_between and self.cycle is not None:
            host = self.client[0] if self.client else ""
            self.cycle.scope["state"]["arrived"] = Arrived(data, host)

    async def _answer(self, asked: Asked) -> None:
        try:
            told = await self.express.answer(asked)
            if self.flow.write_paused:
                await self.flow.drain()
        finally:
            self._answering = None
        self._tell(told)
        held, self._held = self._held, b""
        self.flow.resume_reading()
        if held:
            self.data_received(held)

    def _tell(self, told: Told) -> None:
        self.server_state.total_requests += 1
        if self.transport.is_closing():
            return
        date = b"".join([b"%s: %s\r\n" % pair for pair in self.server_state.default_headers])
        ending = b"connection: close\r\n\r\n" if self._is_ending else b"\r\n"
        head = b"".join((STATUS_LINE[told.status], date, told.fields, ending))
        self.transport.writelines((head, told.body))
        if self._is_ending:
            self.transport.close()
            return
        self.timeout_keep_alive_task = self.loop.call_later(
            self.timeout_keep_alive, self.timeout_keep_alive_handler
        )

    def shutdown(self) -> None:
        """Close in good order: an answer under way is told first."""
        self._is_ending = True
        if self._answering is None:
            super().shutdown()
