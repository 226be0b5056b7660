"""Published observations as tidy CSV and JSON: one observation a row."""

import csv
import io
import json
from collections.abc import Iterable
from typing import Any

from hub.exports.journey_csv import number, safe
from hub.protected.observations import Observation, figure_of
from hub.protected.releases import Release
from hub.vocabulary import Vocabulary, breakdown_text

COLUMNS = (
    *("release", "indicator", "area", "period", "breakdown", "unit"),
    *("value", "status", "symbol", "marks", "reason", "base", "agency", "dataset", "revision"),
)
"""The header. ``agency``, ``dataset`` and ``revision`` name every source, separated by ``;``."""


def observations_csv(rows: Iterable[Observation], release: Release, words: Vocabulary) -> str:
    """Write observations as CSV (RFC 4180) with a header."""
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS)
    writer.writeheader()
    for row in rows:
        record = _record(row, release, words)
        cells = {name: "" if value is None else value for name, value in record.items()}
        writer.writerow({n: safe(v) if isinstance(v, str) else v for n, v in cells.items()})
    return out.getvalue()


def observations_json(rows: Iterable[Observation], release: Release, words: Vocabulary) -> str:
    """Write observations as a JSON object with a list."""
    records = [_record(row, release, words) for row in rows]
    return json.dumps({"release": release.id, "observations": records}, ensure_ascii=False)


def _record(row: Observation, release: Release, words: Vocabulary) -> dict[str, Any]:
    figure = figure_of(row, words)
    value = number(figure)
    sources = row.provenance
    return {
        "release": release.id,
        "indicator": row.key.indicator,
        "area": row.key.area,
        "period": row.key.period,
        "breakdown": breakdown_text(row.key.breakdown),
        "unit": figure.unit,
        "value": None if value is None else int(value) if value % 1 == 0 else float(value),
        "status": str(figure.status),
        "symbol": figure.symbol,
        "marks": figure.marks,
        "reason": figure.reason,
        "base": None if row.base is None else float(row.base),
        "agency": ";".join(source.agency for source in sources),
        "dataset": ";".join(source.dataset for source in sources),
        "revision": ";".join(str(source.revision) for source in sources),
    }
