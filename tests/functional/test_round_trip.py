"""Every dataset's template, filled with figures, comes back from GraphQL figure by figure.

Template -> upload -> sign-off -> release -> GraphQL, for every dataset of the vocabulary. The
figures are made up so that every relation of the vocabulary holds. By default each dataset goes
in one of the three formats in turn; the long run sends each in all three.
"""

import csv
import io
import json
import random
import zipfile
from functools import cache
from typing import Any

import pytest

from hub.auth.roles import Role
from hub.loaders.body import CSV, JSON, XLSX
from hub.loaders.templates import areas_of
from hub.running import RunningHub
from hub.vocabulary import Vocabulary, vocabulary
from hub.vocabulary.rows import Formula, Kind
from tests.functional.acts import Partnership
from tests.functional.conftest import Sign
from tests.hostile.workbook import pack, sheet

WORDS = vocabulary()
FORMATS = ("json", "csv", "xlsx")
MEDIA = {"json": JSON, "csv": CSV, "xlsx": XLSX}
Row = dict[str, str]


def agency_of(dataset: str) -> str:
    """An agency that returns the dataset; one of the kind the dataset is named for, if any."""
    kinds = WORDS.datasets[dataset].agency_kinds
    return next(
        code for kind in kinds for code, item in WORDS.agencies.items() if item.kind == kind
    )


def kin(one: str, other: str) -> bool:
    """Whether two datasets return a figure both, or figures of one sum."""
    first, second = (
        {code for code, item in WORDS.indicators.items() if dataset in item.datasets}
        for dataset in (one, other)
    )
    sums = [{term.indicator for term in (*rule.left, *rule.right)} for rule in WORDS.identities]
    return bool(first & second) or any(first & each and second & each for each in sums)


@cache
def years() -> dict[str, list[int]]:
    """Three years for each dataset, none of which a dataset akin to it has."""
    found: dict[str, list[int]] = {}
    for place, dataset in enumerate(sorted(WORDS.datasets)):
        taken = {year for other in found if kin(dataset, other) for year in found[other]}
        offered = [2016 + (place + step) % 9 for step in (0, 3, 6, 1, 4, 7, 2, 5, 8)]
        found[dataset] = [year for year in offered if year not in taken][:3]
    return found


def period_of(dataset: str, turn: int) -> str:
    """A year of the dataset's own, so that no two datasets return one figure."""
    year = 2020 - turn if dataset.startswith("OUTREACH") else years()[dataset][turn]
    kinds = WORDS.datasets[dataset].period_kinds
    return f"FY{year}-{(year + 1) % 100:02d}" if "FY" in kinds else f"CY{year}"


def figures(indicators: list[str], seed: int) -> dict[str, int]:
    """Counts between a thousand and a hundred thousand for which every identity holds."""
    random_ = random.Random(seed)
    found = {code: random_.randrange(2_000, 9_000) for code in indicators}
    for _ in range(60):
        for rule in WORDS.identities:
            terms = [term for term in rule.left if not term.breakdown]
            left = [term.indicator for term in terms if term.indicator in found]
            right = rule.right[0].indicator
            if right not in found or rule.right[0].breakdown or len(rule.right) > 1 or not left:
                continue
            if rule.relation == "=" and len(left) == len(rule.left):
                _equal(found, left, right)
            else:
                found[right] = max(found[right], sum(found[code] for code in left))
    return found


def _equal(found: dict[str, int], left: list[str], right: str) -> None:
    """Make the last part fill the whole, or the whole the sum where there is no room for it."""
    rest = found[right] - sum(found[code] for code in left[:-1])
    if rest < 1_000:
        found[right] += 1_000 - rest
        rest = 1_000
    found[left[-1]] = rest


def filled(template: str, dataset: str, agency: str, seed: int) -> list[Row]:
    """The rows of a CSV template with a figure in each that the period allows."""
    rows = list(csv.DictReader(io.StringIO(template.removeprefix("\ufeff"))))
    values = figures([row["indicator"] for row in rows], seed)
    found = []
    for row in rows:
        item = WORDS.indicators[row["indicator"]]
        areas = areas_of(WORDS, agency, item)
        kind = "CY" if row["period"].startswith("CY") else "FY"
        if kind not in item.period_kinds or not areas:
            continue
        row["area"] = row["area"] or areas[0]
        row["value"] = str(values[item.code])
        if item.stated and item.kind in (Kind.PERCENT, Kind.RATE, Kind.MEAN):
            row |= {"value": "41.5", "base": "4000"}
        found.append(row)
    return found


def body(rows: list[Row], form: str, template: bytes) -> bytes:
    """Write the rows in one of the formats; a workbook keeps everything of the template."""
    if form == "csv":
        out = io.StringIO()
        writer = csv.DictWriter(out, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
        return out.getvalue().encode("utf-8-sig")
    if form == "json":
        items = [{name: _typed(name, cell) for name, cell in row.items() if cell} for row in rows]
        return json.dumps({"observations": items}).encode()
    with zipfile.ZipFile(io.BytesIO(template)) as archive:
        content: dict[str, str | bytes] = {name: archive.read(name) for name in archive.namelist()}
    part = "xl/worksheets/sheet1.xml"
    before, new = str(content[part], "utf-8"), sheet([list(rows[0]), *map(_cells, rows)])  # type: ignore[arg-type]
    start, end = before.index("<sheetData>"), before.index("</sheetData>")
    data = new[new.index("<sheetData>") : new.index("</sheetData>")]
    content[part] = before[:start] + data + before[end:]
    return pack(content)


def _typed(name: str, cell: str) -> Any:
    return json.loads(cell) if name in ("value", "base") else cell


def _cells(row: Row) -> list[str]:
    return list(row.values())


def comes_back(row: Row, words: Vocabulary) -> bool:
    """Whether a figure is shown as returned; a ratio gives way to what the counts give."""
    return words.indicators[row["indicator"]].formula is Formula.RETURNED


async def send(partners: Partnership, dataset: str, form: str, turn: int) -> list[Row]:
    """Fill the dataset's template in, push it, sign it off."""
    agency, period = agency_of(dataset), period_of(dataset, turn)
    client = await partners.client(Role.SUBMITTER, agency)
    asked = f"?agency={agency}&period={period}"
    template = (await client.get(f"/v1/templates/{dataset}.csv{asked}")).text
    workbook = (await client.get(f"/v1/templates/{dataset}.xlsx{asked}")).content
    rows = filled(template, dataset, agency, seed=len(dataset) + turn)
    sent = body(rows, form, workbook)
    answer = await client.put(f"{dataset}/{agency}/{period}", sent, **{"Content-Type": MEDIA[form]})
    assert answer.status_code == 201, (dataset, form, answer.text[:500])
    assert answer.json()["counts"]["received"] == len(rows)
    signed = await partners.approve_return(answer.json(), note="Made up for a test.")
    assert not signed["userErrors"], (dataset, signed)
    return [row | {"agency": agency, "dataset": dataset} for row in rows]


def key(row: Row) -> tuple[str, str, str]:
    """The address of a row's figure; some indicators may come in several datasets."""
    return row["indicator"], row["area"], row["period"]


async def round_trip(hub: RunningHub, sign: Sign, turns: int) -> None:
    partners, sent = Partnership(hub, sign), list[Row]()
    for place, dataset in enumerate(sorted(WORDS.datasets)):
        for turn in range(turns):
            sent += await send(partners, dataset, FORMATS[(place + turn) % 3], turn)
    release = await partners.release()
    shown = await partners.cells(release)
    for row in sent:
        figure = shown[*key(row), ""]
        assert figure["status"] == "PUBLISHED", row
        if comes_back(row, WORDS):
            assert figure["value"] == float(row["value"]), row
            assert figure["provenance"][0]["agency"] == row["agency"]
            assert figure["provenance"][0]["dataset"] == row["dataset"]
    assert {row["dataset"] for row in sent} == set(WORDS.datasets)


async def test_every_dataset_comes_back_figure_by_figure(hub: RunningHub, sign: Sign) -> None:
    await round_trip(hub, sign, turns=1)


@pytest.mark.long
async def test_every_dataset_comes_back_in_every_format(hub: RunningHub, sign: Sign) -> None:
    await round_trip(hub, sign, turns=3)
