"""Secret draws that belong to a cell, so that the same cell is always drawn for alike.

The hub holds aggregates, not records, so there are no record keys to add up. The address of the
cell and its count take their place: unchanged counts keep their noise over all releases and
tables, and a revised count gets new noise, as it would when a record came or went. (Were the
count left out, the noise of a revised count would stay and the revision could be read off.)
"""

import hmac

from hub.disclosure.table import VirtualKey
from hub.errors import HubError
from hub.vocabulary.cells import CellKey, breakdown_text
from hub.vocabulary.periods import parse_period

_SPAN = 2.0**53


def canonical_address(key: CellKey | VirtualKey) -> str:
    """One text for all names of the same cell: periods count by the months they cover, so that
    a financial year and the rolling year to March are the same."""
    kind, name = ("cell", key.indicator) if isinstance(key, CellKey) else ("virtual", key.name)
    parts = (kind, name, key.area, _months(key.period), breakdown_text(key.breakdown))
    return "\x1f".join(parts)


def _months(period: str) -> str:
    try:
        start, end = parse_period(period).months
    except HubError:
        return period
    return f"{start}..{end}"


def draw(secret: bytes, purpose: str, key: CellKey | VirtualKey, count: int) -> float:
    """A number in [0, 1) that nobody without the secret can tell from a random one."""
    text = "\x1e".join((purpose, canonical_address(key), str(count)))
    digest = hmac.digest(secret, text.encode(), "sha256")
    return (int.from_bytes(digest[:8], "big") >> 11) / _SPAN
