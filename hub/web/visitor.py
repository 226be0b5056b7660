"""Who looks at a page: the views they may read, and what stands around the page.

A visitor without a session reads the public release; a partner signed in reads the partners'.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from hub.auth.permissions import allows
from hub.auth.principals import Principal
from hub.errors import HubError
from hub.exports.files import KINDS
from hub.protected.releases import Release
from hub.views.library import Library
from hub.vocabulary import Vocabulary
from hub.web.authentication import principal_of
from hub.web.etag import conditional
from hub.web.language import in_their_language
from hub.web.pages.copying import Asked, Copy, copy_of
from hub.web.pages.frame import Frame, NavLink, ReleaseNote
from hub.web.pages.labels import labels
from hub.web.pages.message import message_page
from hub.web.problems import headers_of
from hub.web.sign_in import account_link
from hub.web.state import Hub, hub_of, library_of

VIEWS = ("journey", "overview", "performance", "profile")
"""The views that have a page, in the order of the navigation."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody who opens the page at ``here``; without a principal, a stranger."""

    hub: Hub
    principal: Principal | None
    here: str

    def library(self, line: str = "published.read") -> Library:
        """The views: those of the caller's audience with this matrix line, else the public's."""
        partner = self.principal is not None and allows(self.principal, line)
        audience = self.principal.audience if partner and self.principal else "public"
        # Views carry the vocabulary's titles and reasons, so they are made in the page's language.
        return replace(library_of(self.hub, audience), words=self.words)

    @property
    def words(self) -> Vocabulary:
        """The vocabulary in the language of the page."""
        return labels().vocabulary(self.hub.words)

    @property
    def frame(self) -> Frame:
        """Header, navigation and footer."""
        t = labels()
        links = [("/", "start"), *((f"/{name}", name) for name in VIEWS), ("/graphql", "query")]
        if allows(self.principal, "completeness.read"):
            links.append(("/returns", "returns"))
        if allows(self.principal, "release.prepare"):
            links.append(("/releases", "releases"))
        return Frame(
            navigation=tuple(
                NavLink(t(f"nav.{name}"), href, href == self.here) for href, name in links
            ),
            viewer=self.principal.title if self.principal else None,
            account=account_link(self.hub, self.principal, self.here),
            demo=self.hub.settings.env == "demo",
        )

    def copy(self, name: str, asked: Asked) -> Copy:
        """Files and requests of a saved query. A stranger has no token, so gets no file links."""
        formats = tuple(KINDS) if self.principal else ()
        return copy_of(name, asked, formats, self.hub.settings.issuer, labels())


Draw = Callable[[Request, Visitor], Awaitable[str]]


def page(here: str, draw: Draw) -> Callable[[Request], Awaitable[Response]]:
    """Serve a page with an ``ETag``; a refusal is a page too."""

    async def endpoint(request: Request) -> Response:
        visitor = await visitor_of(request, here)
        try:
            answer = HTMLResponse(await draw(request, visitor))
        except HubError as error:
            if error.status == HTTPStatus.INTERNAL_SERVER_ERROR:
                raise
            drawn = message_page(error.status, error.message, frame=visitor.frame)
            return HTMLResponse(drawn, error.status, headers_of(error))
        answer.headers["Vary"] = "Accept-Language, Authorization, Cookie"
        return conditional(request, answer)

    return in_their_language(endpoint)


async def visitor_of(request: Request, here: str) -> Visitor:
    """The visitor of a request."""
    return Visitor(hub_of(request), await principal_of(request), here)


def note_of(release: Release) -> ReleaseNote:
    """A release as a page names it."""
    return ReleaseNote(
        release.id,
        str(release.sequence),
        str(release.audience),
        release.published_at.date(),
    )
