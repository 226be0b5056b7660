"""A made-up national release, straight into PostgreSQL: 2.7 or 13.5 million observations.

``python -m benchmarks.national FOLDER [--millions 2.7]`` makes a hub's data folder that the other
benchmarks read. 138 areas in eleven levels, 115 indicators, 120 months, 40 quarters and 10 years
make 2.7 million totals; with four age bands each they are 13.5 million. Counts are drawn at
random, one in ten is withheld, and eight agencies share the indicators. PostgreSQL makes the rows
itself, in the order of the primary key, as a release writes them.
"""

import argparse
import asyncio
import itertools
import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import URL
from sqlalchemy.ext.asyncio import create_async_engine

from hub.auth.registry import grant_role, register_client
from hub.auth.roles import Role
from hub.clock import now
from hub.db.engine import Database
from hub.db.server import embedded
from hub.settings import Settings
from hub.views.assembly import stage_terms
from hub.vocabulary import vocabulary

MONTHS = [f"{year}-{month:02d}" for year in range(2014, 2024) for month in range(1, 13)]
QUARTERS = [f"CY{year}-Q{quarter}" for year in range(2014, 2024) for quarter in range(1, 5)]
YEARS = [f"CY{year}" for year in range(2014, 2024)]
BANDS = ("AGE=18_24", "AGE=25_34", "AGE=35_44", "AGE=45_54")
AGENCIES = 8
RELEASE = "bench"
SECRET = "bench.secret"  # noqa: S105 the name of a file


@dataclass(frozen=True, slots=True)
class Size:
    """How much there is: areas, indicators, years of each kind of period, bands beside totals."""

    areas: int = 138
    indicators: int = 115
    years: int = 10
    bands: int = 0

    def area_codes(self) -> list[str]:
        """Name the areas."""
        return sorted(vocabulary().areas)[: self.areas]

    def indicator_codes(self) -> list[str]:
        """Name the indicators, those of the journey first: counts, which are whole numbers."""
        words, stages = vocabulary(), set(stage_terms(vocabulary()))
        counts = [
            row.code
            for row in words.indicators.values()
            if not row.decimals and row.unit != "percent"
        ]
        first = sorted(set(counts) & stages)
        return sorted([*first, *sorted(set(counts) - stages)][: self.indicators])

    def months(self) -> list[str]:
        """Name the months."""
        return MONTHS[-12 * self.years :]

    def quarters(self) -> list[str]:
        """Name the quarters."""
        return QUARTERS[-4 * self.years :]

    def years_(self) -> list[str]:
        """Name the years."""
        return YEARS[-self.years :]


SIZES = {
    "tiny": Size(areas=8, indicators=60, years=2),
    "small": Size(areas=30, indicators=60),
    "2.7": Size(),
    "13.5": Size(bands=4),
}


async def generate(folder: Path, size: Size) -> None:
    """Publish the release and register its reader, whose secret is kept in the folder."""
    settings = Settings(env="development", data_dir=folder)
    database = await Database.open(settings)
    try:
        await _publish(settings, size)
        async with database.identity() as session:
            made = await register_client(session, client_id="bench", title="bench", at=now())
            await grant_role(session, "bench", Role.ANALYST, granted_by="bench", at=now())
        assert made.secret
        await asyncio.to_thread((folder / SECRET).write_text, made.secret)
    finally:
        await database.close()


async def _publish(settings: Settings, size: Size) -> None:
    # As the owner: PostgreSQL takes no COPY from a login that is held to rows.
    engine = create_async_engine(await owner(settings), isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        await publish((await connection.get_raw_connection()).driver_connection, size)
    await engine.dispose()


async def publish(raw: Any, size: Size) -> None:
    """Write the release over the owner's connection of the driver."""
    await raw.execute(_HEAD, now())
    agencies = itertools.cycle(sorted(vocabulary().agencies)[:AGENCIES])
    origins = [
        json.dumps([{"agency": next(agencies), "dataset": "POL_DA", "revision": 1}])
        for _ in size.indicator_codes()
    ]
    # The same counts each time.
    await raw.execute("SELECT setseed(0.5)")
    periods = sorted([*size.months(), *size.quarters(), *size.years_()])
    breakdowns = ["", *BANDS[: size.bands]]
    for area in size.area_codes():
        await raw.execute(_ROWS, area, periods, breakdowns, size.indicator_codes(), origins)
    await raw.execute("VACUUM ANALYZE protected.observation")
    await raw.execute("VACUUM ANALYZE protected.release")
    await raw.execute("CHECKPOINT")


async def owner(settings: Settings) -> URL:
    """Give the address of the embedded server's owner."""
    postgres = embedded(settings)
    assert postgres is not None
    return (await asyncio.to_thread(postgres.start)).url


_HEAD = f"""INSERT INTO protected.release (id, sequence, audience, content_hash, policy_version,
    vocabulary_version, note, prepared_by, approved_by, published_at, visible_from, cells)
    VALUES ('{RELEASE}', 1, 'partner', 'none', '1', '1', NULL, 'one', 'two', $1, $1, 0)"""  # noqa: S608

_ROWS = f"""INSERT INTO protected.observation
    (release_id, area, period, breakdown, indicator, value, status, provenance, derived)
    SELECT '{RELEASE}', $1, period, breakdown, indicator,
           CASE WHEN drawn >= 0.1 THEN 5 + floor(drawn * 1e6)::int % 4995 END,
           CASE WHEN drawn >= 0.1 THEN 'PUBLISHED' ELSE 'SUPPRESSED' END, origin, false
    FROM (
        SELECT period, breakdown, indicator, origin, random() AS drawn
        FROM unnest($2::text[]) WITH ORDINALITY AS p (period, second),
             unnest($3::text[]) WITH ORDINALITY AS b (breakdown, third),
             unnest($4::text[], $5::jsonb[]) WITH ORDINALITY AS i (indicator, origin, fourth)
        ORDER BY second, third, fourth
    ) AS drawn"""  # noqa: S608


def main() -> None:
    """Make a folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--millions", choices=SIZES, default="2.7")
    given = parser.parse_args()
    started = time.perf_counter()
    asyncio.run(generate(given.folder, SIZES[given.millions]))
    print(f"made in {time.perf_counter() - started:.0f} s")


if __name__ == "__main__":
    main()
