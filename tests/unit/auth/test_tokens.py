"""Access tokens: what is issued holds, and nothing else does."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from joserfc import jws
from joserfc.jwk import ECKey, Key, OctKey, RSAKey

from hub.auth.clients import Client
from hub.auth.keys import HELD, KeySet, SigningKeys, signing_keys
from hub.auth.roles import Role
from hub.auth.standing import Standing
from hub.auth.tokens import TokenIssuer
from hub.auth.verification import TokenVerifier
from hub.errors import UnauthenticatedError

from .conftest import Registry, StillClock

ISSUER = "https://hub.example.org"
Claims = dict[str, Any]


@pytest.fixture
def issuer(keys: SigningKeys, clock: StillClock) -> TokenIssuer:
    return TokenIssuer(keys, ISSUER, clock)


@pytest.fixture
def verifier(
    keys: SigningKeys, clock: StillClock, registry: Registry, submitter: Client
) -> TokenVerifier:
    registry.clients[submitter.client_id] = submitter
    return TokenVerifier(keys, ISSUER, clock, Standing(registry, clock))


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Forge:
    """Makes tokens the hub never would, by default with its own active key."""

    def __init__(self, keys: SigningKeys, now: int) -> None:
        self.keys = keys
        self.now = now
        self.header = {"alg": "ES256", "typ": "at+jwt", "kid": keys.active.kid}
        self.claims: Claims = {
            "iss": ISSUER,
            "sub": "POL-system",
            "aud": ISSUER,
            "client_id": "POL-system",
            "iat": now,
            "exp": now + 300,
            "jti": "id-1",
            "scope": "return:submit",
        }

    def sign(self, key: Key | None = None, payload: bytes | None = None, **header: Any) -> str:
        """Sign with the JWS layer, which adds nothing; a header of None is left out."""
        made = {name: v for name, v in (self.header | header).items() if v is not None}
        body = json.dumps(self.claims).encode() if payload is None else payload
        registry = jws.JWSRegistry(algorithms=list(jws.JWSRegistry.algorithms))
        registry.strict_check_header = False
        return jws.serialize_compact(made, body, key or self.keys.active, registry=registry)

    def with_claims(self, **claims: Any) -> str:
        """Sign with some claims changed; None leaves one out."""
        changed = {name: v for name, v in (self.claims | claims).items() if v is not None}
        return self.sign(payload=json.dumps(changed).encode())

    def by_hand(self, header: dict[str, Any], signature: bytes = b"x") -> str:
        """Assemble a token whose signature no library would make."""
        return ".".join(
            b64(part)
            for part in (json.dumps(header).encode(), json.dumps(self.claims).encode(), signature)
        )

    def with_payload_of(self, other: str) -> str:
        """Put another token's claims between this one's header and signature."""
        head, _, signature = self.sign().split(".")
        return f"{head}.{other.split('.')[1]}.{signature}"

    def hs256_with_public_key(self) -> str:
        """Sign symmetrically with what everybody knows: the classic confusion."""
        pem = self.keys.active.as_pem(private=False)
        head = b64(json.dumps(self.header | {"alg": "HS256"}).encode())
        signed = f"{head}.{b64(json.dumps(self.claims).encode())}"
        return f"{signed}.{b64(hmac.digest(pem, signed.encode(), hashlib.sha256))}"


STRANGER = ECKey.generate_key("P-256", auto_kid=True)
P384 = ECKey.generate_key("P-384")
RSA = RSAKey.generate_key(2048)
PUBLIC_JWK = STRANGER.as_dict(private=False)

FORGED: dict[str, Callable[[Forge], str]] = {
    "empty": lambda f: "",
    "no token": lambda f: "abc",
    "two parts": lambda f: f.sign().rpartition(".")[0],
    "empty signature": lambda f: f.sign().rpartition(".")[0] + ".",
    "four parts": lambda f: f.sign() + ".x",
    "padding": lambda f: f.sign() + "=",
    "white space": lambda f: f.sign() + "\n",
    "not ascii": lambda f: f.sign() + "é",
    "encrypted form": lambda f: "a.b.c.d.e",
    "other signature": lambda f: f.sign().rpartition(".")[0] + "." + b64(b"0" * 64),
    "swapped payload": lambda f: f.with_payload_of(f.with_claims(scope="audit:read")),
    "huge": lambda f: f.with_claims(scope="x" * 5000),
    "alg none": lambda f: f.by_hand(f.header | {"alg": "none"}),
    "alg none, no signature": lambda f: f.by_hand(f.header | {"alg": "none"}, b""),
    "alg None": lambda f: f.by_hand(f.header | {"alg": "None"}),
    "alg missing": lambda f: f.by_hand({"typ": "at+jwt", "kid": f.keys.active.kid}),
    "alg a list": lambda f: f.by_hand(f.header | {"alg": ["ES256"]}),
    "HS256 with the public key": Forge.hs256_with_public_key,
    "HS256 with a secret": lambda f: f.sign(OctKey.import_key("0" * 32), alg="HS256"),
    "RS256 with the same kid": lambda f: f.sign(RSA, alg="RS256"),
    "PS256 with the same kid": lambda f: f.sign(RSA, alg="PS256"),
    "ES384 with the same kid": lambda f: f.sign(P384, alg="ES384"),
    "stranger's key, our kid": lambda f: f.sign(STRANGER),
    "stranger's key and kid": lambda f: f.sign(STRANGER, kid=STRANGER.kid),
    "stranger's key in jwk": lambda f: f.sign(STRANGER, jwk=PUBLIC_JWK),
    "own key with jwk": lambda f: f.sign(jwk=f.keys.active.as_dict(private=False)),
    "jku": lambda f: f.sign(jku="https://evil.example/jwks"),
    "x5u": lambda f: f.sign(x5u="https://evil.example/cert"),
    "x5c": lambda f: f.sign(x5c=["MIIB"]),
    "crit": lambda f: f.by_hand(f.header | {"crit": ["exp"]}),
    "b64 false": lambda f: f.by_hand(f.header | {"b64": False, "crit": ["b64"]}),
    "kid missing": lambda f: f.sign(kid=None),
    "kid unknown": lambda f: f.sign(kid="another"),
    "kid a path": lambda f: f.sign(kid="../../dev/null"),
    "kid a number": lambda f: f.by_hand(f.header | {"kid": 1}),
    "typ missing": lambda f: f.sign(typ=None),
    "typ JWT": lambda f: f.sign(typ="JWT"),
    "typ of a logout token": lambda f: f.sign(typ="logout+jwt"),
    "typ of an introspection answer": lambda f: f.sign(typ="token-introspection+jwt"),
    "payload no JSON": lambda f: f.sign(payload=b"hello"),
    "payload a list": lambda f: f.sign(payload=b"[]"),
    "payload empty": lambda f: f.sign(payload=b"{}"),
    "payload too deep": lambda f: f.sign(payload=b"[" * 1500),
    "exp infinite": lambda f: f.sign(
        payload=json.dumps(f.claims).replace(str(f.now + 300), "Infinity").encode()
    ),
    "exp NaN": lambda f: f.sign(
        payload=json.dumps(f.claims).replace(str(f.now + 300), "NaN").encode()
    ),
    "iss with a slash": lambda f: f.with_claims(iss=ISSUER + "/"),
    "iss in capitals": lambda f: f.with_claims(iss=ISSUER.upper()),
    "iss of another": lambda f: f.with_claims(iss="https://other.example"),
    "iss missing": lambda f: f.with_claims(iss=None),
    "iss a list": lambda f: f.with_claims(iss=[ISSUER]),
    "aud of another": lambda f: f.with_claims(aud="https://other.example"),
    "aud the client": lambda f: f.with_claims(aud="POL-system"),
    "aud missing": lambda f: f.with_claims(aud=None),
    "aud several": lambda f: f.with_claims(aud=[ISSUER, "https://other.example"]),
    "sub missing": lambda f: f.with_claims(sub=None),
    "sub of another": lambda f: f.with_claims(sub="steward-1"),
    "client_id missing": lambda f: f.with_claims(client_id=None),
    "client_id empty": lambda f: f.with_claims(client_id="", sub=""),
    "client_id a number": lambda f: f.with_claims(client_id=1, sub=1),
    "client unknown": lambda f: f.with_claims(client_id="none", sub="none"),
    "jti missing": lambda f: f.with_claims(jti=None),
    "jti empty": lambda f: f.with_claims(jti=""),
    "scope missing": lambda f: f.with_claims(scope=None),
    "scope a list": lambda f: f.with_claims(scope=["return:submit"]),
    "exp missing": lambda f: f.with_claims(exp=None),
    "exp a text": lambda f: f.with_claims(exp=str(f.now + 300)),
    "exp a truth value": lambda f: f.with_claims(exp=True),
    "exp a fraction": lambda f: f.with_claims(exp=f.now + 300.5),
    "exp past": lambda f: f.with_claims(iat=f.now - 300, exp=f.now - 30),
    "exp before iat": lambda f: f.with_claims(iat=f.now + 20, exp=f.now + 10),
    "lives 15 minutes and a second": lambda f: f.with_claims(exp=f.now + 901),
    "lives 95 years": lambda f: f.with_claims(exp=f.now + 3_000_000_000),
    "iat missing": lambda f: f.with_claims(iat=None),
    "iat a truth value": lambda f: f.with_claims(iat=True),
    "iat in the future": lambda f: f.with_claims(iat=f.now + 31),
    "iat in the future, nbf past": lambda f: f.with_claims(iat=f.now + 31, nbf=f.now),
    "nbf in the future": lambda f: f.with_claims(nbf=f.now + 31),
    "nbf a text": lambda f: f.with_claims(nbf="0"),
}


@pytest.fixture
def forge(keys: SigningKeys, clock: StillClock) -> Forge:
    return Forge(keys, int(clock().timestamp()))


@pytest.mark.filterwarnings("ignore::joserfc.errors.SecurityWarning")
@pytest.mark.parametrize("case", FORGED)
async def test_a_forged_token_is_refused(case: str, forge: Forge, verifier: TokenVerifier) -> None:
    with pytest.raises(UnauthenticatedError) as refused:
        await verifier.verify(FORGED[case](forge))
    assert refused.value.code in ("TOKEN_INVALID", "TOKEN_EXPIRED")
    assert str(refused.value) == "The token does not hold; ask /oauth/token for a new one."


def test_there_are_enough_forged_tokens() -> None:
    assert len(FORGED) >= 60


@pytest.mark.parametrize(
    "claims",
    [{"consent": 1}, {"consent": "c", "auth_time": "0"}, {"consent": "c", "auth_time": True}],
    ids=str,
)
def test_what_a_person_allowed_is_of_its_kind(
    claims: Claims, forge: Forge, verifier: TokenVerifier
) -> None:
    for good in ({"consent": "c"}, {"consent": "c", "auth_time": forge.now}):
        assert verifier.read(forge.with_claims(sub="ana", **good)).consent_id == "c"
    with pytest.raises(UnauthenticatedError):
        verifier.read(forge.with_claims(sub="ana", **claims))


@pytest.mark.parametrize("case", ["empty", "no token", "four parts", "padding", "white space"])
def test_what_is_no_compact_token_never_reaches_the_library(
    case: str, forge: Forge, verifier: TokenVerifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = FORGED[case](forge)
    monkeypatch.setattr(jws, "extract_compact", lambda _: pytest.fail("It was read."))
    with pytest.raises(UnauthenticatedError):
        verifier.read(token)


@pytest.mark.parametrize(
    "claims",
    [{}, {"iat": 30}, {"nbf": 30, "iat": 0}, {"exp": 900}, {"iat": -200, "exp": -29}],
    ids=str,
)
async def test_the_forge_makes_good_tokens_too(
    claims: dict[str, int], forge: Forge, verifier: TokenVerifier
) -> None:
    shifted = {name: forge.now + seconds for name, seconds in claims.items()}
    assert (await verifier.verify(forge.with_claims(**shifted))).client_id == "POL-system"


async def test_an_issued_token_gives_the_caller_of_the_registry(
    issuer: TokenIssuer, verifier: TokenVerifier, submitter: Client
) -> None:
    token = issuer.issue(submitter, {"return:submit"})
    caller = await verifier.verify(token.text)
    assert (caller.agency, caller.roles) == ("POL", frozenset({Role.SUBMITTER}))
    assert (caller.scopes, caller.token_id) == (frozenset({"return:submit"}), token.token_id)


async def test_agency_and_role_are_never_taken_from_a_claim(
    forge: Forge, verifier: TokenVerifier
) -> None:
    token = forge.with_claims(
        agency="WAID", roles=["steward"], groups=["steward"], scope="return:submit audit:read"
    )
    caller = await verifier.verify(token)
    assert (caller.agency, caller.roles) == ("POL", frozenset({Role.SUBMITTER}))
    assert caller.scopes == {"return:submit"}


def test_what_is_issued_is_what_rfc_9068_wants(
    issuer: TokenIssuer, submitter: Client, clock: StillClock
) -> None:
    token = issuer.issue(submitter, {"return:submit", "journey:read"})
    signed = jws.extract_compact(token.text.encode())
    now = int(clock().timestamp())
    assert signed.headers() == {
        "alg": "ES256",
        "typ": "at+jwt",
        "kid": issuer.keys.active.kid,
    }
    assert json.loads(signed.payload or b"") == {
        "iss": ISSUER,
        "sub": "POL-system",
        "aud": ISSUER,
        "client_id": "POL-system",
        "iat": now,
        "exp": now + 300,
        "jti": token.token_id,
        "scope": "journey:read return:submit",
    }
    assert token.text not in repr(token)


def test_no_token_lives_longer_than_ten_minutes(issuer: TokenIssuer, submitter: Client) -> None:
    token = issuer.issue(submitter, (), lifetime=timedelta(days=10))
    assert token.lifetime == timedelta(minutes=10)


def test_a_scope_beyond_the_roles_is_never_signed(issuer: TokenIssuer, submitter: Client) -> None:
    with pytest.raises(ValueError, match="scopes"):
        issuer.issue(submitter, {"audit:read"})


async def test_a_standby_key_verifies_too(forge: Forge, verifier: TokenVerifier) -> None:
    standby = next(key for key in forge.keys.published.values() if key is not forge.keys.active)
    assert (await verifier.verify(forge.sign(standby, kid=standby.kid))).agency == "POL"


async def test_a_token_expires(
    issuer: TokenIssuer, verifier: TokenVerifier, submitter: Client, clock: StillClock
) -> None:
    token = issuer.issue(submitter, ())
    clock.go_on(329)
    await verifier.verify(token.text)
    clock.go_on(1)
    with pytest.raises(UnauthenticatedError) as refused:
        await verifier.verify(token.text)
    assert refused.value.code == "TOKEN_EXPIRED"


async def test_a_revoked_token_ends_within_five_seconds(
    issuer: TokenIssuer,
    verifier: TokenVerifier,
    submitter: Client,
    registry: Registry,
    clock: StillClock,
) -> None:
    token = issuer.issue(submitter, ())
    await verifier.verify(token.text)
    registry.denied.add(token.token_id)
    clock.go_on(5)
    with pytest.raises(UnauthenticatedError):
        await verifier.verify(token.text)


async def test_a_client_taken_away_ends_within_five_seconds(
    issuer: TokenIssuer,
    verifier: TokenVerifier,
    submitter: Client,
    registry: Registry,
    clock: StillClock,
) -> None:
    token = issuer.issue(submitter, ())
    await verifier.verify(token.text)
    del registry.clients[submitter.client_id]
    clock.go_on(5)
    with pytest.raises(UnauthenticatedError):
        await verifier.verify(token.text)


async def test_verifying_does_not_ask_the_registry_each_time(
    issuer: TokenIssuer, verifier: TokenVerifier, submitter: Client, registry: Registry
) -> None:
    token = issuer.issue(submitter, ())
    for _ in range(50):
        await verifier.verify(token.text)
    assert registry.reads == 1


@pytest.mark.filterwarnings("ignore::joserfc.errors.SecurityWarning")
async def test_a_forged_token_never_reaches_the_registry(
    forge: Forge, verifier: TokenVerifier, registry: Registry
) -> None:
    for case, make in FORGED.items():
        if case != "client unknown":
            with pytest.raises(UnauthenticatedError):
                await verifier.verify(make(forge))
    assert registry.reads == 0


async def test_a_token_that_was_believed_before_still_ends(
    keys: SigningKeys, clock: StillClock, verifier: TokenVerifier, issuer: TokenIssuer
) -> None:
    """What is remembered is the signature: the times, the registry and the keys count each time."""
    token = Forge(keys, int(clock().timestamp())).sign()
    assert (await verifier.verify(token)).client_id == "POL-system"
    assert keys.remembered(hashlib.sha256(f"{ISSUER} {token}".encode()).digest()) is not None
    other = replace(verifier, issuer="https://other.example.org")
    with pytest.raises(UnauthenticatedError):
        await other.verify(token)
    clock.go_on(331)
    with pytest.raises(UnauthenticatedError, match="new one") as caught:
        await verifier.verify(token)
    assert caught.value.code == "TOKEN_EXPIRED"


async def test_a_caller_is_the_same_until_the_registry_is_read_anew(
    clock: StillClock, verifier: TokenVerifier, forge: Forge
) -> None:
    """A request that comes again is known by its caller being the very same object."""
    token = forge.sign()
    first = await verifier.verify(token)
    assert await verifier.verify(token) is first
    shown = replace(verifier, second_factor=timedelta(0))
    assert (await shown.verify(token)).second_factor == timedelta(0)
    verifier.standing.forget()
    assert await verifier.verify(token) is not first


async def test_how_long_ago_a_factor_was_shown_is_told_each_time(
    clock: StillClock, verifier: TokenVerifier, registry: Registry, forge: Forge
) -> None:
    scopes = frozenset({"return:submit"})
    registry.clients["board"] = Client(
        "board", "Board", frozenset(), auth_method="none", own_scopes=scopes
    )
    said = {"client_id": "board", "consent": "c", "auth_time": forge.now - 60}
    token = forge.with_claims(**said)
    assert (await verifier.verify(token)).second_factor == timedelta(seconds=60)
    clock.go_on(2)
    assert (await verifier.verify(token)).second_factor == timedelta(seconds=62)


async def test_a_key_that_is_published_no_more_ends_what_it_signed(
    tmp_path: Path, clock: StillClock, verifier: TokenVerifier
) -> None:
    keys = signing_keys(tmp_path)
    verifier = replace(verifier, keys=keys)
    token = Forge(keys, int(clock().timestamp())).sign()
    await verifier.verify(token)
    left = {kid: key for kid, key in keys.published.items() if kid != keys.active.kid}
    keys._keys = KeySet(next(iter(left.values())), left)
    with pytest.raises(UnauthenticatedError):
        await verifier.verify(token)


async def test_only_so_many_signatures_are_remembered(tmp_path: Path) -> None:
    keys = signing_keys(tmp_path)
    for number in range(HELD + 5):
        keys.remember(number.to_bytes(4, "big"), keys.active, number)
    assert keys.remembered((4).to_bytes(4, "big")) is None
    assert keys.remembered((5).to_bytes(4, "big")) == 5
