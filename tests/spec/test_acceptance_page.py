"""The committed page of acceptance figures is the one the hub gives today."""

from tests.spec.acceptance_page import PAGE, page
from tests.spec.demo_release import release


def test_page_is_current() -> None:
    current = PAGE.read_text(encoding="utf-8")
    assert page(release()) == current, "run python -m tests.spec.acceptance_page"
