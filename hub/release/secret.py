"""The secret behind rounding and noise: read from a file that the operator keeps."""

from pathlib import Path

from hub import keyfiles
from hub.disclosure import Method, Policy
from hub.disclosure.methods import SHORTEST_SECRET
from hub.errors import ConflictError


def secret_for(policy: Policy, file: Path | None) -> bytes:
    """The secret that a policy's method draws by; empty for suppression, which needs none.

    Raises:
        ConflictError: the method needs a secret and there is none that is long enough.
        KeyFileError: others may read it, or the hub may not.
    """
    if policy.method is Method.SUPPRESSION:
        return b""
    secret = (keyfiles.read_bytes(file) or b"").strip() if file is not None else b""
    if len(secret) < SHORTEST_SECRET:
        raise ConflictError(
            f"The {policy.method.replace('_', ' ')} method draws by a secret of at least "
            f"{SHORTEST_SECRET} bytes, and the hub has none: the operator names its file in "
            "HUB_METHOD_SECRET_FILE and keeps it as long as the releases.",
            code="SECRET_MISSING",
        )
    return secret
