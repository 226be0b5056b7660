"""A chart as PNG: the SVG, rasterised with the fonts that ship with the hub.

System fonts are not looked at, so a picture is the same on every machine, also on one that has
none. ``fonts/fonts.json`` says where the two files are from.
"""

from pathlib import Path

import resvg_py

from hub.exports.document import Document
from hub.exports.svg import svg_file

FONTS = Path(__file__).parent / "fonts"
FAMILY = "Liberation Sans"
ZOOM = 2.0
"""Pixels for each of the SVG's: sharp on paper and on dense screens."""


def png_file(document: Document) -> bytes:
    """Draw a document's chart as PNG."""
    return rasterised(svg_file(document).decode())


def rasterised(svg: str) -> bytes:
    """Rasterise an SVG of the hub's own."""
    return resvg_py.svg_to_bytes(
        svg_string=svg,
        zoom=ZOOM,
        background="#ffffff",
        skip_system_fonts=True,
        font_files=[str(path) for path in sorted(FONTS.glob("*.ttf"))],
        font_family=FAMILY,
        sans_serif_family=FAMILY,
    )
