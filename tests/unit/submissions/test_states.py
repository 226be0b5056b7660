"""The states of a revision: the table is complete, and its picture is current."""

from pathlib import Path

import pytest

from hub.errors import ConflictError
from hub.submissions.states import APPROVED, OPEN, TRANSITIONS, Act, State, diagram, move

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "states.md"
ENDS = {State.SUPERSEDED, State.WITHDRAWN}


def test_every_state_is_reached_and_left_except_the_ends() -> None:
    reached = set(TRANSITIONS.values()) | set(OPEN)
    left = {state for state, _ in TRANSITIONS}
    assert reached == set(State)
    assert left == set(State) - ENDS


def test_every_act_is_used() -> None:
    assert {act for _, act in TRANSITIONS} == set(Act)


@pytest.mark.parametrize("state", sorted(set(State) - ENDS))
def test_whatever_still_counts_can_be_superseded_and_withdrawn(state: State) -> None:
    assert move(state, Act.SUPERSEDE) is State.SUPERSEDED
    assert move(state, Act.WITHDRAW) is State.WITHDRAWN


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("act", Act)
def test_what_the_table_does_not_list_is_refused_with_what_is_possible(
    state: State, act: Act
) -> None:
    if (state, act) in TRANSITIONS:
        assert move(state, act) is TRANSITIONS[state, act]
        return
    with pytest.raises(ConflictError, match=f"{state} cannot {act}") as refused:
        move(state, act)
    possible = [str(one) for at, one in TRANSITIONS if at is state]
    assert all(one in str(refused.value) for one in possible)
    assert ("nothing more" in str(refused.value)) == (not possible)


def test_nothing_is_released_that_nobody_signed_off() -> None:
    released = {state for state, act in TRANSITIONS if act in (Act.ACCEPT, Act.PUBLISH)}
    assert released <= set(APPROVED)
    before = {state for (state, act), after in TRANSITIONS.items() if after is APPROVED[0]}
    assert before == {State.VALIDATED}


def test_the_page_is_current() -> None:
    """Made anew by ``python -m scripts.reference``."""
    assert diagram() in PAGE.read_text(encoding="utf-8")
    assert all(f"`{state}`" in PAGE.read_text(encoding="utf-8") for state in State)
