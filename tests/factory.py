"""The one factory of test objects: a small vocabulary and returns made of it."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from hub.auth.principals import Principal
from hub.auth.roles import Role, scopes_of
from hub.protected.releases import Audience, Release
from hub.returns import Reported, Return
from hub.vocabulary import Vocabulary, breakdown_of
from hub.vocabulary.cells import Term, parse_sum
from hub.vocabulary.rows import (
    Agency,
    AgencyKind,
    Area,
    Category,
    Dataset,
    Dimension,
    Direction,
    Formula,
    Identity,
    Indicator,
    Kind,
    Level,
    Measure,
    Membership,
    Profile,
    Reason,
)

DISTRICT, NEIGHBOUR, COUNTY, ELSEWHERE = "E07000102", "E07000103", "E10000015", "E06000026"
ALL_KINDS: Any = "M;CY;FY;FQ;CQ;R12;YTD;RUN"


def indicator(code: str, **changes: Any) -> Indicator:
    """A count of police records, or what ``changes`` make of it."""
    plain: dict[str, Any] = {
        "code": code,
        "title": code.replace("_", " ").lower(),
        "description": "made for tests",
        "unit": "record",
        "kind": Kind.EVENTS,
        "owner": "POLICE",
        "datasets": "POLICE_RECORDS",
        "period_kinds": ALL_KINDS,
        "area_levels": "LAD;CTY",
        "time_additive": True,
        "area_additive": True,
    }
    return Indicator.model_validate(plain | changes)


def measure(**changes: object) -> Measure:
    """A measure of police records, higher is better, listed profile, 15 per cent of amber."""
    plain: dict[str, object] = {
        "code": "REPORTING",
        "title": "Reporting",
        "indicator": "POL_DA_TOTAL",
        "target": "POL_TARGET",
        "direction": Direction.HIGHER,
        "profile": Profile.LISTED,
        "order": 1,
    }
    return Measure.model_validate(plain | changes)


def dimension(code: str, categories: str, *, partition: bool = True) -> dict[str, Any]:
    """A dimension with its categories."""
    return {
        "dimension": Dimension(code=code, title=code.title(), partition=partition),
        "categories": {
            name: Category(dimension=code, code=name, title=name.title(), order=order)
            for order, name in enumerate(categories.split())
        },
    }


def words(*more: Indicator, identities: tuple[Identity, ...] = ()) -> Vocabulary:
    """A vocabulary of a handful of words, with ``more`` indicators and identities."""
    indicators = [
        indicator("POL_DA_CRIME", unit="crime", dimensions="RISK;SEX"),
        indicator("POL_DA_INCIDENT", unit="incident", dimensions="RISK"),
        indicator("POL_DA_TOTAL", dimensions="RISK;NEED"),
        indicator("POL_CLIENT", kind=Kind.DISTINCT, unit="client", time_additive=False),
        indicator("POL_DISTRICT_ONLY", area_levels="LAD"),
        indicator("POL_YEARLY", period_kinds="CY;FY"),
        indicator("POL_TARGET", kind=Kind.TARGET, sensitive=False),
        indicator("POL_POPULATION", kind=Kind.SNAPSHOT, sensitive=False),
        indicator(
            "POL_DA_TOTAL_PC",
            kind=Kind.PERCENT,
            unit="percent",
            formula=Formula.RATIO,
            numerator="POL_DA_CRIME",
            denominator="POL_DA_TOTAL",
        ),
        indicator(
            "POL_STATED_PC",
            kind=Kind.PERCENT,
            unit="percent",
            stated=True,
            numerator=parse_sum("POL_DA_CRIME"),
            denominator=parse_sum("POL_DA_TOTAL"),
        ),
        indicator("POL_STATED_MEAN", kind=Kind.MEAN, unit="score", stated=True),
        indicator("CPS_CASE", owner="CPS", datasets="COURT"),
        *more,
    ]
    dimensions = [
        dimension("RISK", "HIGH MEDIUM STANDARD"),
        dimension("SEX", "F M"),
        dimension("NEED", "HOUSING MONEY HEALTH", partition=False),
    ]
    total = Identity(
        code="TOTAL",
        left=(Term("POL_DA_CRIME"), Term("POL_DA_INCIDENT")),
        relation="=",
        right=(Term("POL_DA_TOTAL"),),
    )
    client = Identity(
        code="CLIENTS", left=(Term("POL_CLIENT"),), relation="<=", right=(Term("POL_DA_TOTAL"),)
    )
    return Vocabulary(
        indicators={item.code: item for item in indicators},
        dimensions={item["dimension"].code: item["dimension"] for item in dimensions},
        categories={item["dimension"].code: item["categories"] for item in dimensions},
        areas={item.code: item for item in _areas()},
        levels={
            code: Level(code=code, title=code, rank=rank)
            for rank, code in enumerate(("CTY", "LAD"))
        },
        memberships=tuple(
            Membership(parent=COUNTY, hierarchy="LOCAL", child=child, exhaustive=True)
            for child in (DISTRICT, NEIGHBOUR)
        ),
        agency_kinds={
            code: AgencyKind(code=code, title=code.title()) for code in ("POLICE", "CPS")
        },
        agencies={
            "HERTS_POLICE": Agency(
                code="HERTS_POLICE", title="County police", kind="POLICE", areas=(COUNTY,)
            ),
            "CPS_EAST": Agency(code="CPS_EAST", title="Prosecutors", kind="CPS", areas=(COUNTY,)),
        },
        datasets={item.code: item for item in _datasets()},
        identities=(total, client, *identities),
        bands={},
        stages={},
        links={},
        caveats={},
        reasons={
            "NOT_SHARED": Reason(code="NOT_SHARED", status="x", text="not shared"),
            "NOT_GIVEN": Reason(code="NOT_GIVEN", status="x", text="no reason was given"),
            "NO_SERVICE": Reason(code="NO_SERVICE", status="z", text="no such service"),
        },
    )


def _areas() -> list[Area]:
    return [
        Area(code=DISTRICT, name="Three Rivers", level="LAD"),
        Area(code=NEIGHBOUR, name="Watford", level="LAD"),
        Area(code=COUNTY, name="Hertfordshire", level="CTY"),
        Area(code=ELSEWHERE, name="Plymouth", level="LAD"),
    ]


def _datasets() -> list[Dataset]:
    plain: dict[str, Any] = {
        "period_kinds": ALL_KINDS,
        "frequency": "CY",
        "due_days": 30,
        "grace_days": 14,
    }
    return [
        Dataset.model_validate({"code": code, "title": code, "agency_kinds": kind} | plain)
        for code, kind in (("POLICE_RECORDS", "POLICE"), ("COURT", "CPS"))
    ]


def principal(
    *roles: Role, subject: str = "one", agency: str | None = None, scopes: set[str] | None = None
) -> Principal:
    """A verified caller with these roles, who showed a second factor just now."""
    return Principal(
        subject=subject,
        client_id=subject,
        title=subject,
        roles=frozenset(roles),
        agency=agency,
        areas=(),
        scopes=scopes_of(roles) if scopes is None else frozenset(scopes),
        token_id=None,
        second_factor=timedelta(0),
    )


def reported(code: str = "POL_DA_CRIME", value: Any = 617, **changes: Any) -> Reported:
    """One observation of the district in 2017, or what ``changes`` make of it."""
    categories = changes.pop("breakdown", None)
    plain: dict[str, Any] = {
        "indicator": code,
        "area": DISTRICT,
        "period": "CY2017",
        "breakdown": breakdown_of(categories),
        "value": None if value is None else Decimal(str(value)),
        "row": 2,
    }
    if "base" in changes:
        changes["base"] = Decimal(str(changes["base"]))
    return Reported(**(plain | changes))


def return_of(*observations: Reported, **changes: Any) -> Return:
    """The county police's return for 2017 holding ``observations``."""
    plain: dict[str, Any] = {
        "dataset": "POLICE_RECORDS",
        "agency": "HERTS_POLICE",
        "period": "CY2017",
        "observations": observations,
    }
    return Return(**(plain | changes))


def published_release(**changes: Any) -> Release:
    """The partners' first release, or what ``changes`` make of it."""
    plain: dict[str, Any] = {
        "id": "demo-1",
        "sequence": 1,
        "audience": Audience.PARTNER,
        "content_hash": "0" * 64,
        "policy_version": "1",
        "vocabulary_version": "1",
        "note": None,
        "published_at": datetime(2026, 1, 2, tzinfo=UTC),
        "cells": 1,
    }
    return Release(**(plain | changes))
