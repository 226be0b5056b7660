"""Receipts: verified with the key set alone; nothing else passes for one."""

from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
from joserfc import jws

from hub.audit.keys import LedgerKeys, ledger_keys, replace_key
from hub.audit.seals import HEAD, seal
from hub.errors import InvalidError
from hub.submissions.receipts import Receipt, Receipts, verify

RECEIPT = Receipt(
    UUID(int=1),
    "IDVA",
    "REFUGE_HERTS",
    "FY2017-18",
    2,
    "ab" * 32,
    datetime(2018, 4, 20, tzinfo=UTC),
    17,
)


@pytest.fixture
def keys(tmp_path: Path) -> LedgerKeys:
    return ledger_keys(tmp_path)


def test_a_receipt_says_what_was_taken_in(keys: LedgerKeys) -> None:
    signed = Receipts(keys, "https://hub.example").sign(RECEIPT)
    said = verify(signed, keys.public())
    assert said == {
        "iss": "https://hub.example",
        "returnId": str(UUID(int=1)),
        "dataset": "IDVA",
        "agency": "REFUGE_HERTS",
        "period": "FY2017-18",
        "revision": 2,
        "contentHash": "ab" * 32,
        "submittedAt": "2018-04-20T00:00:00+00:00",
        "auditSequence": 17,
    }


def test_a_changed_receipt_does_not_hold(keys: LedgerKeys) -> None:
    head, body, signature = Receipts(keys, "i").sign(RECEIPT).split(".")
    for changed in (f"{head}.{body[:-2]}AA.{signature}", f"{head}.{body}.", "no receipt", ""):
        with pytest.raises(InvalidError, match="not a receipt"):
            verify(changed, keys.public())


def test_the_key_of_another_hub_does_not_vouch(keys: LedgerKeys, tmp_path: Path) -> None:
    other = ledger_keys(tmp_path / "other")
    with pytest.raises(InvalidError):
        verify(Receipts(other, "i").sign(RECEIPT), keys.public())


def test_a_receipt_outlives_the_key_that_signed_it(keys: LedgerKeys, tmp_path: Path) -> None:
    signed = Receipts(keys, "i").sign(RECEIPT)
    assert verify(signed, replace_key(tmp_path).public())["revision"] == 2
    assert verify(signed, {"issuer": "i", "keys": keys.public(), "heads": []})["revision"] == 2


def test_an_access_token_or_a_head_is_no_receipt(keys: LedgerKeys) -> None:
    header = {"alg": "ES256", "kid": keys.active.kid, "typ": "at+jwt"}
    token = jws.serialize_compact(header, b"{}", keys.active, algorithms=["ES256"])
    for other in (token, seal(keys, HEAD, {})):
        with pytest.raises(InvalidError):
            verify(other, keys.public())
