"""Reading what a request shows as proof: the ``Authorization`` header's two schemes."""

import base64
import binascii
from urllib.parse import unquote

LARGEST = 8192


def bearer_token(header: str) -> str | None:
    """Take the token out of a Bearer header; None for another scheme or none at all."""
    return _after(header, "bearer")


def basic_credentials(header: str) -> tuple[str, str] | None:
    """Take client id and secret out of a Basic header; None when there are none to read.

    Both are form-decoded, as RFC 6749 section 2.3.1 wants them sent.
    """
    encoded = _after(header, "basic")
    if encoded is None:
        return None
    try:
        text = base64.b64decode(encoded, validate=True).decode("utf-8")
    except (binascii.Error, ValueError):
        return None
    client_id, colon, secret = text.partition(":")
    return (unquote(client_id), unquote(secret)) if colon and client_id and secret else None


def _after(header: str, scheme: str) -> str | None:
    found, _, rest = header.strip().partition(" ")
    return rest.strip() if found.lower() == scheme and len(header) <= LARGEST else None
