"""No guard of the disclosure control is taken away unnoticed: one in the short run, all in the
long one."""

import pytest

from scripts.attack_guards import GUARDS, Guard, main, still_passing

BY_NAME = {guard.name: guard for guard in GUARDS}


def test_a_guard_that_is_gone_is_noticed() -> None:
    assert still_passing(BY_NAME["shares shown before"]) == []


@pytest.mark.long
def test_where_nothing_is_gone_the_test_passes() -> None:
    shares = BY_NAME["shares shown before"]
    nothing_gone = Guard("nothing", shares.target, shares.instead, shares.tests)
    assert still_passing(nothing_gone) == list(shares.tests)


@pytest.mark.long
def test_every_guard_that_is_gone_is_noticed() -> None:
    assert main([]) == 0
