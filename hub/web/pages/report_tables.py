"""The steward's report as tables, once for the page and for the workbook."""

from collections.abc import Iterable, Mapping, Sequence

from hub.disclosure import Method
from hub.exports.report_xlsx import ReportTable, Value
from hub.release.drafts import ReportLine
from hub.release.report import By, Loss, Opening, Report, opened
from hub.release.whatif import Alternative, Outcome
from hub.vocabulary import Breakdown, Vocabulary, breakdown_text, parse_period
from hub.vocabulary.rows import Dimension, Indicator
from hub.web.pages.labels import Labels


def settings_table(report: Report, published: Mapping[str, str], t: Labels) -> ReportTable:
    """The method that protects a release with its settings: the policy's own, then those that
    ``published`` adds, which its readers are told too (a perturbation table, row by row)."""
    policy = report.policy
    zeros = t("releases.zeros.hidden" if policy.zeros_sensitive else "releases.zeros.shown")
    rows: list[tuple[Value, ...]] = [
        (t("releases.setting.method"), t(f"releases.method.{policy.method}")),
        (t("releases.setting.threshold"), str(policy.threshold)),
        (t("releases.setting.promise"), t("releases.interval", low=policy.low, high=policy.high)),
        (t("releases.setting.zeros"), zeros),
        (t("releases.setting.base"), str(policy.base) if policy.base > 1 else t("releases.exact")),
    ]
    if policy.method is Method.CELL_KEY:
        rows.append((t("releases.setting.variance"), f"{policy.least_variance:g}"))
    rows += [(name, value) for name, value in published.items() if name not in _POLICYS]
    return _table(t, "settings", tuple(rows))


_POLICYS = ("method", "threshold", "base")


def summary_tables(report: Report, t: Labels) -> tuple[ReportTable, ...]:
    """Totals, then how open small counts stay, then what forces cells to be hidden."""
    openings = tuple((_opening(one, t), one.cells) for one in report.openings)
    forces = tuple((t.english(one.relation), one.cells) for one in report.forces)
    return (
        _table(t, "totals", _totals(report, t)),
        _table(t, "openings", openings),
        _table(t, "forces", forces),
    )


def loss_tables(
    report: Report, t: Labels, most: int | None = None, words: Vocabulary | None = None
) -> tuple[ReportTable, ...]:
    """The loss by indicator, area, period and breakdown, each of at most ``most`` groups.

    With ``most`` only groups that lost something are named.
    """
    found = []
    for by in By:
        groups = [one for one in report.loss_by(by) if one.hidden or most is None][:most]
        rows = tuple(
            (_group(o, words, t), o.code, o.cells, o.hidden, round(o.share, 1)) for o in groups
        )
        found.append(_table(t, f"loss_{by.lower()}", rows, columns="loss"))
    return tuple(found)


def _group(one: Loss, words: Vocabulary | None, t: Labels) -> str:
    """A group in the page's language; a code that the vocabulary dropped stays as it is told."""
    known = words or t.vocabulary()
    if one.by is By.PERIOD and one.title != one.code:
        return t.period(parse_period(one.code))
    if one.by is By.AREA and one.code in known.areas:
        return known.areas[one.code].name
    table: Mapping[str, Indicator | Dimension] = known.dimensions
    if one.by is By.INDICATOR:
        table = known.indicators
    return table[one.code].title if one.code in table else t.travelling(one.title)


def cells_table(
    report: Report, words: Vocabulary, t: Labels, most: int | None = None
) -> ReportTable:
    """Every hidden count with the reason, or the first ``most`` of them."""
    rows = tuple(_cell(line, report.promise, words, t) for line in report.lines[:most])
    return _table(t, "cells", rows)


def alternatives_table(found: Sequence[Alternative], t: Labels) -> ReportTable:
    """The alternatives with what they cost against the first, the release's own policy."""
    own = found[0].hidden if found else None
    rows = []
    for one in found:
        more = None if one.hidden is None or own is None else one.hidden - own
        note = "" if one.outcome is Outcome.DONE else t(f"releases.outcome.{one.outcome}")
        rows.append((t.english(one.title), one.shown, one.hidden, more, note))
    return _table(t, "alternatives", tuple(rows))


def _table(
    t: Labels, name: str, rows: tuple[tuple[Value, ...], ...], columns: str = ""
) -> ReportTable:
    headings = t(f"releases.columns.{columns or name}").split("|")
    return ReportTable(t(f"releases.table.{name}"), tuple(headings), rows)


def _totals(report: Report, t: Labels) -> tuple[tuple[Value, ...], ...]:
    totals = report.totals
    names = ("shown", "primary", "secondary", "carried", "withheld", "absent", "cells")
    return tuple((t(f"releases.total.{name}"), getattr(totals, name)) for name in names)


def _opening(one: Opening, t: Labels) -> str:
    if one.at_least is None:
        return t("releases.opening.complementary")
    if one.at_least == 0:
        return t("releases.opening.narrow")
    return t("releases.opening.at_least", least=one.at_least)


def _cell(line: ReportLine, promise: int, words: Vocabulary, t: Labels) -> tuple[Value, ...]:
    key, open_ = line.key, opened(line, promise)
    known = words.indicators.get(key.indicator)
    place = words.areas.get(key.area)
    return (
        f"{known.title} ({key.indicator})" if known else key.indicator,
        place.name if place else key.area,
        f"{t.period(parse_period(key.period))} ({key.period})",
        _breakdown(key.breakdown, words, t),
        t(f"releases.rule.{line.rule}"),
        t("releases.interval", low=open_[0], high=open_[1]) if open_ else t("releases.no_interval"),
        t.english(line.forced_by or ""),
    )


def _breakdown(breakdown: Breakdown, words: Vocabulary, t: Labels) -> str:
    if not breakdown:
        return t("releases.total_only")
    return "; ".join(_pairs(breakdown, words)) + f" ({breakdown_text(breakdown)})"


def _pairs(breakdown: Breakdown, words: Vocabulary) -> Iterable[str]:
    for dimension, category in breakdown:
        outer = words.dimensions.get(dimension)
        inner = words.categories.get(dimension, {}).get(category)
        yield f"{outer.title if outer else dimension}: {inner.title if inner else category}"
