"""Both indexes of published observations answer alone, a table the one and a series the other."""

from hub.db.migrations.statements import run

revision = "0014_covering"
down_revision = "0013_staging"
branch_labels = None
depends_on = None

# A table is some areas by some indicators at a time: with the breakdown before the indicator its
# cells lie side by side. Without the figure in it the planner goes to the table for each of them,
# or searches the other index once for each pair of indicator and area.
KEY = """
ALTER TABLE protected.observation
    DROP CONSTRAINT observation_pkey,
    ADD CONSTRAINT observation_pkey
        PRIMARY KEY (release_id, area, period, breakdown, indicator) INCLUDE (value, status);
"""

# A series is one run of periods at the very end of the index; with the breakdown behind them the
# planner expects a search for each period and takes the two indexes for equally good.
SERIES = """
DROP INDEX protected.observation_series_idx;
CREATE INDEX observation_series_idx
    ON protected.observation (release_id, indicator, area, breakdown, period)
    INCLUDE (value, status);
"""


def upgrade() -> None:
    run(KEY)
    run(SERIES)
