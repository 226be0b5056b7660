"""Who an act is told of: the caller and its agency, or the agency whose thing it was."""

from hub.audit import event_by
from hub.auth.clients import Client
from hub.auth.roles import Role

OFFICER = Client("police-one", "One", frozenset({Role.STEWARD}), "HERTS_POLICE", person="p1")


def test_an_act_is_that_of_the_person_of_their_client_and_their_agency() -> None:
    made = event_by(OFFICER, "release.prepare", "draft", details={"audience": "partner"})
    assert (made.actor, made.client_id, made.agency) == ("p1", "police-one", "HERTS_POLICE")
    assert (made.act, made.object, made.outcome) == ("release.prepare", "draft", "done")
    assert made.details == {"audience": "partner"}


def test_an_act_on_an_agencys_thing_is_told_of_that_agency() -> None:
    assert event_by(OFFICER, "return.read", agency="REFUGE_HERTS").agency == "REFUGE_HERTS"


def test_what_nobody_known_did_is_told_all_the_same() -> None:
    made = event_by(None, "session.begin", outcome="refused")
    assert (made.actor, made.client_id, made.agency, made.outcome) == (
        *("unknown", None, None),
        "refused",
    )
