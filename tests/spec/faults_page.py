"""Writes ``docs/reference/faults.md``: what the hub says of the reports' faults.

Run ``python -m tests.spec.faults_page`` after a change of the statements or the demo's returns.
"""

from collections.abc import Iterator
from functools import cache

from hub.statistics.printed import Verdict
from hub.views.reconciliation import Reconciled, Reconciliation, read_statements, reconcile
from tests.spec.demo_release import ROOT, Release, release

PAGE = ROOT / "docs" / "reference" / "faults.md"
REPORTS = {
    "three_rivers": "Three Rivers LSP, domestic abuse performance report",
    "plymouth": "Safer Plymouth, performance report of July 2015",
    "marac": "SafeLives, the Marac portal's overview",
    "insights": "SafeLives Insights, adult outreach services 2020-21",
    "wirral": "Wirral, strategic and operational performance dataset",
}
WORDS = {
    Verdict.MATCHES: "matches",
    Verdict.ROUNDING: "rounding only",
    Verdict.DOES_NOT_REPRODUCE: "does not reproduce",
    Verdict.CANNOT_BE_COMPUTED: "cannot be computed",
}

_HEAD = """\
# The reports' figures, reconciled

What `hub reconcile demo/statements/….csv` says of the five public reports behind the demo, with the
partners' release of `demo/returns`. Every figure of the statement files is counted; every entry of
the project's list of faults (F-01 to F-36) is shown, with the right figure beside it or the reason
why there is none. *Rounding only* means that cutting digits off, or the rounding of the parts,
explains the difference. A figure that is suppressed is not used, so some faults cannot be told from
a release.

*This page is written by `python -m tests.spec.faults_page`; a test compares it with the hub.*
"""

_TABLE = """\
| fault | figure | printed | verdict | should be, or why not |
|---|---|---|---|---|
"""


@cache
def outcomes(report: str) -> Reconciliation:
    """One report's statements against the partners' release."""
    text = (ROOT / "demo" / "statements" / f"{report}.csv").read_text(encoding="utf-8")
    found: Release = release()
    return reconcile(read_statements(text), "demo", found.cells, found.words)


def page() -> str:
    """The page."""
    return _HEAD + "".join(_section(report) for report in REPORTS)


def _section(report: str) -> str:
    found = outcomes(report)
    counts = ", ".join(f"{found.count(verdict):,} {word}" for verdict, word in WORDS.items())
    lines = sorted(_faults(found))
    head = f"\n## {REPORTS[report]}\n\n`demo/statements/{report}.csv`: {counts}.\n\n"
    table = (
        "| fault | figure | printed | verdict | should be, or why not |\n|---|---|---|---|---|\n"
    )
    return head + table + "\n".join(lines) + "\n"


def _faults(found: Reconciliation) -> Iterator[str]:
    return (_line(one) for one in found.outcomes if one.statement.fault)


def _line(one: Reconciled) -> str:
    row = one.statement
    right = one.reason if one.should_be is None else f"{one.should_be:,}"
    said = f"{right.rstrip('.')}. {row.note}" if row.note and row.note != right else right
    return f"| {row.fault} | {row.what} | {row.printed} | {WORDS[one.verdict]} | {said} |"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
