"""Rules on notes: short, and nothing that points at a person. What was found is not repeated."""

import re
from collections.abc import Iterator

from hub.errors import InvalidError
from hub.returns import Finding, Reported, Severity
from hub.validation.context import Context
from hub.validation.findings import RuleCode, finding

MAX_NOTE = 500

_POSTCODE_AREAS = (
    "ab|al|b|ba|bb|bd|bh|bl|bn|br|bs|bt|ca|cb|cf|ch|cm|co|cr|ct|cv|cw|da|dd|de|dg|dh|dl|dn|dt|dy|"
    "e|ec|eh|en|ex|fk|fy|g|gl|gu|ha|hd|hg|hp|hr|hs|hu|hx|ig|ip|iv|ka|kt|kw|ky|l|la|ld|le|ll|ln|ls|"
    "lu|m|me|mk|ml|n|ne|ng|nn|np|nr|nw|ol|ox|pa|pe|ph|pl|po|pr|rg|rh|rm|s|sa|se|sg|sk|sl|sm|sn|so|"
    "sp|sr|ss|st|sw|sy|ta|td|tf|tn|tq|tr|ts|tw|ub|w|wa|wc|wd|wf|wn|wr|ws|wv|yo|ze"
)
"""Without them, census table numbers such as KS101EW would pass for postcodes."""

_PERSONAL = tuple(
    (what, re.compile(form, re.ASCII | re.IGNORECASE))
    for what, form in (
        ("an e-mail address", r"[^\s@]+@[^\s@]+\.[a-z]{2,}"),
        ("a National Insurance number", r"\b[a-z]{2} ?\d{2} ?\d{2} ?\d{2} ?[a-d]\b"),
        ("a postcode", rf"\b({_POSTCODE_AREAS})\d[a-z\d]? ?\d[abd-hjlnp-uw-z]{{2}}\b"),
        # A decimal fraction is none; a full stop behind a number, or "No.", makes it no fraction.
        (
            "a telephone, NHS or reference number",
            r"(?<!\d)(?<!\d\.)\+?\d(?:[ -]?\d){8,}(?!\d|\.\d)",
        ),
        ("a PNC number", r"\b(19|20)?\d{2}/\d{3,7}[a-z]\b"),
        ("a crime or custody reference", r"\b(?=[\da-z]*[a-z])\d{2}[a-z]{1,2}/?\d{4,}/?\d{2}\b"),
        ("a pseudonym or token", r"\b(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{16,}\b"),
        ("a universally unique identifier", r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b"),
        ("a token", r"\b(?=[a-z]*\d)(?=\d*[a-z])[a-z0-9]{24,}\b|[a-z0-9+/_-]{20,}={1,2}(?!\w)"),
        ("a date of birth", r"\b(dob|d\.o\.b|date of birth)\b"),
        ("a full date", r"\b\d{1,2}[/.-]\d{1,2}[/.-](19|20)\d{2}\b"),
    )
)


def check_notes(context: Context) -> Iterator[Finding]:
    """The return's note and every row's note."""
    if context.return_.note:
        yield from _check_note(context.return_.note, None)
    for item in context.observations:
        if item.note:
            yield from _check_note(item.note, item)


def _check_note(note: str, item: Reported | None) -> Iterator[Finding]:
    if len(note) > MAX_NOTE:
        yield finding(
            Severity.ERROR,
            RuleCode.NOTE_LENGTH,
            "The note is too long.",
            item,
            "note",
            f"at most {MAX_NOTE} characters",
        )
    for what in _held(note):
        yield finding(
            Severity.ERROR,
            RuleCode.NOTE_PERSONAL,
            f"The note seems to hold {what}. Notes explain figures, never a person or a case.",
            item,
            "note",
        )


def _held(text: str) -> list[str]:
    return [what for what, form in _PERSONAL if form.search(text)]


def require_impersonal(text: str) -> None:
    """Insist on the same of what is said with an act: a note, a reason.

    Raises:
        InvalidError: it seems to point at a person, or is longer than a note may be.
    """
    if len(text) > MAX_NOTE:
        raise InvalidError(f"Say it in {MAX_NOTE} characters.", code=str(RuleCode.NOTE_LENGTH))
    for what in _held(text):
        raise InvalidError(
            f"The text seems to hold {what}. It explains figures, never a person or a case.",
            code=str(RuleCode.NOTE_PERSONAL),
        )
