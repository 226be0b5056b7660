"""Erasing what the hub has of one agency (security B6).

What stays, and why. The record of acts: it is never changed; its pseudonyms stand for nobody then.
Published figures: they are protected, and everybody has them. And, unless asked otherwise, the bare
counts that a published release was made from: a release hides some of them, and a later one that
did not know them could give them away by subtraction. They are readable to the release room
alone, go into no later release, and nothing says any more who sent them.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import text

from hub.db.sessions import OwnerSession

MINE = "SELECT id FROM intake.return WHERE agency = :agency"
CLIENTS = "SELECT client_id FROM identity.client WHERE agency = :agency"
MADE = "SELECT DISTINCT release_id FROM intake.release_input WHERE return_id = ANY(:mine)"
USED = "SELECT DISTINCT return_id FROM intake.release_input WHERE return_id = ANY(:mine)"
DRAFTS = "SELECT id FROM intake.release_draft WHERE id = ANY(:made) AND state <> 'PUBLISHED'"
UNPUBLISHED = (
    "DELETE FROM intake.release_cell WHERE release_id = ANY(:drafts)",
    "DELETE FROM intake.disclosure_cell WHERE release_id = ANY(:drafts)",
    "DELETE FROM intake.release_input WHERE release_id = ANY(:drafts)",
    "DELETE FROM intake.release_draft WHERE id = ANY(:drafts)",
)
"""Releases that were being made of its returns."""
COUNTS = (
    "DELETE FROM intake.observation WHERE return_id = ANY(:mine)",
    "DELETE FROM intake.disclosure_cell WHERE release_id = ANY(:made)",
)
"""What published releases are made of, and the report of what they hide."""
RETURNS = (
    "DELETE FROM intake.finding WHERE return_id = ANY(:mine)",
    "DELETE FROM intake.sign_off WHERE return_id = ANY(:mine)",
    "DELETE FROM intake.receipt WHERE return_id = ANY(:mine)",
    "DELETE FROM intake.original WHERE return_id = ANY(:mine)",
    """DELETE FROM intake.observation AS o WHERE o.return_id = ANY(:mine) AND NOT EXISTS (
        SELECT FROM intake.release_input AS i
        WHERE i.return_id = o.return_id AND i.revision = o.revision)""",
    'UPDATE intake.observation SET note = NULL, "row" = NULL WHERE return_id = ANY(:mine)',
    """INSERT INTO intake.transition
        (return_id, revision, ordinal, from_state, to_state, by_subject, at)
        SELECT r.return_id, r.number, (SELECT count(*) FROM intake.transition AS t
            WHERE t.return_id = r.return_id AND t.revision = r.number),
            r.state, 'WITHDRAWN', 'erased', :at
        FROM intake.revision AS r WHERE r.return_id = ANY(:mine)
            AND r.state NOT IN ('WITHDRAWN', 'SUPERSEDED')""",
    """UPDATE intake.transition SET by_subject = 'erased', reason = NULL
        WHERE return_id = ANY(:mine)""",
    """UPDATE intake.revision SET note = NULL, content_hash = 'erased', submitted_by = 'erased',
        client_id = 'erased',
        state = CASE state WHEN 'SUPERSEDED' THEN state ELSE 'WITHDRAWN' END
        WHERE return_id = ANY(:mine)""",
    "DELETE FROM intake.transition WHERE return_id = ANY(:unused)",
    "DELETE FROM intake.revision WHERE return_id = ANY(:unused)",
    "DELETE FROM intake.return WHERE id = ANY(:unused)",
    "DELETE FROM intake.exemption WHERE agency = :agency",
    "DELETE FROM intake.reminder WHERE agency = :agency",
    "DELETE FROM intake.idempotency WHERE client_id = ANY(:clients)",
)
"""What it sent, with everything that was said of it."""
PEOPLE = (
    """DELETE FROM audit.person WHERE subject IN (
        SELECT unnest(ARRAY[client_id, person]) FROM identity.client WHERE agency = :agency)
        AND subject NOT IN (
        SELECT person FROM identity.client WHERE agency IS DISTINCT FROM :agency)""",
    "DELETE FROM identity.session WHERE client_id = ANY(:clients)",
    "DELETE FROM identity.subject WHERE client_id = ANY(:clients)",
    "DELETE FROM identity.client_role WHERE client_id = ANY(:clients)",
    """UPDATE identity.client SET title = 'erased', disabled_at = coalesce(disabled_at, :at)
        WHERE client_id = ANY(:clients)""",
)
"""Its accounts and systems: who they were, and that they may come in."""


async def erase(session: OwnerSession, agency: str, at: datetime, *, counts: bool) -> None:
    """Erase an agency; the caller records it in the same transaction.

    With ``counts`` also what published releases are made of. Then no later release can be made
    that would not risk giving away what they hide, and the hub refuses to make one.
    """
    known: dict[str, Any] = {"agency": agency, "at": at}
    for name, query in (("mine", MINE), ("clients", CLIENTS), ("made", MADE), ("drafts", DRAFTS)):
        known[name] = await _found(session, query, known)
    for statement in UNPUBLISHED:
        await session.execute(text(statement), known)
    used = set(await _found(session, USED, known))
    known["unused"] = [one for one in known["mine"] if one not in used]
    for statement in (*(COUNTS if counts else ()), *RETURNS, *PEOPLE):
        await session.execute(text(statement), known)


async def _found(session: OwnerSession, query: str, known: dict[str, Any]) -> list[Any]:
    return list(await session.scalars(text(query), known))
