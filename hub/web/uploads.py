"""Forms with a file: multipart bodies of the officers' page, counted and kept in memory only."""

from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, field

from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from hub.errors import MalformedError, MediaTypeError
from hub.loaders.body import CSV, JSON, XLSX
from hub.web.body import read_body

KINDS = {"csv": CSV, "xlsx": XLSX, "json": JSON}
"""What an officer may upload, by the ending of the file's name: browsers guess types unlike."""
TEXT = "mapping"
"""The one file beside it that may come along, in a form or carried on: a mapping."""
FIELDS = 12
ROOM = 64 * 1024
"""Bytes beside the file: field names, notes, boundaries."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that was sent; its name is used for nothing but its kind."""

    kind: str
    content: bytes = field(repr=False)

    @property
    def media_type(self) -> str:
        """The media type that belongs to its kind."""
        return KINDS[self.kind]


class _InMemory(MultiPartParser):
    """Never writes a temporary file: what is uploaded is not stored, not even for a moment."""

    spool_max_size = 1 << 40


async def read_upload(request: Request, limit: int) -> tuple[Mapping[str, str], Upload | None]:
    """Read the fields, and the file called ``file`` if one was chosen; a mapping is a field.

    Raises ``MediaTypeError`` for another body or a file of another kind, ``TooLargeError``, or
    ``MalformedError`` for a body that is no form or gives a field twice.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "multipart/form-data":
        raise MediaTypeError("Send the form as multipart/form-data.")
    # A form that sends a checked file on carries it as base64: four bytes for three.
    body = await read_body(request, limit * 4 // 3 + ROOM)
    try:
        parser = _InMemory(
            request.headers,
            _once(body),
            max_files=2,
            max_fields=FIELDS,
            max_part_size=len(body) + 1,
        )
        form = await parser.parse()
    except (MultiPartException, ValueError, AssertionError):
        raise MalformedError("The body is no form.") from None
    items = form.multi_items()
    if len({name for name, _ in items}) != len(items):
        raise MalformedError("A field is given twice.")
    fields = {name: value for name, value in items if isinstance(value, str) and value}
    try:
        fields |= await _text(form.get(TEXT))
        if any("\0" in value for value in fields.values()):
            raise MalformedError("A field holds a NUL character.")
        return fields, await _file(form.get("file"))
    finally:
        await form.close()


async def _text(found: UploadFile | str | None) -> Mapping[str, str]:
    """A file of text is a field like any other: the pages that follow carry it on as one."""
    if not isinstance(found, UploadFile) or not found.filename:
        return {}
    try:
        text = (await found.read()).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise MalformedError("The file of the mapping is not UTF-8 text.") from None
    return {TEXT: text} if text else {}


async def _file(found: UploadFile | str | None) -> Upload | None:
    if not isinstance(found, UploadFile) or not found.filename:
        return None
    kind = found.filename.rpartition(".")[2].lower()
    if kind not in KINDS:
        raise MediaTypeError("Choose a file that ends in .csv, .xlsx or .json.")
    return Upload(kind, await found.read())


async def _once(body: bytes) -> AsyncGenerator[bytes, None]:
    yield body
