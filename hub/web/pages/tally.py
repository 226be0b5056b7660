"""How many figures of a page are shown, and how many are not, by symbol: counted, never typed."""

from collections import Counter
from collections.abc import Iterable

from hub.protected.figures import FigureStatus
from hub.web.pages.labels import Labels


def tally_of(statuses: Iterable[FigureStatus], t: Labels) -> tuple[str, str]:
    """Say ``9 of 15 figures shown.`` and what became of the others."""
    tally = Counter(statuses)
    shown = t("journey.shown", shown=tally[FigureStatus.PUBLISHED], total=tally.total())
    others = [
        t(f"journey.count.{status}", n=tally[status])
        for status in FigureStatus
        if status is not FigureStatus.PUBLISHED and tally[status]
    ]
    return shown, f"{t('list.comma').join(others)}." if others else ""
