"""What the hub refuses to start with, as far as identity goes (requirement A16)."""

import ipaddress
from collections.abc import Mapping
from urllib.parse import urlsplit

from hub.errors import SettingsError
from hub.settings import Settings


def refuse_unsafe(settings: Settings, environ: Mapping[str, str]) -> None:
    """Raise ``SettingsError`` for settings under which tokens or sign-in would be no proof.

    ``environ`` is the process environment: libraries read switches of their own there.
    """
    issuer = urlsplit(settings.issuer)
    if issuer.scheme not in ("http", "https") or not issuer.hostname or issuer.query:
        raise SettingsError("HUB_ISSUER must be an absolute http(s) address without a query.")
    if settings.issuer.endswith("/"):
        raise SettingsError("HUB_ISSUER must not end with a slash: tokens compare it exactly.")
    if environ.get("AUTHLIB_INSECURE_TRANSPORT"):
        raise SettingsError("AUTHLIB_INSECURE_TRANSPORT is set; unset it.")
    if issuer.scheme == "http" and not is_loopback(issuer.hostname):
        raise SettingsError("HUB_ISSUER must be https, except on this machine's own address.")
    if settings.env == "demo" and not is_loopback(settings.host):
        raise SettingsError("The demo signs anyone in: it serves on a loopback address only.")


def is_loopback(host: str) -> bool:
    """Say whether a host name or address is this machine alone."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
