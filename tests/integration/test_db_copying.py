"""What is copied comes back as it was, whatever a text holds."""

from decimal import Decimal

from sqlalchemy import text

from hub.db.copying import PART, Written, copy_into
from hub.db.engine import Database

_MAKE = "CREATE TEMP TABLE said (place integer, word text, value numeric, is_so boolean)"
_TEXTS = ("", r"\N", r"\.", "a\tb", "a\nb", "a\r\nb", r"a\nb", "back\\slash", "é ☃", None)
Said = tuple[int, str | None, Decimal | None, bool]


def _line(one: Said, written: Written) -> str:
    place, word, value, is_so = one
    return "\t".join((str(place), written[word], written.other(value), written.other(is_so)))


async def test_every_text_and_number_comes_back(database: Database) -> None:
    values = (Decimal(0), Decimal("12.5000"), Decimal("1E+3"), None)
    rows = [
        (place, _TEXTS[place % len(_TEXTS)], values[place % len(values)], place % 2 == 0)
        for place in range(2 * PART + 1)
    ]
    async with database.intake() as session:
        await session.execute(text(_MAKE))
        written = Written()
        names = ("place", "word", "value", "is_so")
        await copy_into(session, "pg_temp", "said", names, [_line(row, written) for row in rows])
        found = (await session.execute(text("SELECT * FROM said ORDER BY place"))).all()
    assert [tuple(row) for row in found] == rows
    assert [str(row.value) for row in found[:2]] == ["0", "12.5000"]
