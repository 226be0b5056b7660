"""The steward's report on a release: what it hides, why, and what that costs. Never a count."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from hub.db.sessions import ReleaseSession
from hub.release.drafts import Draft, ReportLine, find, report_of, shown_keys
from hub.vocabulary import CellKey


@dataclass(frozen=True, slots=True)
class Loss:
    """How many cells of one indicator, area or period are hidden, and how many shown."""

    code: str
    primary: int
    secondary: int
    shown: int


@dataclass(frozen=True, slots=True)
class Report:
    """Everything hidden, line by line, and the loss along each dimension of the release."""

    draft: Draft
    lines: tuple[ReportLine, ...] = field(repr=False)
    by_indicator: tuple[Loss, ...]
    by_area: tuple[Loss, ...]
    by_period: tuple[Loss, ...]


async def report_on(session: ReleaseSession, release_id: str) -> Report:
    """Read the report on a release, published or not.

    Raises:
        NotFoundError: there is no such release.
    """
    draft = await find(session, release_id)
    lines = await report_of(session, release_id)
    shown = await shown_keys(session, release_id)
    return Report(
        draft=draft,
        lines=tuple(lines),
        by_indicator=losses(lines, shown, lambda key: key.indicator),
        by_area=losses(lines, shown, lambda key: key.area),
        by_period=losses(lines, shown, lambda key: key.period),
    )


def losses(
    lines: Iterable[ReportLine], shown: Iterable[CellKey], code: Callable[[CellKey], str]
) -> tuple[Loss, ...]:
    """Count along one dimension; only where something is hidden, the greatest loss first."""
    hidden = Counter((code(line.key), line.role) for line in lines)
    left = Counter(map(code, shown))
    found = [
        Loss(name, hidden[name, "PRIMARY"], hidden[name, "SECONDARY"], left[name])
        for name in sorted({name for name, _ in hidden})
    ]
    return tuple(sorted(found, key=lambda loss: -loss.primary - loss.secondary))
