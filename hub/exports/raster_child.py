"""The child process that turns one SVG on standard input into a PNG on standard output.

resvg holds the interpreter for as long as it draws (half a second of a processor for a long
chart), and nobody else would be served meanwhile. Run by path in an isolated interpreter, it
imports nothing of the hub. Arguments: the zoom, then the font files.
"""

import sys

import resvg_py

FAMILY = "Liberation Sans"


def main() -> None:
    """Read, draw, write. System fonts are not looked at."""
    zoom, *fonts = sys.argv[1:]
    png = resvg_py.svg_to_bytes(
        svg_string=sys.stdin.buffer.read().decode(),
        zoom=float(zoom),
        background="#ffffff",
        skip_system_fonts=True,
        font_files=fonts,
        font_family=FAMILY,
        sans_serif_family=FAMILY,
    )
    sys.stdout.buffer.write(png)


if __name__ == "__main__":
    main()
