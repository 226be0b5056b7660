"""The victim journey of one area as a pandas table.

Run it with ``HUB_URL`` and ``HUB_TOKEN`` set: ``python examples/journey_pandas.py [AREA PERIOD]``.
"""

import os
import sys
from urllib.parse import urlencode

import pandas as pd


def journey(url: str, token: str, area: str, period: str) -> pd.DataFrame:
    """Read the saved query ``journey.csv``; raises ``HTTPError`` when the hub refuses."""
    address = f"{url}/v1/queries/journey.csv?{urlencode({'area': area, 'period': period})}"
    return pd.read_csv(address, storage_options={"Authorization": f"Bearer {token}"})


def main() -> None:
    """Print the stages, and say how many of them have no figure."""
    area, period = sys.argv[1:] or ["E07000102", "CY2017"]
    table = journey(os.environ["HUB_URL"], os.environ["HUB_TOKEN"], area, period)
    stages = table[table["record"] == "stage"].set_index("code")
    sys.stdout.write(stages[["period", "unit", "value", "status"]].to_string() + "\n")
    # A figure that is withheld is empty and has a status; it is never 0. Do not fill it.
    shown = (stages["status"] == "PUBLISHED").sum()
    sys.stdout.write(f"{shown} of {len(stages)} stages have a figure\n")


if __name__ == "__main__":
    main()
