"""Perturbation tables: for each count, how likely each published number is. Published.

For a count the published numbers lie at most ``D`` away, are not negative and not 1 to ``js``;
zero stays zero. Among all such distributions without bias the one of largest entropy with
variance ``V`` is taken (Marley and Leaver 2011; Giessing 2016, doi:10.1007/978-3-319-45381-1_18),
which is ``exp(a*d + b*d*d)`` over the possible differences ``d``: two numbers per row, found by
Newton's method. Where no distribution has that variance (counts near the gap 1 to ``js``), the
row has the variance of the largest entropy without bias; every row's variance is published.

One rule is added to the literature's: a count that the policy calls sensitive is published only
as numbers that themselves keep the policy's promise, so that one number alone never breaks it.
"""

import re
from dataclasses import dataclass
from functools import cache
from itertools import accumulate

import numpy as np

from hub.disclosure.policy import Policy
from hub.disclosure.system import Integers, Reals
from hub.errors import DisclosureError

WHOLE = 10_000_000
"""Probabilities are whole numbers of these parts, so that every machine draws the same noise."""

_NAME = re.compile(r"D(?P<D>\d{1,2})V(?P<V>\d{1,2}(?:\.\d{1,2})?)J(?P<J>\d{1,2})", re.ASCII)


@dataclass(frozen=True, slots=True)
class PerturbationRow:
    """The differences that one count may get, and how likely each is (in parts of ``WHOLE``)."""

    differences: tuple[int, ...]
    parts: tuple[int, ...]

    @property
    def mean(self) -> float:
        """Zero, to within the rounding of the parts."""
        pairs = zip(self.differences, self.parts, strict=True)
        return sum(d * p for d, p in pairs) / WHOLE

    @property
    def variance(self) -> float:
        """In counts squared."""
        pairs = zip(self.differences, self.parts, strict=True)
        return sum(d * d * p for d, p in pairs) / WHOLE

    def drawn(self, key: float) -> int:
        """The difference for a cell key in [0, 1)."""
        at = int(key * WHOLE)
        ends = accumulate(self.parts)
        return next(d for d, end in zip(self.differences, ends, strict=True) if at < end)


@dataclass(frozen=True, slots=True)
class PerturbationTable:
    """The rows of all counts; large counts share the last row.

    ``name`` says it all: ``D5V4J4`` has noise of at most 5, variance 4, and publishes no 1 to 4.
    """

    name: str
    noise: int
    rows: tuple[PerturbationRow, ...]

    def row(self, count: int) -> PerturbationRow:
        """The distribution of the noise of a count."""
        return self.rows[min(count, len(self.rows) - 1)]

    def interval(self, printed: int) -> tuple[int, int]:
        """The counts that could have been published as ``printed``, ends included."""
        near = range(max(0, printed - self.noise), printed + self.noise + 1)
        possible = [count for count in near if printed - count in self.row(count).differences]
        return min(possible), max(possible)

    def largest_variance(self, printed: int) -> float:
        """Of the noise in a printed number. It is that of the worst count that is possible: the
        variance of the true count's own row would tell the count."""
        low, high = self.interval(printed)
        return max(self.row(count).variance for count in range(low, high + 1))

    def published(self) -> dict[str, str]:
        """The table as it is printed with a release: by count, ``difference:probability``."""
        return {
            f"count {count}{' or more' if count == len(self.rows) - 1 else ''}": " ".join(
                f"{d:+d}:{p / WHOLE:.7f}" for d, p in zip(row.differences, row.parts, strict=True)
            )
            for count, row in enumerate(self.rows)
        }


@cache
def perturbation_table(name: str, policy: Policy) -> PerturbationTable:
    """Make the table of that name for a policy.

    Raises:
        DisclosureError: the name is not of the form ``D5V4J4``, no such table exists, or it could
            not keep the policy's promise even for a single number.
    """
    match = _NAME.fullmatch(name)
    if match is None:
        raise DisclosureError(f"{name!r} names no perturbation table; write D5V4J4, for instance.")
    noise, variance, gap = int(match["D"]), float(match["V"]), int(match["J"])
    if not 0 < variance < noise * noise or gap >= noise:
        raise DisclosureError(f"{name}: the noise is too small for its variance or its gap.")
    counts = range(1, max(noise + gap + 1, policy.threshold + 1) + 1)
    rows = [_row(count, noise, variance, gap, policy) for count in counts]
    table = PerturbationTable(name, noise, (PerturbationRow((0,), (WHOLE,)), *rows))
    _check(table, policy)
    return table


def _row(count: int, noise: int, variance: float, gap: int, policy: Policy) -> PerturbationRow:
    top = count + noise
    if count < policy.threshold:
        top = min(top, policy.low + noise)
    differences = [n - count for n in range(max(0, count - noise), top + 1) if n == 0 or n > gap]
    if not differences[0] < 0 < differences[-1]:
        raise DisclosureError(f"Noise of at most {noise} leaves no way to publish without bias.")
    d = np.array(differences, dtype=float)
    least, most = _variances(d)
    fits = least + 1e-6 < variance < most - 1e-6
    weights = _largest_entropy(d, variance if fits else None)
    kept = [(a, p) for a, p in zip(differences, _parts(weights, d), strict=True) if p]
    return PerturbationRow(tuple(a for a, _ in kept), tuple(p for _, p in kept))


def _variances(d: Reals) -> tuple[float, float]:
    """The smallest and the largest variance without bias: all weight near zero, or at the ends."""
    below, above = d[d <= 0].max(), d[d >= 0].min()
    return float(-below * above), float(-d[0] * d[-1])


def _largest_entropy(d: Reals, variance: float | None) -> Reals:
    """Weights ``exp(a*d + b*d*d)`` with mean zero and that variance (None: any), by Newton with
    step halving on the convex dual. Differences are scaled to keep the exponents small."""
    x = d / np.abs(d).max()
    wanted = 0.0 if variance is None else variance / float(np.abs(d).max()) ** 2
    features = x[:, None] if variance is None else np.stack([x, x * x - wanted], axis=1)
    dual = np.zeros(features.shape[1])
    for _ in range(200):
        level, weights = _weigh(features, dual)
        slope = weights @ features
        if np.abs(slope).max() < 1e-13:
            break
        centred = features - slope
        step = np.linalg.solve((centred * weights[:, None]).T @ centred, slope)
        scale = 1.0
        while _weigh(features, dual - scale * step)[0] > level and scale > 1e-12:
            scale /= 2
        dual = dual - scale * step
    return _weigh(features, dual)[1]


def _weigh(features: Reals, dual: Reals) -> tuple[float, Reals]:
    power = features @ dual
    top = power.max()
    raw = np.exp(power - top)
    return float(top + np.log(raw.sum())), raw / raw.sum()


def _parts(weights: Reals, d: Reals) -> list[int]:
    """Whole parts that add up; what rounding left over goes where it keeps the mean nearest."""
    parts: Integers = np.rint(weights * WHOLE).astype(np.int64)
    while (over := int(parts.sum()) - WHOLE) != 0:
        sign = -1 if over > 0 else 1
        mean = float((parts * d).sum())
        wish = -mean * sign
        able = np.flatnonzero(parts > 1)
        parts[able[np.abs(d[able] - wish).argmin()]] += sign
    return [int(part) for part in parts]


def _check(table: PerturbationTable, policy: Policy) -> None:
    """Every number that a sensitive count may be published as keeps the promise by itself."""
    for count in range(1, policy.threshold):
        for difference in table.row(count).differences:
            low, high = table.interval(count + difference)
            if low > policy.low or high < policy.high:
                raise DisclosureError(
                    f"{table.name} cannot keep the promise of {policy.version}: noise of at "
                    f"least {policy.high} is needed."
                )
