"""What the demo prints: the journey as a table, and where to look."""

from typing import Any

from rich.console import Console
from rich.table import Table

WIDTH = 110
"""Columns of the table where the output is no terminal."""

JOURNEY = """query($area: String!, $period: String!) {
  journey(area: $area, period: $period) {
    area { name } release { id }
    stages { code title unit period { title } figure { display reason } parts { title figure { display } } }
    links { from to ratio { display unit } comparability commonMonths longestMonths }
    missing { code title agency { name } reason symbol }
  }
}"""  # noqa: E501 a document reads better whole


def print_journey(console: Console, journey: dict[str, Any]) -> None:
    """Print a journey: stages, ratios to police records, and what is missing."""
    ratios = {link["to"]: link for link in journey["links"] if link["from"] == "POLICE_RECORD"}
    table = Table(title=f"{journey['area']['name']}: the victim journey", title_justify="left")
    for heading, side in (("Stage", "left"), ("Period", "left"), ("Count", "right")):
        table.add_column(heading, justify=side, no_wrap=heading == "Period")  # type: ignore[arg-type]
    table.add_column("Per 100 police reports", justify="right", max_width=11)
    table.add_column("Grade, months in common", max_width=13)
    absent = {item["code"] for item in journey["missing"]}
    for stage in journey["stages"]:
        if stage["code"] in absent:
            continue
        link = ratios.get(stage["code"])
        period = stage["period"]["title"] if stage["period"] else ""
        table.add_row(stage["title"], period, _count(stage), *_ratio(link))
    console.print(table)
    for item in journey["missing"]:
        symbol = f"[{item['symbol']}]" if item["symbol"] else "[not returned]"
        owner = item["agency"]["name"] if item["agency"] else ""
        console.print(f"{symbol} {item['title']} ({owner}): {item['reason']}", markup=False)


def _count(stage: dict[str, Any]) -> str:
    shown = stage["figure"]["display"].replace("[", "\\[")
    parts = " + ".join(part["figure"]["display"] for part in stage["parts"])
    return f"{shown} ({parts})" if parts else shown


def _ratio(link: dict[str, Any] | None) -> tuple[str, str]:
    if link is None:
        return "", ""
    shared = f"{link['commonMonths']} of {link['longestMonths']}"
    shown = link["ratio"]["display"].replace("[", "\\[")
    return shown, f"{link['comparability']}, {shared}"
