"""A changed vocabulary: old figures keep the sums of their time, and today's hold between them."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from hub.errors import DisclosureError
from hub.release import preparation, protection
from hub.release.families import changed_indicators
from hub.release.preparation import earlier_ones
from hub.release.protection import Earlier
from hub.vocabulary import CellKey, Vocabulary
from hub.vocabulary.keeping import text_of, version_of, words_of
from hub.vocabulary.vocabulary import UnknownWordError
from tests.factory import COUNTY, DISTRICT, NEIGHBOUR, indicator
from tests.unit.release.releases import WORDS, Attacker, Published, of_counts, publish

YEAR = "CY2017"
OLD = replace(WORDS, version="old")
FLAT = replace(WORDS, version="new", memberships=())
"""The county is no longer said to be its districts."""
UNLINKED = replace(WORDS, version="new", identities=())


def key(code: str, area: str = DISTRICT) -> CellKey:
    return CellKey(code, area, YEAR)


CRIME, INCIDENT, TOTAL = key("POL_DA_CRIME"), key("POL_DA_INCIDENT"), key("POL_DA_TOTAL")
COUNTS = {CRIME: 617, INCIDENT: 3, TOTAL: 620}


def then(
    counts: dict[CellKey, int], before: Vocabulary, after: Vocabulary
) -> tuple[Published, Published]:
    """One release under the old words, the same returns again under the new ones."""
    first = publish([of_counts(counts)], vocabulary=before)
    known = replace(first, vintage=replace(first.vintage, words=before))
    return first, publish([of_counts(counts, 2)], [known], vocabulary=after)


def told(made: tuple[Published, Published], relate: Callable[[Attacker], None]) -> tuple[int, int]:
    attacker = Attacker()
    for release in made:
        for item in release.prepared.cells:
            if item.value is not None:
                attacker.sees(item.key, int(item.value))
    relate(attacker)
    return attacker.interval(INCIDENT)


def identity(attacker: Attacker) -> None:
    attacker.adds_up(TOTAL, [CRIME, INCIDENT])


def test_an_identity_that_is_dropped_still_holds_between_old_figures() -> None:
    low, high = told(then(COUNTS, OLD, UNLINKED), identity)
    assert (low <= 1, high >= 5) == (True, True)


def test_without_the_words_of_their_time_it_would_tell(monkeypatch: pytest.MonkeyPatch) -> None:
    layers = Earlier.layers

    def today(self: Earlier, words: Vocabulary) -> object:
        return layers(replace(self, then=None), words)

    monkeypatch.setattr(protection.Earlier, "layers", today)
    assert told(then(COUNTS, OLD, UNLINKED), identity) == (3, 3)


CLIENT, BESIDE = key("POL_CLIENT"), key("POL_CLIENT", NEIGHBOUR)
Ties = Callable[[list[Vocabulary]], list[Vocabulary]]


def told_at_last(ties: Ties) -> tuple[int, int]:
    """Records are released, then clients with them, then both under words that no longer say
    that clients are among the records; then the neighbour's clients are revised, so that only
    the clients' family need be decided. ``ties`` are the words that tie families."""
    real = changed_indicators
    made: list[Published] = []
    attacker = Attacker()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(
            preparation, "changed_indicators", lambda now, past, all_: real(now, past, ties(all_))
        )
        for words, beside in ((OLD, None), (OLD, 20), (UNLINKED, 20), (UNLINKED, 30)):
            returns = [of_counts({TOTAL: 620}, dataset="RECORDS")]
            if beside is not None:
                returns.append(of_counts({CLIENT: 617, BESIDE: beside}, beside, dataset="CLIENTS"))
            release = publish(returns, made, vocabulary=words)
            made.append(replace(release, vintage=replace(release.vintage, words=words)))
    for release in made:
        for at in set(release.cells) & {CLIENT, TOTAL}:
            if release.value(at) is not None:
                attacker.sees(at, release.value(at) or 0)
    attacker.adds_up(TOTAL, [CLIENT, "no client"])
    return attacker.interval("no client")


def test_families_are_tied_by_the_words_of_earlier_releases_too() -> None:
    low, high = told_at_last(lambda words: words)
    assert (low <= 1, high >= 5) == (True, True)


def test_were_they_tied_by_todays_words_alone_it_would_tell() -> None:
    assert told_at_last(lambda words: words[:1]) == (3, 3)


def test_a_sum_that_is_no_longer_made_stays_known() -> None:
    """The county's 63 was rolled up and shown then; now nobody prints it, and everybody has it."""
    counts = {key("POL_DA_CRIME"): 23, key("POL_DA_CRIME", NEIGHBOUR): 40}
    first = publish([of_counts(counts)], vocabulary=OLD)
    county = key("POL_DA_CRIME", COUNTY)
    assert first.value(county) == 63
    known = replace(first, vintage=replace(first.vintage, words=OLD))
    revised = counts | {key("POL_DA_CRIME"): 3}
    made = publish([of_counts(revised, 2)], [known], vocabulary=FLAT)
    assert county not in made.cells
    assert made.hides(key("POL_DA_CRIME"))
    assert not made.hides(key("POL_DA_CRIME", NEIGHBOUR)), "shown before, and 23 beside it"
    layer = next(iter(protection_layers(known)))
    assert county in layer


def protection_layers(release: Published) -> list[set[CellKey]]:
    found = []
    for layer in earlier_ones([release.vintage], FLAT)[0].layers(FLAT):
        assert isinstance(layer.shown, set)
        found.append({cell.key for cell in layer.table.cells if isinstance(cell.key, CellKey)})
    return found


def test_a_word_that_is_gone_stops_nothing() -> None:
    gone = {code: one for code, one in WORDS.indicators.items() if code != "POL_DA_INCIDENT"}
    less = replace(WORDS, version="new", indicators=gone, identities=())
    first = publish([of_counts(COUNTS)], vocabulary=OLD)
    known = replace(first, vintage=replace(first.vintage, words=OLD))
    left = {CRIME: 617, TOTAL: 620}
    made = publish([of_counts(left, 2)], [known], vocabulary=less)
    low, high = told((first, made), identity)
    assert (low <= 1, high >= 5) == (True, True)


def test_a_return_of_today_may_not_use_a_word_that_is_gone() -> None:
    """Refused whole: nothing would say what the figure is linked with."""
    gone = {code: one for code, one in WORDS.indicators.items() if code != "POL_DA_INCIDENT"}
    less = replace(WORDS, version="new", indicators=gone, identities=())
    with pytest.raises(UnknownWordError, match="POL_DA_INCIDENT"):
        publish([of_counts(COUNTS)], vocabulary=less)


def shown_before(words: Vocabulary) -> Published:
    """Crimes and all records, shown while nobody said that incidents are the difference."""
    first = publish([of_counts(COUNTS)], vocabulary=words)
    assert (first.value(CRIME), first.value(TOTAL)) == (617, 620)
    return replace(first, vintage=replace(first.vintage, words=words))


REVISED = {CRIME: 700, INCIDENT: 103, TOTAL: 803}


def test_a_new_identity_holds_between_old_figures_too() -> None:
    """What was fine without the identity can only be refused with it, and the steward reads why:
    the new figures have none of the old values, so that only the old ones can tell."""
    with pytest.raises(DisclosureError, match="POL_DA_INCIDENT") as caught:
        publish([of_counts(REVISED, 2)], [shown_before(UNLINKED)], vocabulary=OLD)
    assert caught.value.explanations[0] == (
        "(POL_DA_INCIDENT as of R1) E07000102 CY2017 is 3 because "
        "TOTAL E07000102 CY2017 (release R1): (POL_DA_CRIME as of R1) E07000102 CY2017 (617) + "
        "(POL_DA_INCIDENT as of R1) E07000102 CY2017 = "
        "(POL_DA_TOTAL as of R1) E07000102 CY2017 (620)."
    )
    assert "617" not in str(caught.value) + repr(caught.value)


def test_without_todays_words_for_old_figures_it_would_go_unnoticed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    layers = Earlier.layers

    def then_only(self: Earlier, words: Vocabulary) -> object:
        return list(layers(self, words))[:1]

    first = shown_before(UNLINKED)
    monkeypatch.setattr(protection.Earlier, "layers", then_only)
    made = publish([of_counts(REVISED, 2)], [first], vocabulary=OLD)
    assert made.value(TOTAL) == 803
    attacker = Attacker()
    attacker.sees(CRIME, 617)
    attacker.sees(TOTAL, 620)
    identity(attacker)
    assert attacker.interval(INCIDENT) == (3, 3), "and nobody would have been told"


def test_a_vocabulary_is_kept_whole() -> None:
    text = text_of(WORDS)
    assert text_of(words_of(text, "1")) == text
    assert words_of(text, "7").version == "7"


def test_its_version_changes_with_any_row() -> None:
    more = replace(WORDS, indicators={**WORDS.indicators, "NEW": indicator("NEW")})
    assert version_of(WORDS) == version_of(replace(WORDS, version="another"))
    assert version_of(more) != version_of(WORDS)
