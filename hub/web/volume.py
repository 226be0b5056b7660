"""How much each reader reads, and whether it looks like a scan (security D8).

One question is harmless; the same question over every place and band is how a small count is
looked for. The access log has the rows of each query and its client. Here the areas and
categories one client names are gathered for an hour; beyond the settings' bounds the hub records
it once in the audit record and the log. Nothing is refused: a person looks at it.
"""

import time
from collections import OrderedDict
from collections.abc import Callable, Coroutine, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import structlog

from hub import audit
from hub.settings import Settings
from hub.web.state import Hub

HOUR = 3600.0
READERS = 10_000
"""Readers watched at once; the longest unseen go first."""

_log = structlog.get_logger("hub.volume")


class Scan(StrEnum):
    """What a reader asked too much of within an hour."""

    AREAS = "areas"
    CATEGORIES = "categories"
    ROWS = "rows"


@dataclass(slots=True)
class _Hour:
    began: float
    rows: int = 0
    areas: set[str] = field(default_factory=set)
    categories: set[str] = field(default_factory=set)
    noticed: set[Scan] = field(default_factory=set)


class Volume:
    """What each client has asked for in its current hour, in this process."""

    def __init__(
        self, settings: Settings, areas: Iterable[str], ticks: Callable[[], float] = time.monotonic
    ) -> None:
        self._settings = settings
        self._areas = frozenset(areas)
        self._ticks = ticks
        self._hours: OrderedDict[str, _Hour] = OrderedDict()

    def add(self, client_id: str, rows: int, texts: Iterable[str]) -> list[Scan]:
        """Add a query; tell what went over its bound just now, each once an hour."""
        hour = self._hour(client_id)
        hour.rows += rows
        for text in texts:
            if text in self._areas:
                hour.areas.add(text)
            elif "=" in text:
                hour.categories.add(text)
        fresh = [scan for scan in self._over(hour) if scan not in hour.noticed]
        hour.noticed.update(fresh)
        return fresh

    def _over(self, hour: _Hour) -> Iterator[Scan]:
        most = self._settings.scan_areas
        if len(hour.areas) > most:
            yield Scan.AREAS
        if len(hour.categories) > most:
            yield Scan.CATEGORIES
        if hour.rows > self._settings.scan_rows:
            yield Scan.ROWS

    def _hour(self, client_id: str) -> _Hour:
        now = self._ticks()
        hour = self._hours.get(client_id)
        if hour is None or now - hour.began >= HOUR:
            hour = self._hours[client_id] = _Hour(now)
        self._hours.move_to_end(client_id)
        if len(self._hours) > READERS:
            self._hours.popitem(last=False)
        return hour


def tell(
    hub: Hub, volume: Volume, client_id: str, rows: int, texts: Iterable[str]
) -> Coroutine[None, None, None] | None:
    """Add what a verified reader asks to its volume; give what records a scan, if it is one."""
    scans = volume.add(client_id, rows, texts)
    return _record(hub, client_id, scans) if scans else None


async def _record(hub: Hub, client_id: str, scans: Iterable[Scan]) -> None:
    for scan in scans:
        _log.warning("scan", client=client_id, over=scan)
        client = await hub.standing.client(client_id)
        event = audit.Event(
            act="reader.scan",
            actor=(client.person or client_id) if client else client_id,
            client_id=client_id,
            agency=client.agency if client else None,
            object=None,
            outcome="noticed",
            details={"over": str(scan)},
        )
        async with hub.database.identity() as session:
            await audit.record(session, event, hub.clock())


def texts_in(variables: Mapping[str, Any]) -> Iterator[str]:
    """Give every text among variables, however deep; JSON nests 64 levels at most."""
    for value in variables.values():
        yield from _texts(value)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, dict):
        yield from texts_in(value)
