"""Writes ``docs/reference/acceptance.md`` from the table of acceptance figures.

Run ``python -m tests.spec.acceptance_page`` after a change of the table or of the demo's returns.
"""

from decimal import Decimal
from pathlib import Path

from hub.statistics.formulas import round_half_up
from tests.spec.acceptance import CASES
from tests.spec.audiences import public_release, told
from tests.spec.demo_release import ROOT, Release, release
from tests.spec.lines import Case, Line

PAGE = ROOT / "docs" / "reference" / "acceptance.md"

_HEAD = """\
# Acceptance figures

Figures of four public reports (Three Rivers, Safer Plymouth, the Marac portal's overview, the
outreach report of Insights), as the hub gives them back from the returns in `demo/returns`. Every
figure is read from a partners' release: returned, rolled up, protected, then derived from what is
published. The fifth document, Wirral's appendix, prints no figure: its lines are tested on counts
that are made up (`tests/spec/test_wirral.py`).

*This page is written by `python -m tests.spec.acceptance_page`; a test compares it with the hub.*

A figure is shown with the digits it is tested to. Where what the hub gives differs from what the
source prints, the remark names the fault (F-…) of the source. Partners get every one of them. The
last column says what becomes of it for the public, whose release hides counts of 1 to 9 and rounds
the others to 5: it stays, stays rounded (as does what is worked out from rounded counts), or goes.
What goes says why: a count of 1 to 9 is *under the threshold*, others are *hidden to protect
another* or *printed as a share that would tell a hidden count*; of a figure worked out from several
the first part that is missing is named. {gone} of {lines} lines go.

| id | figure | from the hub | printed in the source | remark | for the public |
|---|---|---|---|---|---|
"""


def page(found: Release) -> str:
    """The page for a release."""
    rows = [_row(case, line, found) for case in CASES for line in case.lines]
    gone = sum("| goes: " in row for row in rows)
    return _HEAD.format(gone=gone, lines=len(rows)) + "\n".join(rows) + "\n"


def _row(case: Case, line: Line, found: Release) -> str:
    fault = f"{line.fault}: differs. " if line.fault else ""
    public = told(line, line.ask.read(found), public_release())
    cells = (case.id, line.what, _shown(line, found), line.printed, fault + line.ask.how, public)
    return f"| {' | '.join(cells)} |"


def _shown(line: Line, found: Release) -> str:
    """The hub's answer with the digits it is tested to."""
    answer = line.ask.read(found)
    if isinstance(answer, str):
        return answer
    digits = max(0, -int(Decimal(line.exact).as_tuple().exponent))
    return f"{round_half_up(answer, digits):,}"


def write(path: Path = PAGE) -> None:
    """Write the page."""
    path.write_text(page(release()), encoding="utf-8")


if __name__ == "__main__":
    write()
