"""Letters by SMTP: the operator's own mail server, and the addresses agencies gave."""

import csv
import smtplib
import ssl
from collections.abc import Mapping, Sequence
from email.message import EmailMessage
from pathlib import Path

from hub.errors import HubError, SettingsError
from hub.settings import Settings
from hub.vocabulary import Vocabulary

TIMEOUT = 20
"""Seconds that the mail server may take over one step."""


class PostError(HubError):
    """The mail server did not take a letter."""

    code = "POST"


def read_contacts(file: Path | None, words: Vocabulary) -> Mapping[str, Sequence[str]]:
    """Read ``agency,address`` rows: the mailboxes, best shared ones, that reminders go to.

    Raises:
        SettingsError: there is no such file, or a row names no agency or no address.
    """
    if file is None:
        return {}
    found: dict[str, list[str]] = {}
    try:
        rows = list(csv.DictReader(file.read_text(encoding="utf-8-sig").splitlines(), strict=True))
    except (OSError, ValueError, csv.Error):
        raise SettingsError("HUB_CONTACTS names no readable CSV file.") from None
    for number, row in enumerate(rows, start=2):
        agency, address = row.get("agency") or "", (row.get("address") or "").strip()
        if agency not in words.agencies or not _is_address(address):
            raise SettingsError(
                f"Row {number} of HUB_CONTACTS: give the code of an agency and an e-mail address."
            )
        found.setdefault(agency, []).append(address)
    return found


def post(letters: Sequence[EmailMessage], settings: Settings) -> None:
    """Hand letters to the mail server, over one connection. Blocks.

    Raises:
        SettingsError: no mail server or sender is set.
        PostError: the server cannot be reached, or refuses; the message names no address.
    """
    if not settings.smtp_host or not settings.smtp_from:
        raise SettingsError("Set HUB_SMTP_HOST and HUB_SMTP_FROM to send reminders.")
    try:
        with _connected(settings) as server:
            for letter in letters:
                server.send_message(letter)
    except (OSError, smtplib.SMTPException) as error:
        kind = type(error).__name__
        raise PostError(f"The mail server did not take the letters ({kind}).") from None


def _connected(settings: Settings) -> smtplib.SMTP:
    host, port, secure = settings.smtp_host or "", settings.smtp_port, settings.smtp_security
    context = ssl.create_default_context()
    if secure == "tls":
        server: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=TIMEOUT, context=context)
    else:
        server = smtplib.SMTP(host, port, timeout=TIMEOUT)
    try:
        if secure == "starttls":
            server.starttls(context=context)
        if settings.smtp_user and settings.smtp_password:
            server.login(settings.smtp_user, settings.smtp_password.get_secret_value())
    except BaseException:
        server.close()
        raise
    return server


def _is_address(text: str) -> bool:
    """Enough to keep header text out; whether anyone reads it only the mail server can tell."""
    local, at, domain = text.partition("@")
    is_plain = text.isascii() and text.isprintable() and not set(text) & set(' ,;:<>"()[]\\')
    return bool(is_plain and at and local and "." in domain and "@" not in domain)
