"""English within a page of another language: marked while the page is made, told as ``lang`` in it.

A word without a translation is set between two characters that nothing else uses. They outlive
joining, splitting and filling in; when the page is whole they become ``<span lang="en">``, so that
a screen reader pronounces the word as English.
"""

import re
from collections.abc import Iterator
from itertools import accumulate

_BEGIN, _END = "\ue000", "\ue001"
"""Of Unicode's private use area: no agency's text may hold them (control of uploads)."""
_TOKEN = re.compile(r"(<[^>]*>)")
_EDGE = re.compile(f"([{_BEGIN}{_END}])")
_PLACE = re.compile(r"{[^}]*}")
_BARE = frozenset({"title", "option", "textarea"})
"""Elements that hold text alone: the language is an attribute of their own."""
_DRAWN = frozenset({"svg", "style", "script"})


def as_english(text: str) -> str:
    """Mark a text as English, either half of a title with a colon and each item of a list alone."""
    return re.sub(r"[^|]+", lambda item: _halves(item[0]), text)


def _halves(text: str) -> str:
    if not re.search("[A-Za-z]", _PLACE.sub("", text)):
        return text  # Signs and places alone are of no language.
    return ": ".join(f"{_BEGIN}{half}{_END}" for half in text.split(": "))


def unmarked(text: str) -> str:
    """The text without marks."""
    return text.replace(_BEGIN, "").replace(_END, "")


def told(html: str) -> str:
    """Turn the marks of a whole page into ``lang="en"``; in attributes they are dropped."""
    made: list[str] = []
    inside = [""]
    for token in _TOKEN.split(html):
        if token.startswith("<"):
            _follow(inside, token)
            made.append(unmarked(token))
        elif _BEGIN not in token and _END not in token:
            made.append(token)
        elif inside[-1] in _BARE:
            made[-1] = f'{made[-1][:-1]} lang="en">'
            made.append(unmarked(token))
        elif _DRAWN & set(inside):
            made.append(unmarked(token))
        else:
            made.append("".join(_spans(token)))
    return "".join(made)


def _follow(inside: list[str], tag: str) -> None:
    """Keep the open elements that matter."""
    name = tag.strip("</>").split()[0].lower() if tag.strip("</>") else ""
    if name not in _BARE | _DRAWN:
        return
    if tag.startswith("</"):
        while len(inside) > 1 and inside.pop() != name:
            pass
    else:
        inside.append(name)


def _spans(text: str) -> Iterator[str]:
    """The text with its outermost marks as elements; a sentence that was cut begins marked."""
    parts = _EDGE.split(text)
    steps = list(accumulate((part == _BEGIN) - (part == _END) for part in parts))
    before = max(0, -min(steps))
    for part, step in zip(parts, steps, strict=True):
        if part and part not in (_BEGIN, _END):
            yield f'<span lang="en">{part}</span>' if before + step > 0 else part
