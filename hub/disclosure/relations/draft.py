"""A table in the making: cells are added as relations need them, counts worked out last."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from hub.disclosure.completion import contradictions
from hub.disclosure.table import Cell, CountTable, Relation, VirtualKey
from hub.vocabulary import Breakdown, CellKey, Vocabulary

Place = tuple[str, str, str]
"""Indicator, area, period."""


@dataclass
class _Link:
    terms: tuple[tuple[int, int], ...]
    sense: str
    origin: str


class Draft:
    """Collects cells and relations, then makes the table.

    Reported counts sometimes disagree with their own totals (trap T20). The relation is then kept
    with the difference as its constant: the attacker is taken to know the difference too.
    """

    def __init__(self, words: Vocabulary, cells: Iterable[Cell]) -> None:
        self.words = words
        self.cells = list(cells)
        self.index = {cell.key: place for place, cell in enumerate(self.cells)}
        self._links: list[_Link] = []
        self._seen: set[tuple[tuple[tuple[int, int], ...], str]] = set()

    def reported(self) -> Iterator[tuple[CellKey, int]]:
        """The cells with an address of their own, virtual ones left out."""
        for key, place in list(self.index.items()):
            if isinstance(key, CellKey):
                yield key, place

    def find(self, place: Place, breakdown: Breakdown = ()) -> int | None:
        """A cell by address, a virtual one with that address included."""
        found = self.index.get(CellKey(*place, breakdown))
        return found if found is not None else self.index.get(VirtualKey(*place, breakdown))

    def virtual(self, key: VirtualKey, *, people: bool) -> int:
        """The virtual cell of that name, made if it is new; its count is worked out later."""
        if key not in self.index:
            self.index[key] = len(self.cells)
            self.cells.append(Cell(key, None, published=False, people=people))
        return self.index[key]

    def people(self, indicator: str) -> bool:
        """Whether an indicator counts people or cases, so that small counts are sensitive."""
        word = self.words.indicator(indicator)
        return word.sensitive and word.kind.is_count

    def equal(self, whole: int, parts: Sequence[int], origin: str) -> None:
        """``whole`` is the sum of ``parts``."""
        self._add(((whole, -1), *((part, 1) for part in parts)), "=", origin)

    def balance(self, left: Sequence[int], right: Sequence[int], origin: str) -> None:
        """The sum of ``left`` is the sum of ``right``."""
        terms = (*((cell, -1) for cell in left), *((cell, 1) for cell in right))
        self._add(terms, "=", origin)

    def at_most(self, lesser: Sequence[int], greater: Sequence[int], origin: str) -> None:
        """The sum of ``lesser`` is at most the sum of ``greater``."""
        terms = (*((cell, 1) for cell in lesser), *((cell, -1) for cell in greater))
        self._add(terms, "<=", origin)

    def sum_of(
        self, whole: int, parts: Sequence[int], rest: VirtualKey | None, origin: str
    ) -> None:
        """``whole`` is the sum of ``parts`` and, unless nothing is left over, of a virtual rest.

        None for ``rest`` says that the parts are complete. A rest of zero is treated as known to
        be zero: the stronger attacker.
        """
        if rest is None or self._left_over(whole, parts) == 0:
            self.equal(whole, parts, origin)
        else:
            virtual = self.virtual(rest, people=self.cells[whole].people)
            self.equal(whole, [*parts, virtual], origin)

    def _left_over(self, whole: int, parts: Sequence[int]) -> int | None:
        counts = [self.cells[cell].value for cell in (whole, *parts)]
        known = [count for count in counts if count is not None]
        return known[0] - sum(known[1:]) if len(known) == len(counts) else None

    def _add(self, terms: tuple[tuple[int, int], ...], sense: str, origin: str) -> None:
        first = terms[0][1]
        shape = tuple(sorted((cell, weight * first) for cell, weight in terms))
        if (shape, sense) not in self._seen:
            self._seen.add((shape, sense))
            self._links.append(_Link(terms, sense, origin))

    def finish(self) -> CountTable:
        """Work out the virtual counts and make the table; what contradicts itself is left out."""
        self._work_out()
        table = CountTable(tuple(self.cells), tuple(map(self._relation, self._links)))
        wrong = contradictions(table)
        if not wrong:
            return table
        kept = tuple(r for number, r in enumerate(table.relations) if number not in wrong)
        return CountTable(table.cells, kept)

    def _work_out(self) -> None:
        """Each equality with one unknown gives that one; repeat while anything is found."""
        links = [link for link in self._links if link.sense == "="]
        left = len(links) + 1
        while left > len(links):
            left = len(links)
            links = [link for link in links if not self._derive(link)]

    def _derive(self, link: _Link) -> bool:
        """Whether the link has no unknown (any more)."""
        unknown = [(c, w) for c, w in link.terms if self.cells[c].value is None]
        if len(unknown) > 1:
            return False
        for place, weight in unknown:
            known = sum(w * (self.cells[c].value or 0) for c, w in link.terms if c != place)
            value = max(0, -known * weight)
            others = [(c, -w * weight) for c, w in link.terms if c != place]
            self.cells[place] = replace(
                self.cells[place], value=value, parts=self._parts(others, value)
            )
        return True

    def _parts(self, terms: Sequence[tuple[int, int]], value: int) -> tuple[tuple[str, int], ...]:
        """What each agency contributed to a derived count, if that can be said of it at all."""
        found: dict[str, int] = {}
        for cell, weight in terms:
            if not self.cells[cell].parts:
                return ()
            for agency, part in self.cells[cell].parts:
                found[agency] = found.get(agency, 0) + weight * part
        if any(part < 0 for part in found.values()) or sum(found.values()) != value:
            return ()
        return tuple(sorted(found.items()))

    def _relation(self, link: _Link) -> Relation:
        counts = [self.cells[cell].value for cell, _ in link.terms]
        right = 0
        if None not in counts:
            left = sum(w * (self.cells[c].value or 0) for c, w in link.terms)
            right = left if link.sense == "=" else max(0, left)
        return Relation(link.terms, link.sense, right, link.origin)
