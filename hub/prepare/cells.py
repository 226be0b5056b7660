"""Reading an extract's cells: dates in the forms said, codes, numbers in bands."""

import re
from collections.abc import Callable, Mapping
from datetime import date

from hub.prepare.drops import Reason
from hub.prepare.recipe import Coded, DateForm
from hub.vocabulary.rows import Category

_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_NUMERIC = {
    "d/m/y": r"(?P<d>\d{1,2})/(?P<m>\d{1,2})/(?P<y>\d{4})",
    "m/d/y": r"(?P<m>\d{1,2})/(?P<d>\d{1,2})/(?P<y>\d{4})",
    "y-m-d": r"(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})",
    "y/m/d": r"(?P<y>\d{4})/(?P<m>\d{1,2})/(?P<d>\d{1,2})",
    "d.m.y": r"(?P<d>\d{1,2})\.(?P<m>\d{1,2})\.(?P<y>\d{4})",
    "ymd": r"(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})",
    "d mon y": r"(?P<d>\d{1,2})[ -](?P<mon>[A-Za-z]{3,9})[ -](?P<y>\d{4})",
}
_TIME = re.compile(r"[ T]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?Z?$", re.ASCII)
_FORMS = {name: re.compile(form, re.ASCII) for name, form in _NUMERIC.items()}
_DAY_LIKE = re.compile(r"\d[/. -]\w{1,9}[/. -]\d", re.ASCII)
MAX_AGE = 120
Day = int
"""Days since 1 January of year 1, as :meth:`datetime.date.toordinal` has them."""


def read_day(text: str, forms: tuple[DateForm, ...]) -> Day | Reason:
    """Read a date, with or without a time of day, in the one form that fits.

    A date that fits two forms differently (3/4/2017 where both d/m/y and m/d/y come) is not
    guessed.
    """
    plain = _TIME.sub("", text.strip())
    if not plain:
        return Reason.DATE_MISSING
    found = {day for form in forms if (day := _day(plain, form)) is not None}
    if len(found) > 1:
        return Reason.DATE_AMBIGUOUS
    return next(iter(found), Reason.DATE_UNREADABLE)


def looks_like_day(text: str) -> bool:
    """Whether an identifier is a date: the columns of its row are swapped."""
    if _DAY_LIKE.search(text) is None:
        return False  # nearly all identifiers, at the price of one search
    plain = _TIME.sub("", text.strip())
    return any(_day(plain, form) is not None for form in _FORMS if form != "ymd")


def _day(text: str, form: str) -> Day | None:
    match = _FORMS[form].fullmatch(text)
    if match is None:
        return None
    part = match.groupdict()
    name = str(part.get("mon", ""))[:3].lower()
    month = _MONTHS.index(name) + 1 if name in _MONTHS else int(part.get("m") or 0)
    try:
        return date(int(part["y"]), month, int(part["d"])).toordinal()
    except ValueError:
        return None


Reader = Callable[[str, Day], "str | Reason"]
"""Cell and day of the event -> category code, or why there is none."""


def reader_of(
    field: Coded, categories: Mapping[str, Category], forms: tuple[DateForm, ...]
) -> Reader:
    """Make the reader of one coded column."""
    otherwise = field.otherwise
    if field.codes:
        known = {_plain(text): code for text, code in field.codes.items()}
        fallback: str | Reason = otherwise or Reason.CODE
        return lambda cell, _: known.get(_plain(cell), fallback)
    bands = [
        (code, item.lower if item.lower is not None else 0, item.upper)
        for code, item in categories.items()
        if item.lower is not None or item.upper is not None
    ]

    def band(number: int) -> str | Reason:
        if not 0 <= number <= MAX_AGE:
            return Reason.RANGE
        fitting = (
            code for code, low, high in bands if low <= number and (high is None or number <= high)
        )
        return next(fitting, Reason.RANGE)

    def banded(cell: str, _: Day) -> str | Reason:
        text = cell.strip()
        if not (text.isascii() and text.isdigit() and len(text) < 10):
            return otherwise or Reason.NUMBER
        found = band(int(text))
        return otherwise if otherwise and isinstance(found, Reason) else found

    def born(cell: str, day: Day) -> str | Reason:
        birth = read_day(cell, forms)
        found = birth if isinstance(birth, Reason) else band(_age(birth, day))
        return otherwise if otherwise and isinstance(found, Reason) else found

    return born if field.born else banded


def _plain(text: str) -> str:
    """Codes are compared without case and outer or doubled spaces."""
    return " ".join(text.split()).lower()


def _age(birth: Day, day: Day) -> int:
    first, last = date.fromordinal(birth), date.fromordinal(day)
    return last.year - first.year - ((last.month, last.day) < (first.month, first.day))
