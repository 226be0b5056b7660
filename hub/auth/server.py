"""The token endpoint's protocol: Authlib's server and grants, made strict.

Authlib is synchronous; a whole request runs inside ``AsyncSession.run_sync`` and so in one
transaction. Every unsafe default of Authlib that the hub meets is overridden, each with its
reason (:mod:`hub.auth.grants`). New grants are further classes to register.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from authlib.oauth2.rfc6749 import AuthorizationServer, InvalidClientError, OAuth2Error
from sqlalchemy.orm import Session

from hub.auth import assertions, registry
from hub.auth.clients import Client
from hub.auth.credentials import basic_credentials
from hub.auth.delegated import CodeGrant, RefreshGrant
from hub.auth.grants import METHODS, FormRequest, RegisteredClient, SystemGrant
from hub.auth.tokens import PERSON_LIFETIME, AccessToken, Delegation, TokenIssuer

NOBODY = Client(client_id="", title="", roles=frozenset())
NOT_PROVED = {
    "error": "invalid_client",
    "error_description": "The client is not known by these credentials.",
}
"""One answer for an unknown client, a wrong secret, a used assertion, a disabled client."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the endpoint answers; ``client`` is who proved itself, ``token`` what was issued."""

    status: int
    body: Mapping[str, Any] = field(repr=False)
    client: Client | None = None
    token: AccessToken | None = None

    @property
    def outcome(self) -> str:
        """``done`` or the error's code, for the audit record."""
        return str(self.body.get("error", "done"))


class OAuthServer(AuthorizationServer):  # type: ignore[misc]
    """Answers one request in one transaction. Made for each request, never shared."""

    def __init__(self, session: Session, issuer: TokenIssuer) -> None:
        super().__init__()
        self.session = session
        self._issuer = issuer
        self._issued: AccessToken | None = None
        for grant in (SystemGrant, CodeGrant, RefreshGrant):
            self.register_grant(grant)
        self.register_client_auth_method("private_key_jwt", self._by_assertion)
        self.register_client_auth_method("client_secret_basic", self._by_secret)
        self.register_client_auth_method("none", self._by_name)
        self.register_token_generator("default", self._generate)

    def token(self, headers: Mapping[str, str], form: Mapping[str, str]) -> Answer:
        """Answer a token request."""
        request = FormRequest(headers, form)
        status, body = self.create_token_response(request)
        if body.get("error") == "invalid_client":
            return Answer(401, NOT_PROVED)
        client = request.client.client if request.client else None
        return Answer(status, body, client, self._issued)

    def prove(
        self, headers: Mapping[str, str], form: Mapping[str, str], *, public: bool = False
    ) -> Client | None:
        """Authenticate a client at another endpoint; None when it does not prove itself.

        With ``public`` a client without a secret may name itself: to end what is its own.
        """
        methods = [*METHODS, "none"] if public else METHODS
        try:
            found: RegisteredClient = self.authenticate_client(FormRequest(headers, form), methods)
        except InvalidClientError:
            return None
        return found.client

    def create_oauth2_request(self, request: FormRequest) -> FormRequest:
        """Pass on what :meth:`token` made."""
        return request

    def handle_response(self, status: int, body: Any, headers: Any) -> tuple[int, dict[str, Any]]:
        """Pass on what Authlib answered; the headers are the web room's."""
        return status, body

    def handle_error_response(
        self, request: FormRequest, error: OAuth2Error
    ) -> tuple[int, dict[str, Any]]:
        """Turn an error into the body of RFC 6749 section 5.2, without the client's own text."""
        return error.status_code, _error_body(error)

    def send_signal(self, name: str, *args: Any, **kwargs: Any) -> None:
        """Nobody listens: the audit record is written where rooms meet."""

    def query_client(self, client_id: str) -> RegisteredClient | None:
        """Look a client up, disabled ones too."""
        found = registry.find_now(self.session, client_id)
        return None if found is None else RegisteredClient(found)

    def _by_secret(self, query_client: Any, request: FormRequest) -> RegisteredClient | None:
        shown = basic_credentials(request.headers.get("authorization", ""))
        if shown is None:
            return None
        client = registry.find_now(self.session, shown[0]) or NOBODY
        return RegisteredClient(client) if client.holds_secret(shown[1]) else None

    def _by_assertion(self, query_client: Any, request: FormRequest) -> RegisteredClient | None:
        form = request.form
        if form.get("client_assertion_type") != assertions.TYPE:
            return None
        now = self._issuer.clock()
        read = assertions.read_assertion(
            form.get("client_assertion", ""), self._find, self._issuer.issuer, now
        )
        if read is None or not registry.spend_assertion(
            self.session, read.client.client_id, read.jti, read.spent_until
        ):
            return None
        return RegisteredClient(read.client)

    def _by_name(self, query_client: Any, request: FormRequest) -> RegisteredClient | None:
        """Take a public client at its word; it has nothing to prove itself with (RFC 6749, 2.3)."""
        if request.headers.get("authorization") or "client_assertion" in request.form:
            return None
        client = registry.find_now(self.session, request.form.get("client_id", ""))
        return RegisteredClient(client) if client is not None and client.is_public else None

    def now(self) -> datetime:
        """Tell the time, for the grants."""
        return self._issuer.clock()

    def account(self, account_id: str) -> Client | None:
        """Find the person's account behind a consent, while it is enabled."""
        found = registry.find_now(self.session, account_id)
        return found if found is not None and found.enabled else None

    def delegated(
        self, client: Client, scopes: Iterable[str], delegation: Delegation, refresh: str
    ) -> dict[str, Any]:
        """Issue a token for a client that acts for a person."""
        issued = self._issuer.issue(client, scopes, lifetime=PERSON_LIFETIME, delegation=delegation)
        self._issued = issued
        return _body(issued) | {"refresh_token": refresh}

    def _find(self, client_id: str) -> Client | None:
        return registry.find_now(self.session, client_id)

    def _generate(self, client: RegisteredClient, scope: str, **_: Any) -> dict[str, Any]:
        self._issued = self._issuer.issue(client.client, scope.split())
        return _body(self._issued)


def _body(issued: AccessToken) -> dict[str, Any]:
    return {
        "access_token": issued.text,
        "token_type": "Bearer",
        "expires_in": int(issued.lifetime.total_seconds()),
        "scope": " ".join(sorted(issued.scopes)),
    }


DESCRIPTIONS = {
    "invalid_scope": "A scope is unknown or not granted to the client.",
    "invalid_grant": "The code or refresh token does not hold; sign in again.",
    "unsupported_grant_type": "The grant types are listed in the metadata of the server.",
}


def _error_body(error: OAuth2Error) -> dict[str, Any]:
    body = {"error": str(error.error)}
    if body["error"] in DESCRIPTIONS:
        body["error_description"] = DESCRIPTIONS[body["error"]]
    return body
