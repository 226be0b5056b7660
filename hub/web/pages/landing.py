"""The start page: what the hub is, the way to the journey, the releases one may read."""

from collections.abc import Sequence

from hub.web.pages.frame import Frame, Option, ReleaseNote, render


def landing_page(
    *,
    releases: Sequence[ReleaseNote] = (),
    areas: Sequence[Option] = (),
    periods: Sequence[Option] = (),
    frame: Frame | None = None,
) -> str:
    """Draw the start page; without areas or periods the form is left out."""
    return render("landing.html", frame or Frame(), releases=releases, areas=areas, periods=periods)
