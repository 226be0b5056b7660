"""Returns signed off and released without a database, and an attacker of the tests' own."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from uuid import NAMESPACE_URL, uuid5

import highspy
import numpy as np

from hub.disclosure import PARTNER, Policy
from hub.protected.figures import FigureStatus
from hub.protected.observations import Observation
from hub.release.preparation import Prepared, Vintage, prepare
from hub.returns import Reported, Return
from hub.submissions.revisions import Revision, SignedOff
from hub.submissions.states import State
from hub.vocabulary import Breakdown, CellKey, Vocabulary
from tests.factory import reported, return_of, words

WORDS = words()
AT = datetime(2026, 11, 21, tzinfo=UTC)

MOST = 1e5
"""As far as an attacker looks: stands for no limit."""


def signed(body: Return, number: int = 1) -> SignedOff:
    """A return as its agency signed it off."""
    revision = Revision(
        return_id=uuid5(NAMESPACE_URL, f"{body.dataset}/{body.agency}/{body.period}"),
        dataset=body.dataset,
        agency=body.agency,
        period=body.period,
        number=number,
        state=State.AGENCY_APPROVED,
        content_hash=body.content_hash,
        submitted_by="somebody",
        submitted_at=AT,
        rows=len(body.observations),
        current=True,
    )
    return SignedOff(revision, body.observations)


def of_counts(counts: Mapping[CellKey, int], number: int = 1, **changes: str) -> SignedOff:
    """One return holding counts."""
    items = [
        reported(
            key.indicator,
            count,
            area=key.area,
            period=key.period,
            breakdown=dict(key.breakdown),
        )
        for key, count in counts.items()
    ]
    return signed(return_of(*items, **changes), number)


def of_rows(*items: Reported, number: int = 1, **changes: str) -> SignedOff:
    """One return holding rows."""
    return signed(return_of(*items, **changes), number)


@dataclass(frozen=True)
class Published:
    """A release with what it was made from, as the next one must know it."""

    vintage: Vintage
    prepared: Prepared

    @property
    def cells(self) -> dict[CellKey, Observation]:
        return {item.key: item for item in self.prepared.cells}

    def value(self, key: CellKey) -> int | None:
        item = self.cells[key]
        return None if item.value is None else int(item.value)

    def hides(self, key: CellKey) -> bool:
        return self.cells[key].status is FigureStatus.SUPPRESSED


def publish(
    made_from: Iterable[SignedOff],
    earlier: Sequence[Published] = (),
    *,
    policy: Policy = PARTNER,
    vocabulary: Vocabulary = WORDS,
    partner: Published | None = None,
) -> Published:
    """Make a release after earlier ones of the audience."""
    used = tuple(made_from)
    seen = None if partner is None else partner.prepared.cells
    made = prepare(used, vocabulary, policy, [one.vintage for one in earlier], seen)
    vintage = Vintage(
        release=f"R{len(earlier) + 1}",
        policy_version=policy.version,
        vocabulary_version=vocabulary.version,
        signed=used,
        shown=made.cells,
        report=made.report,
    )
    return Published(vintage, made)


class Attacker:
    """Knows figures and sums, and that counts are whole and not negative. Shares no code with
    the hub: every variable and relation is written down by the test itself."""

    def __init__(self) -> None:
        self._at: dict[object, int] = {}
        self._rows: list[tuple[dict[int, int], float, float]] = []
        self._told: dict[int, tuple[int, float]] = {}

    def variable(self, name: object) -> int:
        return self._at.setdefault(name, len(self._at))

    def sees(self, name: object, count: int, most: float | None = None) -> None:
        """A figure was published; with ``most`` an interval (a rounded one, say)."""
        self._told[self.variable(name)] = count, count if most is None else most

    def adds_up(self, whole: object, parts: Iterable[object]) -> None:
        """A total and its parts."""
        self.relates([(whole, -1), *((part, 1) for part in parts)])

    def relates(
        self, terms: Iterable[tuple[object, int]], low: float = 0.0, high: float = 0.0
    ) -> None:
        """A weighted sum lies between two numbers."""
        row: dict[int, int] = {}
        for name, weight in terms:
            row[self.variable(name)] = row.get(self.variable(name), 0) + weight
        self._rows.append((row, low, high))

    def interval(self, name: object) -> tuple[int, int]:
        """What can be proved about a count."""
        return self._end(self.variable(name), 1), self._end(self.variable(name), -1)

    def _end(self, column: int, sign: int) -> int:
        size, highs = len(self._at), highspy.Highs()  # type: ignore[no-untyped-call]
        highs.setOptionValue("output_flag", False)
        low, high = np.zeros(size), np.full(size, MOST)
        for at, (least, most) in self._told.items():
            low[at], high[at] = least, min(most, MOST)
        for at in range(size):
            highs.addVar(low[at], high[at])
            highs.changeColIntegrality(at, highspy.HighsVarType.kInteger)
        for row, under, over in self._rows:
            columns = np.array(list(row), dtype=np.int32)
            highs.addRow(under, over, len(row), columns, np.array(list(row.values()), dtype=float))
        highs.changeColCost(column, float(sign))
        highs.run()
        assert highs.getModelStatus() == highspy.HighsModelStatus.kOptimal
        return round(highs.getSolution().col_value[column])


def risk(grade: str) -> Breakdown:
    """The breakdown by one risk grade."""
    return (("RISK", grade),)


def decimals(cells: Mapping[CellKey, Observation]) -> dict[CellKey, Decimal]:
    """The published values."""
    return {key: item.value for key, item in cells.items() if item.value is not None}
