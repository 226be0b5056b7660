"""How a request arrives: in a head of bounded size, and all of it within a bounded time.

The parser reads a head of any length and waits for the rest of a request for ever, and nobody
needs a token to send one. A head that is whole but too long is refused where the other refusals
are made (:func:`hub.web.guards.head_fault`); here the connection of one without an end is
closed.
"""

import asyncio

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

LARGEST_HEAD = 64 * 1024
"""Bytes of a request line with all header fields; proxies stop at 8 to 32 kB."""
HEAD_SECONDS = 20.0
"""From the first connection, or a request's first byte, to the end of its head."""
BODY_SECONDS = 180.0
"""From there to the end of its body: 10 MB, the largest, at half a megabit a second."""


class Arrival(HttpToolsProtocol):
    """A connection that is closed when a request is too long in coming, in bytes or seconds."""

    _late: asyncio.TimerHandle | None = None
    _in_head = _began = False
    is_between = True
    """Whether no request is under way that has not come wholly."""
    _head = 0
    """Bytes of a head that has not ended, but for those that came together with its first."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for the first request."""
        super().connection_made(transport)
        self.wait(HEAD_SECONDS)

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no longer."""
        self.arrived()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parse what came; close the connection of a head that goes on and on."""
        self._began = False
        super().data_received(data)
        if self._in_head and not self._began:
            self._head += len(data)
            if self._head > LARGEST_HEAD:
                self._close(431)

    def on_message_begin(self) -> None:
        """A request begins: its head must come soon."""
        super().on_message_begin()
        self._in_head = self._began = True
        self.is_between = False
        self._head = 0
        self.wait(HEAD_SECONDS)

    def on_headers_complete(self) -> None:
        """The head is there: the body must follow."""
        self._in_head = False
        self.wait(BODY_SECONDS)
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """All of it is there."""
        self.is_between = True
        self.arrived()
        super().on_message_complete()

    @property
    def is_idle(self) -> bool:
        """Whether nothing is under way: no request is coming, none is being answered."""
        is_free = self.cycle is None or self.cycle.response_complete
        return self.is_between and is_free and not self.pipeline and not self.flow.write_paused

    def wait(self, seconds: float) -> None:
        """Wait for more, so long and no longer."""
        self.arrived()
        self._late = self.loop.call_later(seconds, self._close, 408)

    def arrived(self) -> None:
        """Wait no longer."""
        if self._late is not None:
            self._late.cancel()
            self._late = None

    def _close(self, status: int) -> None:
        """Close the connection; say why if a head is under way and no answer to another."""
        is_free = self.cycle is None or self.cycle.response_complete
        if self._in_head and is_free and not self.transport.is_closing():
            lines = b"connection: close\r\ncontent-length: 0\r\n\r\n"
            self.transport.write(STATUS_LINE[status] + lines)
        self.transport.close()
