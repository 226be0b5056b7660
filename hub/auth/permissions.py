"""The one question: may this caller do that? Denies by default.

Two steps, as a request goes: :func:`enter` at the door (could this caller do it for anyone?),
before the body is read, and :func:`demand` at the object, once its agency is known. A line
that says ``own`` is refused by :func:`demand` when no agency is given, so that a forgotten
agency is a refusal and not a leak.
"""

from functools import lru_cache

from hub.auth.matrix import Grant, Line, matrix, second_factor_ages
from hub.auth.principals import Principal
from hub.auth.roles import Role, forbidden_pairs
from hub.errors import RefusedError, StepUpError, UnauthenticatedError


def enter(principal: Principal | None, line: str) -> Principal:
    """Let a caller through a door behind which :func:`demand` still asks about the object.

    Raises ``UnauthenticatedError`` without a caller, ``RefusedError`` when no role or scope of
    the caller gives anything on the line, ``StepUpError`` when it needs a second factor that the
    caller showed too long ago or never.
    """
    if principal is None:
        raise UnauthenticatedError("This needs a token; ask /oauth/token for one.")
    known = matrix()[line]
    if not _grants(principal, known):
        raise RefusedError(_needs_role(known))
    if not _in_scope(principal, known):
        wanted = " or ".join(sorted(known.scopes))
        raise RefusedError(f"{line} needs a token with the scope {wanted}.", code="SCOPE")
    _require_second_factor(principal, line)
    return principal


def demand(principal: Principal | None, line: str, *, agency: str | None = None) -> Principal:
    """Refuse unless the caller may do what ``line`` names, to an object of ``agency``.

    Raises ``UnauthenticatedError`` without a caller, ``RefusedError`` otherwise; the message
    names the line and the role it would need, never the object.
    """
    caller = enter(principal, line)
    grants = _grants(caller, matrix()[line])
    if grants == {Grant.OWN} and agency != caller.agency:
        raise RefusedError(
            f"{line} is for a caller's own agency only; your client acts for another one.",
            code="OTHER_AGENCY",
        )
    return caller


def allows(principal: Principal | None, line: str, *, agency: str | None = None) -> bool:
    """Say whether :func:`demand` would let this pass."""
    try:
        demand(principal, line, agency=agency)
    except (UnauthenticatedError, RefusedError):
        return False
    return True


def needs_second_person(principal: Principal, line: str) -> bool:
    """Say whether the caller must not be the one who prepared what ``line`` acts on."""
    return Grant.TWO in _grants(principal, matrix()[line])


def different_person(first_subject: str, second_subject: str) -> None:
    """Refuse when one person would be both parts of an act that needs two.

    Compares subjects, not clients: a second account of the same person is the same person.
    """
    if not first_subject or not second_subject or first_subject == second_subject:
        raise RefusedError(
            "This needs a second person: you did the step before.", code="SECOND_PERSON"
        )


def _grants(principal: Principal, line: Line) -> frozenset[Grant]:
    return _granted(principal.roles, bool(principal.agency), line.name)


@lru_cache(maxsize=4096)
def _granted(roles: frozenset[Role], has_agency: bool, line: str) -> frozenset[Grant]:
    """What roles give on a line: both files never change while a process runs."""
    if forbidden_pairs(roles):
        return frozenset()
    held = {matrix()[line].grants[role] for role in roles} - {Grant.NONE}
    return frozenset(held if has_agency else held - {Grant.OWN})


def _require_second_factor(principal: Principal, line: str) -> None:
    longest, shown = second_factor_ages().get(line), principal.second_factor
    if longest is not None and (shown is None or shown > longest):
        hours = int(longest.total_seconds() // 3600)
        raise StepUpError(
            f"{line} is for people who signed in with a second factor less than {hours} h ago; "
            "sign in again.",
            max_age=int(longest.total_seconds()),
        )


def _in_scope(principal: Principal, line: Line) -> bool:
    return not line.scopes or bool(line.scopes & principal.scopes)


def _needs_role(line: Line) -> str:
    roles = " or ".join(line.roles) or "a role that does not exist"
    return f"{line.name} needs the role {roles}."
