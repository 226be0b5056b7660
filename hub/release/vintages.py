"""Reading the earlier releases of an audience, with what they were made from.

A resubmission needs the last release in full, to see what has changed since, and of all others
only the families that it touches: what is read and held does not grow with everything ever
released.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace

from hub.db.sessions import ReleaseSession
from hub.disclosure import Policy
from hub.protected import writer
from hub.protected.releases import Audience, Release
from hub.release import drafts
from hub.release.policies import named
from hub.release.preparation import Vintage, to_decide
from hub.release.words import words_then
from hub.submissions.revisions import SignedOff
from hub.submissions.signed_off import Kept, of_release
from hub.vocabulary import Vocabulary


async def history(
    session: ReleaseSession, audience: Audience, words: Vocabulary, first: int | None = None
) -> list[Vintage]:
    """The releases of an audience, oldest first, or the ``first`` so many of them: each with its
    inputs, so that what it hid is known, its policy, and the words of its time."""
    reader = _Reader(session, audience, words)
    found = await reader.bare((await writer.earlier(session, audience))[:first])
    return [*[await reader.filled(one) for one in found[:-1]], *await reader.last(found)]


async def linked_history(
    session: ReleaseSession,
    audience: Audience,
    words: Vocabulary,
    signed: Sequence[SignedOff],
    policy: Policy,
) -> list[Vintage]:
    """The same for a release made from ``signed`` under ``policy``: the last release in full, of
    those before it only what is linked with what has changed since the last."""
    reader = _Reader(session, audience, words)
    reader.kept.update({(one.revision.return_id, one.revision.number): one for one in signed})
    found = await reader.bare(await writer.earlier(session, audience))
    last = await reader.last(found)
    anew = to_decide(signed, words, policy, [*found[:-1], *last])
    if anew is not None:
        reader.kept.clear()
    return [*[await reader.filled(one, anew) for one in found[:-1]], *last]


class _Reader:
    """Reads releases one after the other; what they share is held once."""

    def __init__(self, session: ReleaseSession, audience: Audience, words: Vocabulary) -> None:
        self._session, self._audience, self._words = session, audience, words
        self.kept: Kept = {}
        self._known: dict[str, Vocabulary | None] = {}

    async def bare(self, releases: Sequence[Release]) -> list[Vintage]:
        """The releases with nothing of what they show or were made from."""
        return [await self._bare(one) for one in releases]

    async def _bare(self, one: Release) -> Vintage:
        session, version = self._session, one.vocabulary_version
        if version not in self._known:
            self._known[version] = await words_then(session, version, self._words)
        return Vintage(
            one.id,
            one.policy_version,
            version,
            (),
            (),
            policy=await named(session, one.policy_version, self._audience),
            words=self._known[version],
        )

    async def filled(self, one: Vintage, indicators: Collection[str] | None = None) -> Vintage:
        """With its inputs and what it shows; of these indicators only, if any are given."""
        session = self._session
        signed = await of_release(session, one.release, indicators, self.kept)
        shown = await writer.observations(session, one.release, indicators)
        return replace(one, signed=tuple(signed), shown=shown)

    async def last(self, found: Sequence[Vintage]) -> list[Vintage]:
        """The last release, if there is any, with its steward's report: what nothing has touched
        since stays hidden as it was."""
        return [
            replace(
                await self.filled(one),
                report=tuple(await drafts.report_of(self._session, one.release)),
            )
            for one in found[-1:]
        ]
