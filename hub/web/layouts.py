"""The layout of an officer's file: the hub's own form, one it knows, or the agency's own mapping.

A mapping that was uploaded is a stranger's text: it is small, has no YAML aliases (which can grow
without bound when they are followed), and reads fewer rows than one the hub ships.
"""

import asyncio
from collections.abc import Mapping as Map
from dataclasses import dataclass, field

from hub.errors import MalformedError, TooLargeError
from hub.loaders.agencies import Mapping, Transcript, named, parse_mapping, read_grid, transcribe
from hub.loaders.agencies.grid import require_layout
from hub.loaders.loaded import Frame
from hub.submissions.reception import Address
from hub.vocabulary import Vocabulary
from hub.web.uploads import Upload

OWN = "own"
"""What the form says for a mapping that comes with the file."""
LONGEST = 64 * 1024
MOST_ROWS = 2_000
"""Rows that an uploaded mapping may read; ``hub push --mapping`` reads as many as a return has."""


@dataclass(frozen=True, slots=True)
class Layout:
    """How a file is read, as the form said it; ``mapping`` is None for the hub's own form."""

    name: str = ""
    text: str = field(default="", repr=False)
    mapping: Mapping | None = None


async def layout_of(fields: Map[str, str], words: Vocabulary) -> Layout:
    """Read the layout that a form chose.

    Raises:
        NotFoundError: the hub knows no such layout.
        MalformedError: a mapping of one's own was chosen, and none was sent.
        MappingError: it cannot be used; the message lists every problem.
    """
    name, text = fields.get("layout", ""), fields.get("mapping", "")
    if name == "":
        return Layout()
    if name != OWN:
        return Layout(name, mapping=named(name, words))
    if not text:
        raise MalformedError("Choose the file of your mapping, or another layout.")
    return Layout(name, text, await asyncio.to_thread(_parsed, text, words))


def _parsed(text: str, words: Vocabulary) -> Mapping:
    if len(text) > LONGEST:
        raise TooLargeError(f"A mapping has at most {LONGEST // 1024} kB.")
    return parse_mapping(text, words, aliases=False)


async def transcript_of(
    upload: Upload, layout: Layout, address: Address, words: Vocabulary
) -> Transcript | None:
    """Say what the layout makes of each cell; None for the hub's own form.

    Raises:
        MalformedError, MediaTypeError, TooLargeError: the file cannot be read by it.
    """
    if layout.mapping is None:
        return None
    return await asyncio.to_thread(_transcribed, upload, layout, layout.mapping, address, words)


def _transcribed(
    upload: Upload, layout: Layout, mapping: Mapping, address: Address, words: Vocabulary
) -> Transcript:
    require_layout(upload.media_type)
    lines = read_grid(upload.content, upload.kind == "xlsx", mapping)
    if layout.name == OWN and len(lines) > MOST_ROWS:
        raise TooLargeError(
            f"By a mapping of your own at most {MOST_ROWS:,} rows are read here; "
            "`hub push --mapping` reads more."
        )
    frame = Frame(address.dataset, address.agency, address.period)
    return transcribe(lines, mapping, frame, words)
