"""Consents: what people let public clients do for them, as a code and a family of tokens.

Plain functions on one transaction. Every step locks the consent's row first, so that of many
equal requests one succeeds and the others find it done (A5). What is stored of a code or a
refresh token is its SHA-256.
"""

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, Select, insert, select, update
from sqlalchemy.orm import Session

from hub.auth.clients import hash_secret, new_secret
from hub.auth.revocation import deny_token
from hub.auth.tokens import PERSON_LIFETIME
from hub.db.tables import identity

CODE_LIFETIME = timedelta(seconds=60)
FAMILY_LIFETIME = timedelta(hours=8)
"""How long refreshing may go on after one sign-in, however often it is done."""
GRACE = timedelta(minutes=1)
"""How much longer than the last token a denial is kept, for clocks that differ."""


@dataclass(frozen=True, slots=True)
class Consent:
    """One consent, for as long as it holds."""

    id: str
    client_id: str
    account_id: str
    redirect_uri: str
    challenge: str
    scopes: frozenset[str]
    second_factor_at: datetime | None


@dataclass(frozen=True, slots=True)
class Asked:
    """What a public client asks a person for, once every part of the request was checked."""

    client_id: str
    redirect_uri: str
    scopes: frozenset[str]
    challenge: str
    state: str | None = field(default=None, repr=False)


def give(
    session: Session,
    asked: Asked,
    account_id: str,
    *,
    second_factor_at: datetime | None,
    at: datetime,
) -> str:
    """Note a person's consent and draw its code: 256 bits, good once and for a minute."""
    code = new_secret()
    row = {
        "id": secrets.token_urlsafe(16),
        "code_hash": hash_secret(code),
        "client_id": asked.client_id,
        "account_id": account_id,
        "redirect_uri": asked.redirect_uri,
        "challenge": asked.challenge,
        "scopes": sorted(asked.scopes),
        "second_factor_at": second_factor_at,
        "code_expires_at": at + CODE_LIFETIME,
        "expires_at": at + FAMILY_LIFETIME,
    }
    session.execute(insert(identity.consent).values(row))
    return code


def redeem(session: Session, code: str, client_id: str, at: datetime) -> Consent | None:
    """Use a code up; None when it does not hold.

    A code that was used before ends everything it gave: one of the two who showed it is a thief.
    The first try uses it up whatever follows, so that no verifier can be guessed.
    """
    table = identity.consent.c
    row = _locked(session, _consents().where(table.code_hash == hash_secret(code)))
    if row is None or row.client_id != client_id:
        return None
    if row.redeemed_at is not None:
        end(session, row.id, at)
        return None
    session.execute(update(identity.consent).where(table.id == row.id).values(redeemed_at=at))
    return _consent(row) if row.code_expires_at > at and row.ended_at is None else None


def new_refresh(session: Session, consent: Consent) -> str:
    """Draw the next refresh token of a family."""
    token = new_secret()
    row = {"hash": hash_secret(token), "consent_id": consent.id}
    session.execute(insert(identity.refresh).values(row))
    return token


def use_refresh(session: Session, token: str, client_id: str, at: datetime) -> Consent | None:
    """Use a refresh token up; None when it does not hold. Used twice, it ends its family."""
    row = _of_refresh(session, token)
    if row is None or row.client_id != client_id:
        return None
    table = identity.refresh.c
    spent = (
        update(identity.refresh)
        .where(table.hash == hash_secret(token), table.used_at.is_(None))
        .values(used_at=at)
        .returning(table.consent_id)
    )
    if session.scalar(spent) is None:
        end(session, row.id, at)
        return None
    return _consent(row) if row.expires_at > at and row.ended_at is None else None


def withdraw(session: Session, token: str, client_id: str, at: datetime) -> str | None:
    """End the family of one of a client's own refresh tokens; gives the consent's id."""
    row = _of_refresh(session, token)
    if row is None or row.client_id != client_id:
        return None
    end(session, row.id, at)
    return str(row.id)


def end(session: Session, consent_id: str, at: datetime) -> None:
    """End a consent: no refreshing any more, and its access tokens within five seconds."""
    table = identity.consent.c
    session.execute(
        update(identity.consent)
        .where(table.id == consent_id, table.ended_at.is_(None))
        .values(ended_at=at)
    )
    deny_token(session, consent_id, at + PERSON_LIFETIME + GRACE)


def _of_refresh(session: Session, token: str) -> Row[Any] | None:
    table = identity.refresh.c
    family = select(table.consent_id).where(table.hash == hash_secret(token)).scalar_subquery()
    return _locked(session, _consents().where(identity.consent.c.id == family))


def _consents() -> Select[Any]:
    return select(identity.consent)


def _locked(session: Session, query: Select[Any]) -> Row[Any] | None:
    return session.execute(query.with_for_update()).one_or_none()


def _consent(row: Row[Any]) -> Consent:
    return Consent(
        id=row.id,
        client_id=row.client_id,
        account_id=row.account_id,
        redirect_uri=row.redirect_uri,
        challenge=row.challenge,
        scopes=frozenset(row.scopes),
        second_factor_at=row.second_factor_at,
    )
