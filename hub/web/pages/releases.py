"""The stewards' pages: releases and drafts, one release's report, and its alternatives."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from hub.errors import DisclosureError, HubError
from hub.exports.report_xlsx import ReportTable
from hub.release.drafts import Draft, DraftState
from hub.release.following import Preparation
from hub.release.report import Report
from hub.release.whatif import Alternative
from hub.vocabulary import Vocabulary
from hub.web.pages.frame import Frame, render
from hub.web.pages.labels import labels
from hub.web.pages.report_tables import (
    alternatives_table,
    cells_table,
    loss_tables,
    settings_table,
    summary_tables,
)

MOST_GROUPS = 15
"""Groups of a loss table on the page; the workbook has all of them."""
MOST_CELLS = 50
"""Hidden cells on the page; the workbook has all of them."""


@dataclass(frozen=True, slots=True)
class ReleaseRow:
    """A release as the list names it; ``may_approve`` where this viewer may be second.

    ``is_embargoed`` while readers do not see it yet though it is published.
    """

    draft: Draft
    prepared_here: bool
    visible_from: datetime | None = None
    is_embargoed: bool = False

    @property
    def state(self) -> str:
        """The word for where it stands: a published one that nobody sees has its own."""
        return "EMBARGO" if self.is_embargoed else str(self.draft.state)

    @property
    def may_approve(self) -> bool:
        """Whether the viewer is a second person for it."""
        return self.draft.state is DraftState.PREPARED and not self.prepared_here

    @property
    def may_publish(self) -> bool:
        """Whether it waits to be published."""
        return self.draft.state is DraftState.APPROVED


def releases_page(
    rows: Sequence[ReleaseRow],
    making: Sequence[Preparation] = (),
    *,
    error: HubError | None = None,
    frame: Frame,
) -> str:
    """Draw the list of releases and drafts, with the form that prepares one, and how far those are
    that are being prepared. A refusal to prepare says what a reader could prove, if that was the
    reason."""
    proofs = _proofs(error)
    return render("releases.html", frame, rows=rows, making=making, error=error, proofs=proofs)


def _proofs(error: HubError | None) -> Sequence[str]:
    return error.explanations if isinstance(error, DisclosureError) else ()


def release_page(
    row: ReleaseRow,
    report: Report,
    words: Vocabulary,
    *,
    error: HubError | None = None,
    frame: Frame,
) -> str:
    """Draw the suppression report of one release, with the act it waits for."""
    t = labels(frame.lang)
    words = t.vocabulary(words)
    return render(
        "release.html",
        frame,
        row=row,
        draft=row.draft,
        totals=report.totals,
        settings=settings_table(report, row.draft.protection, t),
        summaries=summary_tables(report, t),
        losses=loss_tables(report, t, MOST_GROUPS, words),
        cells=cells_table(report, words, t, MOST_CELLS),
        listed=min(MOST_CELLS, len(report.lines)),
        lines=len(report.lines),
        error=error,
    )


def alternatives_page(row: ReleaseRow, found: Sequence[Alternative], *, frame: Frame) -> str:
    """Draw what other policies and coarser tables would show and hide."""
    table: ReportTable = alternatives_table(found, labels(frame.lang))
    return render("release_alternatives.html", frame, row=row, draft=row.draft, table=table)
