"""What may stand in a cell of a file: text that is never a formula, numbers as numbers."""

from decimal import Decimal

Cell = str | int | float | None

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
"""What a spreadsheet takes for the start of a formula, or hides one behind."""


def safe(text: str) -> str:
    """A text cell that no spreadsheet takes for a formula (security requirement U8)."""
    clean = text.replace("\0", "")
    return f"'{clean}" if clean.startswith(FORMULA) else clean


def csv_cell(content: Cell) -> str | int:
    """A cell as CSV holds it: nothing as an empty one, a number without an exponent."""
    if content is None:
        return ""
    if isinstance(content, float):
        return f"{Decimal(repr(content)):f}"
    return safe(content) if isinstance(content, str) else content
