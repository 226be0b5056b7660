"""The grants and what Authlib asks about clients and requests, made strict."""

from collections.abc import Mapping
from typing import Any

from authlib.oauth2.rfc6749 import (
    ClientMixin,
    InvalidClientError,
    InvalidScopeError,
    OAuth2Request,
)
from authlib.oauth2.rfc6749.grants import ClientCredentialsGrant
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload

from hub.auth.clients import Client

METHODS = ["private_key_jwt", "client_secret_basic"]
"""How a client may prove itself; a secret in the body (``client_secret_post``) is not taken."""


DELEGATED = frozenset({"authorization_code", "refresh_token"})


class RegisteredClient(ClientMixin):  # type: ignore[misc]
    """A client as Authlib asks about it."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def get_client_id(self) -> str:
        """Give the id."""
        return self.client.client_id

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        """Say whether the client may use this method, and act at all."""
        return self.client.enabled and method == self.client.auth_method

    def check_grant_type(self, grant_type: str) -> bool:
        """A public client acts for people only, every other for itself only."""
        return self.client.is_public is (grant_type in DELEGATED)


class FormRequest(OAuth2Request):  # type: ignore[misc]
    """A request as Authlib reads it.

    Leaves out Authlib's own check for https: behind a proxy the hub sees http, and whether the
    issuer is https is checked once, at start.
    """

    def __init__(self, headers: Mapping[str, str], form: Mapping[str, str]) -> None:
        self.method, self.uri, self.headers, self._body = "POST", "", headers, form
        self.payload = BasicOAuth2Payload(form)
        self.client = self.user = self.auth_method = self._scope = None

    @property
    def form(self) -> Mapping[str, str]:
        """The body's parameters, each once."""
        return self._body


class SystemGrant(ClientCredentialsGrant):  # type: ignore[misc]
    """Client credentials (RFC 6749 section 4.4), with the scope granted exactly or refused."""

    TOKEN_ENDPOINT_AUTH_METHODS = METHODS

    def authenticate_token_endpoint_client(self) -> RegisteredClient:
        """Authenticate, and hold a ``client_id`` in the body to who proved itself."""
        found: RegisteredClient = super().authenticate_token_endpoint_client()
        if self.request.form.get("client_id", found.get_client_id()) != found.get_client_id():
            raise InvalidClientError
        return found

    def validate_requested_scope(self) -> None:
        """Refuse an unknown or ungranted scope; Authlib would drop it in silence."""
        client: Client = self.request.client.client
        wanted = frozenset((self.request.payload.scope or "").split()) or client.scopes
        if not wanted or not wanted <= client.scopes:
            raise InvalidScopeError(description="A scope is unknown or not granted to the client.")
        self.request.scope = " ".join(sorted(wanted))

    def create_token_response(self) -> tuple[int, dict[str, Any], list[tuple[str, str]]]:
        """Issue the token; Authlib's own version writes it to the debug log."""
        body = self.generate_token(scope=self.request.scope, include_refresh_token=False)
        return 200, body, []
