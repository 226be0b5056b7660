"""The record as a file that anybody can verify with the public key alone (security L6).

JSON lines, each written one way only: a header, an entry a line, the signed heads, and last a
seal over every byte before it. Actors stay pseudonyms.
"""

import hashlib
import json
from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from joserfc.jwk import KeySet
from sqlalchemy import select

from hub.audit.anchors import anchors, head_of
from hub.audit.chain import Entry, Fault, Head, Verdict, Verification
from hub.audit.keys import LedgerKeys
from hub.audit.ledger import PAGE, entry_of
from hub.audit.seals import EXPORT, seal, unseal
from hub.db.sessions import IdentitySession
from hub.db.tables.audit import event
from hub.errors import InvalidError

FORMAT = "hub-audit-1"


async def export(
    session: IdentitySession, keys: LedgerKeys, issuer: str, at: datetime
) -> AsyncIterator[str]:
    """Give the lines of the export, each with its line end, in constant memory."""
    digest = hashlib.sha256()
    header = {"format": FORMAT, "issuer": issuer, "at": at.astimezone(UTC).isoformat()}
    yield _hashed(digest, header)
    query = select(event).order_by(event.c.sequence).execution_options(yield_per=PAGE)
    async for row in await session.stream(query):
        yield _hashed(digest, {"entry": _fields(entry_of(row))})
    after = 0
    while found := await anchors(session, after):
        for anchor in found:
            yield _hashed(digest, {"head": anchor.signed})
        after = found[-1].head.sequence
    yield _line({"seal": seal(keys, EXPORT, {"iss": issuer, "sha256": digest.hexdigest()})})


def check_export(
    lines: Iterable[str], keys: KeySet, kept: Iterable[Head] = ()
) -> tuple[Verdict, int]:
    """Verify an export against its signed heads and those kept elsewhere; needs no database.

    Gives the verdict and the newest signed sequence number. A line that is not exactly as the
    hub writes it is a fault, whatever it says.
    """
    reading = _Reading(keys)
    for line in lines:
        reading.take(line)
    return reading.verdict(kept)


class _Reading:
    """Reads an export line by line, keeping hashes of entries that heads may name."""

    def __init__(self, keys: KeySet) -> None:
        self._keys = keys
        self._chain = Verification()
        self._digest = hashlib.sha256()
        self._hashes: dict[int, bytes] = {}
        self._heads: list[Head] = []
        self._faults: list[Fault] = []
        self._number = 0
        self._sealed = False

    def take(self, line: str) -> None:
        """Read one line, with its line end."""
        self._number += 1
        try:
            content = json.loads(line)
            if self._sealed or _line(content) != line or len(content) not in (1, 3):
                raise ValueError
            self._known(content, line)
        except (ValueError, KeyError, TypeError, RecursionError, InvalidError):
            self._faults.append(Fault(self._number, "a line is not as the hub writes it"))
            self._digest.update(line.encode("utf-8", "surrogatepass"))

    def _known(self, content: Mapping[str, Any], line: str) -> None:
        if "seal" in content:
            said = unseal(content["seal"], EXPORT, self._keys)
            self._sealed = said["sha256"] == self._digest.hexdigest()
            if not self._sealed:
                self._faults.append(Fault(self._number, "the seal is of another file"))
            return
        if "entry" in content:
            entry = _entry(content["entry"])
            self._chain.follow(entry)
            self._hashes[entry.sequence] = entry.hash
        elif "head" in content:
            self._heads.append(head_of(content["head"], self._keys))
        elif content["format"] != FORMAT or self._number != 1:
            raise ValueError
        self._digest.update(line.encode("ascii"))

    def verdict(self, kept: Iterable[Head]) -> tuple[Verdict, int]:
        """Say what was found, after the last line."""
        found = self._chain.verdict()
        faults = [*self._faults, *found.faults]
        for head in (*self._heads, *kept):
            if self._hashes.get(head.sequence) != head.hash:
                faults.append(Fault(head.sequence, "is missing, or differs from a signed head"))
        if not self._sealed:
            faults.append(Fault(self._number, "the seal at the end is missing"))
        newest = max((head.sequence for head in self._heads), default=0)
        return replace(found, faults=tuple(faults)), newest


def _hashed(digest: "hashlib._Hash", content: Mapping[str, Any]) -> str:
    line = _line(content)
    digest.update(line.encode("ascii"))
    return line


def _line(content: Mapping[str, Any]) -> str:
    text = json.dumps(
        content, ensure_ascii=True, allow_nan=False, sort_keys=True, separators=(",", ":")
    )
    return text + "\n"


def _fields(entry: Entry) -> dict[str, Any]:
    fields: dict[str, Any] = json.loads(entry.content())
    return fields | {"hash": entry.hash.hex()}


def _entry(fields: Mapping[str, Any]) -> Entry:
    """Read an entry. Raises ``KeyError``, ``TypeError`` or ``ValueError`` for what is none."""
    entry = Entry(
        sequence=fields["sequence"],
        at=datetime.fromisoformat(fields["at"]),
        act=fields["act"],
        actor=fields["actor"],
        client_id=fields["client_id"],
        agency=fields["agency"],
        object=fields["object"],
        outcome=fields["outcome"],
        details=dict(fields["details"]),
        prev_hash=bytes.fromhex(fields["prev_hash"]),
        hash=bytes.fromhex(fields["hash"]),
    )
    if _fields(entry) != fields or not isinstance(entry.sequence, int):
        raise ValueError("an entry has its own fields and no others")
    return entry
