"""What alternatives would cost, measured on the demo's returns."""

from functools import cache
from itertools import count

import pytest

from hub.disclosure import Policy
from hub.protected.releases import Audience
from hub.release.coarsening import Raw
from hub.release.policies import policy_for
from hub.release.preparation import raw_of
from hub.release.whatif import Alternative, Outcome, alternatives
from hub.vocabulary import CellKey, vocabulary
from tests.spec.demo_release import paths, release, returned, signed_off

PARTNER = policy_for(Audience.PARTNER)


@cache
def table() -> Raw:
    return raw_of([signed_off(returned(path)) for path in paths()], vocabulary())


@pytest.fixture(scope="module")
def found() -> tuple[Alternative, ...]:
    return alternatives(table(), vocabulary(), PARTNER, limit=300)


def test_the_policys_own_cost_comes_first_and_is_that_of_the_release(
    found: tuple[Alternative, ...],
) -> None:
    own = found[0]
    assert own.title == "The policy of this release: 1 to 4 hidden, others exact"
    assert (own.outcome, own.hidden) == (Outcome.DONE, len(release().prepared.report))


def test_a_stricter_policy_hides_more(found: tuple[Alternative, ...]) -> None:
    by = {one.title: one.hidden or 0 for one in found}
    own, eight, ten = (
        by["The policy of this release: 1 to 4 hidden, others exact"],
        by["Another policy: 1 to 7 hidden, others rounded to 5"],
        by["Another policy: 1 to 9 hidden, others rounded to 5"],
    )
    assert own < eight < ten


def test_dropping_the_breakdown_that_lost_most_hides_less(found: tuple[Alternative, ...]) -> None:
    coarser = [one for one in found if one.title.startswith("Coarser")]
    assert coarser
    assert all((one.hidden or 0) < (found[0].hidden or 0) for one in coarser)


def test_time_that_is_up_leaves_the_rest_named_and_unmeasured() -> None:
    ticks = count()
    found = alternatives(
        table(), vocabulary(), PARTNER, limit=0.5, seconds=lambda: float(next(ticks))
    )
    assert len(found) > 1
    assert {one.outcome for one in found} == {Outcome.NOT_FINISHED}
    assert {(one.shown, one.hidden) for one in found} == {(None, None)}


def test_progress_reaches_its_end() -> None:
    told: list[tuple[str, int, int]] = []
    alternatives({}, vocabulary(), PARTNER, progress=lambda *step: told.append(step))
    assert [done for _, done, _ in told] == sorted(done for _, done, _ in told)
    assert told[-1][1] == told[-1][2] > 0


def test_what_partners_do_not_see_is_hidden_from_the_public_too() -> None:
    gone = next(iter(release().prepared.report)).key
    seen = dict(release().cells)
    public = policy_for(Audience.PUBLIC)
    relaxed = Policy("relaxed", public.audience)
    with_partner = alternatives(table(), vocabulary(), relaxed, partner=seen, limit=300)[0]
    assert isinstance(gone, CellKey)
    assert (with_partner.hidden or 0) >= len(release().prepared.report)
