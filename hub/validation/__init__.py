"""Return + vocabulary -> every finding, not the first; a module per rule family."""

from hub.validation.completeness import Completeness, completeness
from hub.validation.findings import RuleCode
from hub.validation.report import Report
from hub.validation.rules import in_order, validate

__all__ = ["Completeness", "Report", "RuleCode", "completeness", "in_order", "validate"]
