"""``/releases.atom``: releases of the caller's audience as a feed, the public's for a stranger."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from hub.exports.atom import MEDIA_TYPE, atom_feed
from hub.protected.releases import Audience
from hub.web.authentication import principal_of
from hub.web.etag import conditional
from hub.web.state import hub_of, library_of
from hub.webhooks.message import release_address


async def releases_feed(request: Request) -> Response:
    """Give the feed with an ``ETag``; a feed reader that asks again is told "not modified"."""
    hub = hub_of(request)
    principal = await principal_of(request)
    audience = Audience(principal.audience) if principal else Audience.PUBLIC
    releases = await library_of(hub, audience).releases()
    addresses = [release_address(hub.settings.issuer, one.id) for one in releases]
    content = atom_feed(releases, audience, hub.settings.issuer, addresses)
    response = Response(content, media_type=MEDIA_TYPE)
    response.headers["Vary"] = "Authorization, Cookie"
    cache = "private, no-cache" if principal else "public, no-cache"
    return conditional(request, response, cache)


routes = [Route("/releases.atom", releases_feed, methods=["GET"])]
