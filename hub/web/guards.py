"""What is refused before anything of a request is read: its head alone decides."""

from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.types import Scope

from hub.errors import HeadTooLargeError, HubError, MalformedError, RefusedError
from hub.web.arrival import LARGEST_HEAD

SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})


def head_fault(scope: Scope) -> HubError | None:
    """Find a head that is too long (431), or names no host or several (400, RFC 9112 section 3.2).

    A proxy and the hub that take different ones of two hosts do not speak of the same request.
    """
    size = len(scope.get("raw_path") or b"") + len(scope["query_string"])
    hosts = 0
    for name, value in scope["headers"]:
        size += len(name) + len(value)
        hosts += name == b"host"
    if size > LARGEST_HEAD:
        return HeadTooLargeError("The address and header fields are too long.")
    if hosts > 1 or (not hosts and scope["http_version"] != "1.0"):
        return MalformedError("Name the host once.", code="HOST")
    return None


@dataclass(frozen=True, slots=True)
class Forgeries:
    """Requests that another site makes a signed-in browser send (CSRF).

    Only the session cookie goes along by itself, so only requests with it are held: they must be
    JSON (or a form of ``forms`` or ``uploads``) and come from this very origin.
    """

    cookie: str
    forms: frozenset[str]
    uploads: frozenset[str]

    def fault(self, scope: Scope) -> HubError | None:
        """Find one (403)."""
        if scope["method"] in SAFE or not any(name == b"cookie" for name, _ in scope["headers"]):
            return None
        headers = Headers(scope=scope)
        if not self._has_cookie(headers):
            return None
        if self._is_of_kind(scope, headers) and _is_same_origin(scope, headers):
            return None
        return RefusedError("Send this from the hub's own pages, as JSON.", code="ORIGIN")

    def _has_cookie(self, headers: Headers) -> bool:
        pairs = ";".join(headers.getlist("cookie")).split(";")
        return any(pair.partition("=")[0].strip() == self.cookie for pair in pairs)

    def _is_of_kind(self, scope: Scope, headers: Headers) -> bool:
        kind = headers.get("content-type", "").partition(";")[0].strip().lower()
        taken = {"application/json": True}
        taken["application/x-www-form-urlencoded"] = scope["path"] in self.forms
        taken["multipart/form-data"] = scope["path"] in self.uploads
        return taken.get(kind, False)


def _is_same_origin(scope: Scope, headers: Headers) -> bool:
    site = headers.get("sec-fetch-site")
    if site is not None:
        # "none" is the person's own act, such as an address typed in; pages cannot forge it.
        return site in {"same-origin", "none"}
    own = f"{scope.get('scheme', 'http')}://{headers.get('host', '')}"
    return headers.get("origin") == own
