"""Take a guard of the disclosure control away, run the tests that try the attack, see them fail.

    python -m scripts.attack_guards            every guard
    python -m scripts.attack_guards shares     one of them

For attacks whose test does not take its guard away itself (``docs/explanation/attacks.md`` names
the guard's line there). Each guard is replaced in a process of its own, before any test is read.
"""

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
GONE = "HUB_ATTACK_GUARD_GONE"
"""Names the guard that this process does without."""
SECONDS = 600


@dataclass(frozen=True)
class Guard:
    """``target`` (module:attribute) is replaced by ``instead`` of it; ``tests`` must then fail."""

    name: str
    target: str
    instead: Callable[[Any], Any]
    tests: tuple[str, ...]


def _nothing(_: Any) -> Any:
    return lambda *given, **named: None


def _empty(_: Any) -> Any:
    return lambda *given, **named: frozenset()


def _always(_: Any) -> Any:
    return lambda *given, **named: True


def _untold(_: Any) -> Any:
    from hub.release.shares import Behind

    return lambda *given: Behind((), ())


def _forgotten(_: Any) -> Any:
    from hub.release.protection import Earlier

    return lambda history, *more: [Earlier("none", "", "", {}, {})] * bool(history)


def _nobodys(real: Any) -> Any:
    from dataclasses import replace

    return lambda *given: replace(real(*given), parts=())


def _in_silence(real: Any) -> Any:
    """Rows whose word is gone are left out instead of refused."""
    from hub.release.preparation import _in_words

    return lambda signed, words: real(_in_words(signed, words), words)


def _relations_skipped(real: Any) -> Any:
    return lambda *given: [one for one in real(*given) if "breaks a relation" not in one]


def _alone(_: Any) -> Any:
    return lambda indicators, known: frozenset(indicators)


def _wider(real: Any) -> Any:
    return lambda self: {at: (low, high + 5) for at, (low, high) in real(self).items()}


def _zero_rule_gone(real: Any) -> Any:
    return lambda cell, policy: bool(cell.value) and real(cell, policy)


UNIT, FUNCTIONAL = "tests/unit/release", "tests/functional"
RELATIONS = "hub.disclosure.relations.relations"
GUARDS = (
    Guard("history", "hub.release.preparation:earlier_ones", _forgotten, (
        f"{UNIT}/test_history.py::test_a_small_count_that_grew_does_not_tell_what_it_was",
        f"{UNIT}/test_history.py::test_random_revisions_keep_every_promise",
        f"{FUNCTIONAL}/test_release_attacks.py::test_differencing_two_releases",
    )),
    Guard("dropped words", "hub.release.preparation:raw_of", _in_silence, (
        f"{UNIT}/test_words_of_their_time.py::test_a_return_of_today_may_not_use_a_word_that_is_gone",
    )),
    Guard("single figures", "hub.release.stated:may_be_shown", _always, (
        f"{UNIT}/test_shares.py::test_a_figure_times_its_base",
        f"{FUNCTIONAL}/test_release_attacks.py::test_a_printed_percentage_over_a_printed_base",
    )),
    Guard("shares", "hub.release.shares:behind", _untold, (
        f"{UNIT}/test_shares.py::test_two_restatements_of_one_count_are_put_together",
        f"{UNIT}/test_shares.py::test_a_share_shown_before_stays_known",
    )),
    Guard("shares shown before", "hub.release.protection:Earlier._told", _empty, (
        f"{UNIT}/test_shares.py::test_a_share_shown_before_stays_known",
    )),
    Guard("zeros", "hub.disclosure.primary:is_sensitive", _zero_rule_gone, (
        f"{UNIT}/test_attacks.py::test_a_random_zero_is_hidden_where_the_indicator_says_so",
    )),
    Guard("identities", f"{RELATIONS}:link_identities", _nothing, (
        f"{FUNCTIONAL}/test_release_attacks.py::test_complement_inside_an_indicator_pair",
    )),
    Guard("breakdowns", f"{RELATIONS}:link_breakdowns", _nothing, (
        f"{FUNCTIONAL}/test_release_attacks.py::test_complement_inside_a_partition",
    )),
    Guard("periods", f"{RELATIONS}:link_periods", _nothing, (
        f"{FUNCTIONAL}/test_release_attacks.py::test_calendar_against_financial_year",
    )),
    Guard("agencies", "hub.release.protection:_cell", _nobodys, (
        f"{FUNCTIONAL}/test_release_attacks.py::test_an_agency_cannot_subtract_its_own",
    )),
    Guard("methods", "hub.release.protection:withstand_together", _nothing, (
        f"{FUNCTIONAL}/test_methods.py"
        "::test_a_method_that_does_not_hold_beside_earlier_releases_is_refused",
    )),
    Guard("families", "hub.release.families:family_of", _alone, (
        f"{UNIT}/test_families.py::test_no_relation_leaves_its_family",
    )),
    Guard("witnesses", "hub.disclosure.witness:check_witnesses", _relations_skipped, (
        "tests/generative/test_intervals.py"
        "::test_the_check_takes_just_the_tables_that_are_possible",
    )),
    Guard("intervals", "hub.disclosure.protection:Protection.intervals", _wider, (
        "tests/generative/test_intervals.py::test_witnesses_programs_and_enumeration_agree",
    )),
)  # fmt: skip


def take_away(guard: Guard) -> None:
    """Replace a guard here and wherever it was imported to already."""
    module, _, path = guard.target.partition(":")
    owner: Any = import_module(module)
    *inside, name = path.split(".")
    for each in inside:
        owner = getattr(owner, each)
    real = getattr(owner, name)
    instead = guard.instead(real)
    setattr(owner, name, instead)
    for room in [m for at, m in sys.modules.items() if at.startswith("hub.") and m is not None]:
        for at, found in list(vars(room).items()):
            if found is real:
                setattr(room, at, instead)


def still_passing(guard: Guard) -> list[str]:
    """The tests that do not notice; each is run by itself, and must run."""
    return [test for test in guard.tests if _passes(test, guard)]


def _passes(test: str, guard: Guard) -> bool:
    command = (sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider")
    plugin = ("-p", "scripts.attack_guards")
    run = subprocess.run(  # noqa: S603 - our own tests
        [*command, *plugin, test],
        cwd=ROOT,
        env=os.environ | {GONE: guard.name},
        capture_output=True,
        text=True,
        timeout=SECONDS,
    )
    if run.returncode not in (0, 1):
        raise RuntimeError(f"{test} could not be run without {guard.name}:\n{run.stdout}")
    return run.returncode == 0


def main(names: list[str]) -> int:
    """Try guards; the number of tests that did not notice."""
    unnoticed = 0
    for guard in GUARDS:
        if names and guard.name not in names:
            continue
        passing = still_passing(guard)
        unnoticed += len(passing)
        for test in guard.tests:
            result = "STILL PASSES" if test in passing else "fails"
            print(f"without {guard.name}: {test.rpartition('::')[2]} {result}", flush=True)  # noqa: T201
    return unnoticed


for _guard in GUARDS:
    if os.environ.get(GONE) == _guard.name:
        take_away(_guard)

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
