"""The disclosure policy in force for each audience, from a versioned data file."""

import csv
from functools import cache
from importlib.resources import files

from hub.disclosure import Policy
from hub.disclosure.policy import Audience as Reader
from hub.errors import SettingsError
from hub.protected.releases import Audience


@cache
def policies() -> dict[Audience, Policy]:
    """Read the policies; the last row of an audience is the one in force.

    Raises:
        SettingsError: an audience has no policy.
        DisclosureError: a policy would protect less than the floor allows.
    """
    text = (files("hub.release") / "data" / "policies.csv").read_text(encoding="utf-8")
    found = {Audience(row["audience"]): _policy(row) for row in csv.DictReader(text.splitlines())}
    if set(found) != set(Audience):
        raise SettingsError("Every audience needs a disclosure policy in policies.csv.")
    return found


def policy_for(audience: Audience) -> Policy:
    """The policy in force for an audience."""
    return policies()[audience]


def _policy(row: dict[str, str]) -> Policy:
    return Policy(
        version=row["version"],
        audience=Reader(row["audience"]),
        threshold=int(row["threshold"]),
        base=int(row["base"]),
        zeros_sensitive=row["zeros_sensitive"] == "true",
    )
