"""The acceptance figures AF-01 to AF-56, read from a partners' release of the demo's returns."""

from decimal import Decimal, InvalidOperation

import pytest

from hub.statistics.formulas import round_half_up
from tests.spec.acceptance import CASES
from tests.spec.demo_release import release
from tests.spec.lines import Case, Line


def number(text: str) -> Decimal | None:
    """A printed figure as a number, or nothing when it is a word."""
    try:
        return Decimal(text.replace(",", "").removesuffix("%"))
    except InvalidOperation:
        return None


def agrees(answer: Decimal | str, figure: str) -> bool:
    """Whether an answer is the figure, to the digits the figure has."""
    wanted = number(figure)
    if wanted is None or isinstance(answer, str):
        return answer == figure
    return round_half_up(answer, max(0, -int(wanted.as_tuple().exponent))) == wanted


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_acceptance_figure(case: Case) -> None:
    for line in case.lines:
        answer = line.ask.read(release())
        assert agrees(answer, line.exact), f"{line.what}: {answer} is not {line.exact}"
        check_printed(line, answer)


def check_printed(line: Line, answer: Decimal | str) -> None:
    """The source prints the same, or its list of faults says that it does not."""
    if line.printed:
        same = agrees(answer, line.printed)
        assert same is not bool(line.fault), f"{line.what}: printed {line.printed}, {line.fault}"


def test_every_figure_has_a_case() -> None:
    assert [case.id for case in CASES] == [f"AF-{number:02d}" for number in range(1, 57)]


def test_a_wrong_figure_would_be_noticed() -> None:
    assert not agrees(Decimal("7.324"), "7.4%")
    assert not agrees(Decimal("49.645"), "49%")
    assert agrees(Decimal("28.736"), "28.74%")
