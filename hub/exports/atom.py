"""The Atom feed of an audience's releases (RFC 4287): that there is one, never a figure of it."""

from collections.abc import Sequence
from datetime import UTC, datetime
from urllib.parse import urlsplit
from xml.sax.saxutils import escape, quoteattr

from hub.protected.releases import Audience, Release

MEDIA_TYPE = "application/atom+xml"
TITLES = {
    Audience.PARTNER: "Releases for partners",
    Audience.PUBLIC: "Public releases",
}
AUTHOR = "Domestic abuse data hub"
BEGAN = "2026"
"""The year of the tag URIs (RFC 4151): with the host it names the feed for ever."""
MOST = 100
"""Most entries, the newest."""


def atom_feed(
    releases: Sequence[Release], audience: Audience, issuer: str, addresses: Sequence[str]
) -> str:
    """Write the feed; ``addresses`` are those of each release for a browser.

    The bytes change only when a release comes, so an ``ETag`` of them is steady.
    """
    host = urlsplit(issuer).hostname or "hub"
    tag = f"tag:{host},{BEGAN}:releases/{audience}"
    newest = max(
        (one.published_at for one in releases), default=datetime(int(BEGAN), 1, 1, tzinfo=UTC)
    )
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        '<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en">',
        f"<id>{escape(tag)}</id>",
        f"<title>{TITLES[audience]}</title>",
        f"<updated>{_moment(newest)}</updated>",
        f"<author><name>{AUTHOR}</name></author>",
        f'<link rel="self" type={quoteattr(MEDIA_TYPE)} href={quoteattr(_at(issuer))}/>',
    ]
    for one, address in list(zip(releases, addresses, strict=True))[:MOST]:
        lines += _entry(one, f"{tag}/{one.id}", address)
    return "\n".join([*lines, "</feed>", ""])


def _entry(release: Release, tag: str, address: str) -> list[str]:
    moment = _moment(release.published_at)
    title = f"Release {release.sequence}"
    return [
        "<entry>",
        f"<id>{escape(tag)}</id>",
        f"<title>{title}</title>",
        f"<updated>{moment}</updated>",
        f"<published>{moment}</published>",
        f'<link rel="alternate" type="text/html" href={quoteattr(address)}/>',
        # Not the stewards' note: what people write freely is read where its figures are.
        f"<summary>{title}, {escape(release.id)}</summary>",
        "</entry>",
    ]


def _at(issuer: str) -> str:
    return f"{issuer.rstrip('/')}/releases.atom"


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
