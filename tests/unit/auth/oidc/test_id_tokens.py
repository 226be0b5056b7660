"""ID tokens: what the profile says is taken, and nothing else is."""

import base64
import hmac
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from joserfc import jws
from joserfc.jwk import ECKey, Key, RSAKey

from hub.auth.oidc.id_tokens import Identified, IdTokens
from hub.auth.oidc.keysets import KeySet
from hub.auth.oidc.profile import Profile
from hub.errors import UnauthenticatedError

AT = datetime(2026, 6, 1, 12, tzinfo=UTC)
NOW = int(AT.timestamp())
ISSUER = "https://login.example.org/tenant"
KEY = ECKey.generate_key("P-256", {"kid": "one"})
STRANGER = ECKey.generate_key("P-256", {"kid": "one"})
RSA = RSAKey.generate_key(2048, {"kid": "one"})
P384 = ECKey.generate_key("P-384", {"kid": "one"})
Claims = dict[str, Any]
GOOD: Claims = {
    "iss": ISSUER,
    "sub": "person-7",
    "aud": "the-hub",
    "nonce": "n-1",
    "iat": NOW,
    "exp": NOW + 300,
}


def profile(**more: Any) -> Profile:
    plain = {
        "issuer": ISSUER,
        "client_id": "the-hub",
        "authorization_endpoint": f"{ISSUER}/authorize",
        "token_endpoint": f"{ISSUER}/token",
        "jwks_uri": f"{ISSUER}/keys",
        "algorithm": "ES256",
        "secret_file": Path("unused"),
    }
    return Profile.model_validate(plain | more)


async def read(token: str, **more: Any) -> Identified:
    async def fetch() -> dict[str, Any]:
        return {"keys": [KEY.as_dict(private=False)]}

    keys = KeySet(fetch, "ES256", lambda: AT)
    return await IdTokens(profile(**more), keys, lambda: AT).read(token, "n-1")


def signed(claims: Any = None, key: Key = KEY, **header: Any) -> str:
    made = {"alg": "ES256", "kid": "one", "typ": "JWT"} | header
    made = {name: value for name, value in made.items() if value is not None}
    body = GOOD if claims is None else claims
    registry = jws.JWSRegistry(algorithms=list(jws.JWSRegistry.algorithms))
    registry.strict_check_header = False
    payload = body if isinstance(body, bytes) else json.dumps(body).encode()
    return jws.serialize_compact(made, payload, key, registry=registry)


HEADER = {"alg": "ES256", "kid": "one", "typ": "JWT"}


def by_hand(header: Claims, signature: bytes) -> str:
    """Assemble a token whose signature no library would make."""
    parts = (json.dumps(header).encode(), json.dumps(GOOD).encode(), signature)
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)


def hs256_with_public_key() -> str:
    """Sign symmetrically with what everybody knows."""
    head, body, _ = by_hand(HEADER | {"alg": "HS256"}, b"").split(".")
    mac = hmac.digest(KEY.as_pem(private=False), f"{head}.{body}".encode(), "sha256")
    return f"{head}.{body}." + base64.urlsafe_b64encode(mac).rstrip(b"=").decode()


def but(**claims: Any) -> str:
    return signed({name: v for name, v in (GOOD | claims).items() if v is not None})


FORGED: dict[str, Callable[[], str]] = {
    "empty": lambda: "",
    "no token": lambda: "abc",
    "no signature": lambda: signed().rpartition(".")[0] + ".",
    "huge": lambda: but(sub="x", more="y" * 20_000),
    "stranger's key": lambda: signed(key=STRANGER),
    "unknown kid": lambda: signed(kid="two"),
    "no kid": lambda: signed(kid=None),
    "kid a number": lambda: by_hand({"alg": "ES256", "kid": 1, "typ": "JWT"}, b"0" * 64),
    "HS256 with the public key": hs256_with_public_key,
    "alg none": lambda: by_hand({"alg": "none", "kid": "one", "typ": "JWT"}, b""),
    "crit": lambda: by_hand(HEADER | {"crit": ["exp"]}, b"0" * 64),
    "RS256": lambda: signed(key=RSA, alg="RS256"),
    "ES384": lambda: signed(key=P384, alg="ES384"),
    "an access token": lambda: signed(typ="at+jwt"),
    "a logout token": lambda: signed(typ="logout+jwt"),
    "jwk in the header": lambda: signed(jwk=KEY.as_dict(private=False)),
    "jku": lambda: signed(jku="https://evil.example"),
    "x5u": lambda: signed(x5u="https://evil.example"),
    "payload no JSON": lambda: signed(b"hello"),
    "payload a list": lambda: signed([]),
    "payload too deep": lambda: signed(b"[" * 1500),
    "iss with a slash": lambda: but(iss=ISSUER + "/"),
    "iss of another tenant": lambda: but(iss="https://login.example.org/other"),
    "iss missing": lambda: but(iss=None),
    "aud of another": lambda: but(aud="another"),
    "aud several": lambda: but(aud=["the-hub", "another"]),
    "aud missing": lambda: but(aud=None),
    "azp of another": lambda: but(azp="another"),
    "nonce of another": lambda: but(nonce="n-2"),
    "nonce missing": lambda: but(nonce=None),
    "nonce a number": lambda: but(nonce=1),
    "sub missing": lambda: but(sub=None),
    "sub empty": lambda: but(sub=""),
    "sub a number": lambda: but(sub=7),
    "sub too long": lambda: but(sub="x" * 256),
    "exp past": lambda: but(iat=NOW - 400, exp=NOW - 30),
    "exp missing": lambda: but(exp=None),
    "exp a text": lambda: but(exp="soon"),
    "exp a truth value": lambda: but(exp=True),
    "exp before iat": lambda: but(exp=NOW - 1),
    "lives two days": lambda: but(exp=NOW + 2 * 86400),
    "iat in the future": lambda: but(iat=NOW + 31),
    "iat missing": lambda: but(iat=None),
    "nbf in the future": lambda: but(nbf=NOW + 31),
}


@pytest.mark.filterwarnings("ignore::joserfc.errors.SecurityWarning")
@pytest.mark.parametrize("case", FORGED)
async def test_a_token_that_does_not_hold_is_refused(case: str) -> None:
    with pytest.raises(UnauthenticatedError, match="begin again"):
        await read(FORGED[case]())


async def test_a_good_token_tells_who_and_nothing_more() -> None:
    claims = {"groups": ["stewards"], "roles": ["steward"], "agency": "POL"}
    assert await read(but(**claims)) == Identified(ISSUER, "person-7", None)
    assert await read(but(aud=["the-hub"], azp="the-hub"))
    assert await read(signed(typ=None))


@pytest.mark.parametrize("typ, wanted", [("JWT", None), ("none", "JWT")])
async def test_a_profile_may_pin_the_type(typ: str, wanted: str | None) -> None:
    with pytest.raises(UnauthenticatedError):
        await read(signed(typ=wanted), typ=typ)


FACTORS: list[tuple[Claims, bool]] = [
    ({}, False),
    ({"auth_time": NOW - 60}, False),
    ({"amr": ["mfa"]}, False),
    ({"auth_time": NOW - 60, "amr": ["pwd"]}, False),
    ({"auth_time": NOW - 60, "amr": "mfa"}, False),
    ({"auth_time": NOW - 60, "amr": [["mfa"], 1]}, False),
    ({"auth_time": str(NOW), "amr": ["mfa"]}, False),
    ({"auth_time": True, "amr": ["mfa"]}, False),
    ({"auth_time": NOW + 31, "amr": ["mfa"]}, False),
    ({"auth_time": NOW - 60, "acr": "silver"}, False),
    ({"auth_time": NOW - 60, "acr": "gold"}, True),
    ({"auth_time": NOW - 60, "amr": ["pwd", "otp"]}, True),
    ({"auth_time": NOW - 60, "amr": ["pwd", "mfa"]}, True),
]


@pytest.mark.parametrize("claims, shown", FACTORS, ids=str)
async def test_a_second_factor_counts_with_its_moment_only(claims: Claims, shown: bool) -> None:
    found = await read(but(**claims), second_factor_acr={"gold"})
    assert found.second_factor_at == (AT - timedelta(seconds=60) if shown else None)
