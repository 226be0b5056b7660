"""The only "now" in the hub, so that tests can stand still and logs agree."""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]
"""Anything that tells the time: takes nothing, gives an aware UTC datetime."""


def now() -> datetime:
    """Tell the present moment in UTC."""
    return datetime.now(UTC)
