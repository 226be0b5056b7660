"""A set of findings, counted and asked questions of."""

from collections.abc import Iterable
from dataclasses import dataclass

from hub.returns import Finding, Severity


@dataclass(frozen=True, slots=True)
class Report:
    """Everything found about one return, while reading it and while judging it."""

    findings: tuple[Finding, ...]

    def _of(self, severity: Severity) -> tuple[Finding, ...]:
        return tuple(item for item in self.findings if item.severity is severity)

    @property
    def errors(self) -> tuple[Finding, ...]:
        """What blocks the return."""
        return self._of(Severity.ERROR)

    @property
    def has_errors(self) -> bool:
        """Whether the return must be refused."""
        return bool(self.errors)

    @property
    def queries(self) -> tuple[Finding, ...]:
        """What needs a note before sign-off."""
        return self._of(Severity.QUERY)

    @property
    def rejected(self) -> int:
        """How many rows an error names."""
        return len({item.row for item in self.errors if item.row is not None})

    def open_queries(self, noted: Iterable[int | None]) -> tuple[Finding, ...]:
        """The queries on rows without a note; ``noted`` are the rows that hold one.

        ``None`` among them stands for a note on the whole return, which answers all.
        """
        answered = set(noted)
        if None in answered:
            return ()
        return tuple(item for item in self.queries if item.row not in answered)
