"""What counts as a database that may lose rows."""

import pytest

from hub.db.fitness import DURABLE, faults

GOOD = dict.fromkeys(DURABLE, "on")


def test_a_durable_database_has_no_faults() -> None:
    assert faults(GOOD) == ()


@pytest.mark.parametrize("name", DURABLE)
def test_each_setting_counts_when_off_or_unknown(name: str) -> None:
    assert faults(GOOD | {name: "off"}) == (name,)
    assert faults({other: "on" for other in DURABLE if other != name}) == (name,)


@pytest.mark.parametrize("value", ["local", "remote_write", "remote_apply"])
def test_every_waiting_kind_of_commit_is_fine(value: str) -> None:
    assert faults(GOOD | {"synchronous_commit": value}) == ()
