"""The synthetic families of the benchmark: areas x months x categories, and the odd shapes."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from hub.disclosure import Cell, CountTable, Relation, VirtualKey
from hub.vocabulary import CellKey
from tests.unit.disclosure.families import Axis, Shape, family, tree

ONE: Axis = {"all": []}


def months(years: int, *, total: bool = True) -> Axis:
    """Years over quarters over months, and a total of all."""
    axis: dict[str, Sequence[str]] = {}
    if total:
        axis["total"] = [f"Y{year}" for year in range(years)]
    for year in range(years):
        axis[f"Y{year}"] = [f"Y{year}Q{quarter}" for quarter in range(4)]
        for quarter in range(4):
            names = [f"Y{year}M{3 * quarter + month}" for month in range(3)]
            axis[f"Y{year}Q{quarter}"] = names
            axis |= dict.fromkeys(names, ())
    return axis


def districts(*, overlapping: bool = False) -> Axis:
    """A force over 4 counties over 12 districts; with Maracs that cut across the counties."""
    axis = tree("F", 3, 3, 3, 3)
    if overlapping:
        leaves = [code for code in axis if not axis[code]]
        axis |= {f"M{number}": leaves[number::3] for number in range(3)}
    return axis


PLAIN = {
    221: Shape(districts(), tree("Y", 12), ONE),
    1_326: Shape(districts(), tree("Y", 12), tree("C", 5)),
    5_304: Shape(districts(), months(3), tree("C", 5)),
    17_056: Shape(tree("F", *[4] * 8), months(3), tree("C", 7)),
    49_608: Shape(tree("F", *[6] * 11), months(4), tree("C", 8)),
    74_520: Shape(tree("F", *[6] * 17), months(4), tree("C", 8)),
    555_786: Shape(tree("F", *[9] * 40), months(9), tree("C", 8)),
}


def _unprinted(table: CountTable, *starts: str) -> CountTable:
    """Categories that begin so are virtual: nobody prints them, anyone can reach them."""
    return replace(table, cells=tuple(_virtual(cell, starts) for cell in table.cells))


def _virtual(cell: Cell, starts: tuple[str, ...]) -> Cell:
    key = cell.key
    category = dict(key.breakdown).get("C", "")
    if not isinstance(key, CellKey) or not category.startswith(starts):
        return cell
    name = f"{key.indicator} {category}"
    return replace(cell, key=VirtualKey(name, key.area, key.period), published=False)


def complements(mean: float) -> CountTable:
    """Referrals of which the police's are printed: the others are one subtraction away."""
    axis: Axis = {"all": ["police", "not police"], "police": [], "not police": []}
    return _unprinted(family(Shape(districts(), months(3), axis), 4, mean=mean), "not ")


def funnel(mean: float) -> CountTable:
    """Referred, engaged, needs met: each stage at most the one before."""
    axis: Axis = {
        "referred": ["engaged", "not engaged"],
        "engaged": ["met", "not met"],
        "met": [],
        "not met": [],
        "not engaged": [],
    }
    return _unprinted(family(Shape(districts(), months(3), axis), 5, mean=mean), "not ")


def linked(mean: float) -> CountTable:
    """By age and by sex beside each other: both add to the total, nobody prints age by sex."""
    pairs = [[f"x{age}{sex}" for sex in "FM"] for age in range(4)]
    axis: dict[str, Sequence[str]] = {"all": [f"age{age}" for age in range(4)]}
    axis |= {f"age{age}": pairs[age] for age in range(4)}
    axis |= {f"sex{sex}": [row[at] for row in pairs] for at, sex in enumerate("FM")}
    axis |= {code: [] for row in pairs for code in row}
    return _unprinted(family(Shape(districts(), months(2), axis), 6, mean=mean), "x")


ODD: dict[str, Callable[[float], CountTable]] = {
    "sparse": lambda mean: family(PLAIN[5_304], 2, mean=mean, sparse=0.5),
    "overlapping": lambda mean: family(
        Shape(districts(overlapping=True), months(1), ONE), 3, mean=mean
    ),
    "complements": complements,
    "funnel": funnel,
    "linked": linked,
}


def side_by_side(shape: Shape, count: int, mean: float) -> CountTable:
    """Several families that nothing ties together, in one table."""
    cells: list[Cell] = []
    relations: list[Relation] = []
    for number in range(count):
        first = len(cells)
        one = family(shape, number + 1, mean=mean)
        for cell in one.cells:
            key = cell.key
            if isinstance(key, CellKey):
                cells.append(replace(cell, key=replace(key, indicator=f"X{number}")))
        relations += [
            replace(relation, terms=tuple((first + at, weight) for at, weight in relation.terms))
            for relation in one.relations
        ]
    return CountTable(tuple(cells), tuple(relations))
