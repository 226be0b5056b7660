"""Searching region by region decides what searching everything decides."""

from dataclasses import replace

import pytest

from hub.disclosure import (
    PARTNER,
    AttackReport,
    Protection,
    attack,
    protect,
    published_table,
    sensitive_cells,
)
from hub.disclosure.attack import bounds
from tests.unit.disclosure.families import Shape, family, tree


def attacked(protection: Protection, shown: int = 0) -> AttackReport:
    """The attack from the true table, with some complementary cells shown by mistake."""
    told = list(published_table(protection).told)
    secondary = [at for at, state in enumerate(protection.pattern) if state == "secondary"]
    for place in secondary[:shown]:
        told[place] = (protection.values[place], protection.values[place])
    return attack(
        replace(published_table(protection), told=tuple(told)),
        protection.table.knowledge,
        PARTNER,
        sensitive_cells(protection.table, PARTNER),
        start=protection.values,
    )


@pytest.mark.parametrize("seed", range(2))
def test_regions_find_the_same_as_the_whole(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    shape = Shape(tree("A", 3, 3), tree("P", 6), tree("C", 3))
    protection = protect(family(shape, seed, mean=6), PARTNER)
    for shown in (0, 3):
        whole = attacked(protection, shown)
        monkeypatch.setattr(bounds, "REGION", 25)
        by_region = attacked(protection, shown)
        monkeypatch.undo()
        assert [f.verdict for f in by_region.findings] == [f.verdict for f in whole.findings]
        assert [(f.low, f.high) for f in by_region.broken] == [
            (f.low, f.high) for f in whole.broken
        ]
        assert bool(whole.broken) == bool(shown)
