"""What a drawing says: the figures it labels, and every length in it."""

import re
from collections.abc import Iterator
from xml.etree import ElementTree

SVG = "{http://www.w3.org/2000/svg}"


def labels(svg: bytes) -> list[str]:
    """The figures, in the order of the drawing, as they are printed."""
    spans = ElementTree.fromstring(svg).iter(f"{SVG}tspan")  # noqa: S314
    return [span.text or "" for span in spans if span.get("class") == "figure"]


def bars(svg: bytes) -> Iterator[tuple[str, str]]:
    """Fill and width of every bar and box."""
    for rect in ElementTree.fromstring(svg).iter(f"{SVG}rect"):  # noqa: S314
        if rect.get("x"):
            yield rect.get("fill", ""), rect.get("width", "")


def numbers(svg: bytes) -> set[str]:
    """Every number that a reader of the file can find, in text or in lengths."""
    return set(re.findall(r"\d+(?:\.\d+)?", svg.decode()))
