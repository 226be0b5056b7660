"""A page and its mapping -> the observations of one return, each with the cell it stood in."""

from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from hub.loaders.agencies.across import read_block
from hub.loaders.agencies.mapping import Mapping, Part
from hub.loaders.agencies.meetings import read_meetings
from hub.loaders.agencies.page import blocks_of, said
from hub.loaders.agencies.placed import Placed, Reader
from hub.loaders.cells import read_code, read_note, read_number
from hub.loaders.findings import CellError, LoaderCode
from hub.loaders.loaded import Frame, Loaded
from hub.loaders.table import Line
from hub.returns import Finding, Past, Reported, Severity, past_of
from hub.vocabulary import Vocabulary, breakdown_of, parse_period


@dataclass(frozen=True, slots=True)
class Transcript:
    """What a mapping makes of a page: every figure with its cell, and what is to know."""

    placed: tuple[Placed, ...] = field(repr=False)
    findings: tuple[Finding, ...]
    frame: Frame

    @property
    def own(self) -> tuple[Placed, ...]:
        """The figures of the return asked for."""
        return tuple(item for item in self.placed if self.holds(item))

    def holds(self, item: Placed) -> bool:
        """Whether a figure belongs into the return asked for."""
        if item.dataset != self.frame.dataset:
            return False
        return item.period is None or parse_period(self.frame.period).takes_in(item.period)

    def load(self) -> Loaded:
        """Make the return, with the findings of the page and of its cells."""
        findings, observations = list(self.findings), []
        for item in self.own:
            try:
                observations.append(_reported(item, self.frame))
            except CellError as error:
                findings.append(error.at(item.row, item.column))
        others = Counter(
            f"{item.dataset} {item.period}" for item in self.placed if not self.holds(item)
        )
        if others:
            many = "figures belong" if others.total() > 1 else "figure belongs"
            message = (
                f"{others.total()} {many} to other returns, such as {next(iter(others))}. "
                "Send what belongs there with those."
            )
            findings.append(said(Severity.NOTICE, LoaderCode.OTHER_RETURN, message, None))
        read = self.frame.make(observations)
        return Loaded(read, tuple(findings), len(self.own), earlier=self._earlier())

    def _earlier(self) -> Past | None:
        """What the page says of the twelve months before the return, where it can be read."""
        start, found = parse_period(self.frame.period).start, []
        for item in self.placed:
            period = item.period
            if item.dataset != self.frame.dataset or period is None:
                continue
            if start - 12 <= period.start and period.end <= start:
                with suppress(CellError):
                    found.append(_reported(item, self.frame))
        return past_of(found) if found else None


def transcribe(
    lines: Sequence[Line], mapping: Mapping, frame: Frame, words: Vocabulary
) -> Transcript:
    """Read a page by a mapping. No figure is dropped without a finding or a word in the mapping."""
    placed: list[Placed] = []
    findings: list[Finding] = []
    for block in blocks_of(lines, mapping, findings.append):
        reader = Reader(mapping, parse_period(frame.period), words, frame.dataset)
        whole = (Part(dataset=frame.dataset), mapping, block.table)
        if block.table.meetings is not None:
            read_meetings(block, block.table.meetings, reader, whole)
        else:
            read_block(block, reader, whole)
        placed += reader.placed
        # What is odd about a table is a question to the return that takes figures from it.
        is_own = bool(Transcript(tuple(reader.placed), (), frame).own)
        findings += [item for item in reader.findings if is_own or item.severity is Severity.ERROR]
    return Transcript(tuple(placed), tuple(findings), frame)


def _reported(item: Placed, frame: Frame) -> Reported:
    """Read the cell as strictly as one of the tidy form.

    Raises:
        CellError: it is no number.
    """
    number = None if item.reason else read_number(item.text)
    return Reported(
        indicator=read_code(item.indicator),
        area=read_code(item.area),
        period=item.period.id if item.period else frame.period,
        breakdown=breakdown_of(dict(item.breakdown)),
        value=number,
        status="x" if item.reason else None,
        reason=item.reason,
        base=read_number(item.base) if item.base else None,
        note=read_note(item.note) if item.note else None,
        row=item.row,
        column=item.column,
    )
