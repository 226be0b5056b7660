"""The append-only record of who did what: hash-chained, written with the act itself.

``record`` writes in the caller's own transaction, so there is no act without its record and no
record without its act. ``verify`` finds every later change.
"""

from hub.audit.chain import GENESIS, Entry, Fault, Head, Verdict, verify
from hub.audit.event import Event, event_by
from hub.audit.ledger import record, verify_chain

__all__ = [
    "GENESIS",
    "Entry",
    "Event",
    "Fault",
    "Head",
    "Verdict",
    "event_by",
    "record",
    "verify",
    "verify_chain",
]
