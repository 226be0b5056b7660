"""Reading an authorization request of a public client (RFC 6749 section 4.1.1, RFC 7636).

First who asks and where the answer goes, exactly; only then may anything be sent there.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from urllib.parse import urlencode

from hub.auth.clients import Client
from hub.auth.consents import Asked
from hub.auth.delegated import CHALLENGE, METHOD
from hub.errors import MalformedError

STATE = re.compile(r"[\x20-\x7e]{1,512}", re.ASCII)
PARAMETERS = (
    "client_id",
    "redirect_uri",
    "response_type",
    "scope",
    "state",
    "code_challenge",
    "code_challenge_method",
)


class RequestError(Exception):
    """A request that fails at the client: ``error`` goes back to its redirect address."""

    def __init__(self, error: str, redirect_uri: str, state: str | None) -> None:
        super().__init__(error)
        self.error, self.redirect_uri, self.state = error, redirect_uri, state


def once(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Take each parameter once. Raises ``MalformedError`` for one that is given twice."""
    known = [(name, value) for name, value in pairs if name in PARAMETERS]
    doubled = [name for name, times in Counter(name for name, _ in known).items() if times > 1]
    if doubled:
        raise MalformedError(f"The parameter {doubled[0]} is given twice.", code="PARAMETER_TWICE")
    return {name: value for name, value in known if value}


def read_request(parameters: Mapping[str, str], client: Client | None) -> Asked:
    """Check a request; ``client`` is the one it names, None where there is none.

    Raises ``MalformedError`` when client or redirect address do not hold: nothing may then be
    sent anywhere. Raises ``RequestError`` for every other fault.
    """
    address = parameters.get("redirect_uri")
    if client is None or not client.enabled or not client.is_public:
        raise MalformedError("No program is registered by this client_id.", code="CLIENT")
    if address is None or address not in client.redirect_uris:
        raise MalformedError(
            "The redirect_uri is not one that the program registered, character for character.",
            code="REDIRECT_URI",
        )
    state = parameters.get("state")
    if state is not None and not STATE.fullmatch(state):
        raise RequestError("invalid_request", address, None)
    challenge = parameters.get("code_challenge", "")
    scopes = frozenset(parameters.get("scope", "").split())
    if parameters.get("response_type") != "code":
        missing = "response_type" not in parameters
        error = "invalid_request" if missing else "unsupported_response_type"
        raise RequestError(error, address, state)
    if parameters.get("code_challenge_method") != METHOD or not CHALLENGE.fullmatch(challenge):
        raise RequestError("invalid_request", address, state)
    if not scopes or not scopes <= client.own_scopes:
        raise RequestError("invalid_scope", address, state)
    return Asked(client.client_id, address, scopes, challenge, state)


def answer_address(redirect_uri: str, issuer: str, state: str | None, **members: str) -> str:
    """Build the address that carries the answer, with ``iss`` against mix-up (RFC 9207)."""
    told = members | ({"state": state} if state is not None else {}) | {"iss": issuer}
    joint = "&" if "?" in redirect_uri else "?"
    return f"{redirect_uri}{joint}{urlencode(told)}"
