"""Which acceptance figures each audience is given, and why the others must go."""

from collections.abc import Iterable
from functools import cache

from hub.protected.figures import FigureStatus
from hub.protected.releases import Audience
from hub.release.policies import policy_for
from hub.release.preparation import prepare
from hub.vocabulary import CellKey, vocabulary
from tests.spec.asks import Answer, WithheldError
from tests.spec.demo_release import Release, paths, release, returned, signed_off
from tests.spec.lines import Line


@cache
def public_release() -> Release:
    """The public's release, made from the partners' as the release flow does."""
    signed = [signed_off(returned(path)) for path in paths()]
    words = vocabulary()
    partner = release().prepared.cells
    return Release(prepare(signed, words, policy_for(Audience.PUBLIC), partner=partner), words)


def told(line: Line, partner: Answer, public: Release) -> str:
    """What becomes of a line for the public, in a few words, with the reason."""
    try:
        found = line.ask.read(public)
    except WithheldError as error:
        return f"goes: worked out from {_reasons(error.args[0], public, 'one')}"
    except KeyError as error:
        made = "" if line.ask.how.startswith("observation ") else "worked out from one "
        return f"goes: {made}{_reason(error.args[0], public)}"
    except AssertionError:
        assert isinstance(partner, str), "only a comparison with the print may fail"
        return "stays, rounded: no longer equal to the print"
    if found == partner:
        return "stays"
    if isinstance(found, str):
        return f"changes to {found}"
    return "stays, rounded"


def _reasons(keys: Iterable[CellKey], public: Release, what: str) -> str:
    """The reasons of several cells, those under the threshold first."""
    found = sorted({_reason(key, public) for key in keys}, key=lambda text: (text != UNDER, text))
    assert found
    return "; ".join(f"{what} {text}" for text in found)


UNDER = "under the threshold"
WHY = {
    ("PRIMARY", "SMALL_COUNT"): UNDER,
    ("PRIMARY", "HIDDEN_FROM_PARTNERS"): f"{UNDER}, for partners too",
    ("SECONDARY", "WOULD_REVEAL"): "hidden to protect another",
    ("SECONDARY", "HIDDEN_FROM_PARTNERS"): "hidden to protect another, for partners too",
}


def _reason(key: object, public: Release) -> str:
    """Why one cell goes: by the steward's report, or because of what it is printed with."""
    item = public.cells.get(key) if isinstance(key, CellKey) else None
    if item is None or item.status is not FigureStatus.SUPPRESSED:
        status = "not in the release" if item is None else item.status.name.lower()
        raise AssertionError(f"{key} is {status}; no acceptance figure may go for that")
    lines = {line.key: (line.role, line.rule) for line in public.prepared.report}
    if key in lines:
        return WHY[lines[key]]
    return "printed as a share that would tell a hidden count"
