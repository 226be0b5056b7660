"""A release of one real return as stewards see it, in each of its states."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache

from hub.disclosure.policy import PARTNER
from hub.protected.releases import Audience
from hub.release.drafts import Draft, DraftState
from hub.release.preparation import Prepared, prepare
from hub.release.report import Report, report
from hub.release.whatif import Alternative, Outcome
from hub.vocabulary import vocabulary
from hub.web.pages import Frame, NavLink
from hub.web.pages.releases import ReleaseRow
from tests.spec.demo_release import FOLDER, returned, signed_off

AT = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
FRAME = Frame(navigation=(NavLink("Releases", "/releases", current=True),), viewer="Demo steward")
ALTERNATIVES = (
    Alternative("The policy of this release: 1 to 4 hidden, others exact", Outcome.DONE, 30, 6),
    Alternative("Another policy: 1 to 9 hidden, others rounded to 5", Outcome.DONE, 24, 12),
    Alternative("Coarser: no breakdown by “Kind of intervention”", Outcome.NOT_FINISHED),
    Alternative("Coarser: whole years only, no months or quarters", Outcome.IMPOSSIBLE),
)


def prepared(changed: Mapping[str, int] | None = None) -> Prepared:
    """The caseworkers' return prepared; interventions of some kinds with other counts."""
    found = returned(FOLDER / "HERTS_MIND" / "DAC" / "FY2017-18.json")
    rows = []
    for row in found.observations:
        kind = dict(row.breakdown).get("DAC_INTERVENTION_TYPE", "")
        other = (changed or {}).get(kind)
        rows.append(row if other is None else row._replace(value=Decimal(other)))
    return prepare([signed_off(replace(found, observations=tuple(rows)))], vocabulary(), PARTNER)


@cache
def demo() -> Prepared:
    """The return as it is."""
    return prepared()


def report_of(made: Prepared) -> Report:
    """Its report."""
    return report(made.cells, made.report, PARTNER, vocabulary())


def row_of(
    made: Prepared, state: DraftState = DraftState.PREPARED, *, prepared_here: bool = False
) -> ReleaseRow:
    """The release in a state, seen by whoever prepared it or by another steward."""
    approved = None if state is DraftState.PREPARED else AT
    published = AT if state is DraftState.PUBLISHED else None
    draft = Draft(
        id="2026-11-21-partner-1",
        audience=Audience.PARTNER,
        state=state,
        content_hash=made.content_hash,
        policy_version="partner-1",
        vocabulary_version="1",
        note="A note",
        prepared_by="one",
        prepared_at=AT,
        approved_by="two" if approved else None,
        approved_at=approved,
        published_by="two" if published else None,
        published_at=published,
        cells=len(made.cells),
        after_sequence=0,
        partner_release=None,
    )
    return ReleaseRow(draft, prepared_here, published)
