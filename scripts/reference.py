"""Write the reference pages that are made from code: states of a revision, acts, readers' schema
and its changes.

python -m scripts.reference
"""

from pathlib import Path

from graphql import build_schema

from hub.audit.acts import page as acts
from hub.schema.changes import page
from hub.schema.read.query import schema
from hub.submissions.states import State, diagram

FOLDER = Path(__file__).parent.parent / "docs" / "reference"
MEANING = {
    State.SUBMITTED: "Stored; a query of the validation still needs a note.",
    State.VALIDATED: "Stored, nothing open: ready for sign-off.",
    State.AGENCY_APPROVED: "Signed off by a second person of the agency; a release may use it.",
    State.PARTNERSHIP_ACCEPTED: "In a release that a second steward approved.",
    State.PUBLISHED: "In a published release.",
    State.SUPERSEDED: "Replaced by a later revision.",
    State.WITHDRAWN: "Taken back by the agency, with a reason; no later release uses it.",
}


def states() -> str:
    """The page of the states of a revision."""
    rows = [f"| `{state}` | {MEANING[state]} |" for state in State]
    return "\n".join(
        [
            "# States of a revision",
            "",
            "Every push of a return with new content makes a revision. This is how it moves; the",
            "table in `hub/submissions/states.py` is the rule, and this page is made from it.",
            "",
            "```mermaid",
            diagram().rstrip(),
            "```",
            "",
            "| state | meaning |",
            "|---|---|",
            *rows,
            "",
            "Sign-off is by another person than the one who submitted, and names the revision",
            "and content hash that this person saw. A signed-off revision stays in use until its",
            "successor is signed off. What was published stays published when a return is",
            "withdrawn: later releases leave it out.",
            "",
        ]
    )


def main() -> None:
    """Write the pages."""
    (FOLDER / "states.md").write_text(states(), encoding="utf-8")
    (FOLDER / "acts.md").write_text(acts(), encoding="utf-8")
    (FOLDER / "schema.graphql").write_text(schema.as_str() + "\n", encoding="utf-8")
    baseline = (FOLDER / "schema-baseline.graphql").read_text(encoding="utf-8")
    changes = page(build_schema(baseline), build_schema(schema.as_str()))
    (FOLDER / "schema-changes.md").write_text(changes, encoding="utf-8")


if __name__ == "__main__":
    main()
