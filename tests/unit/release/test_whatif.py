"""What alternatives would cost, measured on the demo's returns."""

from decimal import Decimal
from functools import cache
from itertools import count

import pytest

from hub.disclosure import PARTNER as PLAIN
from hub.disclosure import Policy
from hub.errors import DisclosureError
from hub.protected.releases import Audience
from hub.release import protection
from hub.release.coarsening import Raw
from hub.release.collation import RawCell
from hub.release.policies import policy_for
from hub.release.preparation import Prepared, earlier_ones, prepare, raw_of
from hub.release.whatif import Alternative, Outcome, alternatives
from hub.submissions.revisions import SignedOff
from hub.vocabulary import CellKey, vocabulary
from tests.factory import DISTRICT
from tests.spec.demo_release import paths, returned, signed_off
from tests.unit.release.releases import WORDS, of_counts, publish

PARTNER = policy_for(Audience.PARTNER)


@cache
def signed() -> list[SignedOff]:
    """The demo's returns but the outreach report's, which would take ten times as long."""
    found = [path for path in paths() if not path.parts[-2].startswith("OUTREACH")]
    return [signed_off(returned(path)) for path in found]


@cache
def table() -> Raw:
    return raw_of(signed(), vocabulary())


@cache
def released() -> Prepared:
    return prepare(signed(), vocabulary(), PARTNER)


@pytest.fixture(scope="module")
def found() -> tuple[Alternative, ...]:
    return alternatives(table(), vocabulary(), PARTNER, limit=300)


def test_the_policys_own_cost_comes_first_and_is_that_of_the_release(
    found: tuple[Alternative, ...],
) -> None:
    own = found[0]
    assert own.title == "The policy of this release: 1 to 4 hidden, others exact"
    assert (own.outcome, own.hidden) == (Outcome.DONE, len(released().report))


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


def test_a_comparison_cut_short_has_measured_policies_and_coarser_tables(
    found: tuple[Alternative, ...],
) -> None:
    kinds = [one.title.split(":")[0].split(" ")[0] for one in found[1:4]]
    assert kinds == ["Another", "Coarser", "Another"]


def test_progress_reaches_its_end() -> None:
    told: list[tuple[str, int, int]] = []
    alternatives({}, vocabulary(), PARTNER, progress=lambda *step: told.append(step))
    assert [done for _, done, _ in told] == sorted(done for _, done, _ in told)
    assert told[-1][1] == told[-1][2] > 0


def test_wider_bands_hide_less() -> None:
    bands = [code for code, one in vocabulary().categories["AGE"].items() if one.lower is not None]
    counts = dict.fromkeys(bands, 40) | {bands[0]: 3, bands[1]: 4}
    cells = {(): sum(counts.values())} | {(("AGE", band),): n for band, n in counts.items()}
    keys = {CellKey("POL_DA_CRIME", "E07000102", "CY2017", at): n for at, n in cells.items()}
    raw = {key: RawCell(key, Decimal(n), parts=(("A", Decimal(n)),)) for key, n in keys.items()}
    found = {one.title: one for one in alternatives(raw, vocabulary(), PARTNER, limit=300)}
    wider = found["Coarser: neighbouring bands of “Age band of adults” put together"]
    own = next(iter(found.values()))
    assert (own.hidden or 0) >= 2
    assert (wider.outcome, wider.hidden) == (Outcome.DONE, 0)
    assert (wider.shown or 0) > (own.shown or 0) - len(bands) // 2


def test_what_partners_do_not_see_is_hidden_from_the_public_too() -> None:
    gone = next(iter(released().report)).key
    seen = {item.key: item for item in released().cells}
    public = policy_for(Audience.PUBLIC)
    relaxed = Policy("relaxed", public.audience)
    with_partner = alternatives(table(), vocabulary(), relaxed, partner=seen, limit=300)[0]
    assert isinstance(gone, CellKey)
    assert (with_partner.hidden or 0) >= len(released().report)


# history and the attack

OTHER = "Another policy: 1 to 9 hidden, others rounded to 5"


def crimes(**counts: int) -> dict[CellKey, int]:
    """Crimes by grade; the rest of the total is not returned."""
    cells = {CellKey("POL_DA_CRIME", DISTRICT, "CY2017"): 607}
    return cells | {
        CellKey("POL_DA_CRIME", DISTRICT, "CY2017", (("RISK", grade),)): n
        for grade, n in counts.items()
    }


def compared(now: dict[CellKey, int], before: dict[CellKey, int] | None) -> dict[str, Alternative]:
    raw = raw_of([of_counts(now, 2)], WORDS)
    past = [] if before is None else earlier_ones([publish([of_counts(before)]).vintage], WORDS)
    return {one.title: one for one in alternatives(raw, WORDS, PLAIN, past=past, limit=300)}


def test_what_was_published_before_counts_against_an_alternative() -> None:
    """The 7 between two printed counts cannot hide 3 and 4 from a threshold of 10."""
    now = crimes(HIGH=3, MEDIUM=4, STANDARD=600)
    assert compared(now, None)[OTHER].outcome is Outcome.DONE
    assert compared(now, crimes(STANDARD=600))[OTHER].outcome is Outcome.IMPOSSIBLE


def test_what_was_shown_before_is_not_counted_as_hidden() -> None:
    now = crimes(HIGH=7, MEDIUM=200, STANDARD=400)
    alone, after = compared(now, None)[OTHER], compared(now, now)[OTHER]
    assert ((alone.hidden or 0) > 0, after.hidden) == (True, 0)


def test_an_alternative_that_the_attack_breaks_is_impossible(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise DisclosureError("broken")

    monkeypatch.setattr(protection, "withstand", broken)
    found = compared(crimes(HIGH=3, MEDIUM=204, STANDARD=400), None)
    assert {one.outcome for one in found.values()} == {Outcome.IMPOSSIBLE}
