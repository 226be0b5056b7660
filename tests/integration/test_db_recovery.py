"""A crash with a long log behind it is over in seconds (security C7)."""

import pytest

from benchmarks.recovery import without_checkpoints


@pytest.mark.long
def test_a_gigabyte_of_log_is_replayed_within_ten_seconds() -> None:
    """Seconds of the processor: those of the clock are the machine's other work as well."""
    found = without_checkpoints(1024)
    assert found.log > 1000
    assert 0 < found.replay < 10
