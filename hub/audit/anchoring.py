"""Keeps the record anchored while the hub serves, and stops all writing when that fails (L7)."""

import asyncio
import time
from pathlib import Path

import structlog

from hub.audit.anchors import anchored, hand_out, newest_head, sign_head
from hub.audit.keys import ledger_keys
from hub.clock import Clock
from hub.db.engine import Database
from hub.settings import Settings

EVERY = 60.0
"""Seconds between two signed heads, when anything was recorded meanwhile."""
MOST = 1000
"""Records after which a head is signed at once."""
LOOK = 2.0
"""Seconds between two looks at how much was recorded."""

_log = structlog.get_logger(__name__)


def heads_file(settings: Settings) -> Path:
    """The file that signed heads are handed out to."""
    return settings.audit_heads or settings.data_dir / "audit-heads.jsonl"


class Anchoring:
    """Signs heads and hands them out; one for a serving process, run as a task."""

    def __init__(self, database: Database, settings: Settings, clock: Clock) -> None:
        self._database = database
        self._settings = settings
        self._clock = clock
        self._well = time.monotonic()
        self._signed = 0.0

    async def run(self) -> None:
        """Anchor until cancelled, and once more then: nothing recorded stays without a head."""
        try:
            while True:
                await self.look()
                await asyncio.sleep(LOOK)
        finally:
            await asyncio.shield(self.anchor())

    async def look(self) -> None:
        """Anchor when a minute has passed or a thousand records have come."""
        due = time.monotonic() - self._signed >= EVERY
        if due or await self._waiting() >= MOST:
            await self.anchor()

    async def anchor(self) -> None:
        """Sign the head and hand it out; close the hub to writing when that fails too long.

        The signed head is stored only if it could be handed out.
        """
        try:
            async with self._database.identity() as session:
                keys = ledger_keys(self._settings.data_dir)
                made = await sign_head(session, keys, self._settings.issuer, self._clock())
                if made is not None:
                    await asyncio.to_thread(hand_out, made, heads_file(self._settings))
        except Exception as error:
            self._failed(error)
            return
        self._well = self._signed = time.monotonic()
        self._database.resume_writing()

    async def _waiting(self) -> int:
        try:
            async with self._database.identity() as session:
                head = await newest_head(session)
                return head.sequence - await anchored(session) if head else 0
        except Exception as error:
            self._failed(error)
            return 0

    def _failed(self, error: Exception) -> None:
        """Any failure counts: what cannot be anchored must not go on growing for long."""
        _log.error("record_not_anchored", error_type=type(error).__qualname__)
        if time.monotonic() - self._well > self._settings.audit_patience:
            self._database.stop_writing(
                "The record of acts cannot be signed and handed out; until it can be, nothing "
                "is written. Its operators know from the log."
            )
