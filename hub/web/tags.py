"""Tags of files told before, so that "not modified" is said without making the file again.

A release never changes, so neither does a file of it. What is kept is the tag of the bytes that
were really sent, never a tag worked out from names: another version of the hub starts without
any, and tells its own. Nothing is shared across audiences; each stands in the key.
"""

from collections import OrderedDict
from dataclasses import dataclass

Key = tuple[str, int, str, str]
"""Audience, number of its edition of releases, the day, path and query of the address."""
KEPT = 10_000
"""Addresses remembered in a process; of further ones those asked for longest ago go."""


@dataclass(frozen=True, slots=True)
class Told:
    """What was told: the file's tag, and how many rows it has, which count as read again."""

    etag: str
    rows: int


class Tags:
    """The tags told last, in this process."""

    def __init__(self, most: int = KEPT) -> None:
        self._most = most
        self._told: OrderedDict[Key, Told] = OrderedDict()

    def get(self, key: Key) -> Told | None:
        """Find what was told of an address."""
        found = self._told.get(key)
        if found is not None:
            self._told.move_to_end(key)
        return found

    def keep(self, key: Key, told: Told) -> None:
        """Remember what was told."""
        self._told[key] = told
        self._told.move_to_end(key)
        if len(self._told) > self._most:
            self._told.popitem(last=False)
