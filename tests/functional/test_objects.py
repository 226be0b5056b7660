"""At the object, not the path: states, paths to types, and what may not be known to exist.

Z2: role x resource x action x state x own or other, from the matrix. Z4: every path to every type,
from the schemas. Z5: what a caller may not see is answered like what does not exist, byte for byte.
"""

import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from typing import Any

import pytest
from graphql import (
    GraphQLField,
    GraphQLNonNull,
    GraphQLObjectType,
    get_named_type,
    is_abstract_type,
    is_composite_type,
)
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from hub.auth.matrix import Grant, line_for, surface_lines
from hub.auth.matrix import matrix as lines
from hub.auth.roles import AGENCY_ROLES, Role
from hub.clock import now
from hub.db.server import owner_address
from hub.protected import writer
from hub.protected.releases import Audience
from hub.release import drafts
from hub.release.drafts import Draft, DraftState
from hub.release.policies import policy_for
from hub.submissions.states import State
from hub.web import returns_page
from tests.conftest import FreshSettings
from tests.functional.acts import Partnership, open_partnership, plain, rows
from tests.functional.conftest import Client
from tests.functional.test_matrix import SCHEMAS, codes_in, literal

OWN, OTHER = "HERTS_POLICE", "MET_POLICE"
AREAS = {OWN: "E07000102", OTHER: "E23000001"}
ABSENT = "00000000-0000-4000-8000-000000000000"
HIDDEN = {"REFUSED", "SCOPE", "OTHER_AGENCY", "UNTRUSTED_DOCUMENT", "NOT_FOUND"}
PERIODS = dict(zip(State, (f"CY{year}" for year in range(2010, 2017)), strict=True))
"""A return in each state has a period of its own."""
EMBARGOED = "EMBARGOED"
RELEASES = [f"{audience}-{state}" for audience in Audience for state in (*DraftState, EMBARGOED)]
OUTSIDE = {Role.PUBLIC, Role.AUDITOR, Role.ADMINISTRATOR}
"""They read what the public reads."""


@dataclass
class Stage:
    """A hub that holds every state of a return, of two agencies, and of a release."""

    partnership: Partnership
    owner: AsyncEngine
    returns: dict[tuple[str, State], str] = field(default_factory=dict)

    async def client(self, role: Role) -> Client:
        return await self.partnership.client(role, OWN if role in AGENCY_ROLES else None)

    async def set_states(self) -> None:
        """Put every return where its period says, whatever was done to it before."""
        async with self.owner.begin() as connection:
            for state, period in PERIODS.items():
                change = (
                    "UPDATE intake.revision SET state = :state FROM intake.return "
                    "WHERE id = return_id AND period = :period"
                )
                await connection.execute(text(change), {"state": state, "period": period})


@pytest.fixture(scope="module")
async def stage(fresh_settings: FreshSettings) -> AsyncIterator[Stage]:
    async with open_partnership(fresh_settings) as partnership:
        owner = create_async_engine(owner_address(partnership.hub.settings), poolclass=NullPool)
        made = Stage(partnership, owner)
        for agency, area in AREAS.items():
            for state, period in PERIODS.items():
                body = rows(("POL_DA_CRIME", 617), area=area)
                pushed = await partnership.push(f"POLICE_CRIME/{agency}/{period}", body)
                made.returns[agency, state] = pushed["returnId"]
        await _releases(partnership)
        yield made
        await owner.dispose()


async def _releases(partnership: Partnership) -> None:
    """A release in each state, for each audience; nobody can publish one after another's."""
    at = now()
    async with partnership.hub.database.release() as session:
        for name in RELEASES:
            audience, _, state = name.partition("-")
            is_out = state in {DraftState.PUBLISHED, EMBARGOED}
            draft = Draft(
                id=name,
                audience=Audience(audience),
                state=DraftState.PUBLISHED if is_out else DraftState(state),
                content_hash="0" * 64,
                policy_version=policy_for(Audience(audience)).version,
                vocabulary_version=partnership.hub.words.version,
                note=None,
                prepared_by="somebody",
                prepared_at=at,
                approved_by="another",
                approved_at=at,
                published_by=None,
                published_at=None,
                cells=0,
                after_sequence=99,
                partner_release=None,
            )
            await drafts.keep(session, draft, [], [], [])
            if is_out:
                later = timedelta(days=1) if state == EMBARGOED else timedelta(0)
                await writer.publish(session, name, at, at + later)


def may(role: Role, line: str, agency: str = OWN) -> bool:
    """What the matrix says about an object of an agency."""
    grant = lines()[line].grants[role]
    return grant is not Grant.NONE and (grant is not Grant.OWN or agency == OWN)


async def admitted(client: Client, kind: str, asked: dict[str, str]) -> dict[str, bool]:
    """Ask several fields in one document; by its alias, whether each let the caller in."""
    document = kind + " { " + " ".join(f"{name}: {one}" for name, one in asked.items()) + " }"
    answer = await client.graphql("/graphql/intake", document)
    data = answer.get("data") or {}
    found = {name: data.get(name) is not None for name in asked}
    for name, payload in data.items():
        if isinstance(payload, dict) and "userErrors" in payload:
            found[name] = not {one["code"] for one in payload["userErrors"]} & HIDDEN
    return found


QUERIES = {
    "return": ("return.findings", 'return(id: "{id}") {{ current {{ id }} }}'),
    "changes": ("return.read", 'changes(returnId: "{id}", revision: 1) {{ __typename }}'),
    "receipt": ("return.read", 'receipt(returnId: "{id}", revision: 1)'),
}
STALE = "f" * 64
ACTS = {
    "signOff": (
        "return.approve",
        f'signOffReturn(returnId: "{{id}}", revision: 1, contentHash: "{STALE}") '
        "{{ userErrors {{ code }} }}",
    ),
    "withdraw": (
        "return.withdraw",
        'withdrawReturn(returnId: "{id}", reason: "test") {{ userErrors {{ code }} }}',
    ),
}
PAGES = {
    "GET /v1/returns/{address}": "return.read",
    "GET /v1/receipts/{address}": "return.read",
    "GET /returns/{address}": "return.read",
    "PUT /v1/returns/{address}?dryRun=true": "return.submit",
}


FORMS = {
    "POST /returns/check": "return.submit",
    "POST /returns/annotated": "return.submit",
    "POST /returns/submit": "return.submit",
    "POST /returns/nil": "return.submit",
    "POST /returns/sign-off": "return.approve",
    "POST /returns/withdraw": "return.withdraw",
}
"""Forms of the officers' pages; what is sent is refused for its content where it gets that far."""


async def post_forms(stage: Stage, role: Role, agency: str, share: int) -> None:
    """Send every form about a return in one of ``share`` states, and compare with the file."""
    await stage.set_states()
    client, wrong, turn = await stage.client(role), [], list(Role).index(role)
    for item, line in FORMS.items():
        for state, period in PERIODS.items():
            turn += 1
            if turn % share:
                continue
            form = {
                "dataset": "POLICE_CRIME",
                "agency": agency,
                "period": period,
                "returnId": stage.returns[agency, state],
                "revision": "1",
                "contentHash": STALE,
            }
            path = item.removeprefix("POST ")
            is_upload = path in returns_page.UPLOADS
            answer = await client.http.post(
                path,
                data=form,
                files={"file": ("a.csv", b"x")} if is_upload else None,
                headers=client.headers,
            )
            assert answer.status_code < 500
            if (answer.status_code not in {401, 403, 404}) != may(role, line, agency):
                wrong.append((item, state, answer.status_code))
    assert wrong == []


@pytest.mark.parametrize("agency", [OWN, OTHER])
@pytest.mark.parametrize("role", list(Role))
async def test_forms_about_returns(stage: Stage, role: Role, agency: str) -> None:
    await post_forms(stage, role, agency, 5)


@pytest.mark.long
@pytest.mark.parametrize("agency", [OWN, OTHER])
@pytest.mark.parametrize("role", list(Role))
async def test_forms_about_returns_in_every_state(stage: Stage, role: Role, agency: str) -> None:
    await post_forms(stage, role, agency, 1)


WITHOUT_OBJECT = {
    "GET /releases": "lists; the role alone decides",
    "POST /releases/prepare": "there is no release yet",
    "intake.Query.releases": "lists; the role alone decides",
    "intake.Mutation.prepareRelease": "there is no release yet",
    "intake.Query.preparations": "lists; the role alone decides",
    "intake.Query.returns": "lists the caller's own; test_sign_off.py",
    "intake.Mutation.submitReturn": "one way with PUT (receive); test_matrix.py asks each role",
    "GET /releases/{release}/alternatives": "as the release's page; compared below",
    "GET /releases/{release}/report.xlsx": "as the release's page; compared below",
}
"""What of returns and releases is not asked here for each state, and why."""


def test_every_item_about_a_return_or_release_is_asked() -> None:
    """Z2: a new route or field about them is asked about their states, or it is said why not."""
    about = ("return.", "release.", "disclosure.")
    items = {item for item, line in surface_lines().items() if line.startswith(about)}
    shapes = {"{address}": "{dataset}/{agency}/{period}", "?dryRun=true": ""}
    asked = {*FORMS, "GET /releases/{release}", *STEWARDS_FORMS}
    for page in PAGES:
        for short, long in shapes.items():
            page = page.replace(short, long)
        asked.add(page)
    fields = {"return": "Query.return", "changes": "Query.changes", "receipt": "Query.receipt"}
    fields |= {"signOff": "Mutation.signOffReturn", "withdraw": "Mutation.withdrawReturn"}
    fields |= {"report": "Query.disclosureReport", "approve": "Mutation.approveRelease"}
    fields |= {"publish": "Mutation.publishRelease"}
    assert {*QUERIES, *ACTS, *STEWARDS, *STEWARDS_ACTS} == {*fields}
    asked |= {f"intake.{name}" for name in fields.values()}
    assert items - asked == {*WITHOUT_OBJECT}
    assert asked <= items


@pytest.mark.parametrize("agency", [OWN, OTHER])
@pytest.mark.parametrize("role", list(Role))
async def test_returns_in_every_state(stage: Stage, role: Role, agency: str) -> None:
    """Z2: who may do what to a return does not depend on its state, and is what the file says."""
    await stage.set_states()
    client = await stage.client(role)
    wrong: list[tuple[object, ...]] = []
    for method_path, line in PAGES.items():
        for state, period in PERIODS.items():
            method, _, path = method_path.partition(" ")
            url = path.format(address=f"POLICE_CRIME/{agency}/{period}")
            body = rows(("POL_DA_CRIME", 617), area=AREAS[agency]) if method == "PUT" else None
            answer = await client.http.request(method, url, json=body, headers=client.headers)
            assert answer.status_code < 500
            if (answer.status_code not in {401, 403, 404}) != may(role, line, agency):
                wrong.append((url, state, answer.status_code))
    for kind, fields in (("query", QUERIES), ("mutation", ACTS)):
        asked = {
            f"{name}_{state}": document.format(id=stage.returns[agency, state])
            for name, (_, document) in fields.items()
            for state in State
        }
        for half in (list(asked)[::2], list(asked)[1::2]):
            part = {name: asked[name] for name in half}
            for name, is_in in (await admitted(client, kind, part)).items():
                if is_in != may(role, fields[name.partition("_")[0]][0], agency):
                    wrong.append((name, is_in))
    assert wrong == []


STEWARDS = {
    "report": ("disclosure.report", 'disclosureReport(release: "{id}") {{ shown }}'),
}
STEWARDS_ACTS = {
    "approve": (
        "release.approve",
        f'approveRelease(releaseId: "{{id}}", contentHash: "{STALE}") '
        "{{ userErrors {{ code }} }}",
    ),
    "publish": (
        "release.publish",
        'publishRelease(releaseId: "{id}") {{ userErrors {{ code }} }}',
    ),
}


STEWARDS_FORMS = {
    "POST /releases/approve": ("release.approve", {"contentHash": STALE}),
    "POST /releases/publish": ("release.publish", {"embargo": "not a date"}),
}


@pytest.mark.parametrize("role", list(Role))
async def test_forms_about_releases(stage: Stage, role: Role) -> None:
    client, wrong = await stage.client(role), []
    for item, (line, form) in STEWARDS_FORMS.items():
        for name in RELEASES[list(Role).index(role) % 3 :: 3]:
            path, sent = item.removeprefix("POST "), form | {"release": name}
            answer = await client.http.post(path, data=sent, headers=client.headers)
            assert answer.status_code < 500
            if (answer.status_code not in {401, 403}) != may(role, line):
                wrong.append((item, name, answer.status_code))
    assert wrong == []


@pytest.mark.parametrize("role", list(Role))
async def test_releases_in_every_state(stage: Stage, role: Role) -> None:
    """Z2: stewards see every release and act on it; readers their audience's published ones."""
    client, wrong = await stage.client(role), []
    for name in RELEASES:
        answer = await client.get(f"/releases/{name}")
        if (answer.status_code == 200) != may(role, "release.prepare"):
            wrong.append((name, answer.status_code))
        read = await client.get(f"/v1/queries/observations.json?release={name}")
        own = Audience.PUBLIC if role in OUTSIDE else Audience.PARTNER
        if (read.status_code == 200) != (name == f"{own}-{DraftState.PUBLISHED}"):
            wrong.append((name, read.status_code))
        assert read.status_code in {200, 404}
    for kind, fields in (("query", STEWARDS), ("mutation", STEWARDS_ACTS)):
        for name, (line, document) in fields.items():
            asked = {
                f"{name}{number}": document.format(id=one) for number, one in enumerate(RELEASES)
            }
            for alias, is_in in (await admitted(client, kind, asked)).items():
                if is_in != may(role, line):
                    wrong.append((alias, is_in))
    assert wrong == []


Path = tuple[str, ...]


def paths(type_: Any, path: Path, seen: frozenset[str] = frozenset()) -> Iterator[Path]:
    """Every path from a field to the types behind it, each type once on a path."""
    named: Any = get_named_type(type_)
    if not isinstance(named, GraphQLObjectType):
        return
    yield path
    if named.name not in seen:
        for name, one in named.fields.items():
            if not any(isinstance(each.type, GraphQLNonNull) for each in one.args.values()):
                yield from paths(one.type, (*path, name), seen | {named.name})


@cache
def behind(surface: str) -> dict[str, tuple[str, GraphQLField, list[Path]]]:
    """The paths behind every root field: its item, itself, the names after it."""
    schema, found = SCHEMAS[surface][1], {}
    for root in (schema.query_type, schema.mutation_type):
        if root is None:
            continue
        for name, one in root.fields.items():
            found[f"{surface}.{root.name}.{name}"] = (
                name,
                one,
                [path[1:] for path in paths(one.type, (name,))],
            )
    return found


def test_no_type_is_reached_but_by_fields() -> None:
    """Neither interface nor union nor a global id: nothing leads around the root fields."""
    for _, schema in SCHEMAS.values():
        own = {name: one for name, one in schema.type_map.items() if not name.startswith("__")}
        assert [name for name, one in own.items() if is_abstract_type(one)] == []
        for root in (schema.query_type, schema.mutation_type):
            assert not {"node", "nodes"} & set(root.fields if root else ())
        reached = {name for name in own if is_composite_type(own[name])}
        assert len(reached) > 20


def document_of(kind: str, name: str, one: GraphQLField, path: Path) -> str:
    """Ask the type at a path's end, each step by a fragment of its own and by an alias."""
    needed = {n: a for n, a in one.args.items() if isinstance(a.type, GraphQLNonNull)}
    given = ", ".join(f"{n}: {literal(a.type)}" for n, a in needed.items())
    fragments: list[str] = []
    type_: Any = get_named_type(one.type)
    for number, step in enumerate((*path, "")):
        inner = f"s{number}: {step} {{ ...F{number + 1} }}" if step else "t: __typename"
        fragments.append(f"fragment F{number} on {type_.name} {{ {inner} }}")
        type_ = get_named_type(type_.fields[step].type) if step else type_
    asked = f"{name}({given})" if given else name
    return f"{kind} {{ a: {asked} {{ ...F0 }} }} " + " ".join(fragments)


def leaves(data: Any) -> bool:
    """Say whether a path's end was reached."""
    if isinstance(data, dict):
        return "t" in data or any(map(leaves, data.values()))
    return isinstance(data, list) and any(map(leaves, data))


async def try_paths(stage: Stage, surface: str, share: int) -> int:
    """Ask one of ``share`` of all paths behind every line as everybody it refuses."""
    where, asked, wrong, turn = SCHEMAS[surface][0], 0, [], 0
    for item, (name, one, found) in behind(surface).items():
        kind = "mutation" if ".Mutation." in item else "query"
        refused = [role for role in Role if lines()[line_for(item)].grants[role] is Grant.NONE]
        for path in found:
            # A refusal of an act is data: its own type, what was found, why.
            is_refusal = kind == "mutation" and path[:1] in {(), ("findings",), ("userErrors",)}
            for role in refused:
                turn += 1
                if turn % share or is_refusal:
                    continue
                client = await stage.client(role)
                answer = await client.graphql(where, document_of(kind, name, one, path))
                asked += 1
                if leaves(answer.get("data")) or not codes_in(answer) <= HIDDEN | {"LIMIT"}:
                    wrong.append((role, item, path, answer))
    assert wrong == []
    return asked


@pytest.mark.parametrize("surface", SCHEMAS)
async def test_no_path_to_a_type_leads_around_its_line(stage: Stage, surface: str) -> None:
    """Z4: whoever the root's line refuses gets nothing at the end of any path behind it."""
    assert await try_paths(stage, surface, 4) >= 15


@pytest.mark.long
@pytest.mark.parametrize("surface", SCHEMAS)
async def test_not_one_path_to_a_type_leads_around_its_line(stage: Stage, surface: str) -> None:
    assert await try_paths(stage, surface, 1) >= 60


async def test_whom_the_line_lets_in_reaches_the_end(stage: Stage) -> None:
    """Otherwise the paths above would prove nothing."""
    client = await stage.client(Role.STEWARD)
    _, one, found = behind("intake")["intake.Query.releases"]
    answer = await client.graphql(
        "/graphql/intake", document_of("query", "releases", one, found[0])
    )
    assert leaves(answer["data"])


def answered(answer: Any) -> tuple[Any, ...]:
    """An answer without what names the request."""
    left = {"x-request-id", "date", "server-timing"}
    headers = sorted((k, v) for k, v in answer.headers.items() if k not in left)
    return answer.status_code, plain(answer.text), headers


READING = {
    "release": 'release(id: "{id}") {{ id }}',
    "observations": 'observations(release: "{id}") {{ totalCount }}',
    "series": 'series(indicator: "POL_DA_CRIME", area: "E07000102", from: "CY2017", to: "CY2017", '
    'release: "{id}") {{ __typename }}',
    "journey": 'journey(area: "E07000102", period: "CY2017", release: "{id}") {{ __typename }}',
    "overview": 'overview(areas: ["E07000102"], period: "CY2017", release: "{id}") '
    "{{ __typename }}",
    "performance": 'performance(area: "E07000102", asAt: "CY2017", release: "{id}") '
    "{{ __typename }}",
    "profile": 'profile(dataset: "POLICE_CRIME", area: "E07000102", period: "CY2017", '
    'release: "{id}") {{ __typename }}',
    "completeness": 'completeness(period: "CY2017", release: "{id}") {{ __typename }}',
}
FILES = {
    "observations": "area=E07000102",
    "journey": "area=E07000102&period=CY2017",
    "overview": "area=E07000102&period=CY2017",
    "performance": "area=E07000102&asAt=CY2017",
    "profile": "dataset=POLICE_CRIME&area=E07000102&period=CY2017",
}


def asked_of_release(role: Role) -> list[tuple[str, str | None]]:
    """Everything that takes the id of a release: address, and document if it is one."""
    found: list[tuple[str, str | None]] = [
        (f"/v1/queries/{file}.json?{given}&release={{id}}", None) for file, given in FILES.items()
    ]
    found.append(("/journey?area=E07000102&period=CY2017&release={id}", None))
    if role is not Role.PUBLIC:
        found += [("/graphql", body) for body in READING.values()]
    if not may(role, "release.prepare"):
        found += [(f"/releases/{{id}}{end}", None) for end in ("", "/alternatives", "/report.xlsx")]
        found.append(("/graphql/intake", STEWARDS["report"][1]))
    return found


async def compare_releases(stage: Stage, role: Role, share: int) -> None:
    client = await stage.client(role)
    own = Audience.PUBLIC if role in OUTSIDE else Audience.PARTNER
    hidden = [name for name in RELEASES if name != f"{own}-{DraftState.PUBLISHED}"]
    pairs = [(name, *one) for name in hidden for one in asked_of_release(role)]
    differing = []
    for name, address, document in pairs[list(Role).index(role) % share :: share]:
        pair = []
        for one in (name, "z" * len(name)):
            if document is None:
                got = await client.get(address.format(id=one))
            else:
                sent = {"query": "{ " + document.format(id=one) + " }"}
                got = await client.http.post(address, json=sent, headers=client.headers)
            pair.append(answered(got))
        differing += [(address, document, pair)] if pair[0] != pair[1] else []
    assert differing == []


@pytest.mark.parametrize("role", list(Role))
async def test_a_release_that_may_not_be_seen_is_like_none(stage: Stage, role: Role) -> None:
    """Z5: drafts, embargoed ones and another audience's, against an id of the same length."""
    await compare_releases(stage, role, 5)


@pytest.mark.long
@pytest.mark.parametrize("role", list(Role))
async def test_any_release_that_may_not_be_seen_is_like_none(stage: Stage, role: Role) -> None:
    await compare_releases(stage, role, 1)


@pytest.mark.parametrize("role", list(Role))
async def test_a_return_that_may_not_be_seen_is_like_none(stage: Stage, role: Role) -> None:
    """Z5: another agency's return in each state, against an id and an address of none."""
    client, differing = await stage.client(role), []
    await stage.set_states()
    for state, period in list(PERIODS.items())[list(Role).index(role) % 2 :: 2]:
        ids = (stage.returns[OTHER, state], ABSENT)
        for kind, fields in (("query", QUERIES), ("mutation", ACTS)):
            for _, document in fields.values():
                pair = [
                    answered(
                        await client.http.post(
                            "/graphql/intake",
                            json={"query": f"{kind} {{ {document.format(id=one)} }}"},
                            headers=client.headers,
                        )
                    )
                    for one in ids
                ]
                differing += [(document, pair)] if pair[0] != pair[1] else []
        for address in ("/v1/returns", "/v1/receipts", "/returns"):
            stems = (f"{address}/POLICE_CRIME/{OTHER}/{one}" for one in (period, "CY2009"))
            pair = [answered(await client.get(stem)) for stem in stems]
            pair = [(one[0], one[1].replace(period, "CY2009"), one[2]) for one in pair]
            differing += [(address, pair)] if pair[0] != pair[1] else []
    assert differing == []


async def test_the_comparison_can_fail(stage: Stage) -> None:
    """What may be seen is answered otherwise than what does not exist."""
    client = await stage.client(Role.APPROVER)
    own = stage.returns[OWN, State.VALIDATED]
    pair = [
        await client.graphql("/graphql/intake", "{ " + QUERIES["return"][1].format(id=one) + " }")
        for one in (own, ABSENT)
    ]
    assert json.dumps(pair[0]) != json.dumps(pair[1])
