"""Putting the signed-off returns of all agencies on one table."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from hub.errors import ConflictError
from hub.protected.observations import Provenance
from hub.returns import Reported
from hub.submissions.revisions import Revision, SignedOff
from hub.vocabulary import CellKey, Vocabulary, parse_period


@dataclass(frozen=True, slots=True)
class RawCell:
    """One cell before protection. Its ``repr`` never shows the count.

    ``parts`` are the agencies that contributed, with what each contributed; an agency knows its
    own part. ``sources`` are the revisions it came from.
    """

    key: CellKey
    value: Decimal | None = field(default=None, repr=False)
    status: str | None = None
    reason: str | None = None
    base: Decimal | None = field(default=None, repr=False)
    parts: tuple[tuple[str, Decimal], ...] = field(default=(), repr=False)
    sources: tuple[Provenance, ...] = ()
    derived: bool = False


@dataclass(frozen=True, slots=True)
class _Claim:
    revision: Revision
    item: Reported

    @property
    def source(self) -> Provenance:
        return Provenance(self.revision.agency, self.revision.dataset, self.revision.number)

    @property
    def content(self) -> tuple[object, ...]:
        return self.item.value, self.item.status, self.item.base


def collate(signed: Iterable[SignedOff], words: Vocabulary) -> dict[CellKey, RawCell]:
    """Put every observation of the signed-off revisions on one table.

    A cell that one agency returned twice with the same content (in a month's return and in the
    year's) counts once. Events that several agencies returned for one cell are added, each agency's
    part kept, if their returns are of one kind. In two kinds, such as a Marac's own return and the
    portal's, they are the same events told twice, and never added.

    Raises:
        ConflictError: one agency says two things of one cell, or several agencies return a cell
            that cannot be added (distinct people seen by two services are not two people, and a
            meeting in two datasets is one meeting). The
            message names the cell and the returns, and no count.
    """
    claims: dict[CellKey, dict[str, _Claim]] = defaultdict(dict)
    for one in signed:
        for item in one.observations:
            _claim(claims[item.key], _Claim(one.revision, item))
    return {key: _merge(key, list(found.values()), words) for key, found in claims.items()}


def _claim(found: dict[str, _Claim], claim: _Claim) -> None:
    """Keep one claim an agency: of two alike, the one whose return is for the cell's own period."""
    agency = claim.revision.agency
    before = found.get(agency)
    if before is not None and before.content != claim.content:
        returns = f"{before.revision.period} and {claim.revision.period}"
        raise ConflictError(
            f"{claim.item.key}: {agency} says two things in its returns for {returns}. "
            "One of them must be corrected or withdrawn.",
            code="TWO_VALUES",
        )
    if before is None or claim.revision.period == claim.item.period:
        found[agency] = claim


def _merge(key: CellKey, claims: list[_Claim], words: Vocabulary) -> RawCell:
    valued = [claim for claim in claims if claim.item.value is not None]
    chosen = valued or claims[:1]
    sources = tuple(sorted({claim.source for claim in chosen}, key=str))
    first = chosen[0].item
    if len(valued) < 2:
        parts = tuple((claim.revision.agency, claim.item.value or Decimal(0)) for claim in valued)
        return RawCell(key, first.value, first.status, first.reason, first.base, parts, sources)
    datasets = sorted({claim.revision.dataset for claim in valued})
    if len(datasets) > 1:
        agencies = ", ".join(claim.revision.agency for claim in valued)
        raise ConflictError(
            f"{key}: returned by {agencies} in {' and '.join(datasets)}. Two returns of different "
            "kinds tell of the same events, so they are not added: one must be withdrawn.",
            code="TOLD_TWICE",
        )
    if not words.indicator(key.indicator).time_additive:
        agencies = ", ".join(claim.revision.agency for claim in valued)
        raise ConflictError(
            f"{key}: returned by {agencies}, and this indicator cannot be added over agencies.",
            code="NOT_ADDITIVE",
        )
    parts = tuple((claim.revision.agency, claim.item.value or Decimal(0)) for claim in valued)
    total = sum((value for _, value in parts), Decimal(0))
    return RawCell(key, total, parts=parts, sources=sources)


def return_periods(signed: Iterable[SignedOff]) -> set[str]:
    """The periods that returns were made for: sums over them are wanted too."""
    return {parse_period(one.revision.period).id for one in signed}
