"""An export verifies with the public key alone, and no change of one byte stays unseen (L5, L6)."""

import asyncio
import hashlib
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hub.audit import GENESIS, Entry, Event, Head
from hub.audit.chain import link
from hub.audit.export import _fields, _hashed, _line, check_export
from hub.audit.keys import LedgerKeys, ledger_keys, public_keys, replace_key
from hub.audit.seals import EXPORT, HEAD, RECEIPT, seal, unseal
from hub.errors import HubError, InvalidError, SettingsError

START = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def keys(tmp_path: Path) -> LedgerKeys:
    return ledger_keys(tmp_path)


def chain(length: int) -> list[Entry]:
    """Make an intact chain with text of several kinds."""
    entries: list[Entry] = []
    for number in range(length):
        details = {"contentHash": f"{number:064x}", "text": 'a\r\n{"x":1}\u202e\x1b[2J'}
        event = Event("return.submit", f"person-{number % 3}", "c", "POL", None, "done", details)
        head = entries[-1].head if entries else GENESIS
        entries.append(link(head, event, START + timedelta(seconds=number)))
    return entries


def export_of(entries: list[Entry], keys: LedgerKeys, every: int = 4) -> list[str]:
    """Write an export of entries with a signed head after every few."""
    digest = hashlib.sha256()
    lines = [_hashed(digest, {"format": "hub-audit-1", "issuer": "https://h", "at": "now"})]
    lines += [_hashed(digest, {"entry": _fields(entry)}) for entry in entries]
    lines += [_hashed(digest, {"head": signed(entry.head, keys)}) for entry in entries[::every]]
    said = {"iss": "https://h", "sha256": digest.hexdigest()}
    return [*lines, _line({"seal": seal(keys, EXPORT, said)})]


def signed(head: Head, keys: LedgerKeys) -> str:
    return seal(keys, HEAD, {"sequence": head.sequence, "hash": head.hash.hex()})


def test_an_export_holds(keys: LedgerKeys) -> None:
    verdict, newest = check_export(export_of(chain(9), keys), keys.key_set())
    assert verdict.faults == ()
    assert (verdict.head.sequence, newest) == (9, 9)


def mutated(text: str, dice: random.Random) -> str:
    """Change, remove, insert, swap or cut something anywhere in a file."""
    lines = text.splitlines(keepends=True)
    one, two = dice.sample(range(len(lines)), 2)
    place = dice.randrange(len(text))
    match dice.randrange(7):
        case 0:
            return text[:place] + chr(dice.randrange(32, 127)) + text[place + 1 :]
        case 1:
            return text[:place] + text[place + 1 :]
        case 2:
            return text[:place] + chr(dice.randrange(32, 127)) + text[place:]
        case 3:
            lines[one], lines[two] = lines[two], lines[one]
        case 4:
            del lines[one]
        case 5:
            lines.insert(two, lines[one])
        case _:
            lines = lines[: max(one, 1)]
    return "".join(lines)


def unseen(keys: LedgerKeys, times: int) -> int:
    """Mutate an export many times; count what verification did not see."""
    text, dice = "".join(export_of(chain(12), keys)), random.Random(times)
    public, missed = keys.key_set(), 0
    for _ in range(times):
        changed = mutated(text, dice)
        if changed != text:
            verdict, _ = check_export(changed.splitlines(keepends=True), public)
            missed += verdict.is_intact
    return missed


def test_every_mutation_of_the_file_is_found(keys: LedgerKeys) -> None:
    assert unseen(keys, 300) == 0


@pytest.mark.long
def test_ten_thousand_mutations_are_found(keys: LedgerKeys) -> None:
    assert unseen(keys, 10_000) == 0


def test_a_record_written_anew_by_the_hub_itself_is_found_by_a_head_kept_outside(
    keys: LedgerKeys,
) -> None:
    """Even who holds database and key cannot contradict a head that is out of reach."""
    kept = chain(9)[6].head
    other = chain(9)[:4]
    for number in range(5):
        event = Event("return.read", f"person-{number}", "c", "POL", None, "done")
        other.append(link(other[-1].head, event, START + timedelta(seconds=number)))
    lines = export_of(other, keys)
    assert check_export(lines, keys.key_set())[0].is_intact
    assert not check_export(lines, keys.key_set(), [kept])[0].is_intact
    assert not check_export(export_of(chain(5), keys), keys.key_set(), [kept])[0].is_intact


def test_a_chain_of_whole_lines_with_a_changed_entry_is_found_without_the_seal(
    keys: LedgerKeys,
) -> None:
    entries = chain(9)
    lines = export_of([*entries[:3], *entries[4:]], keys)
    faults = check_export(lines, keys.key_set())[0].faults
    assert any("does not follow" in fault.reason for fault in faults)


def test_another_hubs_key_does_not_verify(keys: LedgerKeys, tmp_path: Path) -> None:
    other = ledger_keys(tmp_path / "other")
    assert not check_export(export_of(chain(3), other), keys.key_set())[0].is_intact


def test_a_replaced_key_still_verifies(keys: LedgerKeys, tmp_path: Path) -> None:
    old = export_of(chain(3), keys)
    new = replace_key(tmp_path)
    assert new.active.kid != keys.active.kid
    assert check_export(old, new.key_set())[0].is_intact
    assert check_export(export_of(chain(3), new), new.key_set())[0].is_intact


def test_a_statement_of_one_kind_is_none_of_another(keys: LedgerKeys) -> None:
    receipt = seal(keys, RECEIPT, {"sequence": 1, "hash": "00" * 32})
    assert unseal(receipt, RECEIPT, keys.key_set())["sequence"] == 1
    with pytest.raises(InvalidError):
        unseal(receipt, HEAD, keys.key_set())
    for forged in ("", "a.b", "a.b.c", receipt + "=", receipt[:-1], receipt.replace(".", "..")):
        with pytest.raises(InvalidError):
            unseal(forged, RECEIPT, keys.key_set())


def test_the_ledgers_key_is_private_and_no_token_key(keys: LedgerKeys, tmp_path: Path) -> None:
    file = tmp_path / "keys" / "ledger.json"
    assert file.stat().st_mode & 0o777 == 0o600
    assert "d" not in keys.public()["keys"][0]
    file.chmod(0o644)
    with pytest.raises(HubError, match="chmod 600"):
        ledger_keys(tmp_path)
    file.chmod(0o600)
    file.write_text("{}")
    with pytest.raises(SettingsError, match="damaged"):
        ledger_keys(tmp_path)


@pytest.mark.parametrize("content", [{}, {"keys": []}, {"keys": [1]}, {"keys": [{"kty": "oct"}]}])
def test_what_is_no_set_of_public_keys_is_refused(content: dict[str, object]) -> None:
    with pytest.raises(SettingsError):
        public_keys(content)


def test_two_first_starts_make_one_key(tmp_path: Path) -> None:
    async def both() -> list[LedgerKeys]:
        return await asyncio.gather(*(asyncio.to_thread(ledger_keys, tmp_path) for _ in range(8)))

    assert len({each.active.kid for each in asyncio.run(both())}) == 1
