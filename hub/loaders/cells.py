"""Reading single cells: one strict grammar for every format, and no value in a message."""

import re
from decimal import Decimal

from hub.loaders.findings import CellError, LoaderCode

NUMBER = re.compile(r"(0|[1-9][0-9]{0,8})(\.[0-9]{1,4})?", re.ASCII)
"""Whole numbers to 999,999,999; up to four decimals, which validation allows for few indicators."""

ALLOWED_NUMBER = (
    "0 or a whole number of up to 9 digits; for stated figures up to 4 decimals after a point"
)
MAX_CODE, MAX_NOTE = 60, 2_000
STATUSES = ("x", "z")

_BAD_CHARACTER = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)
_HINTS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(form, re.ASCII | re.IGNORECASE | re.DOTALL), hint)
    for form, hint in (
        (r"\s.*|.*\s", "it has a space before or after it"),
        (r"-.*", "it is negative; a count is 0 or more"),
        (r"\+.*", "it has a plus sign"),
        (r"[0-9.,]+%", "it has a percent sign; write the number alone"),
        (r"[0-9]{1,3}([, ][0-9]{3})+(\.[0-9]*)?", "it has a thousands separator; write digits"),
        (r"[0-9]+,[0-9]+", "it has a comma; decimals follow a point"),
        (r"[0-9.]+e[+-]?[0-9]+", "it is in scientific notation; write all digits"),
        (r"0[0-9]+(\.[0-9]*)?", "it has leading zeros"),
        (r"[0-9]+\.[0-9]{5,}", "it has more than 4 decimals"),
        (r"[0-9]{10,}(\.[0-9]*)?", "it has more than 9 digits"),
        (
            r"nan|inf(inity)?|null|none|n/?a|#n/a|-+|\.+|x|z|not .*",
            "it is a word or a mark; leave "
            "the value empty and put x (not available) or z (not applicable) in status",
        ),
        (
            r"[<≤].*|\[?[c*]\]?|suppressed",
            "it is a suppression mark; send the true count, the hub protects small counts itself",
        ),
        (r"true|false|yes|no", "it is a yes or no"),
    )
)


def read_number(text: str) -> Decimal:
    """Read a count or a stated figure.

    Raises:
        CellError: it is anything but plain digits with at most four decimals.
    """
    if NUMBER.fullmatch(text):
        return Decimal(text)
    why = next((hint for form, hint in _HINTS if form.fullmatch(text)), "it is not a number")
    raise CellError(LoaderCode.NUMBER_FORMAT, f"The number cannot be read: {why}.", ALLOWED_NUMBER)


def read_code(text: str) -> str:
    """Read a code: indicator, area, period, category or reason.

    Raises:
        CellError: it is too long, or has spaces around it or characters that do not show.
    """
    if len(text) > MAX_CODE:
        raise CellError(LoaderCode.TEXT_FORMAT, f"The code is longer than {MAX_CODE} characters.")
    if text != text.strip():
        raise CellError(LoaderCode.TEXT_FORMAT, "The code has a space before or after it.")
    return _visible(text, "code")


def read_note(text: str) -> str:
    """Read a note.

    Raises:
        CellError: it is far too long, holds characters that do not show, or starts like a formula.
    """
    if len(text) > MAX_NOTE:
        raise CellError(LoaderCode.TEXT_FORMAT, f"The note is longer than {MAX_NOTE} characters.")
    if text.lstrip()[:1] in ("=", "+", "-", "@"):
        raise CellError(
            LoaderCode.NOTE_FORMULA,
            "The note starts with = + - or @, which a spreadsheet would run as a formula. "
            "Start it with a letter or a digit.",
        )
    return _visible(text.replace("\r\n", "\n"), "note")


def read_status(text: str) -> str:
    """Read a status.

    Raises:
        CellError: it is neither ``x`` nor ``z``.
    """
    if text not in STATUSES:
        raise CellError(
            LoaderCode.STATUS_FORMAT,
            "The status is not one of the two that may be sent.",
            "x (not available, with a reason), z (not applicable, with a reason), or empty",
        )
    return text


def _visible(text: str, what: str) -> str:
    if _BAD_CHARACTER.search(text):
        raise CellError(
            LoaderCode.TEXT_FORMAT, f"The {what} holds characters that do not show on a screen."
        )
    return text
