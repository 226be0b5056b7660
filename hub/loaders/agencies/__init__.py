"""Agencies' own layouts -> return: a mapping says what each row and column of an export means.

A mapping is a small YAML file that an agency can write for its own export
(``docs/how-to/bring-your-own-layout.md``). What it yields goes through the same strict reading of
cells and the same validation as the tidy form; every filled cell is read, named as ignored by
the mapping, or reported.
"""

from hub.loaders.agencies.grid import read_grid
from hub.loaders.agencies.mapping import Mapping
from hub.loaders.agencies.reading import (
    load_mapping,
    named,
    parse_mapping,
    shipped,
    shipped_names,
)
from hub.loaders.agencies.transcript import Transcript, transcribe

__all__ = [
    "Mapping",
    "Transcript",
    "load_mapping",
    "named",
    "parse_mapping",
    "read_grid",
    "shipped",
    "shipped_names",
    "transcribe",
]
