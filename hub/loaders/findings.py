"""What the loaders may find: every code, and how one is written down."""

import re
from datetime import date
from enum import StrEnum

from hub.returns import Finding, Severity


class LoaderCode(StrEnum):
    """Codes of the findings made while reading a body; ``docs/reference/findings.md`` explains."""

    MISSING_COLUMN = "MISSING_COLUMN"
    UNKNOWN_COLUMN = "UNKNOWN_COLUMN"
    DUPLICATE_COLUMN = "DUPLICATE_COLUMN"
    PERSON_COLUMN = "PERSON_COLUMN"
    RAGGED_ROW = "RAGGED_ROW"
    BLANK_ROW = "BLANK_ROW"
    MISSING_FIELD = "MISSING_FIELD"
    UNKNOWN_FIELD = "UNKNOWN_FIELD"
    FIELD_TYPE = "FIELD_TYPE"
    NUMBER_FORMAT = "NUMBER_FORMAT"
    STATUS_FORMAT = "STATUS_FORMAT"
    TEXT_FORMAT = "TEXT_FORMAT"
    NOTE_FORMULA = "NOTE_FORMULA"
    FORMULA_CELL = "FORMULA_CELL"
    CELL_TYPE = "CELL_TYPE"
    TABLE_MISSING = "TABLE_MISSING"
    UNMAPPED_ROW = "UNMAPPED_ROW"
    UNMAPPED_COLUMN = "UNMAPPED_COLUMN"
    UNMAPPED_CELL = "UNMAPPED_CELL"
    LABEL_REPEATED = "LABEL_REPEATED"
    LABEL_YEAR = "LABEL_YEAR"
    OBSERVED_LATER = "OBSERVED_LATER"
    CUMULATIVE_DOWN = "CUMULATIVE_DOWN"
    CUMULATIVE_GAP = "CUMULATIVE_GAP"
    CHANGE_REPRODUCE = "CHANGE_REPRODUCE"
    RUNNING_REPRODUCE = "RUNNING_REPRODUCE"
    PAIR_REPRODUCE = "PAIR_REPRODUCE"
    BASE_REPRODUCE = "BASE_REPRODUCE"
    MEETING_DATE = "MEETING_DATE"
    MEETING_PLACE = "MEETING_PLACE"
    MEETING_BLANK = "MEETING_BLANK"
    MEETING_REPEATED = "MEETING_REPEATED"
    OTHER_RETURN = "OTHER_RETURN"


class CellError(Exception):
    """One cell or field that cannot be read; becomes a finding once its place is known."""

    def __init__(self, code: LoaderCode, message: str, allowed: str | None = None) -> None:
        super().__init__(message)
        self.code, self.message, self.allowed = code, message, allowed

    def at(
        self, row: int | None = None, column: str | None = None, pointer: str | None = None
    ) -> Finding:
        """Say where it stands."""
        return Finding(Severity.ERROR, self.code, self.message, row, column, pointer, self.allowed)


class DateCellError(CellError):
    """A cell of a workbook that holds a date: no code and no number, but the day of a meeting."""

    def __init__(self, day: date | None) -> None:
        super().__init__(
            LoaderCode.CELL_TYPE,
            "The cell holds a date. Format the column as text and write the code or the number.",
        )
        self.day = day


_HARMLESS_NAME = re.compile(r"[A-Za-z][A-Za-z _.-]{0,39}", re.ASCII)
_PERSONAL = re.compile(
    r"name|surname|birth|\bdob\b|\bnhs|\bnino\b|national insurance|post ?code|address|e ?mail|"
    r"phone|mobile|\burn\b|\buprn\b|\bid\b|identifier|\breference\b|\b(case|client|crime) (ref|no)|"
    r"victim|perpetrator|suspect|passport|case ?worker|\bpnc|\bcro\b|\bdate of death\b|\bdod\b|"
    r"pseudonym|hash|token|\bguid\b|\buuid\b|\bhmac\b|\bparis\b|\bniche\b|\bmosaic\b|"
    r"initials|forename|alias|postal|latitude|longitude|easting|northing|\bgrid ref",
    re.ASCII,
)


def shown_name(name: str, fallback: str) -> str:
    """A column or field name if it is harmless to repeat, otherwise ``fallback``.

    A header that was forgotten makes the first data row look like column names; figures and
    identifiers hold digits, so a name with a digit in it is not repeated.
    """
    return name if _HARMLESS_NAME.fullmatch(name) else fallback


def looks_personal(name: str) -> bool:
    """Whether a column or field name suggests data about one person."""
    spaced = re.sub(r"([a-z])([A-Z])", r"\1 \2", name)
    return bool(_PERSONAL.search(re.sub(r"[^a-z0-9]+", " ", spaced.lower())))


PERSON_LEVEL = (
    "It looks like data about one person. The hub takes counts only: remove it, and send nothing "
    "that identifies a person."
)
