"""Which addresses a public client may register to get its codes at (RFC 8252, RFC 9700).

A request names one of them, character for character: nothing is normalised, so nothing that
only looks alike is taken.
"""

import re
from urllib.parse import urlsplit

LONGEST = 500
PLAIN = re.compile(r"[A-Za-z0-9._~:/?\[\]@!$&'()+,;=%-]+", re.ASCII)
LOOPBACK = frozenset({"127.0.0.1", "::1"})
"""Numbers only: the name ``localhost`` may be made to lead elsewhere (RFC 8252 section 8.3)."""


def is_redirect_uri(address: str) -> bool:
    """Say whether an address is fit to be registered."""
    if len(address) > LONGEST or not PLAIN.fullmatch(address):
        return False
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return False
    if "@" in parts.netloc or any(step in (".", "..") for step in parts.path.split("/")):
        return False
    if parts.scheme == "https":
        return bool(parts.hostname)
    if parts.scheme == "http":
        return parts.hostname in LOOPBACK and port is not None
    # A private scheme is a domain name turned round, so that two programs do not share one.
    return "." in parts.scheme and not parts.netloc and parts.path.startswith("/")
