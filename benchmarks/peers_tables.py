"""The vocabulary as tables, beside the hub's own table of observations: what peers are served."""

from pathlib import Path
from typing import Any

from benchmarks.national import Size
from hub.vocabulary import breakdown_text, parse_period, vocabulary

SCRIPT = Path(__file__).with_name("peers.sql")


async def make_tables(connection: Any, size: Size) -> None:
    """Make the peers' schema over a driver's connection of the owner."""
    await connection.execute(SCRIPT.read_text())
    for table, rows in _rows(size).items():
        await connection.copy_records_to_table(table, schema_name="peers", records=rows)
    await connection.execute("ANALYZE")


def _rows(size: Size) -> dict[str, list[tuple[str, ...]]]:
    words = vocabulary()
    periods = [parse_period(id_) for id_ in (*size.months(), *size.quarters(), *size.years_())]
    stages = [(stage.code, stage.term) for stage in words.stages.values() if stage.term]
    return {
        "indicator": [(row.code, row.title, row.unit) for row in words.indicators.values()],
        "area": [(row.code, row.name, row.level) for row in words.areas.values()],
        "area_parent": [(code, above) for code in words.areas for above in words.parents(code)],
        "period": [(period.id, period.title) for period in periods],
        "stage": [(code, term.indicator, breakdown_text(term.breakdown)) for code, term in stages],
    }
