"""Client assertions and the keys that clients register."""

import json
import statistics
import time
import warnings
from datetime import timedelta
from typing import Any

import pytest
from joserfc import jws
from joserfc.jwk import ECKey, Key, OctKey, OKPKey, RSAKey

from hub.auth.assertions import read_assertion
from hub.auth.client_keys import client_keys
from hub.auth.clients import Client
from hub.errors import InvalidError

from .conftest import StillClock

ISSUER = "https://hub.example.org"
OWN = ECKey.generate_key("P-256", {"kid": "k1"})
OTHER = ECKey.generate_key("P-256", {"kid": "k1"})
SECOND = RSAKey.generate_key(2048, {"kid": "k2"})
ED = OKPKey.generate_key("Ed25519", {"kid": "k3"})


def jwk_set(*keys: Key) -> dict[str, Any]:
    return {"keys": [key.as_dict(private=False) for key in keys]}


def keyed(*keys: Key) -> Client:
    return Client(
        "c1", "", frozenset(), auth_method="private_key_jwt", jwks=jwk_set(*(keys or (OWN,)))
    )


def sign(
    claims: dict[str, Any] | None = None,
    key: Key = OWN,
    payload: bytes | None = None,
    **header: Any,
) -> str:
    now = int(StillClock()().timestamp())
    good = {"iss": "c1", "sub": "c1", "aud": ISSUER, "exp": now + 300, "jti": "j1"}
    made = {name: value for name, value in (good | (claims or {})).items() if value is not None}
    registry = jws.JWSRegistry(algorithms=list(jws.JWSRegistry.algorithms))
    registry.strict_check_header = False
    head = {n: v for n, v in ({"alg": "ES256", "kid": "k1"} | header).items() if v is not None}
    body = json.dumps(made).encode() if payload is None else payload
    return jws.serialize_compact(head, body, key, registry=registry)


def read(text: str, client: Client | None = None) -> str | None:
    known = client or keyed()
    found = read_assertion(text, {"c1": known}.get, ISSUER, StillClock()())
    return found.jti if found else None


NOW = int(StillClock()().timestamp())


@pytest.mark.parametrize(
    "text",
    [
        sign(),
        sign({"aud": [ISSUER]}),
        sign(kid=None),
        sign(typ="JWT"),
        sign(typ="client-authentication+jwt"),
        sign({"iat": NOW, "nbf": NOW + 30}),
        sign({"exp": NOW + 330}),
        sign({"exp": NOW - 29}),
    ],
)
def test_a_sound_assertion_holds(text: str) -> None:
    assert read(text) == "j1"


@pytest.mark.filterwarnings("ignore::joserfc.errors.SecurityWarning")
@pytest.mark.parametrize(
    "text",
    [
        "",
        "a.b.c",
        sign(payload=b"[]"),
        sign(payload=b"x"),
        sign(payload=b"[" * 1500),
        sign() + "=",
        sign({"more": "x" * 4096}),
        sign(key=OTHER),
        sign(kid="unknown"),
        sign(key=OctKey.import_key("0" * 32), alg="HS256"),
        sign(key=SECOND, alg="RS256"),
        sign(jwk=OWN.as_dict(private=False)),
        sign(jku="https://evil.example/jwks"),
        sign(typ="at+jwt"),
        sign({"sub": "c2"}),
        sign({"iss": "c2"}),
        sign({"iss": "c2", "sub": "c2"}),
        sign({"sub": None}),
        sign({"sub": 1, "iss": 1}),
        sign({"aud": ISSUER + "/oauth/token"}),
        sign({"aud": ISSUER + "/"}),
        sign({"aud": [ISSUER, "https://other.example"]}),
        sign({"aud": None}),
        sign({"exp": None}),
        sign({"exp": NOW - 30}),
        sign({"exp": NOW + 331}),
        sign({"exp": float(NOW + 60)}),
        sign({"exp": True}),
        sign({"iat": NOW + 31}),
        sign({"nbf": NOW + 31}),
        sign({"nbf": "0"}),
        sign({"jti": None}),
        sign({"jti": ""}),
        sign({"jti": 1}),
        sign({"jti": "x" * 201}),
        sign({"jti": "a\0b"}),
    ],
)
def test_an_unsound_assertion_does_not(text: str) -> None:
    assert read(text) is None


def test_each_key_has_one_algorithm() -> None:
    client = keyed(OWN, SECOND, ED)
    assert read(sign(key=SECOND, alg="PS256", kid="k2"), client)
    assert read(sign(key=SECOND, alg="RS256", kid="k2"), client) is None
    assert read(sign(key=ED, alg="Ed25519", kid="k3"), client)
    assert read(sign(kid=None), client) is None, "with several keys the assertion must name one"


def test_a_client_with_a_secret_has_no_key() -> None:
    assert read(sign(), Client("c1", "", frozenset())) is None


def test_an_unknown_client_takes_as_long_as_a_known_one() -> None:
    texts = (sign(key=OTHER), sign({"iss": "c9", "sub": "c9"}, key=OTHER))
    spent: tuple[list[float], list[float]] = ([], [])
    for _ in range(150):
        for text, times in zip(texts, spent, strict=True):
            began = time.perf_counter()
            assert read(text) is None
            times.append(time.perf_counter() - began)
    known, unknown = (statistics.median(times) for times in spent)
    assert 0.6 < unknown / known < 1.6


def test_it_is_kept_as_long_as_it_could_be_shown_again() -> None:
    found = read_assertion(sign(), {"c1": keyed()}.get, ISSUER, StillClock()())
    assert found is not None
    assert found.spent_until == StillClock()() + timedelta(seconds=330)


def weak_set() -> dict[str, Any]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return jwk_set(RSAKey.generate_key(1024, {"kid": "a"}))


def rsa(**more: Any) -> dict[str, Any]:
    return SECOND.as_dict(private=False) | more


@pytest.mark.parametrize(
    "jwks",
    [
        {},
        {"keys": []},
        {"keys": [1]},
        {"keys": [{"kty": "EC", "kid": "a"}]},
        {"keys": [OWN.as_dict(private=True)]},
        {"keys": [{**OWN.as_dict(private=False), "kid": ""}]},
        jwk_set(OWN, OTHER),
        {"keys": [rsa(kid=str(number)) for number in range(11)]},
        jwk_set(ECKey.generate_key("P-384", {"kid": "a"})),
        weak_set(),
        {"keys": [OctKey.import_key("0" * 32, {"kid": "a"}).as_dict(private=True)]},
        {"keys": [rsa(alg="HS256")]},
        {"keys": [rsa(alg="none")]},
        {"keys": [{**OWN.as_dict(private=False), "alg": "RS256"}]},
    ],
)
@pytest.mark.filterwarnings("ignore::joserfc.errors.SecurityWarning")
def test_unfit_key_sets_are_not_registered(jwks: dict[str, Any]) -> None:
    with pytest.raises(InvalidError) as refused:
        client_keys(jwks)
    assert refused.value.code == "JWKS"


def test_an_rsa_key_may_state_rs256() -> None:
    assert client_keys({"keys": [rsa(alg="RS256")]})["k2"][1] == "RS256"
