"""Putting the journey together from published observations."""

from collections.abc import Iterable, Iterator

from hub.protected.rows import Row
from hub.views.journey import Journey, LinkView, StageView
from hub.views.links import link_views
from hub.views.stages import StageViews
from hub.vocabulary import Breakdown, Period, Term, Vocabulary
from hub.vocabulary.memory import remembered
from hub.vocabulary.rows import Area, Band


def journey_of(
    area: Area,
    period: Period,
    release: str,
    audience: str,
    found: Iterable[Row],
    words: Vocabulary,
    *,
    links: bool = True,
    allow_unlike: bool = False,
) -> Journey:
    """Assemble the journey of ``area`` around ``period``.

    ``found`` are what the release says of that area. A stage whose agency is not here is
    left out; one whose agency returned nothing is named in ``missing``. Without ``links`` no ratio
    is worked out. ``allow_unlike`` computes ratios that grade D forbids.
    """
    rows = StageViews(area, period, found, words)
    return Journey(
        area=area,
        period=period,
        release=release,
        audience=audience,
        bands=_bands(words),
        stages=rows,
        links=_links(rows, words, allow_unlike=allow_unlike) if links else (),
        missing=tuple(rows.missing),
    )


def _links(
    rows: Iterable[StageView], words: Vocabulary, *, allow_unlike: bool
) -> tuple[LinkView, ...]:
    by_code = {row.code: row for row in rows}
    return tuple(link_views(by_code, words, allow_unlike=allow_unlike))


def _bands(words: Vocabulary) -> tuple[Band, ...]:
    return remembered(
        words, "bands", lambda: tuple(sorted(words.bands.values(), key=lambda band: band.order))
    )


def stage_terms(words: Vocabulary) -> tuple[str, ...]:
    """Name every indicator a journey may need, in order, so that one query fetches them all."""
    return remembered(
        words,
        "stage_terms",
        lambda: tuple(
            sorted(
                {term.indicator for term in _terms(words)}
                | {stage.target for stage in words.stages.values() if stage.target}
            )
        ),
    )


def stage_breakdowns(words: Vocabulary) -> tuple[Breakdown, ...]:
    """Name every breakdown a journey may need, in order, that of the totals among them."""
    return remembered(
        words,
        "stage_breakdowns",
        lambda: tuple(sorted({term.breakdown for term in _terms(words)} | {()})),
    )


def _terms(words: Vocabulary) -> Iterator[Term]:
    for stage in words.stages.values():
        if stage.term:
            yield stage.term
        yield from stage.parts
