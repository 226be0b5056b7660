"""What the record of acts says of an act on a release."""

from hub.audit import Event
from hub.auth.principals import Principal
from hub.release.drafts import Draft


def event_of(act: str, draft: Draft, principal: Principal) -> Event:
    """Name the act, who did it, and the content it was done to."""
    return Event(
        act=act,
        actor=principal.subject,
        client_id=principal.client_id,
        agency=principal.agency,
        object=draft.id,
        outcome="done",
        details={"contentHash": draft.content_hash, "audience": str(draft.audience)},
    )
