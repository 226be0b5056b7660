"""Families in parallel: each linked family is decided, or attacked, by itself.

What is found does not depend on how many processes there are, nor on which is first: a family's
result depends on the family alone. Processes are started afresh (spawned), so that they share
nothing with the server's threads and connections; little work stays in the process that asks.
"""

import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from typing import TypeVar

from hub.disclosure.protection import Progress
from hub.errors import DisclosureError

SMALL = 15_000
"""Families of fewer cells in all are not worth the second that starting processes takes."""

BUNDLE = 2_000
"""About as many cells travel to a process together."""

Task = TypeVar("Task")
Result = TypeVar("Result")


def are_worth(sizes: Sequence[int], processes: int) -> bool:
    """Whether families of these sizes are spread over several processes."""
    return min(processes, len(sizes)) > 1 and sum(sizes) >= SMALL


def each(
    work: Callable[[Task], Result],
    tasks: Sequence[Task],
    sizes: Sequence[int],
    *,
    processes: int = 1,
    step: str = "families",
    progress: Progress | None = None,
) -> list[Result]:
    """``work`` done to every task, in their order; ``sizes`` say how many cells each has.

    ``work`` is a function of a module. Progress is told after each task, in one process or in
    several.

    Raises:
        DisclosureError: a process was ended from outside; and whatever ``work`` raises.
    """
    if not are_worth(sizes, processes):
        return list(_one_by_one(work, tasks, step, progress))
    bundles = _bundles(sizes)
    found: dict[int, Result] = {}
    count = min(processes, len(bundles))
    with ProcessPoolExecutor(count, multiprocessing.get_context("spawn")) as pool:
        waiting = {
            pool.submit(_several, work, [tasks[at] for at in bundle]): bundle for bundle in bundles
        }
        try:
            for done in as_completed(waiting):
                found.update(zip(waiting[done], done.result(), strict=True))
                if progress is not None:
                    progress(step, len(found), len(tasks))
        except BrokenProcessPool:
            raise DisclosureError(
                "A process that worked on the release ended before it was done: it was killed, "
                "or there was too little memory. Nothing was kept; prepare the release again."
            ) from None
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
    return [found[at] for at in range(len(tasks))]


def _one_by_one(
    work: Callable[[Task], Result], tasks: Sequence[Task], step: str, progress: Progress | None
) -> Iterator[Result]:
    for number, task in enumerate(tasks, start=1):
        yield work(task)
        if progress is not None:
            progress(step, number, len(tasks))


def _bundles(sizes: Sequence[int]) -> list[list[int]]:
    """Tasks that are sent together, the largest first; small ones are not worth a journey each."""
    bundles, room = list[list[int]](), 0
    for at in sorted(range(len(sizes)), key=lambda at: (-sizes[at], at)):
        if room < sizes[at]:
            bundles.append([])
            room = BUNDLE
        bundles[-1].append(at)
        room -= sizes[at]
    return bundles


def _several(work: Callable[[Task], Result], tasks: Sequence[Task]) -> list[Result]:
    return [work(task) for task in tasks]
