"""``/v1/templates``: the form of a dataset's return, ready to fill in."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from hub.auth.permissions import enter
from hub.errors import MalformedError, NotFoundError, VocabularyError
from hub.loaders.body import XLSX
from hub.loaders.templates import csv_template, xlsx_template
from hub.vocabulary import parse_period
from hub.web.authentication import principal_of
from hub.web.state import hub_of


async def template(request: Request) -> Response:
    """Give a dataset's template as CSV or XLSX."""
    hub = hub_of(request)
    enter(await principal_of(request), "template.read")
    dataset, kind = request.path_params["dataset"], request.path_params["format"]
    agency, period = _asked(request, "agency"), _asked(request, "period")
    try:
        hub.words.dataset(dataset)
        if agency is not None:
            hub.words.agency(agency)
        if period is not None:
            parse_period(period)
    except VocabularyError as error:
        raise NotFoundError(error.message) from None
    if kind == "csv":
        response = Response(
            csv_template(hub.words, dataset, agency, period), media_type="text/csv; charset=utf-8"
        )
    elif kind == "xlsx":
        response = Response(xlsx_template(hub.words, dataset, agency, period), media_type=XLSX)
    else:
        raise NotFoundError("Templates are .csv or .xlsx.")
    response.headers["Content-Disposition"] = f'attachment; filename="{dataset}.{kind}"'
    return response


def _asked(request: Request, name: str) -> str | None:
    """A parameter of the address.

    Raises:
        MalformedError: it is given twice, or another one is given.
    """
    asked = request.query_params
    if set(asked) - {"agency", "period"} or len(asked.getlist(name)) > 1:
        raise MalformedError("The parameters here are agency and period, each once.")
    return asked.get(name)


routes = [Route("/v1/templates/{dataset}.{format}", template, methods=["GET"])]
