"""A chart as PNG: the SVG, rasterised by a child process with the fonts that ship with the hub.

System fonts are not looked at, so a picture is the same on every machine, also on one that has
none. ``fonts/fonts.json`` says where the two files are from.
"""

import subprocess
import sys
from pathlib import Path

from hub.exports.document import Document
from hub.exports.svg import svg_file

FONTS = Path(__file__).with_name("fonts")
ZOOM = 2
"""Pixels for each of the SVG's: sharp on paper and on dense screens."""
PATIENCE = 60
"""Seconds a drawing may take on a machine that has much else to do."""
_CHILD = Path(__file__).with_name("raster_child.py")


def png_file(document: Document) -> bytes:
    """Draw a document's chart as PNG."""
    return rasterised(svg_file(document))


def rasterised(svg: bytes) -> bytes:
    """Rasterise an SVG of the hub's own."""
    fonts = [str(path) for path in sorted(FONTS.glob("*.ttf"))]
    drawn = subprocess.run(  # noqa: S603 - our own script, no shell
        [sys.executable, "-I", "-B", str(_CHILD), str(ZOOM), *fonts],
        input=svg,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        timeout=PATIENCE,
        check=True,
    )
    return drawn.stdout
