"""Pages that say what went wrong, and what to do next."""

from hub.web.pages.frame import Frame, render
from hub.web.pages.labels import labels


def message_page(status: int, detail: str = "", *, frame: Frame | None = None) -> str:
    """Draw the page for an HTTP status.

    ``detail`` is the message of a :class:`hub.errors.HubError`: it holds no reported number.
    """
    frame = frame or Frame()
    t = labels(frame.lang)
    return render(
        "message.html",
        frame,
        status=status,
        heading=t.first(f"message.{status}.title", "message.other.title"),
        following=t.first(f"message.{status}.next", "message.other.next"),
        detail=detail,
    )


def not_signed_in_page(sign_in_href: str | None = None, *, frame: Frame | None = None) -> str:
    """Draw the page a person meets without a session; ``sign_in_href`` starts the sign-in."""
    return render("sign_in.html", frame or Frame(), href=sign_in_href)
