"""The smallest changes along an axis, and when looking for them is given up."""

from collections.abc import Iterable

from hub.disclosure.axes import Axis, Off


class Counting(Axis):
    """An axis that counts how often it looked for a code to mend a relation."""

    looked = 0

    def _repairs(self, pattern: dict[int, int], off: Off) -> Iterable[tuple[int, int]]:
        self.looked += 1
        return super()._repairs(pattern, off)


def hub(spokes: int) -> Counting:
    """Code 0 is the sum of a part and a rest in many relations, none of which share a code; 1 is
    part of the first, and code ``2 * spokes + 1`` beside it in a relation of these two."""
    rows = [((0, -1), (2 * n + 1, 1), (2 * n + 2, 1)) for n in range(spokes)]
    beside = ((1, 1), (2 * spokes + 1, -1))
    return Counting(2 * spokes + 2, [*rows, beside])


def test_what_stands_in_dozens_of_relations_is_given_up_without_looking_far() -> None:
    axis = hub(40)
    assert axis.fan(0).both.shape == (2, 0, 0)
    assert axis.looked == 1


def test_what_need_not_go_through_it_is_found_all_the_same() -> None:
    axis = hub(40)
    fan = axis.fan(1)
    codes = [int(code) for code in fan.codes]
    assert codes == [1, 2, 81]
    assert fan.both[1].tolist() == [[1, -1, 1]]
    assert fan.both[0].tolist() == [[1, 1, 1]]


def test_a_few_relations_are_mended_together() -> None:
    axis = hub(3)
    fan = axis.fan(0)
    mended = [int((row != 0).sum()) for row in fan.both[1]]
    assert mended[0] == 4
    assert len(mended) == 8
