"""What the benchmark of pushes sends is a return that breaks no rule, of the size it says."""

import json
from datetime import date

from benchmarks.writing import FIRST_YEAR, observations
from hub.submissions.reception import Address, judge
from hub.vocabulary import vocabulary


def test_a_return_of_so_many_cells_is_valid() -> None:
    items = observations(FIRST_YEAR, 400)
    assert 400 <= len(items) < 500
    body = json.dumps({"observations": items, "note": "Checked."}).encode()
    address = Address("POLICE_CRIME", "HERTS_POLICE", f"CY{FIRST_YEAR}")
    found = judge(body, "application/json", address, vocabulary(), date(2026, 11, 21))
    assert len(found.body.observations) == len(items)
