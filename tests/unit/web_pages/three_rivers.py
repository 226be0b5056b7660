"""The published Three Rivers figures as a journey, put together by the hub's own assembly.

Suppression here is at ten, for illustration: 6 and 29 of 132 answers are hidden, and with them
the sum of the first with the 97 that are shown.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal

from hub.protected.figures import FigureStatus
from hub.protected.observations import Cells, Observation, Provenance
from hub.views.assembly import journey_of
from hub.views.journey import Journey
from hub.vocabulary import CellKey, Term, parse_period
from hub.web.pages.labels import labels
from tests.unit.views.published import rows_of

AREA = "E07000102"
POLICE, SERVICE = "CY2017", "FY2017-18"

COUNTS: Mapping[str, tuple[str, str, int]] = {
    "POL_DA_TOTAL": (POLICE, "HERTS_POLICE", 1270),
    "POL_DA_CRIME": (POLICE, "HERTS_POLICE", 617),
    "POL_DA_INCIDENT": (POLICE, "HERTS_POLICE", 653),
    "DAC_REFERRAL": (SERVICE, "HERTS_MIND", 556),
    "DAC_REFERRAL_POLICE": (SERVICE, "HERTS_MIND", 496),
    "DAC_REFERRAL_TARGET": (SERVICE, "HERTS_MIND", 357),
    "DAC_CLIENT": (SERVICE, "HERTS_MIND", 118),
    "DAC_CLIENT_TARGET": (SERVICE, "HERTS_MIND", 97),
    "DAC_OUTCOME": (SERVICE, "HERTS_MIND", 132),
    "DAC_OUTCOME[CLIENT_OUTCOME=REDUCED]": (SERVICE, "HERTS_MIND", 97),
    "IDV_REFERRAL": (SERVICE, "REFUGE_HERTS", 141),
    "IDV_ENGAGED": (SERVICE, "REFUGE_HERTS", 70),
    "IDV_ENGAGED_LONG": (SERVICE, "REFUGE_HERTS", 45),
    "IDV_ENGAGED_SHORT": (SERVICE, "REFUGE_HERTS", 25),
    "MAR_CASE": (POLICE, "HERTS_MARAC", 87),
    "MAR_REPEAT": (POLICE, "HERTS_MARAC", 25),
    "FF_ASSESSMENT": (SERVICE, "HERTS_FF", 105),
    "FF_ASSESSMENT_DA": (SERVICE, "HERTS_FF", 59),
}
HIDDEN: Mapping[str, tuple[str, str, FigureStatus, str]] = {
    "DAC_OUTCOME[CLIENT_OUTCOME=CEASED]": (SERVICE, "HERTS_MIND", FigureStatus.SUPPRESSED, ""),
    "DAC_OUTCOME[CLIENT_OUTCOME=NO_CHANGE]": (SERVICE, "HERTS_MIND", FigureStatus.SUPPRESSED, ""),
    "DAC_OUTCOME_BETTER": (SERVICE, "HERTS_MIND", FigureStatus.SUPPRESSED, ""),
    "MAR_OUTCOME": (POLICE, "HERTS_MARAC", FigureStatus.NOT_AVAILABLE, "NOT_SHARED"),
    "REF_BED": (SERVICE, "REFUGE_HERTS", FigureStatus.NOT_AVAILABLE, "NOT_SHARED"),
    "ASG_CONCERN": (SERVICE, "HERTS_DAP", FigureStatus.NOT_AVAILABLE, "COUNTY_ONLY"),
    "PRP_SERVICE": (SERVICE, "HERTS_DAP", FigureStatus.NOT_APPLICABLE, "NO_SERVICE"),
}


def observations(counts: Mapping[str, int] | None = None) -> Iterator[Observation]:
    """Every observation; ``counts`` replaces values by term."""
    for term, (period, agency, value) in COUNTS.items():
        number = Decimal((counts or {}).get(term, value))
        yield _observation(term, period, agency, FigureStatus.PUBLISHED, value=number)
    for term, (period, agency, status, reason) in HIDDEN.items():
        yield _observation(term, period, agency, status, reason=reason or None)


def _observation(
    term: str,
    period: str,
    agency: str,
    status: FigureStatus,
    value: Decimal | None = None,
    reason: str | None = None,
) -> Observation:
    return Observation(
        key=Term.parse(term).at(AREA, period),
        status=status,
        value=value,
        reason=reason,
        provenance=(Provenance(agency, "", 1),),
    )


def cells(
    *without: str, withheld: tuple[str, ...] = (), counts: Mapping[str, int] | None = None
) -> Cells:
    """The release's cells; ``without`` leaves indicators out, ``withheld`` suppresses terms."""
    suppressed = {Term.parse(term).at(AREA, COUNTS[term][0]) for term in withheld}
    found: dict[CellKey, Observation] = {}
    for item in observations(counts):
        if item.key in suppressed:
            found[item.key] = Observation(
                item.key, FigureStatus.SUPPRESSED, provenance=item.provenance
            )
        elif item.key.indicator not in without:
            found[item.key] = item
    return found


def three_rivers_journey(
    *without: str, withheld: tuple[str, ...] = (), counts: Mapping[str, int] | None = None
) -> Journey:
    """The journey of Three Rivers around 2017, as the hub itself puts it together."""
    words = labels().vocabulary()
    return journey_of(
        area=words.area(AREA),
        period=parse_period(POLICE),
        release="demo-1",
        audience="partner",
        found=rows_of(cells(*without, withheld=withheld, counts=counts).values()),
        words=words,
    )
