"""How the figures are made, and the accessibility statement."""

from collections.abc import Sequence
from dataclasses import dataclass

from hub.web.pages.frame import Frame, render


@dataclass(frozen=True, slots=True)
class Rule:
    """A disclosure policy in force, as the method page tells it."""

    audience: str
    threshold: int
    base: int
    version: str
    method: str = "suppression"
    perturbation: str = ""


def method_page(rules: Sequence[Rule], *, frame: Frame | None = None) -> str:
    """Draw the method page with the policies in force."""
    return render("method.html", frame or Frame(), rules=rules)


def accessibility_page(*, frame: Frame | None = None) -> str:
    """Draw the accessibility statement."""
    return render("accessibility.html", frame or Frame())
