"""The hash of what a return says."""

import hashlib
import json
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from hub.returns import Reported, Return
from hub.vocabulary import breakdown_text

_texts = st.text(st.sampled_from('ab"\\u0123/é☃\n😀'), max_size=8)
_numbers = st.sampled_from([None, *map(Decimal, ("0", "617", "617.0", "6.17E2", "1E+3", "0.10"))])
_rows = st.builds(
    Reported,
    _texts,
    _texts,
    _texts,
    st.sampled_from([(), (("RISK", "HIGH"),)]),
    _numbers,
    st.sampled_from([None, "x"]),
    st.none() | _texts,
    _numbers,
    st.none() | _texts,
)
_written = {None: "", Decimal(0): "0", Decimal(617): "617", Decimal(1000): "1000"}


def _as_documented(body: Return) -> str:
    rows = [
        [
            item.indicator,
            item.area,
            item.period,
            breakdown_text(item.breakdown),
            _written.get(item.value, "0.1"),
            item.status or "",
            item.reason or "",
            _written.get(item.base, "0.1"),
            item.note or "",
        ]
        for item in body.observations
    ]
    content = [body.dataset, body.agency, body.period, body.note or "", sorted(rows)]
    return hashlib.sha256(json.dumps(content, separators=(",", ":")).encode()).hexdigest()


@settings(max_examples=200, deadline=None)
@given(st.lists(_rows, max_size=4), st.none() | _texts)
def test_the_hash_is_of_the_sorted_rows_as_json(rows: list[Reported], note: str | None) -> None:
    """Hashes are stored: what is said the same way must hash as it did."""
    body = Return("POLICE_RECORDS", "HERTS_POLICE", "CY2017", tuple(rows), note)
    assert body.content_hash == _as_documented(body)
    turned = Return("POLICE_RECORDS", "HERTS_POLICE", "CY2017", tuple(rows[::-1]), note)
    assert turned.content_hash == body.content_hash
