"""Every role can keep the signed heads; only an auditor takes the record (matrix, L4, L6)."""

import pytest

from hub.audit.anchoring import Anchoring
from hub.audit.anchors import head_of
from hub.audit.export import check_export
from hub.audit.keys import public_keys
from hub.auth.roles import AGENCY_ROLES, Role
from hub.clock import now
from hub.running import RunningHub
from tests.functional.conftest import Sign


@pytest.mark.parametrize("role", Role)
async def test_every_role_reads_the_heads(hub: RunningHub, sign: Sign, role: Role) -> None:
    caller = await sign(role, "HERTS_POLICE" if role in AGENCY_ROLES else None)
    await Anchoring(hub.database, hub.settings, now).anchor()
    answer = await caller.get("/v1/audit/heads")
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    found = answer.json()
    keys = public_keys(found["keys"])
    heads = [head_of(each["signed"], keys) for each in found["heads"]]
    assert [head.sequence for head in heads] == [found["heads"][0]["sequence"]]
    later = await caller.get(f"/v1/audit/heads?after={heads[0].sequence}")
    assert later.json()["heads"] == []
    assert (await caller.get("/v1/audit/heads?after=-1")).status_code == 400


async def test_nobody_reads_heads_without_a_token(sign: Sign) -> None:
    caller = await sign(Role.AUDITOR)
    assert (await caller.http.get("/v1/audit/heads")).status_code == 401


@pytest.mark.parametrize("role", Role)
async def test_only_an_auditor_takes_the_record(hub: RunningHub, sign: Sign, role: Role) -> None:
    caller = await sign(role, "HERTS_POLICE" if role in AGENCY_ROLES else None)
    keys = public_keys((await caller.get("/v1/audit/heads")).json()["keys"])
    answer = await caller.get("/v1/audit/export")
    if role is not Role.AUDITOR:
        assert answer.status_code == 403
        return
    assert answer.status_code == 200
    lines = answer.text.splitlines(keepends=True)
    assert check_export(lines, keys)[0].is_intact
    assert '"act":"audit.export"' in lines[-2]
