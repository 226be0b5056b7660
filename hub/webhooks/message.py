"""What a notice says: which release, for whom, since when, where. Never a figure."""

import json
from datetime import UTC, datetime

TYPE = "release.published"


def body(issuer: str, release_id: str, audience: str, published_at: datetime) -> bytes:
    """Write the body of a notice; the same release always gives the same bytes."""
    moment = published_at.astimezone(UTC).isoformat().replace("+00:00", "Z")
    content = {
        "type": TYPE,
        "timestamp": moment,
        "data": {
            "release": release_id,
            "audience": audience,
            "publishedAt": moment,
            "url": release_address(issuer, release_id),
        },
    }
    return json.dumps(content, separators=(",", ":")).encode()


def release_address(issuer: str, release_id: str) -> str:
    """Give the address of the page that says what a release changed."""
    return f"{issuer.rstrip('/')}/changes?release={release_id}"
