"""The provider's profile: fixed by the operator in a file, never learnt from the network.

What a token must look like is decided here and by no token: issuer, keys' address, the one
algorithm, the audience (the hub's own client id) and what counts as a second factor.
"""

import ipaddress
import tomllib
from pathlib import Path
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from hub import keyfiles
from hub.errors import SettingsError

Algorithm = Literal["ES256", "PS256", "RS256", "Ed25519"]
ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri", "end_session_endpoint")


class Profile(BaseModel):
    """One provider, as the operator describes it."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    issuer: str
    client_id: str = Field(min_length=1)
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    end_session_endpoint: str | None = None
    """Where a person may end the provider's own session; unset means nowhere."""
    algorithm: Algorithm
    """The only algorithm of its ID tokens."""
    typ: Literal["JWT", "none"] | None = None
    """The ``typ`` of its ID tokens; unset takes JWT or none at all."""
    secret_file: Path | None = None
    """A file (mode 0600) with the client secret; one of this and ``key_file``."""
    key_file: Path | None = None
    """A file (mode 0600) with a private JWK, for ``private_key_jwt``."""
    assertion_audience: str | None = None
    """``aud`` of the hub's own assertions; the issuer if unset."""
    scope: str = "openid"
    answers_with_issuer: bool = True
    """Whether its answers carry ``iss`` (RFC 9207); where they do, one without is refused."""
    second_factor_amr: frozenset[str] = frozenset({"mfa", "otp", "hwk", "fpt", "face"})
    """Values of ``amr`` of which one stands for a second factor (RFC 8176)."""
    second_factor_acr: frozenset[str] = frozenset()
    """Values of ``acr`` that stand for one; the first is asked for when it is needed."""

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if (self.secret_file is None) is (self.key_file is None):
            raise ValueError("name one of secret_file and key_file")
        if "openid" not in self.scope.split():
            raise ValueError("scope must hold openid")
        return self

    def addresses(self) -> dict[str, str]:
        """Every address of the provider, by its name in the profile."""
        named = {name: getattr(self, name) for name in ("issuer", *ENDPOINTS)}
        return {name: address for name, address in named.items() if address is not None}


def read_profile(path: Path, *, production: bool) -> Profile:
    """Read a profile. Raises ``SettingsError`` that says what is wrong with which line.

    Outside production a provider on this machine may speak plain http.
    """
    try:
        profile = Profile.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise SettingsError(f"The sign-in profile cannot be read: {error.strerror}.") from None
    except ValidationError as error:
        raise SettingsError(f"The sign-in profile does not hold: {_faults(error)}.") from None
    except ValueError as error:
        raise SettingsError(f"The sign-in profile is no TOML: {error}.") from None
    for name, address in profile.addresses().items():
        if not _is_safe(address, production=production):
            raise SettingsError(f"{name} of the sign-in profile must be an https address.")
    return profile


def client_proof(profile: Profile) -> str:
    """Read the secret or private key the hub proves itself with.

    Raises ``SettingsError`` when there is none, ``KeyFileError`` when others may read it.
    """
    path = profile.secret_file or profile.key_file or Path()
    text = keyfiles.read(path)
    if not text or not text.strip():
        raise SettingsError(f"{path.name} of the sign-in profile is missing or empty.")
    return text.strip()


def _is_safe(address: str, *, production: bool) -> bool:
    try:
        parts = urlsplit(address)
        host = parts.hostname
    except ValueError:
        return False
    if not host or "@" in parts.netloc or parts.fragment:
        return False
    return parts.scheme == "https" or (
        parts.scheme == "http" and not production and _is_this_machine(host)
    )


def _is_this_machine(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _faults(error: ValidationError) -> str:
    told = (f"{'.'.join(map(str, each['loc'])) or 'it'}: {each['msg']}" for each in error.errors())
    return "; ".join(told)
