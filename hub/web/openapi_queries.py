"""The saved queries in ``/openapi.json``, from the table that answers them."""

from typing import Any

from hub.exports.files import KINDS
from hub.views.overview import Comparator
from hub.web.problems import MEDIA_TYPE
from hub.web.queries import DESCRIBED, PARAMETERS

_SUMMARIES = {
    "journey": "The cross-agency victim journey of an area around a period.",
    "overview": "The Marac overview: indicators down, comparators across.",
    "performance": "Measures against targets as at a month, exceptions first.",
    "observations": "Published observations; at most 10,000.",
    "profile": "The tables of one return, with bases, shares and the years before.",
    "series": "One indicator over time in one area, with its gaps.",
    "completeness": "Who owes what for a period. Not for the public.",
}
_MEANINGS = {
    "area": "Code of an area.",
    "period": "A period string, such as FY2017-18.",
    "asAt": "A period string; the report is as at its end. In place of period.",
    "indicator": "Code of an indicator.",
    "comparator": "What stands across; all if none.",
    "dataset": "Code of a dataset.",
    "table": "Code of a table of the profile; all if none.",
    "from": "First period of the series.",
    "to": "Last period of the series, of the same kind.",
    "release": "Id of a release; the latest if none.",
}
_REPEATED = {
    ("overview", "area"),
    ("overview", "comparator"),
    ("overview", "indicator"),
    ("observations", "area"),
    ("observations", "indicator"),
    ("observations", "period"),
    ("profile", "table"),
}
_OPTIONAL = {"release", "comparator", "table", "asAt"}
_PROBLEM = {"content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}}
_REFUSALS = {
    "400": "A parameter is missing, unknown, or asks for too much.",
    "401": "No token and no client credentials, or such as do not hold.",
    "403": "Not your role.",
    "404": "No such query, release, line or table; or nothing has been published yet.",
    "422": "An unknown code, an unclear period, or more bars than a chart holds.",
    "429": "Too many requests; see Retry-After.",
}


def query_paths() -> dict[str, Any]:
    """Describe each saved query, and the description of its CSV."""
    found: dict[str, Any] = {}
    for name in PARAMETERS:
        found[f"/v1/queries/{name}.{{format}}"] = {"get": _query(name)}
        found[f"/v1/queries/{name}.{DESCRIBED}"] = {"get": _description(name)}
    return found


def _query(name: str) -> dict[str, Any]:
    ending = {
        "name": "format",
        "in": "path",
        "required": True,
        "schema": {"type": "string", "enum": list(KINDS)},
    }
    media = {
        kind.media.partition(";")[0]: {"schema": _schema(kind.media)} for kind in KINDS.values()
    }
    return _operation(f"get_{name}", _SUMMARIES[name], [ending, *_parameters(name)], media)


def _description(name: str) -> dict[str, Any]:
    summary = f"The columns of {name}.csv, its source and caveats, as CSV on the Web (W3C CSVW)."
    media = {"application/csvm+json": {"schema": {"type": "object"}}}
    return _operation(f"describe_{name}", summary, _parameters(name), media)


def _operation(
    code: str, summary: str, parameters: list[dict[str, Any]], media: dict[str, Any]
) -> dict[str, Any]:
    headers = {"ETag": {"description": "Strong; send it back as If-None-Match.", "schema": {}}}
    return {
        "operationId": code,
        "summary": summary,
        "security": [{"token": []}, {"basic": []}],
        "parameters": parameters,
        "responses": {
            "200": {"description": "The file.", "headers": headers, "content": media},
            "304": {"description": "Not modified since the ETag."},
        }
        | {status: {"description": text} | _PROBLEM for status, text in _REFUSALS.items()},
    }


def _schema(media: str) -> dict[str, Any]:
    is_text = media.startswith(("text/", "image/svg"))
    if media == "application/json":
        return {"type": "object"}
    return {"type": "string"} if is_text else {"type": "string", "contentMediaType": media}


def _parameters(query: str) -> list[dict[str, Any]]:
    return [_parameter(query, name) for name in PARAMETERS[query]]


def _parameter(query: str, name: str) -> dict[str, Any]:
    one: dict[str, Any] = {"type": "string"}
    if name == "comparator":
        one["enum"] = [str(item) for item in Comparator]
    is_repeated = (query, name) in _REPEATED
    is_free = is_repeated or name in _OPTIONAL or (query, name) == ("performance", "period")
    return {
        "name": name,
        "in": "query",
        "description": _MEANINGS[name],
        "required": not is_free,
        "schema": {"type": "array", "items": one} if is_repeated else one,
    }
