"""``/openapi.json``: the REST part, described from the same words that judge it."""

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from hub.loaders.agencies import shipped_names
from hub.loaders.body import CSV, JSON, XLSX
from hub.loaders.loaded import MAX_ROWS
from hub.loaders.templates import columns_of, indicators_of
from hub.vocabulary import Vocabulary
from hub.web.openapi_queries import query_paths
from hub.web.problems import MEDIA_TYPE

_PROBLEM = {"content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}}
_REFUSALS = {
    "400": "The body cannot be read.",
    "401": "No token, or one that does not hold.",
    "403": "Another agency's return, or not your role.",
    "404": "Unknown dataset, agency or period.",
    "409": "The state does not allow it.",
    "412": "If-Match or If-None-Match did not hold.",
    "413": "The body is too large.",
    "415": "A media type the hub does not read.",
    "422": "The return breaks rules; nothing was stored.",
    "429": "Too many requests; see Retry-After.",
}


def openapi_route(words: Vocabulary) -> Route:
    """Serve the description; made once."""
    content = openapi(words)

    async def describe(_: Request) -> Response:
        return JSONResponse(content, headers={"Cache-Control": "public, max-age=300"})

    return Route("/openapi.json", describe, methods=["GET"])


def openapi(words: Vocabulary) -> dict[str, Any]:
    """Describe the REST routes as OpenAPI 3.1."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Domestic abuse data hub: returns and saved queries",
            "version": "1",
            "description": "Agencies push aggregate returns; dashboards read saved queries.",
        },
        "paths": {
            "/v1/returns/{dataset}/{agency}/{period}": _returns(words),
            "/v1/receipts/{dataset}/{agency}/{period}": {"get": _receipt(words)},
            "/v1/calendar/{agency}.ics": {"get": _calendar(words)},
            "/v1/templates/{dataset}.{format}": {"get": _template(words)},
            **query_paths(),
        },
        "components": {
            "securitySchemes": {
                "token": {
                    "type": "oauth2",
                    "flows": {"clientCredentials": {"tokenUrl": "/oauth/token", "scopes": {}}},
                },
                "basic": {"type": "http", "scheme": "basic"},
            },
            "schemas": _schemas(words),
        },
        "security": [{"token": []}],
    }


def _path(name: str, text: str, codes: list[str] | None = None) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "string"} | ({"enum": codes} if codes else {})
    return {"name": name, "in": "path", "required": True, "description": text, "schema": schema}


def _refusals(*statuses: str) -> dict[str, Any]:
    return {status: {"description": _REFUSALS[status]} | _PROBLEM for status in statuses}


def _returns(words: Vocabulary) -> dict[str, Any]:
    # One schema for each dataset, and the open one for clients that send many.
    names = ["Return", *(f"Return_{code}" for code in words.datasets)]
    body = {"anyOf": [{"$ref": f"#/components/schemas/{name}"} for name in names]}
    content = {JSON: {"schema": body}, CSV: {"schema": {"type": "string"}}}
    content[XLSX] = {"schema": {"type": "string", "contentMediaType": XLSX}}
    stored = {"content": {JSON: {"schema": {"$ref": "#/components/schemas/Receipt"}}}}
    dry = {"name": "dryRun", "in": "query", "schema": {"type": "boolean", "default": False}}
    own = {"type": "string", "enum": list(shipped_names())}
    mapping = {
        "name": "mapping",
        "in": "query",
        "description": "A mapping the hub knows, for CSV or XLSX in an agency's own layout.",
        "schema": own,
    }
    headers = [
        {"name": name, "in": "header", "schema": {"type": "string"}}
        for name in ("If-Match", "If-None-Match", "Idempotency-Key")
    ]
    return {
        "parameters": [
            _path("dataset", "Code of the dataset.", sorted(words.datasets)),
            _path("agency", "Code of the agency.", sorted(words.agencies)),
            _path("period", "A typed period, such as FY2017-18 or 2017-05%2F2017-12."),
        ],
        "put": {
            "operationId": "putReturn",
            "summary": "Push a return: stored whole as a revision, or not at all.",
            "parameters": [dry, mapping, *headers],
            "requestBody": {"required": True, "content": content},
            "responses": {
                "201": {"description": "A new revision."} | stored,
                "200": {"description": "Unchanged, or a dry run."} | stored,
            }
            | _refusals(*_REFUSALS),
        },
        "get": {
            "operationId": "getReturn",
            "summary": "Your own return: its current content, revisions and states.",
            "responses": {"200": {"description": "The return."}}
            | _refusals("401", "403", "404", "429"),
        },
    }


def _receipt(words: Vocabulary) -> dict[str, Any]:
    return {
        "operationId": "getReceipt",
        "summary": "The signed receipt of a revision: a compact JWS; keys: /v1/audit/heads.",
        "parameters": [
            _path("dataset", "Code of the dataset.", sorted(words.datasets)),
            _path("agency", "Code of the agency; your own.", sorted(words.agencies)),
            _path("period", "The return's period, such as FY2017-18."),
            {
                "name": "revision",
                "in": "query",
                "description": "Number of the revision; the current one if left out.",
                "schema": {"type": "integer", "minimum": 1},
            },
        ],
        "responses": {"200": {"description": "The receipt, application/jose."}}
        | _refusals("400", "401", "403", "404"),
    }


def _calendar(words: Vocabulary) -> dict[str, Any]:
    return {
        "operationId": "getCalendar",
        "summary": "What an agency owes, as a calendar file (RFC 5545). It holds no figure.",
        "parameters": [_path("agency", "Code of the agency.", sorted(words.agencies))],
        "responses": {"200": {"description": "The calendar, text/calendar."}}
        | _refusals("401", "403", "404"),
    }


def _template(words: Vocabulary) -> dict[str, Any]:
    return {
        "operationId": "getTemplate",
        "summary": "The form of a dataset's return.",
        "parameters": [
            _path("dataset", "Code of the dataset.", sorted(words.datasets)),
            _path("format", "csv or xlsx.", ["csv", "xlsx"]),
            {
                "name": "agency",
                "in": "query",
                "description": "Fills in the agency's area.",
                "schema": {"type": "string"},
            },
            {
                "name": "period",
                "in": "query",
                "description": "Fills in the period.",
                "schema": {"type": "string"},
            },
        ],
        "responses": {"200": {"description": "The template."}} | _refusals("401", "404"),
    }


def _datasets(words: Vocabulary, observation: dict[str, Any]) -> dict[str, Any]:
    """What each dataset's return may hold: its indicators, and the categories of its dimensions."""
    found: dict[str, Any] = {}
    for code, dataset in words.datasets.items():
        columns = columns_of(words, code)
        categories = {
            name: {"enum": list(words.categories[name])}
            for name in columns
            if name in words.categories
        }
        item = observation | {
            "properties": observation["properties"]
            | {
                "indicator": {"enum": [one.code for one in indicators_of(words, code)]},
                "breakdown": {
                    "type": "object",
                    "properties": categories,
                    "additionalProperties": False,
                },
            }
        }
        found[f"Return_{code}"] = {
            "title": dataset.title,
            "description": dataset.description,
            "type": "object",
            "required": ["observations"],
            "additionalProperties": False,
            "properties": {
                "observations": {"type": "array", "maxItems": MAX_ROWS, "items": item},
                "note": {"type": ["string", "null"]},
            },
        }
    return found


def _schemas(words: Vocabulary) -> dict[str, Any]:
    text, whole = {"type": "string"}, {"type": "integer"}
    maybe = {"type": ["string", "null"]}
    reasons = [*sorted(words.reasons), None]
    observation = {
        "type": "object",
        "required": ["indicator", "area"],
        "additionalProperties": False,
        "properties": {
            "indicator": text,
            "area": text,
            "period": text,
            "breakdown": {"type": "object", "additionalProperties": text},
            "value": {"type": ["number", "null"], "minimum": 0},
            "status": {"enum": ["x", "z", None]},
            "reason": {"enum": reasons},
            "base": {"type": ["number", "null"]},
            "note": maybe,
        },
    }
    finding = {
        "type": "object",
        "properties": {
            "severity": {"enum": ["error", "query", "notice"]},
            "code": text,
            "message": text,
            "row": {"type": ["integer", "null"]},
            "column": maybe,
            "pointer": maybe,
            "allowed": maybe,
        },
    }
    findings = {"type": "array", "items": {"$ref": "#/components/schemas/Finding"}}
    return _datasets(words, observation) | {
        "Observation": observation,
        "Finding": finding,
        "Return": {
            "type": "object",
            "required": ["observations"],
            "properties": {
                "observations": {
                    "type": "array",
                    "items": {"$ref": "#/components/schemas/Observation"},
                },
                "note": maybe,
            },
        },
        "Receipt": {
            "type": "object",
            "properties": {
                "returnId": maybe,
                **dict.fromkeys(("dataset", "agency", "period", "contentHash"), text),
                "revision": {"type": ["integer", "null"]},
                "state": maybe,
                "dryRun": {"type": "boolean"},
                "counts": {"type": "object", "additionalProperties": whole},
                "findings": findings,
                "completeness": {"type": "object", "additionalProperties": whole},
            },
        },
        "Problem": {
            "type": "object",
            "properties": {
                **dict.fromkeys(("type", "title", "detail", "code", "requestId"), text),
                "status": whole,
                "findings": findings,
            },
        },
    }
