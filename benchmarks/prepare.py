"""A million case records into a return: time and memory, beside plain pandas on the same file.

``python -m benchmarks.prepare [ROWS]``. pandas reads the file and counts by its own means
(``nunique``, ``merge_asof``), without pseudonyms and without naming a row it leaves out; the
counts of both must be equal.
"""

import io
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pandas as pd

from benchmarks.extracts import RECIPE, write_extract
from hub.prepare import parse_recipe, prepare
from hub.vocabulary import vocabulary

PERIOD = "FY2023-24"
_SEX = {"F": "F", "FEMALE": "F", "M": "M", "MALE": "M", "U": "UNKNOWN"}
_SOURCE = {
    "Police": "POLICE",
    "School": "EDUCATION",
    "Self": "SELF",
    "GP": "PRIMARY_CARE",
    "Housing": "HOUSING",
}
Counts = dict[tuple[str, str], int]
"""By indicator and category, empty for the total."""


def by_hub(file: Path) -> Counts:
    """Count as an agency would."""
    words, log = vocabulary(), io.StringIO()
    with file.open("rb") as source:
        recipe = parse_recipe(RECIPE, words)
        made = prepare(source, log, recipe, bytes(32), "WIRRAL_CSM", PERIOD, words)
    return {
        (item.indicator, ";".join(code for _, code in item.breakdown)): int(item.value or 0)
        for item in made.return_.observations
    }


def by_pandas(file: Path) -> Counts:
    """Count with pandas alone."""
    rows = pd.read_csv(file, dtype=str)
    rows["Date"] = pd.to_datetime(rows["Date"], format="%d/%m/%Y")
    before = rows[["Child", "Date"]].drop_duplicates().sort_values("Date", kind="stable")
    late = rows.sort_values("Date", kind="stable")
    joined = pd.merge_asof(
        late,
        before.rename(columns={"Date": "Earlier"}),
        left_on="Date",
        right_on="Earlier",
        by="Child",
        allow_exact_matches=False,
    )
    joined = joined[joined["Date"] >= "2023-04-01"]
    joined["sex"] = joined["Sex"].str.upper().map(_SEX)
    joined["source"] = joined["Referred by"].map(_SOURCE)
    edges = [-1, 15, 17, 24, 34, 44, 54, 64, 200]
    bands = ["U16", "16_17", "18_24", "25_34", "35_44", "45_54", "55_64", "65P"]
    joined["age"] = pd.cut(joined["Age"].astype(int), edges, labels=bands).astype(str)
    again = joined[joined["Date"] <= joined["Earlier"] + pd.DateOffset(months=6)]
    found: Counts = {
        ("CSM_CONTACT", ""): len(joined),
        ("CSM_CONTACT_REPEAT_6M", ""): len(again),
        ("CSM_REFERRAL", ""): joined["Child"].nunique(),
    }
    for code, part, names in (
        ("CSM_CONTACT", joined, ("sex", "source", "age")),
        ("CSM_CONTACT_REPEAT_6M", again, ("sex", "source")),
    ):
        for name in names:
            found |= {
                (code, str(key)): int(size) for key, size in part[name].value_counts().items()
            }
    return found


def main() -> None:
    """Measure each in a process of its own, so that memory is its own."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    if len(sys.argv) > 3:
        started, busy = time.perf_counter(), time.process_time()
        counts = {"hub": by_hub, "pandas": by_pandas}[sys.argv[2]](Path(sys.argv[3]))
        seconds, busy = time.perf_counter() - started, time.process_time() - busy
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(
            f"{sys.argv[2]:>7}: {seconds:5.1f} s ({busy:.1f} s of CPU), peak {peak:,.0f} MB",
            file=sys.stderr,
        )
        print(sorted(counts.items()))
        return
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "extract.csv"
        write_extract(file, rows)
        print(f"{rows:,} rows, {file.stat().st_size / 1e6:,.0f} MB", file=sys.stderr)
        said = [
            subprocess.run(  # noqa: S603 - ourselves
                [sys.executable, "-m", "benchmarks.prepare", str(rows), name, str(file)],
                stdout=subprocess.PIPE,
                check=True,
                text=True,
            ).stdout
            for name in ("hub", "pandas")
        ]
    nought = [line.replace("\n", "") for line in said]
    print("equal" if nought[0] == nought[1] else "DIFFERENT")


if __name__ == "__main__":
    main()
