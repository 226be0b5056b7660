"""A chart as SVG: text, bars from zero, and nothing that runs or loads.

Only presentation attributes: the page's Content-Security-Policy allows no inline style. Lengths
come from the figures shown; a withheld one is a dashed box of one size.
"""

import textwrap
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from xml.sax.saxutils import escape, quoteattr

from hub.exports.chart import Bar, Chart, Panel
from hub.exports.document import Document
from hub.exports.figures import WITHHELD
from hub.protected.figures import Figure, FigureStatus

WIDTH, MARGIN, GUTTER = 900, 24, 330
"""Of the picture, of its edge, and of the labels left of the bars, in pixels."""
REACH, THICK, BOX = 380, 18, 34
"""Longest bar, height of a bar, and the width of a withheld figure's box."""
INK, QUIET, ACCENT, LEVEL, LINE = "#0b0c0c", "#505a5f", "#206095", "#ca3535", "#b1b4b6"
FONT = "Liberation Sans, Arial, Helvetica, sans-serif"
_WIDE = 0.52
"""Width of an average character, in parts of its size."""


def svg_file(document: Document) -> bytes:
    """Draw a document's chart, with its finding, subtitle, caveats and source inside."""
    return _Drawing(document).whole().encode()


class _Drawing:
    """Draws from top to bottom; ``y`` is where the next thing goes."""

    def __init__(self, document: Document) -> None:
        self._document, self._chart = document, document.chart()
        self._y, self._parts = MARGIN, list[str]()

    def whole(self) -> str:
        """The picture."""
        chart, document = self._chart, self._document
        self._lines(chart.finding, 22, INK, bold=True)
        self._y += 4
        self._lines(f"{chart.subtitle}. {document.title}.", 15, QUIET)
        self._y += 12
        for panel in chart.panels:
            self._panel(panel)
        self._foot(chart)
        return "\n".join((self._head(), *self._parts, "</svg>\n"))

    def _head(self) -> str:
        height, title = self._y + MARGIN, escape(self._chart.finding)
        size = f'width="{WIDTH}" height="{height}" viewBox="0 0 {WIDTH} {height}"'
        return "\n".join(
            (
                f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" '
                f'aria-labelledby="title desc" font-family={quoteattr(FONT)}>',
                f'<title id="title">{title}</title>',
                f'<desc id="desc">{escape(self._document.title)}</desc>',
                '<defs><pattern id="apart" width="6" height="6" patternUnits="userSpaceOnUse" '
                'patternTransform="rotate(45)">'
                f'<rect width="6" height="6" fill="#ffffff"/><rect width="3" height="6" '
                f'fill="{ACCENT}"/></pattern></defs>',
                f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
            )
        )

    def _panel(self, panel: Panel) -> None:
        if panel.title:
            self._y += 8
            self._lines(panel.title, 15, INK, bold=True)
        start, scale = self._y, Decimal(REACH) / panel.top
        for bar in panel.bars:
            self._bar(bar, scale)
        if panel.bars:
            # Bars start at a line that says where zero is.
            x, end = MARGIN + GUTTER, self._y - 6
            self._parts.append(f'<path d="M{x} {start}V{end}" stroke="{INK}" stroke-width="1"/>')
        self._y += 10

    def _bar(self, bar: Bar, scale: Decimal) -> None:
        left, top = MARGIN + 16 * bar.indent, self._y
        room = GUTTER - 16 * bar.indent - 12
        for line in _wrapped(bar.label, room, 14):
            self._text(left, 14, line, INK)
        for line in _wrapped(bar.note, room, 12) if bar.note else ():
            self._text(left, 12, line, QUIET)
        bottom = max(self._y, top + THICK + 2)
        self._parts.extend(_drawn(bar, scale, top))
        self._y = bottom + 8

    def _foot(self, chart: Chart) -> None:
        self._y += 4
        edge = WIDTH - MARGIN
        self._parts.append(f'<path d="M{MARGIN} {self._y}H{edge}" stroke="{LINE}"/>')
        self._y += 8
        for note in (*chart.key, *self._document.notes, self._document.source):
            self._lines(note, 12, QUIET)

    def _lines(self, text: str, size: int, colour: str, *, bold: bool = False) -> None:
        for line in _wrapped(text, WIDTH - 2 * MARGIN, size + bold):
            self._text(MARGIN, size, line, colour, bold=bold)

    def _text(self, x: int, size: int, text: str, colour: str, *, bold: bool = False) -> None:
        self._y += size + 4
        self._parts.append(_text(x, self._y - 4, size, text, colour, bold=bold))


def _drawn(bar: Bar, scale: Decimal, top: int) -> Iterator[str]:
    """A bar, its planned level, and its figure beside it."""
    x, length = MARGIN + GUTTER, _length(bar.figure, scale)
    end = x + (BOX if length is None else length)
    if length is None:
        dashed = f'fill="none" stroke="{QUIET}" stroke-dasharray="4 3"'
        yield f'<rect x="{x + 1}" y="{top + 2}" width="{BOX - 2}" height="{THICK}" {dashed}/>'
    elif length:
        fill = "url(#apart)" if bar.is_apart else ACCENT
        edge = f'stroke="{ACCENT}" stroke-width="1"'
        size = f'width="{length}" height="{THICK}"'
        yield f'<rect x="{x}" y="{top + 2}" {size} fill="{fill}" {edge}/>'
    level = _length(bar.level, scale) if bar.level else None
    if level is not None:
        tick = f'stroke="{LEVEL}" stroke-width="3"'
        yield f'<path d="M{x + level} {top - 1}V{top + THICK + 5}" {tick}/>'
        end = max(end, x + level)
    yield _labelled(bar, int(end) + 8, top + THICK - 1)


def _labelled(bar: Bar, x: int, y: int) -> str:
    """The figure as every table prints it, then what a symbol or a tick means."""
    words = WITHHELD.get(bar.figure.status, "")
    if bar.level is not None and bar.level.value is not None:
        words = f"{words} (planned {bar.level.display})".strip()
    shown = f'<tspan class="figure" font-weight="bold">{escape(bar.figure.display)}</tspan>'
    more = f'<tspan fill="{QUIET}"> {escape(words)}</tspan>' if words else ""
    return f'<text x="{x}" y="{y}" font-size="14" fill="{INK}">{shown}{more}</text>'


def _length(figure: Figure, scale: Decimal) -> int | None:
    """Pixels of a figure that is shown, none of one that is not; below zero there is no bar."""
    if figure.status is not FigureStatus.PUBLISHED or figure.value is None:
        return None
    return max(int((figure.value * scale).quantize(Decimal(1), ROUND_HALF_UP)), 0)


def _wrapped(text: str, width: int, size: int) -> list[str]:
    return textwrap.wrap(text, max(int(width / (size * _WIDE)), 8))


def _text(x: int, y: int, size: int, text: str, colour: str, *, bold: bool) -> str:
    weight = ' font-weight="bold"' if bold else ""
    return f'<text x="{x}" y="{y}" font-size="{size}" fill="{colour}"{weight}>{escape(text)}</text>'
