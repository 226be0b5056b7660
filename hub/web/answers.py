"""Whole answers kept in memory: a release never changes, so neither does what was told of it.

An answer is kept under its audience, that audience's edition of releases, the document and the
variables. A new release makes a new edition, so old answers are never asked for again and fall
out. Nothing is shared across audiences: the audience stands in the key by itself, besides in the
edition's number. Errors are never kept.
"""

import gzip
import json
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Protocol

from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from hub.web.cors import Fields
from hub.web.etag import CACHE, is_match, strong_etag

Key = tuple[str, int, str, str]
"""Audience, number of its edition, hash of the document, variables as text."""
OVERHEAD = 1024
"""Bytes that keeping an answer takes besides its text."""
WORTH = 1024
"""Bytes from which an answer is compressed."""
VARY = "Accept, Accept-Encoding, Authorization, Cookie"
"""What else of a request an answer depends on."""


class Edition(Protocol):
    """What an audience may read at one moment."""

    @property
    def number(self) -> int:
        """Unique for it in this process."""
        ...

    @property
    def audience(self) -> str:
        """Whose it is."""
        ...


@dataclass(frozen=True, slots=True)
class Keeping:
    """What may be kept: ``fields`` are root fields whose answers depend on an edition alone.

    ``edition`` tells the caller's edition right now, ``known`` the same without waiting, None where
    it would have to be looked up. ``may`` tells whether the caller may ask a
    root field: an answer that somebody else was given passes the same guard.
    """

    memory: int
    fields: frozenset[str]
    edition: Callable[[Any], Awaitable[Edition]]
    known: Callable[[Any], Edition | None]
    may: Callable[[Any, str], bool]


class Answer:
    """One answer as it goes out."""

    __slots__ = ("_zipped", "body", "etag")

    def __init__(self, body: bytes) -> None:
        self.body = body
        self.etag = strong_etag(body)
        self._zipped: bytes | None = None

    def zipped(self) -> bytes:
        """Give the body compressed; the work is done once."""
        if self._zipped is None:
            self._zipped = gzip.compress(self.body, 6, mtime=0)
        return self._zipped

    @property
    def size(self) -> int:
        """Bytes it may take; a compressed body is never larger than half of a text as ours."""
        return len(self.body) * 3 // 2 + OVERHEAD


class Answers:
    """The answers used last, within so many bytes."""

    def __init__(self, memory: int) -> None:
        self._memory = memory
        self._size = 0
        self._kept: OrderedDict[Key, Answer] = OrderedDict()

    @property
    def size(self) -> int:
        """Bytes in use."""
        return self._size

    def get(self, key: Key) -> Answer | None:
        """Find an answer."""
        answer = self._kept.get(key)
        if answer is not None:
            self._kept.move_to_end(key)
        return answer

    def keep(self, key: Key, body: bytes) -> None:
        """Keep an answer, and let those go that were not asked for the longest."""
        answer = Answer(body)
        room = answer.size + len(key[3])
        if room > self._memory // 4 or key in self._kept:
            return
        self._kept[key] = answer
        self._size += room
        while self._size > self._memory:
            gone, old = self._kept.popitem(last=False)
            self._size -= old.size + len(gone[3])


def text_of(variables: Mapping[str, Any]) -> str:
    """Write variables as one text, whatever order they came in."""
    return json.dumps(variables, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def key_of(edition: Edition, digest: str, variables: str) -> Key:
    """Name the answer to a document with its variables, as text, in an edition."""
    return (str(edition.audience), edition.number, digest, variables)


@dataclass(frozen=True, slots=True)
class Form:
    """How one reader is given an answer: with which status and header fields, in which coding."""

    status: int
    fields: Fields
    is_zipped: bool = False


@dataclass(frozen=True, slots=True)
class Reply:
    """A kept answer in the form for one reader: an ASGI application."""

    answer: Answer
    form: Form

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the answer."""
        form = self.form
        await send({"type": "http.response.start", "status": form.status, "headers": form.fields})
        await send({"type": "http.response.body", "body": self.body})

    @property
    def body(self) -> bytes:
        """What is sent; nothing to a reader that has it."""
        if self.form.status != HTTPStatus.OK:
            return b""
        return self.answer.zipped() if self.form.is_zipped else self.answer.body


@dataclass(frozen=True, slots=True)
class Recalled:
    """What a whole request came to, without the answer: ``etag`` is that of the answer it was.

    ``rows`` and ``texts`` are what it counts as having asked.
    """

    principal: object
    key: Key
    etag: str
    form: Form
    rows: int
    texts: tuple[str, ...]


def given(request: Request, answer: Answer, media_type: str) -> Reply:
    """Give a kept answer: compressed for a reader that takes gzip, 304 for one that has it.

    Each coding has its own strong tag, as RFC 9110 asks.
    """
    is_zipped = len(answer.body) >= WORTH and takes_gzip(request)
    etag = f'{answer.etag[:-1]}-gzip"' if is_zipped else answer.etag
    headers = {"Vary": VARY}
    if request.method != "POST":
        headers |= {"ETag": etag, "Cache-Control": CACHE}
        if is_match(request.headers.get("if-none-match", ""), etag):
            return Reply(answer, Form(304, _fields(headers)))
    body = answer.zipped() if is_zipped else answer.body
    headers |= {"Content-Encoding": "gzip"} if is_zipped else {}
    headers |= {"Content-Length": str(len(body)), "Content-Type": media_type}
    return Reply(answer, Form(200, _fields(headers), is_zipped))


def _fields(headers: Mapping[str, str]) -> Fields:
    return [(name.lower().encode(), value.encode("latin-1")) for name, value in headers.items()]


def takes_gzip(request: Request) -> bool:
    """Tell whether the reader takes gzip, by name and with a quality over nothing."""
    for part in request.headers.get("accept-encoding", "").lower().split(","):
        coding, _, parameters = part.strip().partition(";")
        if coding.strip() == "gzip":
            return parameters.strip().replace(" ", "") not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}
    return False
