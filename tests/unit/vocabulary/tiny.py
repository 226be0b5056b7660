"""A tiny sound vocabulary as CSV files, to be broken one cell at a time."""

import csv
from dataclasses import dataclass, field
from pathlib import Path

from hub.vocabulary.check import problems_of
from hub.vocabulary.files import Problem
from hub.vocabulary.reading import read
from hub.vocabulary.vocabulary import Vocabulary

Cells = dict[str, str]

_COUNT = {
    "description": "Something counted",
    "kind": "EV",
    "unit": "case",
    "owner": "POLICE",
    "datasets": "CRIME",
    "period_kinds": "M;CY;FY",
    "area_levels": "LAD;CTY",
    "time_additive": "true",
    "area_additive": "true",
}
_COMPUTED = {"datasets": "", "time_additive": "false", "area_additive": "false"}


def count(code: str, **cells: str) -> Cells:
    """A returned count."""
    return {"code": code, "title": code.title(), **_COUNT, **cells}


def computed(code: str, formula: str, **cells: str) -> Cells:
    """A percentage computed from counts."""
    kind = {"kind": "PC", "unit": "percent", "formula": formula}
    return count(code, **{**_COMPUTED, **kind, **cells})


def _tables() -> dict[str, list[Cells]]:
    return {
        "levels": [
            {"code": "CTY", "title": "County", "rank": "0"},
            {"code": "LAD", "title": "District", "rank": "1"},
        ],
        "units": [
            {"code": code, "plural": f"{code}s"} for code in ("case", "client", "percent", "area")
        ],
        "agency_kinds": [{"code": "POLICE", "title": "Police"}, {"code": "HELP", "title": "Help"}],
        "agencies": [{"code": "A", "title": "A", "kind": "POLICE", "areas": "C1"}],
        "datasets": [
            {
                "code": "CRIME",
                "title": "Crime",
                "agency_kinds": "POLICE",
                "period_kinds": "M;CY",
                "frequency": "M",
                "due_days": "30",
                "grace_days": "10",
            }
        ],
        "dimensions": [
            {"code": "AGE", "title": "Age", "partition": "true"},
            {"code": "SOURCE", "title": "Source", "partition": "true"},
        ],
        "categories": [
            {"dimension": "AGE", "code": "U16", "title": "T", "order": "1", "upper": "15"},
            {"dimension": "AGE", "code": "16_17", "title": "T", "order": "2"}
            | {"lower": "16", "upper": "17"},
            {"dimension": "AGE", "code": "18P", "title": "T", "order": "3", "lower": "18"},
            {"dimension": "SOURCE", "code": "POLICE", "title": "T", "order": "1"},
            {"dimension": "SOURCE", "code": "OTHER", "title": "T", "order": "2"},
        ],
        "indicators": [
            count("RECORDS", dimensions="AGE;SOURCE"),
            count("REPEATS"),
            count("PEOPLE", kind="DI", unit="client", time_additive="false"),
            computed("REPEAT_PC", "ratio", numerator="REPEATS", denominator="RECORDS"),
            computed("CHANGE_PC", "change", numerator="RECORDS"),
            count("PLAN", kind="TG", target_of="RECORDS", time_additive="false")
            | {"area_additive": "false"},
        ],
        "identities": [
            {"code": "I1", "left": "REPEATS", "relation": "<=", "right": "RECORDS"},
        ],
        "areas": [
            {"code": "C1", "name": "County", "level": "CTY"},
            {"code": "D1", "name": "East", "level": "LAD"},
            {"code": "D2", "name": "West", "level": "LAD", "valid_to": "2013-03-31"}
            | {"successor": "D3"},
            {"code": "D3", "name": "West", "level": "LAD", "valid_from": "2013-04-01"},
        ],
        "memberships": [
            {"parent": "C1", "hierarchy": "DISTRICT", "child": "D1", "exhaustive": "true"},
            {"parent": "C1", "hierarchy": "DISTRICT", "child": "D2", "exhaustive": "true"}
            | {"valid_to": "2013-03-31"},
            {"parent": "C1", "hierarchy": "DISTRICT", "child": "D3", "exhaustive": "true"}
            | {"valid_from": "2013-04-01"},
        ],
        "bands": [{"code": "FIRST", "title": "First", "order": "1"}],
        "stages": [
            {"code": "S1", "title": "Recorded", "band": "FIRST", "order": "1"}
            | {"term": "RECORDS", "agency_kind": "POLICE", "target": "PLAN"},
            {"code": "S2", "title": "Repeated", "band": "FIRST", "order": "2"}
            | {"term": "REPEATS", "agency_kind": "POLICE", "parent": "S1"},
        ],
        "links": [
            {"code": "L1", "source": "S1", "target": "S2", "order": "1", "restricted": "true"}
            | {"source_filter": "SOURCE=POLICE", "caveats": "LAG"},
        ],
        "measures": [
            {"code": "M1", "title": "Measure", "indicator": "RECORDS", "target": "PLAN"}
            | {"direction": "higher", "profile": "LINEAR", "order": "1"}
        ],
        "caveats": [{"code": "LAG", "text": "{common} of {longest} months."}],
        "reasons": [{"code": "LATE", "status": "x", "text": "Late."}],
    }


@dataclass
class Tiny:
    """The tables of a vocabulary, which a test changes before they are written and read."""

    folder: Path
    tables: dict[str, list[Cells]] = field(default_factory=_tables)

    def change(self, table: str, code: str, **cells: str) -> "Tiny":
        """Change cells of the rows whose code (or child) is ``code``."""
        for row in self.tables[table]:
            if code in (row.get("code"), row.get("child")):
                row.update(cells)
        return self

    def add(self, table: str, **cells: str) -> "Tiny":
        """Add a row."""
        self.tables[table].append(cells)
        return self

    def drop(self, table: str, code: str) -> "Tiny":
        """Take a row away."""
        kept = [
            row for row in self.tables[table] if code not in (row.get("code"), row.get("child"))
        ]
        self.tables[table] = kept
        return self

    def write(self) -> Path:
        """Write every table as ``name.csv``."""
        for name, rows in self.tables.items():
            columns = list(dict.fromkeys(column for row in rows for column in row))
            with (self.folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
                writer = csv.DictWriter(file, columns)
                writer.writeheader()
                writer.writerows(rows)
        return self.folder

    def words(self) -> Vocabulary:
        """The vocabulary as far as it can be read."""
        return read(self.write())[0]

    def problems(self) -> list[Problem]:
        """Everything wrong with it: form and sense."""
        words, problems = read(self.write())
        return problems + problems_of(words)

    def only_problem(self) -> Problem:
        """The one thing wrong with it; fails when there are more or none."""
        problems = self.problems()
        assert len(problems) == 1, problems
        return problems[0]
