"""The vocabularies that releases were made with, kept beside them."""

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from hub.db.sessions import ReleaseSession
from hub.db.tables import intake
from hub.vocabulary import Vocabulary
from hub.vocabulary.keeping import text_of, words_of
from hub.vocabulary.memory import remembered


async def keep_words(session: ReleaseSession, words: Vocabulary) -> None:
    """Keep a vocabulary under its version; doing it again changes nothing."""
    written = remembered(words, "text", lambda: text_of(words))
    row = {"version": words.version, "words": written}
    await session.execute(insert(intake.vocabulary).values(**row).on_conflict_do_nothing())


async def words_then(session: ReleaseSession, version: str, today: Vocabulary) -> Vocabulary | None:
    """The vocabulary of that version; None if it is today's, or was made before they were kept."""
    if version == today.version:
        return None
    table = intake.vocabulary
    text = await session.scalar(select(table.c.words).where(table.c.version == version))
    return None if text is None else words_of(text, version)
