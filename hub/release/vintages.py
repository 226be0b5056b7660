"""Reading the earlier releases of an audience, with everything that they were made from."""

from hub.db.sessions import ReleaseSession
from hub.protected import writer
from hub.protected.releases import Audience
from hub.release import drafts
from hub.release.policies import named
from hub.release.preparation import Vintage
from hub.release.words import words_then
from hub.submissions.signed_off import of_release
from hub.vocabulary import Vocabulary


async def history(
    session: ReleaseSession, audience: Audience, words: Vocabulary, first: int | None = None
) -> list[Vintage]:
    """The releases of an audience, oldest first, or the ``first`` so many of them: each with its
    inputs, so that what it hid is known, its policy, and the words of its time."""
    return [
        Vintage(
            one.id,
            one.policy_version,
            one.vocabulary_version,
            tuple(await of_release(session, one.id)),
            await writer.observations(session, one.id),
            tuple(await drafts.report_of(session, one.id)),
            await named(session, one.policy_version, audience),
            await words_then(session, one.vocabulary_version, words),
        )
        for one in (await writer.earlier(session, audience))[:first]
    ]
