"""Form bodies of the identity endpoints: small, strict, every parameter once."""

from collections.abc import Mapping
from urllib.parse import parse_qsl

from starlette.requests import Request

from hub.errors import MalformedError, MediaTypeError
from hub.web.body import read_body

MEDIA_TYPE = "application/x-www-form-urlencoded"
LIMIT = 16 * 1024
"""Bytes; a client assertion has one or two thousand."""
FIELDS = 20


async def read_form(request: Request) -> Mapping[str, str]:
    """Read the body as a form. Parameters without a value count as left out (RFC 6749, 3.2).

    Raises ``MediaTypeError``, ``TooLargeError``, or ``MalformedError`` for a body that is no
    form in UTF-8 or names a parameter twice.
    """
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != MEDIA_TYPE:
        raise MediaTypeError(f"Send the body as {MEDIA_TYPE}.")
    body = await read_body(request, LIMIT)
    try:
        pairs = parse_qsl(
            body.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=FIELDS
        )
    except ValueError:
        raise MalformedError("The body is no form in UTF-8.") from None
    form = dict(pairs)
    if len(form) != len(pairs):
        raise MalformedError("A parameter is given twice.")
    if any("\0" in value for value in form.values()):
        raise MalformedError("A parameter holds a NUL character.")
    return {name: value for name, value in form.items() if value}
