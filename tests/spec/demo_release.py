"""The demo's returns through the pure pipeline: load, validate, sign off, prepare."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache, cached_property
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

from hub.loaders import JSON, Loaded, load
from hub.protected.figures import FigureStatus
from hub.protected.observations import Observation
from hub.protected.releases import Audience
from hub.release.policies import policy_for
from hub.release.preparation import Prepared, prepare
from hub.returns import Finding, Return, Severity
from hub.statistics.targets import Judgement, judge
from hub.submissions.revisions import Revision, SignedOff
from hub.submissions.states import State
from hub.validation.rules import validate
from hub.views.assembly import journey_of
from hub.views.journey import Journey, LinkView
from hub.vocabulary import CellKey, Vocabulary, breakdown_of, parse_period, vocabulary
from tests.unit.views.published import rows_of

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "demo" / "returns"
TODAY = date(2026, 11, 21)

THREE_RIVERS, HERTFORDSHIRE, PLYMOUTH = "E07000102", "E10000015", "E06000026"
UK, SIMILAR, MET = "K02000001", "MSG_MET", "E23000001"


def paths() -> list[Path]:
    """Every return of the demo: ``AGENCY/DATASET/period.json``."""
    return sorted(FOLDER.glob("*/*/*.json"))


def read(path: Path) -> Loaded:
    """Read one file as it would be read when pushed to its address."""
    agency, dataset, period = path.parts[-3], path.parts[-2], path.stem.replace("_", "/")
    return load(path.read_bytes(), JSON, dataset=dataset, agency=agency, period=period)


def returned(path: Path) -> Return:
    """One whole return."""
    found = read(path).return_
    assert found is not None, read(path).findings
    return found


def findings(return_: Return) -> tuple[Finding, ...]:
    """What validation finds with the shipped vocabulary."""
    return validate(return_, vocabulary(), today=TODAY)


def signed_off(return_: Return) -> SignedOff:
    """The return as its agency signed it off; a return with errors cannot be."""
    assert not [item for item in findings(return_) if item.severity is Severity.ERROR]
    address = f"{return_.dataset}/{return_.agency}/{return_.period}"
    revision = Revision(
        return_id=uuid5(NAMESPACE_URL, address),
        dataset=return_.dataset,
        agency=return_.agency,
        period=return_.period,
        number=1,
        state=State.AGENCY_APPROVED,
        content_hash=return_.content_hash,
        submitted_by="demo",
        submitted_at=datetime(2026, 11, 21, tzinfo=UTC),
        rows=len(return_.observations),
        current=True,
        note=return_.note,
    )
    return SignedOff(revision, return_.observations)


@dataclass(frozen=True)
class Release:
    """What partners read: published observations, and views over them."""

    prepared: Prepared
    words: Vocabulary

    @cached_property
    def cells(self) -> dict[CellKey, Observation]:
        """Every observation by its address."""
        return {item.key: item for item in self.prepared.cells}

    @cached_property
    def values(self) -> dict[CellKey, Decimal]:
        """Every published value."""
        return {key: item.value for key, item in self.cells.items() if item.value is not None}

    def status(self, indicator: str, area: str, period: str, **breakdown: str) -> FigureStatus:
        """The status of an observation; not returned when there is none."""
        item = self.cells.get(CellKey(indicator, area, period, breakdown_of(breakdown)))
        return item.status if item else FigureStatus.NOT_RETURNED

    def journey(self, area: str, period: str) -> Journey:
        """The journey of an area around a period."""
        found = rows_of(item for key, item in self.cells.items() if key.area == area)
        place, time = self.words.area(area), parse_period(period)
        return journey_of(place, time, "demo", "partner", found, self.words)

    def link(self, code: str, area: str, period: str) -> LinkView:
        """One link of a journey."""
        return next(link for link in self.journey(area, period).links if link.code == code)

    def judgement(self, measure: str, area: str, as_at: str) -> Judgement:
        """How a measure stands at a date."""
        rule = self.words.measures[measure]
        return judge(rule, area, parse_period(as_at), self.values, self.words)


@cache
def release() -> Release:
    """Prepare the partners' release of all demo returns, once."""
    signed = [signed_off(returned(path)) for path in paths()]
    words = vocabulary()
    return Release(prepare(signed, words, policy_for(Audience.PARTNER)), words)
