"""Pages: pure functions from a view to HTML. No JavaScript, no style attribute, no other host.

Every word a page prints of its own stands in ``labels/en.json``, so that a second language is
a second file; every figure goes through one macro (``templates/figure.html``).
"""

from hub.web.pages.frame import Frame, NavLink, Option, ReleaseNote
from hub.web.pages.headline import Rating
from hub.web.pages.journey import journey_page
from hub.web.pages.landing import landing_page
from hub.web.pages.message import message_page, not_signed_in_page

__all__ = [
    "Frame",
    "NavLink",
    "Option",
    "Rating",
    "ReleaseNote",
    "journey_page",
    "landing_page",
    "message_page",
    "not_signed_in_page",
]
