"""What the record of acts says of an act on a release."""

from hub.audit import Event, event_by
from hub.auth.principals import Principal
from hub.release.drafts import Draft


def event_of(act: str, draft: Draft, principal: Principal) -> Event:
    """Name the act, who did it, and the content it was done to."""
    details = {"contentHash": draft.content_hash, "audience": str(draft.audience)}
    return event_by(principal, act, draft.id, details=details)
