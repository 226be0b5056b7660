"""The grants of public clients: a code with its PKCE verifier, and refreshing by rotation.

Authlib's own versions look a code up, save the token and delete the code in three steps, which
gave ten tokens for one code under ten parallel tries. Here the row is locked first
(:mod:`hub.auth.consents`); Authlib only chooses which grant answers.
"""

import base64
import hashlib
import hmac
import re
from typing import Any

from authlib.oauth2.rfc6749 import (
    BaseGrant,
    InvalidGrantError,
    InvalidRequestError,
    InvalidScopeError,
    TokenEndpointMixin,
)

from hub.auth import consents
from hub.auth.clients import Client
from hub.auth.consents import Consent
from hub.auth.tokens import Delegation

VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}", re.ASCII)
CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)
METHOD = "S256"
Answer = tuple[int, dict[str, Any], list[tuple[str, str]]]


class _PublicGrant(BaseGrant, TokenEndpointMixin):  # type: ignore[misc]
    """What both grants share: a public client, and a person behind it who may still act."""

    TOKEN_ENDPOINT_AUTH_METHODS = ("none",)

    def validate_token_request(self) -> None:
        """Authenticate; everything else is decided under the consent's lock."""
        self.request.client = self.authenticate_token_endpoint_client()

    @property
    def _client(self) -> Client:
        client: Client = self.request.client.client
        return client

    def _needed(self, name: str) -> str:
        value: str = self.request.form.get(name, "")
        if not value:
            raise InvalidRequestError
        return value

    def _answer(self, consent: Consent, scopes: frozenset[str]) -> Answer:
        """Issue a token and the family's next refresh token, or end with ``invalid_grant``."""
        account = self.server.account(consent.account_id)
        if account is None:
            raise InvalidGrantError
        delegation = Delegation(account, consent.id, consent.second_factor_at)
        # A role that was taken away since takes its scopes with it.
        still = scopes & account.scopes & self._client.own_scopes
        refresh = consents.new_refresh(self.server.session, consent)
        return 200, self.server.delegated(self._client, still, delegation, refresh), []


class CodeGrant(_PublicGrant):
    """Exchanges a code for tokens (RFC 6749 section 4.1.3, RFC 7636)."""

    GRANT_TYPE = "authorization_code"

    def create_token_response(self) -> Answer:
        """Redeem the code, whatever else is wrong: a code is for one try."""
        code, address = self._needed("code"), self._needed("redirect_uri")
        verifier = self._needed("code_verifier")
        now = self.server.now()
        found = consents.redeem(self.server.session, code, self._client.client_id, now)
        if found is None or found.redirect_uri != address or not _proves(verifier, found.challenge):
            if found is not None:
                consents.end(self.server.session, found.id, now)
            raise InvalidGrantError
        return self._answer(found, found.scopes)


class RefreshGrant(_PublicGrant):
    """Exchanges a refresh token for a new pair (RFC 6749 section 6)."""

    GRANT_TYPE = "refresh_token"

    def create_token_response(self) -> Answer:
        """Use the refresh token up; a scope that is named must be one of those given."""
        token, now = self._needed("refresh_token"), self.server.now()
        found = consents.use_refresh(self.server.session, token, self._client.client_id, now)
        if found is None:
            raise InvalidGrantError
        wanted = frozenset((self.request.payload.scope or "").split()) or found.scopes
        if not wanted <= found.scopes:
            consents.end(self.server.session, found.id, now)
            raise InvalidScopeError
        return self._answer(found, wanted)


def challenge_of(verifier: str) -> str:
    """Compute the S256 challenge of a verifier (RFC 7636 section 4.2)."""
    digest = hashlib.sha256(verifier.encode("ascii")).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")


def _proves(verifier: str, challenge: str) -> bool:
    if not VERIFIER.fullmatch(verifier):
        return False
    return hmac.compare_digest(challenge_of(verifier), challenge)
