"""``/v1/calendar`` and ``/v1/receipts``: what an agency owes as a calendar file, what it sent."""

from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from hub.audit.keys import ledger_keys
from hub.auth.permissions import demand, enter
from hub.errors import MalformedError, NotFoundError, VocabularyError
from hub.submissions import owing
from hub.submissions.history import one_revision
from hub.submissions.ics import MEDIA_TYPE, calendar_file
from hub.submissions.receipts import MEDIA_TYPE as JOSE
from hub.submissions.receipts import Receipts, receipt_of
from hub.submissions.reception import Address, require_known
from hub.submissions.revisions import Revision
from hub.submissions.store import find
from hub.web.authentication import principal_of
from hub.web.state import Hub, hub_of


async def calendar_of(request: Request) -> Response:
    """Give an agency's calendar; any partner may subscribe, with client id and secret (Basic)."""
    hub = hub_of(request)
    principal = enter(await principal_of(request), "completeness.read")
    try:
        agency = hub.words.agency(request.path_params["agency"])
    except VocabularyError as error:
        raise NotFoundError(error.message) from None
    at = hub.clock()
    today = at.date()
    months = owing.months_around(today)
    found = await owing.calendar(hub.database, hub.words, today, months, eyes=principal.agency)
    mine = [one for one in owing.due_about(found, today) if one.slot.agency.code == agency.code]
    host = urlsplit(hub.settings.issuer).hostname or "hub"
    text = calendar_file(f"Returns of {agency.title}", mine, host, at)
    name = f'attachment; filename="returns-{agency.code}.ics"'
    return Response(text, media_type=MEDIA_TYPE, headers={"Content-Disposition": name})


async def receipt(request: Request) -> Response:
    """Give the signed receipt of a revision, the current one unless ``?revision=`` names one."""
    hub = hub_of(request)
    principal = enter(await principal_of(request), "return.read")
    path = request.path_params
    address = Address(path["dataset"], path["agency"], path["period"])
    require_known(address, hub.words)
    demand(principal, "return.read", agency=address.agency)
    asked = request.query_params.get("revision")
    if asked is not None and not (asked.isascii() and asked.isdigit() and len(asked) < 10):
        raise MalformedError("revision= takes the number of a revision.")
    signed = await signed_receipt(hub, address, int(asked) if asked else None)
    name = f"{address.dataset}-{address.agency}-{address.period}.jws".replace("/", "_")
    headers = {"Content-Disposition": f'attachment; filename="receipt-{name}"'}
    return Response(signed, media_type=JOSE, headers=headers)


async def signed_receipt(hub: Hub, address: Address, number: int | None = None) -> str:
    """Sign the receipt of a stored revision.

    Raises:
        NotFoundError: there is no such revision, or it is older than receipts are.
    """
    async with hub.database.intake(address.agency) as session:
        stored: Revision | None = await find(
            session, address.dataset, address.agency, address.period
        )
        if stored is not None and number is not None:
            stored = await one_revision(session, stored.return_id, number)
        if stored is None:
            raise NotFoundError("Nothing was returned at this address yet.")
        found = await receipt_of(session, stored)
    return Receipts(ledger_keys(hub.settings.data_dir), hub.settings.issuer).sign(found)


routes = [
    Route("/v1/calendar/{agency}.ics", calendar_of, methods=["GET"]),
    Route("/v1/receipts/{dataset}/{agency}/{period:path}", receipt, methods=["GET"]),
]
