"""Signed statements of the hub: heads, exports, receipts. Compact JWS (RFC 7515), ES256.

The kind of a statement stands in its protected header (``typ``), so a receipt can never pass
for a head, nor either for an access token.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from hub.audit.keys import ALGORITHM, LedgerKeys
from hub.errors import InvalidError

HEAD = "hub-head"
EXPORT = "hub-export"
RECEIPT = "hub-receipt"


def seal(keys: LedgerKeys, kind: str, content: Mapping[str, Any]) -> str:
    """Sign ``content`` as a statement of one kind."""
    header = {"alg": ALGORITHM, "kid": keys.active.kid, "typ": f"{kind}+jws"}
    text = json.dumps(dict(content), sort_keys=True, separators=(",", ":"))
    signed: str = jws.serialize_compact(header, text.encode(), keys.active)
    return signed


def unseal(signed: str, kind: str, keys: KeySet) -> dict[str, Any]:
    """Give what was signed.

    Raises:
        InvalidError: no known key signed it, or it is of another kind, or it is not written in
            the one way there is (base64 has several ways to write the same bytes).
    """
    try:
        if not all(map(_is_canonical, signed.split("."))):
            raise ValueError
        found = jws.deserialize_compact(signed, keys, algorithms=[ALGORITHM])
        content = json.loads(found.payload or b"")
        known = found.protected.get("typ") == f"{kind}+jws" and isinstance(content, dict)
    except (JoseError, ValueError, KeyError, TypeError):
        known = False
    if not known:
        raise InvalidError("The signature does not hold.", code="SIGNATURE")
    return dict(content)


def _is_canonical(part: str) -> bool:
    padded = part.encode("ascii") + b"=" * (-len(part) % 4)
    return urlsafe_b64encode(urlsafe_b64decode(padded)).rstrip(b"=").decode() == part
