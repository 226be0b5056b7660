"""What the rules may find: every code, and how a finding about one observation is made."""

from enum import StrEnum

from hub.returns import Finding, Reported, Severity


class RuleCode(StrEnum):
    """Codes of the findings of validation; ``docs/reference/findings.md`` explains each."""

    UNKNOWN_DATASET = "UNKNOWN_DATASET"
    UNKNOWN_AGENCY = "UNKNOWN_AGENCY"
    AGENCY_DATASET = "AGENCY_DATASET"
    NIL_RETURN = "NIL_RETURN"
    UNKNOWN_INDICATOR = "UNKNOWN_INDICATOR"
    INDICATOR_DATASET = "INDICATOR_DATASET"
    INDICATOR_DERIVED = "INDICATOR_DERIVED"
    UNKNOWN_DIMENSION = "UNKNOWN_DIMENSION"
    DIMENSION_INDICATOR = "DIMENSION_INDICATOR"
    UNKNOWN_CATEGORY = "UNKNOWN_CATEGORY"
    UNKNOWN_REASON = "UNKNOWN_REASON"
    REASON_STATUS = "REASON_STATUS"
    REASON_MISSING = "REASON_MISSING"
    UNKNOWN_AREA = "UNKNOWN_AREA"
    AREA_REACH = "AREA_REACH"
    AREA_LEVEL = "AREA_LEVEL"
    AREA_DATES = "AREA_DATES"
    PERIOD_FORMAT = "PERIOD_FORMAT"
    PERIOD_DATASET = "PERIOD_DATASET"
    PERIOD_INDICATOR = "PERIOD_INDICATOR"
    PERIOD_OUTSIDE = "PERIOD_OUTSIDE"
    PERIOD_FUTURE = "PERIOD_FUTURE"
    DUPLICATE_KEY = "DUPLICATE_KEY"
    VALUE_OR_STATUS = "VALUE_OR_STATUS"
    VALUE_NEGATIVE = "VALUE_NEGATIVE"
    VALUE_FRACTION = "VALUE_FRACTION"
    PERCENT_RANGE = "PERCENT_RANGE"
    BASE_MISSING = "BASE_MISSING"
    BASE_UNEXPECTED = "BASE_UNEXPECTED"
    BASE_WHOLE = "BASE_WHOLE"
    BASE_ZERO = "BASE_ZERO"
    NOTE_LENGTH = "NOTE_LENGTH"
    NOTE_PERSONAL = "NOTE_PERSONAL"
    PARTS_EXCEED = "PARTS_EXCEED"
    PARTS_MISMATCH = "PARTS_MISMATCH"
    PARTS_SHORT = "PARTS_SHORT"
    OPTION_EXCEEDS = "OPTION_EXCEEDS"
    RELATION_BROKEN = "RELATION_BROKEN"
    TIME_MISMATCH = "TIME_MISMATCH"
    TIME_DISTINCT = "TIME_DISTINCT"
    AREA_MISMATCH = "AREA_MISMATCH"
    CUMULATIVE_REPEATED = "CUMULATIVE_REPEATED"
    CUMULATIVE_FALLS = "CUMULATIVE_FALLS"
    PERCENT_REPRODUCE = "PERCENT_REPRODUCE"
    PERCENT_PARTS = "PERCENT_PARTS"
    PERCENT_ROUNDING = "PERCENT_ROUNDING"
    RESPONSES_EXCEED = "RESPONSES_EXCEED"
    ZERO_CONTRADICTED = "ZERO_CONTRADICTED"
    PREVIOUS_TOTAL = "PREVIOUS_TOTAL"
    REVISION_CHANGE = "REVISION_CHANGE"
    REVISION_REMOVED = "REVISION_REMOVED"
    OUTLIER = "OUTLIER"
    PROFILE_UNEVEN = "PROFILE_UNEVEN"


def finding(
    severity: Severity,
    code: RuleCode,
    message: str,
    item: Reported | None = None,
    column: str | None = None,
    allowed: str | None = None,
) -> Finding:
    """Make a finding; with ``item`` it points at that row, and ``column`` within it."""
    if item is None:
        return Finding(severity, code, message, column=column, allowed=allowed)
    where = item.column or column
    return Finding(severity, code, message, item.row, where, _pointer(item, column), allowed)


def _pointer(item: Reported, column: str | None) -> str | None:
    if item.pointer is None or column is None:
        return item.pointer
    inner = f"breakdown/{column}" if column.isupper() else column
    return f"{item.pointer}/{inner}"


def place(item: Reported) -> str:
    """Where a person finds it: ``row 5``, ``observation 4`` of a JSON list, ``cell C5``."""
    if item.column is not None:
        return f"cell {item.column}{item.row}"
    return f"row {item.row}" if item.pointer is None else f"observation {item.row}"
