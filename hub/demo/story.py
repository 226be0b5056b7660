"""What the demo does: push, sign off, release. Everything goes through the public API."""

from collections.abc import Callable
from typing import Any

from hub.auth.roles import Role
from hub.demo.accounts import Account, Accounts
from hub.demo.client import Api
from hub.demo.files import DemoReturn

Progress = Callable[[str, int, int], None]

_SIGN_OFF = """mutation($id: ID!, $revision: Int!, $hash: String!, $note: String) {
  signOffReturn(returnId: $id, revision: $revision, contentHash: $hash, note: $note) {
    return { state } userErrors { code message }
  }
}"""
_ANSWER = "The figures are as the published report prints them."
"""What the demo's second person says where a return came with queries and no note of its own."""
_PREPARE = """mutation($audience: AudienceChoice!) {
  prepareRelease(audience: $audience, note: "Demo release") {
    release { id contentHash } userErrors { code message }
  }
}"""
_APPROVE = """mutation($id: ID!, $hash: String!) {
  approveRelease(releaseId: $id, contentHash: $hash) {
    release { id } userErrors { code message }
  }
}"""
_PUBLISH = """mutation($id: ID!) {
  publishRelease(releaseId: $id) { release { id state } userErrors { code message } }
}"""
AUDIENCES = ("PARTNER", "PUBLIC")


class Story:
    """One run of the demo. Tokens are fetched when needed: they live for minutes only."""

    def __init__(self, api: Api, accounts: Accounts, progress: Progress) -> None:
        self._api = api
        self._accounts = accounts
        self._progress = progress

    async def push(self, returns: list[DemoReturn]) -> list[dict[str, Any]]:
        """Push every return as its agency's submitter."""
        answers = []
        for number, one in enumerate(returns, start=1):
            token = await self._token(self._accounts.agencies[one.agency][Role.SUBMITTER])
            period = one.period.replace("/", "%2F")
            address = f"{one.dataset}/{one.agency}/{period}"
            answers.append(await self._api.push(token, address, one.path.read_bytes()))
            self._progress("Returns pushed", number, len(returns))
        return answers

    async def sign_off(self, answers: list[dict[str, Any]]) -> None:
        """Sign every revision off as the agency's second person, by the hash that was seen."""
        for number, answer in enumerate(answers, start=1):
            token = await self._token(self._accounts.agencies[answer["agency"]][Role.APPROVER])
            await self._api.intake(
                token,
                _SIGN_OFF,
                id=answer["returnId"],
                revision=answer["revision"],
                hash=answer["contentHash"],
                note=_ANSWER if answer["state"] == "SUBMITTED" else None,
            )
            self._progress("Returns signed off", number, len(answers))

    async def release(self) -> dict[str, str]:
        """Prepare with one steward, approve and publish with the other; ids by audience."""
        first, second = self._accounts.stewards
        made: dict[str, str] = {}
        for number, audience in enumerate(AUDIENCES):
            self._progress("Releases protected and attacked", number, len(AUDIENCES))
            draft = await self._api.intake(await self._token(first), _PREPARE, audience=audience)
            known = draft["release"]
            token = await self._token(second)
            await self._api.intake(token, _APPROVE, id=known["id"], hash=known["contentHash"])
            await self._api.intake(token, _PUBLISH, id=known["id"])
            made[audience.lower()] = known["id"]
        self._progress("Releases protected and attacked", len(AUDIENCES), len(AUDIENCES))
        return made

    async def tokens(self, agency: str) -> dict[str, Any]:
        """One fresh token for each role, each agency and each steward; those of ``agency`` stand
        for the roles that every agency has."""
        singles = {str(role): await self._token(one) for role, one in self._accounts.roles.items()}
        stewards = [await self._token(one) for one in self._accounts.stewards]
        agencies = {
            code: {str(role): await self._token(one) for role, one in pair.items()}
            for code, pair in self._accounts.agencies.items()
        }
        roles = agencies[agency] | singles | {str(Role.STEWARD): stewards[0]}
        return {"tokens": roles, "agencies": agencies, "stewards": stewards}

    async def _token(self, account: Account) -> str:
        return await self._api.token(account)
