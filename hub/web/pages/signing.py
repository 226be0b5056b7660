"""Pages around signing in and out, and the one on which a person lets a program act for them."""

from collections.abc import Iterable, Mapping

from hub.web.pages.frame import Frame, render


def stranger_page(subject: str, *, frame: Frame) -> str:
    """Tell somebody whom the provider knows and the hub does not what to send to whom."""
    return render("stranger.html", frame, subject=subject)


def sign_out_page(*, signed_in: bool, elsewhere: str | None, frame: Frame) -> str:
    """Ask whether to sign out, or say it is done; ``elsewhere`` ends the provider's session."""
    return render("sign_out.html", frame, signed_in=signed_in, elsewhere=elsewhere)


def consent_page(
    program: str,
    account: str,
    scopes: Iterable[str],
    parameters: Mapping[str, str],
    leads_to: str,
    *,
    frame: Frame,
) -> str:
    """Ask a person whether a program may act for them.

    ``parameters`` are those of its request, sent along unchanged; ``leads_to`` names where the
    answer goes.
    """
    return render(
        "consent.html",
        frame,
        program=program,
        account=account,
        scopes=sorted(scopes),
        parameters=parameters,
        leads_to=leads_to,
    )
