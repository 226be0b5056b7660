"""Requests that come again byte for byte, as those of dashboards do.

Whatever head and body alone decide was decided before: which answer is asked for, what it counts
and how it is given. What may have changed since is asked each time: whether the caller is still
the one of before (the very same object, which the registry's next reading replaces), what the
allowances leave, which releases there are, whether the answer is still kept.
"""

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass

from starlette.types import Scope

from hub.web.answers import Form, Key

RECALLED = 2048
"""Requests remembered; of 8 kB at most, 16 MB."""


@dataclass(frozen=True, slots=True)
class Recalled:
    """What a request came to, without the answer: ``etag`` is that of the answer it was.

    ``rows`` and ``texts`` are what it counts as having asked.
    """

    principal: object
    key: Key
    etag: str
    form: Form
    rows: int
    texts: tuple[str, ...]


class Recalls:
    """The requests answered last with kept answers."""

    def __init__(self, longest: int) -> None:
        """``longest`` is the largest request to remember, in bytes, its head included."""
        self._longest = longest
        self._kept: OrderedDict[Hashable, Recalled] = OrderedDict()

    def get(self, same: Hashable, principal: object) -> Recalled | None:
        """Find what the same request of the same caller came to."""
        found = self._kept.get(same)
        return found if found is not None and found.principal is principal else None

    def keep(self, scope: Scope, body: bytes, recalled: Recalled) -> None:
        """Remember a request, unless it is long."""
        fields = sum(len(name) + len(value) for name, value in scope["headers"])
        if fields + len(scope["query_string"]) + len(body) <= self._longest:
            same = same_of(scope, body)
            self._kept[same] = recalled
            self._kept.move_to_end(same)
            if len(self._kept) > RECALLED:
                self._kept.popitem(last=False)


def same_of(scope: Scope, body: bytes) -> Hashable:
    """Make what two requests have in common only if they are the same, byte for byte."""
    return scope["method"], scope["query_string"], tuple(scope["headers"]), body
