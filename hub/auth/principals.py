"""Who a request is from, as the hub's own registry knows them."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from hub.auth.roles import AGENCY_ROLES, Role

Audience = Literal["partner", "public"]
"""Which releases someone reads: those for the partner agencies, or those for everyone."""

PARTNERS = AGENCY_ROLES | {Role.ANALYST, Role.STEWARD}


@dataclass(frozen=True, slots=True)
class Principal:
    """A verified caller. Agency, areas and roles come from the registry, never from a claim.

    ``subject`` is the person or account behind the client: two clients of one person have the
    same subject, so that nobody is their own second person. ``token_id`` is the ``jti`` of the
    access token, None when the caller came with a session or with client credentials.
    ``second_factor`` is how long ago the person showed a second factor, None for never.
    """

    subject: str
    client_id: str
    title: str
    roles: frozenset[Role]
    agency: str | None
    areas: tuple[str, ...]
    scopes: frozenset[str]
    token_id: str | None
    second_factor: timedelta | None = None
    account_id: str = ""
    """The account whose rights these are, where a public client acts for a person."""

    @property
    def counted_as(self) -> str:
        """Whose allowance a request uses up: people behind one program do not share one."""
        return self.account_id or self.client_id

    @property
    def audience(self) -> Audience:
        """``partner`` for agencies, analysts and stewards; everyone else reads as the public."""
        return "partner" if self.roles & PARTNERS else "public"
