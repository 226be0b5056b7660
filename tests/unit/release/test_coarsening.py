"""Coarser tables keep what they sum, and name what they merged."""

from decimal import Decimal

from hub.release.coarsening import lossy_dimensions, merged, whole_years, without
from hub.release.collation import RawCell
from hub.vocabulary import CellKey, breakdown_of, vocabulary

AREA = "E07000102"
BANDS = [code for code, one in vocabulary().categories["AGE"].items() if one.lower is not None]


def key(period: str = "CY2017", **breakdown: str) -> CellKey:
    return CellKey("POL_DA_CRIME", AREA, period, breakdown_of(breakdown))


def raw(*cells: tuple[CellKey, int, str]) -> dict[CellKey, RawCell]:
    return {
        at: RawCell(at, Decimal(value), parts=((agency, Decimal(value)),))
        for at, value, agency in cells
    }


def test_without_a_dimension_totals_stay() -> None:
    table = raw((key(), 9, "A"), (key(AGE=BANDS[0]), 4, "A"), (key(SEX="F"), 5, "A"))
    assert set(without(table, "AGE")) == {key(), key(SEX="F")}


def test_whole_years_drop_months_and_quarters() -> None:
    table = raw(*((key(period), 9, "A") for period in ("CY2017", "2017-05", "FY2017-18-Q1")))
    assert set(whole_years(table)) == {key()}


def test_neighbouring_bands_are_put_together() -> None:
    first, second = BANDS[:2]
    table = raw((key(), 9, "A"), (key(AGE=first), 4, "A"), (key(AGE=second), 5, "B"))
    union = merged(table, vocabulary(), "AGE")
    assert union is not None
    name = f"{first}_AND_{second}"
    assert set(union.raw) == {key(), key(AGE=name)}
    assert union.raw[key(AGE=name)].value == 9
    assert union.raw[key(AGE=name)].parts == (("A", Decimal(4)), ("B", Decimal(5)))
    assert name in union.words.categories["AGE"]
    assert first not in union.words.categories["AGE"]
    assert first in vocabulary().categories["AGE"], "the shipped words were changed"


def test_a_union_with_a_band_missing_has_no_count() -> None:
    union = merged(raw((key(), 9, "A"), (key(AGE=BANDS[0]), 4, "A")), vocabulary(), "AGE")
    assert union is not None
    assert set(union.raw) == {key()}


def test_only_a_partition_into_bands_can_be_merged() -> None:
    assert merged({}, vocabulary(), "SEX") is None
    assert merged({}, vocabulary(), "ORDER_STAGE") is None
    assert merged({}, vocabulary(), "NO_SUCH_DIMENSION") is None


def test_the_dimension_that_lost_most_comes_first() -> None:
    hidden = [key(SEX="F"), key(AGE=BANDS[0]), key(AGE=BANDS[0], SEX="M"), key(SEX="M"), key()]
    assert lossy_dimensions(hidden) == ["SEX", "AGE"]
