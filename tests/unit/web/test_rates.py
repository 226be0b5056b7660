"""Token buckets: what passes, what waits and how long, and that nobody waits for ever."""

import pytest
from starlette.types import Scope

from hub.errors import RateLimitedError
from hub.settings import Settings
from hub.web import rates
from hub.web.rates import Buckets, Rates, address_of


class Watch:
    """Ticks that a test moves."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def scope(host: str = "192.0.2.1") -> Scope:
    return {"type": "http", "client": (host, 1), "path": "/"}


def wait(buckets: Buckets, key: str = "a", amount: float = 1) -> int:
    with pytest.raises(RateLimitedError) as refused:
        buckets.take(key, amount)
    return refused.value.retry_after


def test_a_minute_of_allowance_may_be_used_at_once_and_comes_back() -> None:
    watch = Watch()
    buckets = Buckets(60, watch)
    for _ in range(60):
        buckets.take("a")
    assert wait(buckets) == 1
    assert wait(buckets, amount=30) == 30
    watch.now += 30
    buckets.take("a", 30)
    assert wait(buckets) == 1
    watch.now += 3600
    buckets.take("a", 60)
    assert wait(buckets) == 1


def test_waiting_as_long_as_told_is_enough() -> None:
    watch = Watch()
    buckets = Buckets(7, watch)
    buckets.take("a", 7)
    watch.now += wait(buckets, amount=3)
    buckets.take("a", 3)


def test_a_refused_request_takes_nothing() -> None:
    watch = Watch()
    buckets = Buckets(60, watch)
    buckets.take("a", 60)
    for _ in range(1000):
        wait(buckets)
    watch.now += 1
    buckets.take("a")


def test_more_than_a_bucket_holds_is_refused_at_times_not_always() -> None:
    buckets = Buckets(10, Watch())
    buckets.take("a", 1_000)
    assert wait(buckets) > 60


def test_one_key_does_not_wait_for_another() -> None:
    buckets = Buckets(1, Watch())
    buckets.take("a")
    wait(buckets)
    buckets.take("b")


def test_only_so_many_buckets_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rates, "KEYS", 3)
    buckets = Buckets(1, Watch())
    for key in "abcd":
        buckets.take(key)
    assert len(buckets._levels) == 3
    wait(buckets, "d")


def test_processes_share_the_allowance() -> None:
    one = Rates(Settings(requests_per_minute=60, processes=3), Watch())
    for _ in range(20):
        one.client("x")
    with pytest.raises(RateLimitedError):
        one.client("x")


def test_failures_for_one_client_leave_other_addresses_and_clients_alone() -> None:
    held = Rates(Settings(failed_proofs_per_minute=5), Watch())
    for _ in range(5):
        held.prove(scope(), "x")
    with pytest.raises(RateLimitedError):
        held.prove(scope(), "x")
    held.prove(scope("192.0.2.2"), "x")
    held.prove(scope(), "y")


def test_an_address_that_tries_many_clients_is_slowed_down_too() -> None:
    watch = Watch()
    held = Rates(Settings(failed_proofs_per_minute=5), watch)
    for number in range(50):
        held.prove(scope(), f"x{number}")
    with pytest.raises(RateLimitedError) as refused:
        held.prove(scope(), "good")
    assert refused.value.retry_after <= 2
    watch.now += refused.value.retry_after
    held.prove(scope(), "good").held()


def test_a_proof_that_holds_is_not_counted() -> None:
    held = Rates(Settings(failed_proofs_per_minute=2), Watch())
    for _ in range(500):
        held.prove(scope(), "x").held()


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("testclient", "testclient"),
    ],
)
def test_an_address_is_an_ipv4_address_or_an_ipv6_network(host: str, name: str) -> None:
    assert address_of(scope(host)) == name
    assert address_of({"type": "http"}) == "unknown"
