"""A return as its officers see it: what is due, one return with a finding, and a dry run."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

from hub.returns import Finding, Reported, Severity
from hub.submissions.changes import Change, ChangeKind, Counts
from hub.submissions.owing import Due
from hub.submissions.revisions import Revision
from hub.submissions.states import State
from hub.vocabulary import parse_period, vocabulary
from hub.vocabulary.calendar import Owing, Slot
from hub.web.pages.frame import Frame, Option
from hub.web.pages.labels import labels
from hub.web.pages.returns import (
    Checked,
    Sight,
    Standing,
    Stored,
    check_page,
    return_page,
    returns_page,
)

AGENCY, DATASET, PERIOD = "REFUGE_HERTS", "IDVA", "FY2017-18"
SENT = Revision(
    return_id=UUID(int=1),
    dataset=DATASET,
    agency=AGENCY,
    period=PERIOD,
    number=2,
    state=State.SUBMITTED,
    content_hash="0" * 64,
    submitted_by="one",
    submitted_at=datetime(2026, 11, 20, 9, 30, tzinfo=UTC),
    rows=2,
    current=True,
)
ROW = Reported("IDV_REFERRAL", "E07000102", PERIOD, (), value=Decimal(141))
QUERY = Finding(Severity.QUERY, "LARGE_CHANGE", "Much more than before.", 2, "value", "a note")


def slot(state: Owing, *revisions: Revision) -> Due:
    """A return that is owed, standing so."""
    words = vocabulary()
    owed = Slot(
        words.dataset(DATASET),
        words.agency(AGENCY),
        parse_period(PERIOD),
        date(2026, 11, 30),
        date(2026, 12, 15),
    )
    return Due(owed, state, revisions)


def calendar() -> str:
    """What is due, what was sent, and how the partners stand."""
    frame = Frame()
    words = labels().vocabulary()
    return returns_page(
        agency=AGENCY,
        due=[slot(Owing.OVERDUE), slot(Owing.RECEIVED, replace(SENT, state=State.AGENCY_APPROVED))],
        sent=[SENT],
        partners=[Standing(AGENCY, words.agency(AGENCY).title, Counter({Owing.LATE: 1}))],
        datasets=[Option(DATASET, words.dataset(DATASET).title)],
        words=vocabulary(),
        error="There is no such return.",
        frame=frame,
    )


def sight(**changes: bool) -> Sight:
    """The return's address in words."""
    t = labels()
    words = t.vocabulary()
    return Sight(
        DATASET,
        AGENCY,
        PERIOD,
        words.dataset(DATASET).title,
        words.agency(AGENCY).title,
        t.period(parse_period(PERIOD)),
        due=slot(Owing.LATE),
        **changes,
    )


def one(**changes: bool) -> str:
    """A return that waits for its second person, or for whatever the viewer may do."""
    changed = Change(ChangeKind.CHANGED, ROW.key, ROW, ROW._replace(value=Decimal(150)))
    stored = Stored(SENT, (SENT,), (QUERY,), (changed,), (ROW,))
    return return_page(sight(**changes), stored, vocabulary(), frame=Frame())


def checked(*, is_valid: bool = True) -> str:
    """A dry run, refused or not."""
    found = Checked("csv", "", (QUERY,), counts=Counts(1, added=1) if is_valid else None)
    return check_page(sight(may_submit=True), found, vocabulary(), frame=Frame())


PAGES = {
    "/returns": calendar,
    "/returns/one": lambda: one(may_submit=True, may_sign_off=True),
    "/returns/sender": lambda: one(is_submitter=True),
    "/returns/check": checked,
    "/returns/refused": lambda: checked(is_valid=False),
}
"""The officers' pages by a name."""
