"""GraphQL over HTTP, strictly; for a Strawberry schema but without Strawberry's own view.

The stock view answers malformed requests with status 500, lets exception texts out and runs the
first of several operations. This endpoint reads one request the way the GraphQL-over-HTTP draft
says, limits the document before it is validated, runs it with graphql-core, and masks errors.
"""

import asyncio
import inspect
import json
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import strawberry
import structlog
from graphql import ExecutionResult, FieldNode, GraphQLError, GraphQLSchema, execute
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from hub.errors import DatabaseError, HubError, MalformedError, RefusedError
from hub.web.answers import VARY, Answers, Keeping, Key, Recalled, Reply, given, key_of, text_of
from hub.web.body import parse_json, read_body, read_object, require_json
from hub.web.cost import ROWS, Cost, Prices, Readings
from hub.web.documents import Admit, Compile, Document, DocumentError, Documents
from hub.web.etag import conditional
from hub.web.limiter import LimitError, Limits
from hub.web.masking import INTERNAL, MOST, cause_of, masked, refusal, unexplained
from hub.web.negotiation import JSON, RESPONSE, accepted, wants_page
from hub.web.problems import headers_of, request_id
from hub.web.rates import UNKNOWN, Rates, rates_of
from hub.web.refusals import note
from hub.web.volume import texts_in

Authenticate = Callable[[Request], Awaitable[object | None]]
"""Tells who asks; none for nobody. Raises ``UnauthenticatedError`` for a token that fails."""
Context = Callable[[Request, Any], Awaitable[object]]
"""Makes what resolvers see of one request."""

Told = Callable[[str, int, Iterable[str]], Coroutine[None, None, None] | None]
"""Told of a client's query that is about to run: its rows as priced, the texts it names. Gives
what has to be waited for, which is nothing as a rule."""

SHORT, BODIES = 8 * 1024, 1024
"""How long a body may be, in bytes, that is remembered, and how many are."""

_log = structlog.get_logger("hub.graphql")


class MethodError(HubError):
    """A method the endpoint does not serve, or a mutation sent over GET."""

    code = "METHOD"
    status = 405


class NotAcceptableError(HubError):
    """A client that takes neither GraphQL media type."""

    code = "NOT_ACCEPTABLE"
    status = 406


class TimeLimitError(HubError):
    """An operation stopped because it ran too long."""

    code = "TIMEOUT"
    status = 504


@dataclass(frozen=True)
class Ask:
    """One GraphQL request, whichever way it came. Nobody changes its variables."""

    query: str
    variables: dict[str, Any]
    operation_name: str | None

    @cached_property
    def words(self) -> str:
        """The variables as one text, whatever order they came in."""
        return text_of(self.variables)

    @cached_property
    def texts(self) -> tuple[str, ...]:
        """Every text among the variables."""
        return tuple(texts_in(self.variables))


@dataclass(frozen=True)
class Serving:
    """How one schema is served.

    ``timeout`` is in seconds and cancels the running resolvers; ``body_limit`` is in bytes.
    ``trusted`` gives the hashes of the only documents a caller may run, None for no such bound.
    ``told`` hears what each query asked for. ``readings`` say what root fields read at least.
    ``compiled`` makes plans of documents, which answer in the executor's place; without it the
    executor answers everything. ``keeping`` says which whole answers may be kept.
    """

    context: Context
    authenticate: Authenticate
    get_allowed: bool
    page: Callable[[Request], Response] | None = None
    may_introspect: Callable[[Any], bool] = lambda principal: True
    trusted: Callable[[Any], frozenset[str] | None] = lambda principal: None
    told: Told | None = None
    readings: Readings = field(default_factory=dict)
    compiled: Compile | None = None
    keeping: Keeping | None = None
    limits: Limits = field(default_factory=Limits)
    timeout: float = 10.0
    body_limit: int = 128 * 1024

    @property
    def allowed(self) -> str:
        """Tell the methods served, for the ``Allow`` header."""
        return "GET, HEAD, POST" if self.get_allowed else "POST"


def graphql_route(path: str, schema: strawberry.Schema, serving: Serving) -> Route:
    """Serve a schema at a path. A route, not a mount: a mount answers ``/graphql`` by redirect.

    Raises ``ValueError`` for a schema that relies on Strawberry's extensions or on incremental
    delivery: this endpoint would leave them out in silence.
    """
    core = schema._schema
    if schema.extensions:
        raise ValueError("Schema extensions are not run by this endpoint; use the context.")
    if core.get_directive("defer") or core.get_directive("stream"):
        raise ValueError("Incremental delivery escapes the masking of errors; leave it off.")
    return Route(path, Endpoint(core, serving), name=f"graphql:{path}")


class Asks:
    """Bodies that were read lately: dashboards send the same few for ever."""

    def __init__(self) -> None:
        self._kept: OrderedDict[bytes, Ask] = OrderedDict()

    def read(self, body: bytes) -> Ask:
        """Read a body, strictly, or find what was read of the same bytes before."""
        return self._found(body, lambda: _ask_of(read_object(body)))

    def read_query(self, request: Request) -> Ask:
        """Read a GET request's parameters; no body begins with the mark before its key."""
        key = b"?" + request.scope["query_string"]
        return self._found(key, lambda: _ask_of(_parameters(request)))

    def _found(self, key: bytes, read: Callable[[], Ask]) -> Ask:
        found = self._kept.get(key)
        if found is not None:
            self._kept.move_to_end(key)
            return found
        made = read()
        if len(key) <= SHORT:
            self._kept[key] = made
            if len(self._kept) > BODIES:
                self._kept.popitem(last=False)
        return made


class Endpoint:
    """The ASGI application behind a GraphQL route."""

    def __init__(self, schema: GraphQLSchema, serving: Serving) -> None:
        self._schema = schema
        self._serving = serving
        compiled = {"compiled": serving.compiled} if serving.compiled else {}
        self._documents = Documents(schema, serving.limits, **compiled)
        keeping = serving.keeping
        self._answers = Answers(keeping.memory if keeping else 0)
        self._asks = Asks()
        self._left: set[asyncio.Task[None]] = set()
        self._prices = Prices(schema, serving.readings)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        scope.setdefault("state", {})
        request = Request(scope, receive)
        response = await self._respond(request)
        await response(scope, receive, send)

    async def _respond(self, request: Request) -> Response | Reply:
        serving, reads = self._serving, request.method in {"GET", "HEAD"}
        # Whoever asks for no page is spared the reading of a long query.
        if serving.page and reads and wants_page(request) and "query" not in request.query_params:
            return _varied(serving.page(request))
        return await self._answered(request, self._answer(request))

    async def answered(self, request: Request, principal: object, body: bytes) -> Response | Reply:
        """Answer a request of which all but the body is decided; refusals are answers, too."""
        return await self._answered(request, self._answer_anew(request, principal, body))

    async def _answered(
        self, request: Request, answer: Coroutine[None, None, Response | Reply]
    ) -> Response | Reply:
        try:
            return _varied(await answer)
        except DocumentError as error:
            return _varied(self._refuse_document(request, error))
        except HubError as error:
            await note(request, error)
            return _varied(self._refuse(request, error))
        except Exception as error:
            _log.error("request failed", error_type=type(error).__qualname__)
            return _varied(self._refuse(request, HubError(INTERNAL, code="INTERNAL")))

    async def _answer(self, request: Request) -> Response | Reply:
        self._require_method(request)
        # Before anything of the body is read: whoever may not ask, may not make the hub work.
        principal = await self._serving.authenticate(request)
        if accepted(request) is None:
            raise NotAcceptableError(f"The answer can be {RESPONSE} or {JSON}.")
        return await self._answer_anew(request, principal, await self._body(request))

    async def _answer_anew(
        self, request: Request, principal: object, body: bytes
    ) -> Response | Reply:
        ask = self._asks.read(body) if request.method == "POST" else self._asks.read_query(request)
        request.scope["state"]["reads_schema"] = self._serving.may_introspect(principal)
        admit = self._admission(request, principal)
        document = self._documents.ready(ask.query, ask.operation_name, admit)
        # For the access log: which operation ran, without its text.
        request.scope["state"]["document"] = document.digest
        self._require_allowed(request, document)
        cost = self._prices.of(document, ask.variables)
        texts = (*document.texts, *ask.texts)
        await self._count(request, cost.rows, texts)
        key = await self._key(principal, document, ask)
        kept = self._answers.get(key) if key is not None else None
        if kept is not None and key is not None:
            reply = given(request, kept, _media_type(request))
            # For whoever remembers the request: what it came to.
            request.scope["state"]["recalled"] = Recalled(
                principal, key, kept.etag, reply.form, cost.rows, texts
            )
            return reply
        result = await self._run(request, principal, document, ask)
        if isinstance(result, str):
            response = _written(request, result, cost)
            # Only what was true before and after: a release may have come in between.
            if key is not None and key == await self._key(principal, document, ask):
                self._answers.keep(key, bytes(response.body))
        else:
            response = self._result(request, document, result, cost)
        return response if request.method == "POST" else conditional(request, response)

    async def _key(self, principal: object, document: Document, ask: Ask) -> Key | None:
        """Name the answer among the kept ones; None for one that may not be kept."""
        keeping, plan = self._serving.keeping, document.plan
        if keeping is None or not keeping.memory or plan is None:
            return None
        if not plan.fields <= keeping.fields:
            return None
        if not all(keeping.may(principal, name) for name in plan.fields):
            return None
        return key_of(await keeping.edition(principal), document.digest, ask.words)

    def again(self, recalled: Recalled, principal: object, state: dict[str, Any]) -> Reply | None:
        """Answer as before, without waiting, if nothing changed since.

        The caller is the very same object (which the registry's next reading replaces), no release
        came in between, and the answer is still kept. Raises ``RateLimitedError``.
        """
        keeping, key = self._serving.keeping, recalled.key
        if keeping is None or recalled.principal is not principal:
            return None
        edition, answer = keeping.known(principal), self._answers.get(key)
        if edition is None or edition.number != key[1]:
            return None
        if answer is None or answer.etag != recalled.etag:
            return None
        state["document"] = key[2]
        waiting = self._counted(state, recalled.rows, recalled.texts)
        if waiting is not None:
            self._leave(waiting)
        return Reply(answer, recalled.form)

    def _leave(self, waiting: Coroutine[None, None, None]) -> None:
        """Let go on by itself what an answer that is there does not wait for."""
        task = asyncio.create_task(waiting)
        self._left.add(task)
        task.add_done_callback(self._left.discard)

    async def _body(self, request: Request) -> bytes:
        if request.method != "POST":
            return b""
        require_json(request)
        return await read_body(request, self._serving.body_limit)

    def _require_method(self, request: Request) -> None:
        if request.method not in self._serving.allowed.split(", "):
            raise MethodError(f"Use {self._serving.allowed}.")

    def _admission(self, request: Request, principal: object) -> Admit:
        """Hold a caller to its trusted documents, and count what the hub has not met."""
        trusted = self._serving.trusted(principal)

        def admit(digest: str, is_known: bool) -> None:
            if trusted is not None and digest not in trusted:
                raise RefusedError(
                    "A public client runs trusted documents only; see the guide to reading.",
                    code="UNTRUSTED_DOCUMENT",
                )
            if not is_known:
                self._take(request, lambda rates, client: rates.client(client, UNKNOWN))

        return admit

    async def _count(self, request: Request, rows: int, texts: tuple[str, ...]) -> None:
        waiting = self._counted(request.scope["state"], rows, texts)
        if waiting is not None:
            await waiting

    def _counted(
        self, state: dict[str, Any], rows: int, texts: tuple[str, ...]
    ) -> Coroutine[None, None, None] | None:
        """Count what a query reads; gives what has to be waited for."""
        # For the access log: how much each reader reads (D8).
        state["rows"] = rows
        client: str | None = state.get("client_id")
        if client is None:
            return None
        rates: Rates | None = state.get("rates")
        if rates is not None:
            rates.rows(client, rows)
        told = self._serving.told
        return told(client, rows, texts) if told is not None else None

    def _take(self, request: Request, take: Callable[[Rates, str], None]) -> None:
        rates, client = rates_of(request), request.scope["state"].get("client_id")
        if rates is not None and client is not None:
            take(rates, client)

    def _require_allowed(self, request: Request, document: Document) -> None:
        if request.method != "POST" and not document.is_query:
            raise MethodError("Send mutations with POST.")
        if document.report.introspects and not request.scope["state"]["reads_schema"]:
            raise RefusedError("Reading the schema needs the scope schema:read.")

    async def _run(
        self, request: Request, principal: object, document: Document, ask: Ask
    ) -> ExecutionResult | str:
        try:
            async with asyncio.timeout(self._serving.timeout):
                context = await self._serving.context(request, principal)
                if document.plan is not None:
                    # A plan answers or raises; what went wrong is the executor's to say.
                    try:
                        return await document.plan.run(context, ask.variables)
                    except DatabaseError:
                        raise
                    except Exception as error:
                        _log.debug("plan failed", error_type=type(error).__qualname__)
                return await self._execute(context, document, ask)
        except TimeoutError:
            raise TimeLimitError("The operation ran too long and was stopped.") from None

    async def _execute(self, context: object, document: Document, ask: Ask) -> ExecutionResult:
        result = execute(
            self._schema,
            document.tree,
            context_value=context,
            variable_values=ask.variables,
            operation_name=ask.operation_name,
            max_coercion_errors=MOST,
            hide_suggestions=True,
        )
        return await result if inspect.isawaitable(result) else result

    def _result(
        self, request: Request, document: Document, result: ExecutionResult, cost: Cost
    ) -> Response:
        errors = result.errors or []
        if result.data is None and all(error.path is None for error in errors):
            raise DocumentError("GRAPHQL_VARIABLES", list(errors))
        body: dict[str, Any] = {"data": result.data}
        if document.is_query or _is_one_act(document):
            _require_database(errors)
        if errors:
            body["errors"] = masked(errors, request_id(request.scope), "GRAPHQL_INVALID")
        body["extensions"] = {"cost": {"rows": cost.rows, "limit": ROWS}}
        return _response(request, body, 200)

    def _refuse_document(self, request: Request, error: DocumentError) -> Response:
        given = request_id(request.scope)
        if error.code == "GRAPHQL_SYNTAX" or request.scope["state"]["reads_schema"]:
            body = {"errors": masked(error.errors, given, error.code)}
        else:
            body = {"errors": unexplained(error.code, given)}
        return _response(request, body, _document_status(request))

    def _refuse(self, request: Request, error: HubError) -> Response:
        status = _document_status(request) if isinstance(error, LimitError) else error.status
        body = {"errors": [refusal(error, request_id(request.scope))]}
        response = _response(request, body, status)
        response.headers.update(headers_of(error))
        if isinstance(error, MethodError):
            is_served = request.method in self._serving.allowed.split(", ")
            response.headers["Allow"] = "POST" if is_served else self._serving.allowed
        return response


def _varied(response: Response | Reply) -> Response | Reply:
    if isinstance(response, Response):
        response.headers["Vary"] = VARY
    return response


def _is_one_act(document: Document) -> bool:
    """Say whether a mutation has one part only: of several, some may have been done."""
    parts = document.operation.selection_set.selections
    return len(parts) == 1 and isinstance(parts[0], FieldNode)


def _require_database(errors: Iterable[GraphQLError]) -> None:
    """Answer nothing rather than half when the database failed: the client is to ask again."""
    for error in errors:
        cause = cause_of(error)
        if isinstance(cause, DatabaseError):
            raise cause


def _document_status(request: Request) -> int:
    # The draft: under application/json a well-formed request is answered with 200, refused or not.
    return 400 if accepted(request) == RESPONSE else 200


def _response(request: Request, body: dict[str, Any], status: int) -> Response:
    content = json.dumps(body, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return Response(content, status, media_type=_media_type(request))


def _written(request: Request, data: str, cost: Cost) -> Response:
    """Answer with data that is JSON text already, in the words of ``_result``."""
    told = f'"extensions":{{"cost":{{"rows":{cost.rows},"limit":{ROWS}}}}}'
    return Response(f'{{"data":{data},{told}}}', 200, media_type=_media_type(request))


def _media_type(request: Request) -> str:
    return f"{accepted(request) or JSON}; charset=utf-8"


def _parameters(request: Request) -> dict[str, Any]:
    """Read a GET request's parameters into the shape of a POST body."""
    found: dict[str, Any] = {}
    for name, text in request.query_params.multi_items():
        if name in found:
            raise MalformedError("A parameter is given twice.")
        is_json = name in {"variables", "extensions"}
        found[name] = parse_json(text.encode()) if is_json else text
    return found


def _ask_of(body: dict[str, Any]) -> Ask:
    query = body.get("query")
    if not isinstance(query, str):
        raise MalformedError("Send the document as text in query.")
    operation_name = body.get("operationName")
    if not isinstance(operation_name, str | None):
        raise MalformedError("operationName must be text.")
    for name in ("variables", "extensions"):
        if not isinstance(body.get(name), dict | None):
            raise MalformedError(f"{name} must be an object.")
    return Ask(query, body.get("variables") or {}, operation_name)
