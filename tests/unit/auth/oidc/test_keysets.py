"""The provider's keys: how often they are fetched, how long they are kept, which are taken."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from joserfc.jwk import ECKey, Key, OKPKey, RSAKey

from hub.auth.oidc.keysets import KeySet, usable
from hub.errors import ProviderError

ONE = ECKey.generate_key("P-256", {"kid": "one"})
TWO = ECKey.generate_key("P-256", {"kid": "two"})


@dataclass
class Source:
    """A provider that counts how often it is asked."""

    keys: list[Key] = field(default_factory=lambda: [ONE])
    asked: int = 0
    fails: bool = False
    at: datetime = datetime(2026, 6, 1, 12, tzinfo=UTC)

    async def __call__(self) -> dict[str, Any]:
        self.asked += 1
        if self.fails:
            raise ProviderError("no answer")
        return {"keys": [key.as_dict(private=False) for key in self.keys]}

    def clock(self) -> datetime:
        return self.at

    def go_on(self, **time: float) -> None:
        self.at += timedelta(**time)


@pytest.fixture
def source() -> Source:
    return Source()


@pytest.fixture
def keys(source: Source) -> KeySet:
    return KeySet(source, "ES256", source.clock)


async def test_a_set_is_used_for_ten_minutes(source: Source, keys: KeySet) -> None:
    for _ in range(5):
        assert await keys.find("one") is not None
    source.go_on(minutes=10)
    await keys.find("one")
    assert source.asked == 1
    source.go_on(seconds=1)
    await keys.find("one")
    assert source.asked == 2


async def test_an_unknown_key_asks_again_once_a_minute(source: Source, keys: KeySet) -> None:
    await keys.find("one")
    source.go_on(seconds=61)
    source.keys = [ONE, TWO]
    assert await keys.find("two") is not None
    for _ in range(20):
        assert await keys.find("another") is None
    assert source.asked == 2
    source.go_on(seconds=60)
    assert await keys.find("another") is None
    assert source.asked == 3


async def test_the_last_good_set_is_kept_for_a_day(source: Source, keys: KeySet) -> None:
    await keys.find("one")
    source.fails = True
    source.go_on(hours=24)
    assert await keys.find("one") is not None
    source.go_on(minutes=2)
    with pytest.raises(ProviderError):
        await keys.find("one")


async def test_an_empty_set_does_not_replace_a_good_one(source: Source, keys: KeySet) -> None:
    await keys.find("one")
    source.keys = []
    source.go_on(minutes=11)
    assert await keys.find("one") is not None


async def test_a_key_that_was_withdrawn_is_gone(source: Source, keys: KeySet) -> None:
    await keys.find("one")
    source.keys = [TWO]
    source.go_on(minutes=11)
    assert await keys.find("one") is None


async def test_without_a_first_set_nothing_holds(source: Source, keys: KeySet) -> None:
    source.fails = True
    with pytest.raises(ProviderError):
        await keys.find("one")
    with pytest.raises(ProviderError):
        await keys.find("one")
    assert source.asked == 1, "a provider that is down is not asked at every sign-in"


def row(key: Key, **more: Any) -> dict[str, Any]:
    return {**key.as_dict(private=False), **more}


@pytest.mark.filterwarnings("ignore::joserfc.errors.SecurityWarning")
def test_only_sound_public_keys_of_the_algorithm_are_taken() -> None:
    rows = [
        row(ONE),
        row(TWO),
        row(TWO),
        row(ECKey.generate_key("P-384"), kid="p384"),
        row(RSAKey.generate_key(2048), kid="rsa"),
        row(OKPKey.generate_key("Ed25519"), kid="okp"),
        {**ECKey.generate_key("P-256").as_dict(private=True), "kid": "private"},
        row(ECKey.generate_key("P-256"), kid="enc", use="enc"),
        row(ECKey.generate_key("P-256"), kid="alg", alg="ES384"),
        {key: value for key, value in row(ECKey.generate_key("P-256")).items() if key != "kid"},
        {"kty": "EC", "kid": "broken", "crv": "P-256", "x": "1", "y": "2"},
        "a text",
    ]
    assert set(usable({"keys": rows}, "ES256")) == {"one"}
    assert set(usable({"keys": rows}, "RS256")) == {"rsa"}
    assert set(usable({"keys": rows}, "Ed25519")) == {"okp"}
    assert usable({}, "ES256") == usable({"keys": {}}, "ES256") == {}
    weak = row(RSAKey.generate_key(1024), kid="weak")
    assert usable({"keys": [weak]}, "RS256") == {}
