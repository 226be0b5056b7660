"""Which periods a release speaks of in an area: asked once, for a release never changes."""

from collections import OrderedDict
from sys import intern

from hub.db.engine import Database
from hub.protected import rows

KEPT = 4096
"""Areas of releases that are remembered; the longest unasked go first."""


class Holdings:
    """Remembers the periods of each area of each release, for one database.

    With them a view reads the periods near the one asked for in place of an area's whole history.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._kept: OrderedDict[tuple[str, str], tuple[str, ...]] = OrderedDict()

    async def periods(self, release: str, area: str) -> tuple[str, ...]:
        """List the periods, in the order of their strings."""
        key = (release, area)
        found = self._kept.get(key)
        if found is None:
            held = await self._database.read(
                lambda reads: rows.periods(reads, release, area), release
            )
            found = tuple(map(intern, held))
            # Nothing may be published yet under an id that somebody guesses.
            if found:
                self._kept[key] = found
            if len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        else:
            self._kept.move_to_end(key)
        return found
