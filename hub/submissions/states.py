"""The states of a revision, and the acts that move it from one to the next.

The table below is the rule; :func:`diagram` draws it for the documentation.
"""

from enum import StrEnum

from hub.errors import ConflictError


class State(StrEnum):
    """Where a revision stands."""

    SUBMITTED = "SUBMITTED"
    """Stored; a query finding still needs a note."""
    VALIDATED = "VALIDATED"
    """Stored, nothing open: ready for sign-off."""
    AGENCY_APPROVED = "AGENCY_APPROVED"
    """Signed off by a second person of the agency; may go into a release."""
    PARTNERSHIP_ACCEPTED = "PARTNERSHIP_ACCEPTED"
    """In a release that a steward approved."""
    PUBLISHED = "PUBLISHED"
    """In a published release."""
    SUPERSEDED = "SUPERSEDED"
    """Replaced by a later revision."""
    WITHDRAWN = "WITHDRAWN"
    """Taken back by the agency; no later release uses it."""


class Act(StrEnum):
    """What moves a revision."""

    ANSWER = "answer"
    SIGN_OFF = "sign off"
    ACCEPT = "accept"
    PUBLISH = "publish"
    SUPERSEDE = "supersede"
    WITHDRAW = "withdraw"


TRANSITIONS: dict[tuple[State, Act], State] = {
    (State.SUBMITTED, Act.ANSWER): State.VALIDATED,
    (State.SUBMITTED, Act.SUPERSEDE): State.SUPERSEDED,
    (State.SUBMITTED, Act.WITHDRAW): State.WITHDRAWN,
    (State.VALIDATED, Act.SIGN_OFF): State.AGENCY_APPROVED,
    (State.VALIDATED, Act.SUPERSEDE): State.SUPERSEDED,
    (State.VALIDATED, Act.WITHDRAW): State.WITHDRAWN,
    (State.AGENCY_APPROVED, Act.ACCEPT): State.PARTNERSHIP_ACCEPTED,
    (State.AGENCY_APPROVED, Act.SUPERSEDE): State.SUPERSEDED,
    (State.AGENCY_APPROVED, Act.WITHDRAW): State.WITHDRAWN,
    (State.PARTNERSHIP_ACCEPTED, Act.ACCEPT): State.PARTNERSHIP_ACCEPTED,
    (State.PARTNERSHIP_ACCEPTED, Act.PUBLISH): State.PUBLISHED,
    (State.PARTNERSHIP_ACCEPTED, Act.SUPERSEDE): State.SUPERSEDED,
    (State.PARTNERSHIP_ACCEPTED, Act.WITHDRAW): State.WITHDRAWN,
    (State.PUBLISHED, Act.ACCEPT): State.PUBLISHED,
    (State.PUBLISHED, Act.PUBLISH): State.PUBLISHED,
    (State.PUBLISHED, Act.SUPERSEDE): State.SUPERSEDED,
    (State.PUBLISHED, Act.WITHDRAW): State.WITHDRAWN,
}

APPROVED = (State.AGENCY_APPROVED, State.PARTNERSHIP_ACCEPTED, State.PUBLISHED)
"""The states in which a release may use a revision; at most one revision of a return is in one."""

OPEN = (State.SUBMITTED, State.VALIDATED)
"""The states of a revision that nobody signed off yet."""


def move(state: State, act: Act) -> State:
    """Say where ``act`` takes a revision.

    Raises:
        ConflictError: the act is not possible in this state; the message says what is.
    """
    try:
        return TRANSITIONS[state, act]
    except KeyError:
        possible = sorted(str(one) for at, one in TRANSITIONS if at is state)
        hint = f"possible now: {', '.join(possible)}" if possible else "nothing more can be done"
        raise ConflictError(f"A revision that is {state} cannot {act}; {hint}.") from None


def diagram() -> str:
    """Draw the table as a Mermaid state diagram."""
    lines = [f"    {before} --> {after}: {act}" for (before, act), after in TRANSITIONS.items()]
    first = [f"    [*] --> {state}: submit" for state in OPEN]
    return "\n".join(["stateDiagram-v2", *first, *lines]) + "\n"
