"""The disclosure policies: shipped with the hub, then changed by two stewards together.

A policy is versioned data. A steward proposes one with its reason, a second steward approves it,
and from then on it is in force for its audience. Older versions stay, because the releases made
under them are judged by them.
"""

import csv
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from sqlalchemy import Row, func, insert, select, update

from hub.audit import Event, event_by, record
from hub.auth.permissions import different_person
from hub.auth.principals import Principal
from hub.db.sessions import ProtectedSession, ReleaseSession
from hub.db.tables import protected
from hub.disclosure import Method, Policy
from hub.disclosure.methods import perturbation_table
from hub.disclosure.policy import Audience as Reader
from hub.errors import ConflictError, InvalidError, NotFoundError, SettingsError
from hub.protected.releases import Audience
from hub.release.secret import secret_for

Session = ReleaseSession | ProtectedSession


@dataclass(frozen=True, slots=True)
class Proposal:
    """A policy on its way: in force once ``approved_at`` is set and no later one is."""

    policy: Policy
    why: str
    proposed_at: datetime
    proposed_by: str
    approved_at: datetime | None


@cache
def shipped() -> dict[Audience, Policy]:
    """Read the policies the hub starts with.

    Raises:
        SettingsError: an audience has no policy.
        DisclosureError: a policy would protect less than the floor allows.
    """
    text = (files("hub.release") / "data" / "policies.csv").read_text(encoding="utf-8")
    found = {Audience(row["audience"]): _shipped(row) for row in csv.DictReader(text.splitlines())}
    if set(found) != set(Audience):
        raise SettingsError("Every audience needs a disclosure policy in policies.csv.")
    return found


def policy_for(audience: Audience) -> Policy:
    """The policy the hub starts with for an audience."""
    return shipped()[audience]


async def in_force(session: Session, audience: Audience) -> Policy:
    """The policy that a release for ``audience`` is made under from now on."""
    approved = [one for one in await proposals(session, audience) if one.approved_at]
    return approved[-1].policy if approved else policy_for(audience)


async def named(session: Session, version: str, audience: Audience) -> Policy:
    """The policy of a version, for judging a release that was made under it."""
    found = [one.policy for one in await proposals(session, audience)]
    known = {policy.version: policy for policy in [policy_for(audience), *found]}
    if version not in known:
        raise NotFoundError("There is no policy of that version.")
    return known[version]


async def proposals(session: Session, audience: Audience) -> list[Proposal]:
    """List what stewards proposed for an audience, in the order of approval, open ones last."""
    table = protected.policy
    query = (
        select(table)
        .where(table.c.audience == str(audience))
        .order_by(table.c.approved_at.nulls_last(), table.c.proposed_at)
    )
    return [_proposal(row) for row in (await session.execute(query)).all()]


async def propose(
    session: ReleaseSession,
    audience: Audience,
    threshold: int,
    base: int,
    zeros_sensitive: bool,
    why: str,
    principal: Principal,
    at: datetime,
    *,
    method: Method = Method.SUPPRESSION,
    perturbation: str = "",
    least_variance: float = 1.0,
    secret_file: Path | None = None,
) -> Proposal:
    """Propose a policy; nothing changes until a second steward approves it.

    Raises:
        InvalidError: no reason is given.
        ConflictError: its method needs a secret that the hub does not have.
        DisclosureError: it would protect less than the floor allows, or its perturbation table
            does not exist or could not keep the promise.
    """
    if not why.strip():
        raise InvalidError("A policy needs a reason.", code="REASON_MISSING")
    table = protected.policy
    count = await session.scalar(
        select(func.count()).select_from(table).where(table.c.audience == str(audience))
    )
    version = f"{audience}-{2 + (count or 0)}"
    made = Policy(
        version,
        Reader(str(audience)),
        threshold,
        base,
        zeros_sensitive,
        method=method,
        perturbation=perturbation,
        least_variance=least_variance,
    )
    if method is Method.CELL_KEY:
        perturbation_table(perturbation, made)
    secret_for(made, secret_file)
    await session.execute(
        insert(table).values(
            version=made.version,
            audience=str(audience),
            threshold=made.threshold,
            base=made.base,
            zeros_sensitive=made.zeros_sensitive,
            method=made.method.value,
            perturbation=made.perturbation,
            least_variance=made.least_variance,
            why=why,
            proposed_by=principal.subject,
            proposed_at=at,
        )
    )
    await record(session, _event("policy.propose", made, principal), at)
    return await _found(session, version, audience)


async def approve(
    session: ReleaseSession, version: str, principal: Principal, at: datetime
) -> Proposal:
    """Approve a proposed policy, as the second steward; it is in force at once.

    Raises:
        NotFoundError: nobody proposed such a version.
        ConflictError: it is approved already.
        RefusedError: the steward approving is the one who proposed it.
    """
    table = protected.policy
    query = select(table.c.audience).where(table.c.version == version).with_for_update()
    audience = await session.scalar(query)
    if audience is None:
        raise NotFoundError("There is no proposed policy of that version.")
    found = await _found(session, version, Audience(audience))
    if found.approved_at is not None:
        raise ConflictError("This policy is approved already.")
    different_person(found.proposed_by, principal.subject)
    await session.execute(
        update(table)
        .where(table.c.version == version)
        .values(approved_by=principal.subject, approved_at=at)
    )
    await record(session, _event("policy.approve", found.policy, principal), at)
    return await _found(session, version, Audience(audience))


async def _found(session: Session, version: str, audience: Audience) -> Proposal:
    known = {one.policy.version: one for one in await proposals(session, audience)}
    return known[version]


def _proposal(row: Row[Any]) -> Proposal:
    policy = Policy(
        row.version,
        Reader(row.audience),
        row.threshold,
        row.base,
        row.zeros_sensitive,
        method=Method(row.method),
        perturbation=row.perturbation,
        least_variance=float(row.least_variance),
    )
    return Proposal(policy, row.why, row.proposed_at, row.proposed_by, row.approved_at)


def _shipped(row: dict[str, str]) -> Policy:
    return Policy(
        version=row["version"],
        audience=Reader(row["audience"]),
        threshold=int(row["threshold"]),
        base=int(row["base"]),
        zeros_sensitive=row["zeros_sensitive"] == "true",
        method=Method(row["method"]),
        perturbation=row["perturbation"],
    )


def _event(act: str, policy: Policy, principal: Principal) -> Event:
    details = {
        "threshold": str(policy.threshold),
        "base": str(policy.base),
        "method": policy.method.value,
        "perturbation": policy.perturbation,
    }
    return event_by(principal, act, policy.version, details=details)
