"""Every act that leaves a record, as data: what is recorded when (security L2).

``docs/reference/acts.md`` is made from this list; a test does what it names over HTTP and finds
exactly these records, and none that stands in no line here.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Act:
    """One kind of act: its name in the record, when it is written, and what ``object`` names."""

    name: str
    when: str
    object: str


RETURN = "dataset/agency/period#revision"
ACTS = (
    Act("token.issue", "a client asks for a token, whether it gets one or not", "-"),
    Act("token.revoke", "a client takes a token back", "-"),
    Act("session.begin", "a person signs in at a browser, or is not let in", "-"),
    Act("session.end", "a person signs out", "-"),
    Act("consent.give", "a person lets a program act for them", "-"),
    Act("access.refuse", "a known caller is refused: role, scope, agency, person", "the door"),
    Act("reader.scan", "a reader asks for very many areas, categories or rows", "-"),
    Act("return.submit", "a revision is stored", RETURN),
    Act("return.read", "someone reads the counts of a return, over REST or on a page", RETURN),
    Act("return.approve", "an agency signs a revision off", RETURN),
    Act("return.withdraw", "an agency takes a revision back", RETURN),
    Act("calendar.exempt", "a steward exempts an agency from a return", "dataset/agency/period"),
    Act("calendar.owe", "an exemption ends", "dataset/agency/period"),
    Act("release.prepare", "a steward prepares a release", "id of the release"),
    Act("release.approve", "a second steward approves it", "id of the release"),
    Act("release.publish", "it is published", "id of the release"),
    Act("release.report", "a steward takes the report of what is hidden", "id of the release"),
    Act("release.compare", "a steward compares methods for a release", "id of the release"),
    Act("policy.propose", "a steward proposes a disclosure policy", "version"),
    Act("policy.approve", "a second steward approves it", "version"),
    Act("client.add", "a client is registered", "id of the client"),
    Act("client.rotate", "a client's key or secret is replaced", "id of the client"),
    Act("client.origins", "the web origins of a client change", "id of the client"),
    Act("client.disable", "a client is disabled", "id of the client"),
    Act("user.add", "a person's account is made", "id of the account"),
    Act("user.disable", "a person's account is disabled", "id of the account"),
    Act("role.propose", "an administrator proposes a role for someone", "id of the client"),
    Act("role.grant", "a role is given", "id of the client"),
    Act("role.refuse", "a proposed role is refused", "id of the client"),
    Act("role.revoke", "a role is taken away", "id of the client"),
    Act("webhook.add", "an address is told of releases", "id of the webhook"),
    Act("webhook.rotate", "its secret is replaced", "id of the webhook"),
    Act("webhook.remove", "it is told no more", "id of the webhook"),
    Act("key.new", "a signing key is published", "id of the key"),
    Act("key.activate", "a signing key signs from now on", "id of the key"),
    Act("key.retire", "a signing key is published no more", "id of the key"),
    Act("key.passwords", "the database's logins get new passwords", "names of the logins"),
    Act("audit.export", "the record is taken out", "-"),
    Act("audit.verify", "an auditor has the stored record verified", "-"),
    Act("audit.forget", "a pseudonym stands for nobody any more", "the pseudonym"),
    Act("agency.export", "everything of an agency is taken out", "code of the agency"),
    Act("agency.propose", "an administrator proposes to erase an agency", "code of the agency"),
    Act("agency.erase", "a second one approves it, and it is erased", "code of the agency"),
    Act("original.read", "the sealed original of a revision is taken out", RETURN),
    Act("backup.make", "a backup is made", "mark of the backup"),
    Act("backup.restore", "a restored hub is confirmed", "mark of the backup"),
)


NAMES = frozenset(act.name for act in ACTS)


def page() -> str:
    """The reference page of the acts."""
    rows = [f"| `{act.name}` | {act.when} | {act.object} |" for act in ACTS]
    return "\n".join(
        [
            "# Acts that leave a record",
            "",
            "Each is written in the transaction of the act itself, with who did it (a pseudonym,",
            "for a person), the client, the agency, the outcome and the time in UTC. The record",
            "holds no reported number and no token. A request with a token that does not hold",
            "(401) is in the access log only: whoever sends it is nobody the hub knows, and must",
            "not be able to fill the record. A caller refused at the same door again is recorded",
            "once a minute. Made from `hub/audit/acts.py`.",
            "",
            "| act | when | object |",
            "|---|---|---|",
            *rows,
            "",
        ]
    )
