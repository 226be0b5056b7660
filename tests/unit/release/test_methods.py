"""Noise averaged over revisions: a total that is revised often tells its unrevised part."""

from dataclasses import replace

import pytest

from hub.disclosure import PARTNER, CountTable, Method
from hub.errors import DisclosureError
from hub.release import methods
from hub.release.methods import print_by, withstand_together
from hub.release.stack import Layer, stack
from tests.unit.disclosure.methods.tables import SECRET, cell, total

NOISY = replace(PARTNER, version="noisy", method=Method.CELL_KEY, perturbation="D6V4J4")


def vintage(number: int) -> CountTable:
    """3 and a count that every release revises, with their total."""
    return total(cell("T", 63 + number), [cell("A", 3), cell("B", 60 + number)])


def attacked(revisions: int) -> None:
    """The newest of so many releases, after the attack on all of them together."""
    now = vintage(revisions)
    layers = [Layer(f"rel-{n}", vintage(n), frozenset()) for n in range(revisions)]
    _, result = print_by(now, NOISY, SECRET)
    withstand_together(stack(now, layers).table, result)


def test_a_few_revisions_leave_noise_enough() -> None:
    attacked(0)
    attacked(3)


def test_many_revisions_average_it_away() -> None:
    """Each tells the 3 with a variance of 8, besides its own of 4: 1 / (1/4 + 11/8) is 0.6."""
    with pytest.raises(DisclosureError, match="Averaged over all releases") as caught:
        attacked(10)
    assert caught.value.code == "NOISE_AVERAGED"
    assert "X A 2017-05" in str(caught.value)


def test_without_its_guard_nothing_stops_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(methods, "_withstand_averaging", lambda *_: None)
    attacked(10)


def test_what_stays_the_same_tells_nothing_new() -> None:
    """The same figures released again draw the same noise: nothing to average."""
    now = vintage(0)
    layers = [Layer(f"rel-{n}", vintage(0), frozenset()) for n in range(10)]
    _, result = print_by(now, NOISY, SECRET)
    stacked = stack(now, layers).table
    assert len(stacked.cells) == len(now.cells)
    withstand_together(stacked, result)
