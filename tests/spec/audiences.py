"""Which acceptance figures each audience is given, and why the others must go."""

from functools import cache

from hub.protected.figures import FigureStatus
from hub.protected.releases import Audience
from hub.release.policies import policy_for
from hub.release.preparation import prepare
from hub.vocabulary import CellKey, vocabulary
from tests.spec.asks import Answer
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
    except KeyError as error:
        return _withheld(error.args[0], public)
    except AssertionError:
        if isinstance(partner, str):
            return "stays, rounded: no longer equal to the print"
        return "goes: not worked out, a part of it is withheld or not comparable"
    if found == partner:
        return "stays"
    if found == FigureStatus.SUPPRESSED.name:
        return "goes: withheld"
    if isinstance(found, str):
        return f"changes to {found}"
    return "stays, rounded"


def _withheld(key: object, public: Release) -> str:
    item = public.cells.get(key) if isinstance(key, CellKey) else None
    if item is None:
        return "goes: not in the release"
    if item.status is FigureStatus.SUPPRESSED:
        return "goes: withheld, as a count under 10 or to protect one"
    return f"goes: {item.status.name.lower().replace('_', ' ')}"
