"""Signatures of notices by the Standard Webhooks scheme, so that receivers need no code of ours.

HMAC-SHA256 over ``id.timestamp.body`` (https://www.standardwebhooks.com). Each webhook's secret
is derived from one key in the data folder: the database holds none, so that a stolen backup of it
forges nothing.
"""

import base64
import hashlib
import hmac
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from hub import keyfiles
from hub.db.lock import held

KEY_FILE = "keys/webhook"
PREFIX = "whsec_"


@dataclass(frozen=True, slots=True)
class WebhookKey:
    """What every webhook's secret is derived from."""

    text: str = field(repr=False)

    def secret(self, webhook_id: str, generation: int) -> str:
        """Give the secret of a webhook, as its receiver's library takes it."""
        return PREFIX + base64.b64encode(self._derive(webhook_id, generation)).decode()

    def headers(
        self, message_id: str, webhook_id: str, generations: list[int], body: bytes, at: datetime
    ) -> dict[str, str]:
        """Give the three headers; one signature for each generation of the secret in force."""
        moment = str(int(at.timestamp()))
        signed = f"{message_id}.{moment}.".encode() + body
        marks = [
            hmac.digest(self._derive(webhook_id, generation), signed, "sha256")
            for generation in generations
        ]
        return {
            "webhook-id": message_id,
            "webhook-timestamp": moment,
            "webhook-signature": " ".join(f"v1,{base64.b64encode(m).decode()}" for m in marks),
        }

    def _derive(self, webhook_id: str, generation: int) -> bytes:
        name = f"hub webhook {webhook_id} {generation}".encode()
        return hmac.digest(self.text.encode(), name, hashlib.sha256)


def webhook_key(data_dir: Path) -> WebhookKey:
    """Read the key, drawing it at its first use.

    Raises:
        KeyFileError: the file is open to others.
    """
    path = data_dir / KEY_FILE
    text = keyfiles.read(path)
    if text is None:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with held(path.with_suffix(".lock"), seconds=10):
            text = keyfiles.read(path)
            if text is None:
                text = keyfiles.generate()
                keyfiles.write(path, text)
    return WebhookKey(text.strip())
