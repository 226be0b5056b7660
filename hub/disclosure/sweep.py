"""The clean-up: try to show again each complementary cell by rebuilding what used it."""

from hub.disclosure.protection import Progress
from hub.disclosure.secondary import Goal, Option, Search


def secondary_cells(search: Search) -> list[int]:
    """The complementary cells of a search, the costliest first."""
    sensitive = set(search.system.sensitive)
    printed = search.system.printed
    found = [
        cell
        for cell in range(search.system.size)
        if search.hidden[cell] and printed[cell] and cell not in sensitive
    ]
    return sorted(found, key=lambda cell: (-search.system.cost[cell], cell))


def sweep(search: Search, progress: Progress | None = None) -> int:
    """Show again whatever costs more than doing without it. Gives how many.

    Cells that are kept from an earlier release are shown again only where nothing uses them.
    """
    cells = [c for c in secondary_cells(search) if c not in search.kept or not search.users[c]]
    shown = 0
    for done, cell in enumerate(cells):
        shown += _Attempt(search, cell).run()
        if progress is not None:
            progress("sweep", done + 1, len(cells))
    return shown


class _Attempt:
    """Rebuilds every witness that uses one cell without it; takes all back if one cannot be."""

    def __init__(self, search: Search, cell: int) -> None:
        self.search, self.cell = search, cell
        self.budget = float(search.system.cost[cell])
        self.newly: list[int] = []
        self.found: list[tuple[Goal, dict[int, int] | Option]] = []

    def run(self) -> bool:
        """Whether the cell is shown again."""
        if not self.search.hidden[self.cell]:
            return False
        views = [view for view in self.search.views.values() if not view.blocked[self.cell]]
        for view in views:
            view.blocked[self.cell] = True
        done = all(map(self._replace, sorted(self.search.users[self.cell], key=self._hard)))
        for view in views:
            view.blocked[self.cell] = False
        if done:
            self._commit()
        else:
            for cell in self.newly:
                self.search.show(cell)
        return done

    def _hard(self, goal: Goal) -> tuple[int, int, str, int, str]:
        """What is most likely to fail comes first, so that most attempts that do are short: goals
        of the cell's neighbours, and those with far to go."""
        system = self.search.system
        common = set(system.rows_of[self.cell]).intersection(system.rows_of[goal.target])
        far = -abs(self.search.step(goal))
        return -len(common), far, goal.observer or "", goal.target, goal.side

    def _replace(self, goal: Goal) -> bool:
        search = self.search
        for option in search.options[goal]:
            if all(search.hidden[c] and c != self.cell for c in search.pool[option.change]):
                self.found.append((goal, option))
                return True
        blocked = search.views[goal.observer].blocked
        change = search.find(goal, blocked, search.movers[:1], self.budget)
        if change is None:
            return False
        fresh = [cell for cell in change if not search.hidden[cell]]
        self.budget -= sum(float(search.cost[cell]) for cell in fresh)
        search.hide(fresh)
        self.newly += fresh
        self.found.append((goal, change))
        return True

    def _commit(self) -> None:
        for goal, replacement in self.found:
            if not isinstance(replacement, Option):
                replacement = self.search.add(replacement, goal)
            self.search.choose(goal, replacement)
        self.search.show(self.cell)
