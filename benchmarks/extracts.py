"""Made-up case extracts of any size: contacts at a front door, no person real or described."""

import csv
import random
from datetime import date, timedelta
from pathlib import Path

HEADER = ("Contact", "Child", "Date", "Sex", "Age", "Referred by", "Notes")
SEXES = ("F", "Female", "M", "male", "U")
SOURCES = ("Police", "School", "Self", "GP", "Housing")
RECIPE = """title: contacts at the children's front door
dataset: MASH_CHILD
area: E08000015
date: Date
dates: [d/m/y]
keys:
  child: [Child]
event: [Contact]
fields:
  sex: {column: Sex, dimension: SEX, codes: {F: F, Female: F, M: M, Male: M, U: UNKNOWN}}
  age: {column: Age, dimension: AGE, banded: true}
  source:
    column: Referred by
    dimension: REFERRAL_SOURCE
    codes: {Police: POLICE, School: EDUCATION, Self: SELF, GP: PRIMARY_CARE, Housing: HOUSING}
counts:
  - {indicator: CSM_CONTACT, by: [sex, age, source]}
  - {indicator: CSM_CONTACT_REPEAT_6M, by: [sex, source], repeat: {months: 6, same: child}}
  - {indicator: CSM_REFERRAL, distinct: child}
"""
"""The last count stands for people: the vocabulary of the front door has no distinct count."""


def write_extract(file: Path, rows: int, seed: int = 7, planted: str = "ZQXJ0001") -> None:
    """Write contacts over eighteen months, a third of the children coming back."""
    random_ = random.Random(seed)  # noqa: S311 - no secret
    start, children = date(2022, 10, 1), max(1, rows * 2 // 3)
    with file.open("w", encoding="utf-8", newline="") as out:
        write = csv.writer(out).writerow
        write(HEADER)
        for row in range(rows):
            day = start + timedelta(days=random_.randrange(547))
            child = f"CH{random_.randrange(children):07d}" if row else planted
            write(
                (
                    f"K{row:08d}",
                    child,
                    day.strftime("%d/%m/%Y"),
                    random_.choice(SEXES),
                    random_.randrange(100),
                    random_.choice(SOURCES),
                    "text, of some length, that nobody may see",
                )
            )
