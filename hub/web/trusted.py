"""The documents a public client may run: those of ``trusted/``, known by their hash (G11).

A public client that could ask anything could scan; so it runs what the hub's own operators put
there, text for text, with variables of its own. Nothing is registered by sending it.
"""

import hashlib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType

SUFFIX = ".graphql"


@cache
def trusted_documents() -> Mapping[str, str]:
    """Every trusted document's text by its name."""
    found = {
        item.name.removesuffix(SUFFIX): item.read_text(encoding="utf-8")
        for item in (files("hub.web") / "trusted").iterdir()
        if item.name.endswith(SUFFIX)
    }
    return MappingProxyType(dict(sorted(found.items())))


@cache
def trusted_hashes() -> frozenset[str]:
    """The SHA-256 of each, in hex: as the file is, and without its last line break."""
    texts = trusted_documents().values()
    return frozenset(hash_of(form) for text in texts for form in (text, text.rstrip("\n")))


def hash_of(text: str) -> str:
    """Give the hash that names a document."""
    return hashlib.sha256(text.encode()).hexdigest()
