"""The words of a release's time are kept beside it."""

from dataclasses import replace

from hub.db.engine import Database
from hub.release.words import keep_words, words_then
from hub.vocabulary.keeping import text_of
from tests.factory import words

OLD = replace(words(), version="old")
TODAY = replace(words(), version="today")


async def test_a_vocabulary_is_found_under_its_version(database: Database) -> None:
    async with database.release() as session:
        await keep_words(session, OLD)
        await keep_words(session, OLD)
        found = await words_then(session, "old", TODAY)
        assert found is not None
        assert (found.version, text_of(found)) == ("old", text_of(OLD))
        assert await words_then(session, "today", TODAY) is None
        assert await words_then(session, "before they were kept", TODAY) is None
