"""The provider as the hub talks to it: where to send a browser, and what a code is worth."""

import base64
import json
import secrets
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, Key, OKPKey, RSAKey, import_key

from hub.auth.delegated import challenge_of
from hub.auth.oidc.fetching import Fetching
from hub.auth.oidc.id_tokens import Identified, IdTokens
from hub.auth.oidc.keysets import KeySet
from hub.auth.oidc.profile import Profile, client_proof, read_profile
from hub.auth.sign_ins import Secrets
from hub.clock import Clock
from hub.errors import ProviderError, SettingsError
from hub.settings import Settings

ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ASSERTION_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Provider:
    """One identity provider and the hub's own registration there."""

    profile: Profile
    redirect_uri: str
    proof: str | Key = field(repr=False)
    fetching: Fetching = field(repr=False)
    tokens: IdTokens = field(repr=False)
    clock: Clock = field(repr=False)

    def sign_in_address(self, own: Secrets, *, afresh: bool) -> str:
        """Tell where to send a browser; ``afresh`` asks for a new proof with a second factor."""
        asked = {
            "response_type": "code",
            "client_id": self.profile.client_id,
            "redirect_uri": self.redirect_uri,
            "scope": self.profile.scope,
            "state": own.state,
            "nonce": own.nonce,
            "code_challenge": challenge_of(own.verifier),
            "code_challenge_method": "S256",
        }
        if afresh:
            asked |= {"prompt": "login", "max_age": "0"}
            best = sorted(self.profile.second_factor_acr)
            asked |= {"acr_values": " ".join(best)} if best else {}
        return f"{self.profile.authorization_endpoint}?{urlencode(asked)}"

    async def identify(self, code: str, own: Secrets) -> Identified:
        """Exchange a code and read who signed in.

        Raises ``ProviderError`` when the provider refuses or does not answer,
        ``UnauthenticatedError`` when its ID token does not hold.
        """
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.redirect_uri,
            "code_verifier": own.verifier,
        }
        more, headers = self._proof()
        answer = await self.fetching.post(self.profile.token_endpoint, form | more, headers)
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise ProviderError("The sign-in provider gave no ID token.")
        # Its access token is never kept: the hub has no other use for the provider.
        return await self.tokens.read(token, own.nonce)

    async def close(self) -> None:
        """Give the connections back."""
        await self.fetching.close()

    def _proof(self) -> tuple[dict[str, str], dict[str, str]]:
        """Prove the hub itself: by a signed assertion, or by the secret in a Basic header."""
        own = self.profile.client_id
        if isinstance(self.proof, str):
            pair = f"{quote(own, safe='')}:{quote(self.proof, safe='')}"
            encoded = base64.b64encode(pair.encode()).decode()
            return {}, {"Authorization": f"Basic {encoded}"}
        made = jwt.encode(
            {"alg": _algorithm(self.proof), "kid": self.proof.kid}, self._claims(), self.proof
        )
        form = {"client_id": own, "client_assertion_type": ASSERTION, "client_assertion": made}
        return form, {}

    def _claims(self) -> dict[str, Any]:
        now, own = int(self.clock().timestamp()), self.profile.client_id
        return {
            "iss": own,
            "sub": own,
            "aud": self.profile.assertion_audience or self.profile.issuer,
            "iat": now,
            "exp": now + ASSERTION_SECONDS,
            "jti": secrets.token_urlsafe(16),
        }


def provider_of(settings: Settings, clock: Clock) -> Provider | None:
    """Make the provider that the settings name; None where they name none.

    Raises ``SettingsError`` when the profile or the hub's own credentials do not hold.
    """
    if settings.sign_in_profile is None:
        return None
    profile = read_profile(settings.sign_in_profile, production=settings.env == "production")
    fetching = Fetching()

    async def fetch() -> dict[str, Any]:
        return await fetching.get(profile.jwks_uri)

    keys = KeySet(fetch, profile.algorithm, clock)
    return Provider(
        profile=profile,
        redirect_uri=f"{settings.issuer}/sign-in/callback",
        proof=_own_proof(profile),
        fetching=fetching,
        tokens=IdTokens(profile, keys, clock),
        clock=clock,
    )


def _own_proof(profile: Profile) -> str | Key:
    text = client_proof(profile)
    if profile.key_file is None:
        return text
    try:
        key = import_key(json.loads(text))
        _algorithm(key)
        sound = key.is_private and key.kid is not None
    except (JoseError, ValueError, TypeError, KeyError):
        sound = False
    if not sound:
        raise SettingsError(
            f"{profile.key_file.name} must be one private JWK with a `kid`: EC P-256, Ed25519, "
            "or RSA of 2048 bits or more."
        )
    return key


def _algorithm(key: Key) -> str:
    if isinstance(key, ECKey) and key.curve_name == "P-256":
        return "ES256"
    if isinstance(key, OKPKey) and key.curve_name == "Ed25519":
        return "Ed25519"
    if isinstance(key, RSAKey) and key.public_key.key_size >= 2048:
        return "PS256"
    raise ValueError("a kind of key the hub does not sign with")
