"""One agency sends one month again: how long the next release takes beside the first.

Eight services return their referrals by age or risk for ten districts and a year, each month a
return of its own; the last month of one service is corrected in one count.
"""

import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from uuid import NAMESPACE_URL, uuid5

from hub.disclosure import PARTNER
from hub.protected.figures import FigureStatus
from hub.release.preparation import Prepared, Vintage, prepare
from hub.returns import Reported
from hub.submissions.revisions import Revision, SignedOff
from hub.submissions.states import State
from hub.vocabulary import Vocabulary, breakdown_of, parse_period, vocabulary

SERVICES = (
    *("CSC_REFERRED", "EH_REFERRED", "AHC_REFERRED", "FSU_REFERRED"),
    *("DAS_REFERRAL", "IDV_REFERRAL", "DAC_REFERRAL", "POL_DA_CRIME"),
)
COUNTY = "E10000015"
AT = datetime(2026, 11, 21, tzinfo=UTC)


@dataclass(frozen=True)
class World:
    """What eight services return month by month."""

    words: Vocabulary
    dice: random.Random
    months: tuple[str, ...]

    def returns(self) -> Iterator[SignedOff]:
        """A return for each service and month."""
        for service in SERVICES:
            for month in self.months:
                yield _signed(service, month, tuple(self._rows(service, month)))

    def _rows(self, service: str, month: str) -> Iterator[Reported]:
        known = self.words.indicator(service).dimensions
        dimension = next((one for one in ("AGE", "RISK") if one in known), None)
        categories = self.words.categories[dimension] if dimension else (None,)
        (districts,) = self.words.coverings(COUNTY, parse_period(month)).values()
        for area in districts:
            for category in categories:
                where = breakdown_of({dimension: category} if dimension and category else {})
                count = Decimal(int(self.dice.lognormvariate(1.5, 1.0)))
                yield Reported(service, area, month, where, value=count)


def _signed(service: str, month: str, rows: tuple[Reported, ...], number: int = 1) -> SignedOff:
    revision = Revision(
        return_id=uuid5(NAMESPACE_URL, f"{service}/{month}"),
        dataset=service,
        agency=f"AGENCY_OF_{service}",
        period=month,
        number=number,
        state=State.AGENCY_APPROVED,
        content_hash=f"{service}/{month}/{number}",
        submitted_by="benchmark",
        submitted_at=AT,
        rows=len(rows),
        current=True,
    )
    return SignedOff(revision, rows)


def months_of(count: int) -> tuple[str, ...]:
    """So many months from January 2023 on."""
    return tuple(f"{2023 + n // 12}-{n % 12 + 1:02}" for n in range(count))


def resubmit(years: int = 1, seed: int = 1) -> dict[str, float]:
    """CPU seconds of the first release and of the one after a correction, and their ratio."""
    months = months_of(12 * years)
    world = World(vocabulary(), random.Random(seed), months)  # noqa: S311 - a benchmark
    first = list(world.returns())
    began = time.process_time()
    made = prepare(first, world.words, PARTNER)
    middle = time.process_time()
    second = [_corrected(one) if _is_the_one(one, months[-1]) else one for one in first]
    after = prepare(second, world.words, PARTNER, [_vintage(first, made, world.words)])
    return {
        "cells": len(made.cells),
        "hidden": _hidden(made),
        "hidden_after": _hidden(after),
        "first_seconds": round(middle - began, 2),
        "again_seconds": round(time.process_time() - middle, 2),
        "ratio": round((time.process_time() - middle) / (middle - began), 3),
    }


def _is_the_one(one: SignedOff, month: str) -> bool:
    return one.revision.dataset == SERVICES[0] and one.revision.period == month


def _corrected(one: SignedOff) -> SignedOff:
    row = one.observations[0]
    raised = row._replace(value=(row.value or Decimal(0)) + 3)
    rows = (raised, *one.observations[1:])
    return _signed(one.revision.dataset, one.revision.period, rows, 2)


def _vintage(signed: list[SignedOff], made: Prepared, words: Vocabulary) -> Vintage:
    versions = PARTNER.version, words.version
    return Vintage("R1", *versions, tuple(signed), made.cells, made.report, PARTNER)


def _hidden(made: Prepared) -> int:
    return sum(item.status is FigureStatus.SUPPRESSED for item in made.cells)
