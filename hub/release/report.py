"""The steward's report: what a release hides and why, how open it stays, and what it cost.

Pure: from the stored report lines and the release's own cells. It counts *cells*, never what is
in them: no hidden count stands in it, nor an interval's end that a hidden count would show
through. Even so it is for stewards only, because a reader must not know which cells are small.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from hub.disclosure import Policy
from hub.errors import PeriodError
from hub.protected.figures import FigureStatus
from hub.protected.observations import Observation
from hub.release.drafts import ReportLine
from hub.vocabulary import CellKey, Vocabulary, parse_period

MOST_FORCES = 10
"""How many of the relations that force cells to be hidden are named."""

STEPS = (1, 2, 5, 10)
"""Bands of openness, in multiples of what the policy promises to leave possible."""

TOTAL = "TOTAL"
"""Stands for the dimension of a figure without a breakdown."""


_SUPPLIED = (FigureStatus.PUBLISHED, FigureStatus.SUPPRESSED)


class By(StrEnum):
    """What the loss is told by."""

    INDICATOR = "INDICATOR"
    AREA = "AREA"
    PERIOD = "PERIOD"
    BREAKDOWN = "BREAKDOWN"


@dataclass(frozen=True, slots=True)
class Totals:
    """How many cells a release has, and what became of them.

    ``primary`` and ``secondary`` are hidden counts; ``carried`` are those among them that a
    public release hides only because the partners' release does; ``withheld`` are figures
    computed or printed from hidden counts; ``absent`` were never supplied or cannot be.
    """

    cells: int
    shown: int
    primary: int
    secondary: int
    carried: int
    withheld: int
    absent: int

    @property
    def hidden(self) -> int:
        """Every cell that was supplied and is not shown."""
        return self.primary + self.secondary + self.withheld


@dataclass(frozen=True, slots=True)
class Loss:
    """How many of a group's supplied cells are hidden, and why. ``code`` is :data:`TOTAL` for
    figures without a breakdown; the three reasons are those of :class:`Totals`."""

    by: By
    code: str
    title: str
    cells: int
    primary: int
    secondary: int
    withheld: int

    @property
    def hidden(self) -> int:
        """Every supplied cell that is not shown."""
        return self.primary + self.secondary + self.withheld

    @property
    def share(self) -> float:
        """Hidden cells in per cent of the group's."""
        return 100 * self.hidden / self.cells


@dataclass(frozen=True, slots=True)
class Opening:
    """How many small counts may, for all that a reader can prove, be as large as ``at_least``.

    ``at_least`` is None for complementary cells, which are not small: nothing is promised of
    them and no interval is kept. 0 stands for less than promised and must have no cells.
    """

    at_least: int | None
    cells: int


@dataclass(frozen=True, slots=True)
class Force:
    """A relation between counts, and how many cells had to be hidden because of it."""

    relation: str
    cells: int


@dataclass(frozen=True, slots=True)
class Report:
    """Everything a second steward needs to judge what a release hides."""

    totals: Totals
    loss: tuple[Loss, ...]
    openings: tuple[Opening, ...]
    forces: tuple[Force, ...]
    lines: tuple[ReportLine, ...]
    policy: Policy
    """The policy that it was made under."""

    @property
    def promise(self) -> int:
        """What must stay possible of each small count, at least."""
        return self.policy.high

    def loss_by(self, by: By) -> tuple[Loss, ...]:
        """The loss told by one thing, groups that lost most first."""
        return tuple(one for one in self.loss if one.by is by)


def report(
    cells: Sequence[Observation], lines: Sequence[ReportLine], policy: Policy, words: Vocabulary
) -> Report:
    """Reckon up what a release hides.

    ``lines`` are the hidden counts; what the release withholds beside them is computed from them.
    """
    roles = {line.key: line.role for line in lines}
    return Report(
        totals=_totals(cells, lines),
        loss=tuple(loss for by in By for loss in _losses(by, cells, roles, words)),
        openings=_openings(lines, policy),
        forces=_forces(lines),
        lines=tuple(lines),
        policy=policy,
    )


def _totals(cells: Sequence[Observation], lines: Sequence[ReportLine]) -> Totals:
    status = Counter(cell.status for cell in cells)
    primary = sum(line.role == "PRIMARY" for line in lines)
    return Totals(
        cells=len(cells),
        shown=status[FigureStatus.PUBLISHED],
        primary=primary,
        secondary=len(lines) - primary,
        carried=sum(line.rule == "HIDDEN_FROM_PARTNERS" for line in lines),
        withheld=status[FigureStatus.SUPPRESSED] - len(lines),
        absent=len(cells) - sum(status[one] for one in _SUPPLIED),
    )


def _losses(
    by: By, cells: Iterable[Observation], roles: Mapping[CellKey, str], words: Vocabulary
) -> list[Loss]:
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for cell in cells:
        if cell.status in _SUPPLIED:
            for code in _groups(by, cell.key):
                found[code][_fate(cell, roles)] += 1
    losses = (_loss(by, code, fates, words) for code, fates in found.items())
    return sorted(losses, key=lambda one: (-one.hidden, -one.cells, one.code))


def _fate(cell: Observation, roles: Mapping[CellKey, str]) -> str:
    if cell.status is FigureStatus.PUBLISHED:
        return "SHOWN"
    return roles.get(cell.key, "WITHHELD")


def _loss(by: By, code: str, fates: Counter[str], words: Vocabulary) -> Loss:
    title, gone = _title(by, code, words), (fates["PRIMARY"], fates["SECONDARY"])
    return Loss(by, code, title, fates.total(), *gone, withheld=fates["WITHHELD"])


def _groups(by: By, key: CellKey) -> list[str]:
    """The groups that a cell counts in; a cross of two dimensions counts in both."""
    if by is By.BREAKDOWN:
        return [dimension for dimension, _ in key.breakdown] or [TOTAL]
    found = {By.INDICATOR: key.indicator, By.AREA: key.area, By.PERIOD: key.period}
    return [found[by]]


def _title(by: By, code: str, words: Vocabulary) -> str:
    """A code in words; a code that the vocabulary has dropped since stands for itself."""
    if by is By.INDICATOR:
        return words.indicators[code].title if code in words.indicators else code
    if by is By.AREA:
        return words.areas[code].name if code in words.areas else code
    if by is By.BREAKDOWN:
        return words.dimensions[code].title if code in words.dimensions else "No breakdown"
    try:
        return parse_period(code).title
    except PeriodError:
        return code


def opened(line: ReportLine, promise: int) -> tuple[int, int] | None:
    """What stays possible of a small count: at most the first number, and at least the second.

    Both are made coarse. The proof's own ends move with the hidden count (an end of 0 where the
    promise is 1 hints at a zero), so they are not told.
    """
    if line.low is None or line.high is None:
        return None
    return max(1, line.low), _floor(line.high, promise)


def _floor(high: int, promise: int) -> int:
    """The largest step that ``high`` reaches; 0 if it does not reach the promise."""
    return max((step * promise for step in STEPS if high >= step * promise), default=0)


def _openings(lines: Iterable[ReportLine], policy: Policy) -> tuple[Opening, ...]:
    found = Counter(None if line.high is None else _floor(line.high, policy.high) for line in lines)
    known = (0, *(step * policy.high for step in STEPS))
    openings = [Opening(band, found[band]) for band in known]
    return (*openings, Opening(None, found[None]))


def _forces(lines: Iterable[ReportLine]) -> tuple[Force, ...]:
    found = Counter(
        relation for line in lines for relation in (line.forced_by or "").split("; ") if relation
    )
    ranked = sorted(found.items(), key=lambda item: (-item[1], item[0]))
    return tuple(Force(relation, cells) for relation, cells in ranked[:MOST_FORCES])
