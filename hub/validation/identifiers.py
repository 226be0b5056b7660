"""Rules on notes: short, and nothing that points at a person. What was found is not repeated."""

import re
from collections.abc import Iterator

from hub.returns import Finding, Reported, Severity
from hub.validation.context import Context
from hub.validation.findings import RuleCode, finding

MAX_NOTE = 500

_PERSONAL = tuple(
    (what, re.compile(form, re.ASCII | re.IGNORECASE))
    for what, form in (
        ("an e-mail address", r"[^\s@]+@[^\s@]+\.[a-z]{2,}"),
        ("a National Insurance number", r"\b[a-z]{2} ?\d{2} ?\d{2} ?\d{2} ?[a-d]\b"),
        ("a postcode", r"\b(gir ?0aa|[a-z]{1,2}\d[a-z\d]? ?\d[abd-hjlnp-uw-z]{2})\b"),
        ("a telephone, NHS or reference number", r"(?<![\d.])\+?\d(?:[ -]?\d){8,}(?![\d.])"),
        ("a date of birth", r"\b(dob|d\.o\.b|born|date of birth)\b"),
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
    for what, form in _PERSONAL:
        if form.search(note):
            yield finding(
                Severity.ERROR,
                RuleCode.NOTE_PERSONAL,
                f"The note seems to hold {what}. Notes explain figures, never a person or a case.",
                item,
                "note",
            )
