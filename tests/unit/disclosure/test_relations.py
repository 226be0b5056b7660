"""Which relations the vocabulary gives, kind by kind, and what they make one subtraction away."""

from collections.abc import Iterable
from datetime import date

import pytest

from hub.disclosure import PARTNER, Cell, CountTable, State, protect, relations_of
from hub.vocabulary import Vocabulary
from hub.vocabulary.rows import Kind, ZeroRule
from tests.unit.disclosure.wording import count, identity, indicator, member, words


def virtual(table: CountTable) -> dict[str, int | None]:
    return {str(c.key): c.value for c in table.cells if not c.published}


def sums(table: CountTable) -> set[str]:
    """Relations as text: what is on each side of the sign, by weight."""
    found = set()
    for relation in table.relations:
        sides: dict[bool, list[str]] = {True: [], False: []}
        for cell, weight in relation.terms:
            sides[weight > 0].append(str(table.cells[cell].key))
        plus, minus = (" + ".join(sorted(sides[sign])) for sign in (True, False))
        first, second = (plus, minus) if relation.sense == "<=" else sorted((plus, minus), key=len)
        found.add(f"{first} {relation.sense} {second}")
    return found


def hidden(table: CountTable) -> set[str]:
    pattern = protect(table, PARTNER).pattern
    return {
        str(cell.key)
        for cell, state in zip(table.cells, pattern, strict=True)
        if state in (State.PRIMARY, State.SECONDARY)
    }


def test_cells_keep_their_places() -> None:
    given = [count(words(), 20), count(words(), 7, period="2017-06")]
    table = relations_of(words(), given)
    assert table.cells[:2] == tuple(given)


# areas


AREAS = words(members=[member("R", "A"), member("R", "B")])


def test_a_county_is_the_sum_of_its_districts() -> None:
    table = relations_of(
        AREAS, [count(AREAS, 9, area="R"), count(AREAS, 3, area="A"), count(AREAS, 6, area="B")]
    )
    assert sums(table) == {"X R 2017-05 = X A 2017-05 + X B 2017-05"}
    assert virtual(table) == {}


def test_a_district_that_did_not_report_is_what_is_left() -> None:
    table = relations_of(AREAS, [count(AREAS, 9, area="R"), count(AREAS, 6, area="A")])
    assert virtual(table) == {"(X) R outside A 2017-05": 3}
    assert hidden(table)


def test_areas_without_counts_of_their_own_are_looked_through() -> None:
    deep = words(members=[member("N", "R"), member("R", "A"), member("R", "B")])
    cells = [count(deep, 9, area="N"), count(deep, 4, area="A"), count(deep, 5, area="B")]
    assert sums(relations_of(deep, cells)) == {"X N 2017-05 = X A 2017-05 + X B 2017-05"}


def test_memberships_hold_within_their_dates_only() -> None:
    dated = words(
        members=[member("R", "A"), member("R", "B", end=date(2016, 12, 31)), member("R", "C")]
    )
    cells = [count(dated, n, area=area) for area, n in (("R", 12), ("A", 5), ("B", 9), ("C", 7))]
    assert sums(relations_of(dated, cells)) == {"X R 2017-05 = X A 2017-05 + X C 2017-05"}


def test_overlapping_geographies_hold_at_once() -> None:
    both = words(
        members=[
            member("R", "A"),
            member("R", "B"),
            member("R", "M1", hierarchy="MARAC"),
            member("R", "M2", hierarchy="MARAC"),
        ]
    )
    cells = [
        count(both, n, area=a) for a, n in (("R", 9), ("A", 3), ("B", 6), ("M1", 4), ("M2", 5))
    ]
    assert len(sums(relations_of(both, cells))) == 2


def test_a_part_of_unknown_coverage_still_leaves_a_rest() -> None:
    loose = words(members=[member("R", "A", exhaustive=False)])
    table = relations_of(loose, [count(loose, 9, area="R"), count(loose, 6, area="A")])
    assert virtual(table) == {"(X) R outside A 2017-05": 3}


# periods


def series(vocabulary: Vocabulary, **counts: int) -> list[Cell]:
    return [count(vocabulary, n, period=p.replace("_", "-")) for p, n in counts.items()]


def test_a_year_takes_the_longest_tiles() -> None:
    plain = words()
    quarters = {f"FY2017_18_Q{n}": 10 for n in (1, 2, 3, 4)}
    table = relations_of(
        plain,
        [
            *series(plain, FY2017_18=40, **quarters),
            *(count(plain, n, period=f"2017-0{m}") for m, n in ((4, 3), (5, 3), (6, 4))),
        ],
    )
    assert sums(table) == {
        "X A FY2017-18 = X A FY2017-18-Q1 + X A FY2017-18-Q2 + X A FY2017-18-Q3 + X A FY2017-18-Q4",
        "X A FY2017-18-Q1 = X A 2017-04 + X A 2017-05 + X A 2017-06",
    }


def test_calendar_and_financial_years_share_a_stretch() -> None:
    plain = words()
    table = relations_of(plain, series(plain, CY2017=40, FY2017_18=38))
    shared = "(X) A 2017-04/2017-12"
    assert sums(table) == {
        f"X A CY2017 = (X) A 2017-01/2017-03 + {shared}",
        f"X A FY2017-18 = {shared} + (X) A 2018-01/2018-03",
    } or all(shared in text for text in sums(table))
    assert virtual(table)[shared] is None


def test_calendar_against_financial_year_gives_a_quarter_away() -> None:
    """CY minus the nine months from April is January to March, whoever prints it."""
    plain = words()
    cells = [*series(plain, CY2017=40), count(plain, 37, period="2017-04/2017-12")]
    table = relations_of(plain, cells)
    assert virtual(table) == {"(X) A 2017-01/2017-03": 3}
    assert hidden(table)


def test_a_running_total_gives_the_month_away() -> None:
    plain = words()
    table = relations_of(plain, series(plain, **{"YTD_2017_05": 20, "YTD_2017_06": 22}))
    assert virtual(table) == {"(X) A 2017-06/2017-06": 2}
    assert hidden(table)


def test_rolling_years_against_months() -> None:
    """Two rolling years and the month that left give away the month that came."""
    plain = words()
    cells = [
        count(plain, 50, period="R12-2018-03"),
        count(plain, 44, period="R12-2018-04"),
        count(plain, 9, period="2017-04"),
    ]
    table = relations_of(plain, cells)
    assert virtual(table)["(X) A 2018-04/2018-04"] == 3
    assert hidden(table)
    table = relations_of(plain, [*cells, count(plain, 3, period="2018-04")])
    assert "X A 2018-04" in hidden(table)
    assert len(hidden(table)) >= 2


def test_what_is_left_of_a_year_is_one_cell_though_its_stretches_are_unknown() -> None:
    plain = words()
    cells = [*series(plain, CY2017=40, FY2017_18=90), count(plain, 37, period="2017-05")]
    values = virtual(relations_of(plain, cells))
    assert 3 in values.values()
    assert hidden(relations_of(plain, cells))


def test_periods_of_the_same_months_are_one_count() -> None:
    plain = words()
    table = relations_of(plain, series(plain, **{"FY2017_18": 3, "R12_2018_03": 3}))
    assert sums(table) == {"X A FY2017-18 = X A R12-2018-03"}


DISTINCT = words(indicators=[indicator("D", kind=Kind.DISTINCT, adds=False)])


def test_distinct_people_do_not_add_but_bound() -> None:
    cells = [
        count(DISTINCT, n, "D", period=p)
        for p, n in {"FY2017-18": 20, "FY2017-18-Q1": 9, "FY2017-18-Q2": 8}.items()
    ]
    table = relations_of(DISTINCT, cells)
    assert sorted(v for v in virtual(table).values() if v is not None) == [11, 12]
    cells += [count(DISTINCT, 6, "D", period=f"FY2017-18-Q{q}") for q in (3, 4)]
    bounds = [r for r in relations_of(DISTINCT, cells).relations if r.sense == "<="]
    assert len(bounds) == 1


def test_snapshots_say_nothing_over_time() -> None:
    stock = words(indicators=[indicator("S", kind=Kind.SNAPSHOT, adds=False)])
    cells = [count(stock, n, "S", period=p) for p, n in {"CY2017": 20, "2017-05": 9}.items()]
    assert relations_of(stock, cells).relations == ()


# breakdowns


CUT = words(
    dimensions={"AGE": ["C", "D"], "SEX": ["F", "M"], "TICK": ["P", "Q"]}, multiple=["TICK"]
)


def test_all_margins_hold_together() -> None:
    cells = [
        count(CUT, 20),
        count(CUT, 12, AGE="C"),
        count(CUT, 8, AGE="D"),
        count(CUT, 13, SEX="F"),
        count(CUT, 7, SEX="M"),
    ]
    assert len(relations_of(CUT, cells).relations) == 2


def test_a_missing_margin_is_made_where_it_links() -> None:
    cells = [
        count(CUT, 9, AGE="C", SEX="F"),
        count(CUT, 6, AGE="C", SEX="M"),
        count(CUT, 3, AGE="D", SEX="F"),
        count(CUT, 2, AGE="D", SEX="M"),
    ]
    table = relations_of(CUT, cells)
    assert sorted(v for v in virtual(table).values() if v is not None) == [5, 8, 12, 15, 20]
    assert hidden(table) >= {"X[AGE=D;SEX=F] A 2017-05", "X[AGE=D;SEX=M] A 2017-05"}


def test_categories_nobody_returned_are_what_is_left() -> None:
    table = relations_of(CUT, [count(CUT, 20), count(CUT, 18, AGE="C")])
    assert virtual(table) == {"(X)[AGE=none of C] A 2017-05": 2}
    assert hidden(table)


def test_ticked_answers_do_not_add_but_have_a_complement() -> None:
    table = relations_of(CUT, [count(CUT, 20), count(CUT, 18, TICK="P"), count(CUT, 9, TICK="Q")])
    assert virtual(table) == {
        "(X)[TICK=not P] A 2017-05": 2,
        "(X)[TICK=not Q] A 2017-05": 11,
    }
    assert hidden(table)


# identities


@pytest.mark.parametrize(
    ("rule", "given", "expected"),
    [
        ("Y <= X", {"X": 20, "Y": 17}, {"(X - Y) A 2017-05": 3}),
        ("Y + Z = X", {"X": 20, "Y": 17}, {"(Z) A 2017-05": 3}),
        ("Y + Z = X", {"Z": 3, "Y": 17}, {}),
        ("Y + Z = X", {"X": 20, "Y": 17, "Z": 3}, {}),
        ("X = Y + Z + W", {"X": 20, "Y": 17}, {"(Z + W) A 2017-05": 3}),
        ("Y <= X", {"Y": 17}, {}),
    ],
)
def test_identities_between_indicators(
    rule: str, given: dict[str, int], expected: dict[str, int]
) -> None:
    vocabulary = words(indicators=[indicator("Z"), indicator("W")], identities=[rule])
    cells = [count(vocabulary, value, code) for code, value in given.items()]
    assert virtual(relations_of(vocabulary, cells)) == expected or "X" not in given


def test_an_identity_holds_for_each_category_both_were_cut_by() -> None:
    vocabulary = words(dimensions={"AGE": ["C", "D"]}, identities=["Y <= X"])
    cells = [count(vocabulary, 20, AGE="C"), count(vocabulary, 17, "Y", AGE="C")]
    assert 3 in virtual(relations_of(vocabulary, cells)).values()


def test_an_identity_of_one_category() -> None:
    vocabulary = words(
        dimensions={"SOURCE": ["POLICE", "OTHER"]}, identities=["Y = X[SOURCE=POLICE]"]
    )
    cells = [count(vocabulary, 17, SOURCE="POLICE"), count(vocabulary, 17, "Y")]
    assert sums(relations_of(vocabulary, cells)) == {"Y A 2017-05 = X[SOURCE=POLICE] A 2017-05"}


def test_a_complement_between_figures_about_no_people_is_not_sensitive() -> None:
    vocabulary = words(
        indicators=[indicator("P", sensitive=False), indicator("Q", sensitive=False)],
        identities=["P <= Q"],
    )
    cells = [count(vocabulary, 20, "Q"), count(vocabulary, 17, "P")]
    assert hidden(relations_of(vocabulary, cells)) == set()


# what reported counts make of it


def test_counts_that_contradict_their_total_keep_the_relation() -> None:
    """Trap T20: the difference itself becomes known, so a small part is no safer for it."""
    cells = [count(AREAS, 24, area="R"), count(AREAS, 3, area="A"), count(AREAS, 20, area="B")]
    table = relations_of(AREAS, cells)
    assert len(table.relations) == 1
    assert len(hidden(table)) == 2


def test_rolling_totals_that_cannot_be_are_left_out() -> None:
    plain = words()
    windows: Iterable[tuple[str, int]] = (
        ("R12-2018-03", 0),
        ("R12-2018-04", 50),
        ("2018-04", 9),
    )
    table = relations_of(plain, [count(plain, n, period=p) for p, n in windows])
    protect(table, PARTNER)


def test_cells_carry_what_the_vocabulary_says() -> None:
    vocabulary = words(
        indicators=[indicator("Z", zero=ZeroRule.SENSITIVE), indicator("P", sensitive=False)]
    )
    assert count(vocabulary, 0, "Z").zero is ZeroRule.SENSITIVE
    assert not count(vocabulary, 3, "P").people


def test_agencies_parts_follow_into_what_is_left() -> None:
    """An agency knows the rest of its own total; a rest over two agencies is nobody's own."""
    from dataclasses import replace

    cells = [
        replace(count(AREAS, 9, area="R"), parts=(("EAST", 9),)),
        replace(count(AREAS, 6, area="A"), parts=(("EAST", 6),)),
    ]
    assert relations_of(AREAS, cells).cells[2].parts == (("EAST", 3),)
    cells[1] = replace(cells[1], parts=(("WEST", 6),))
    assert relations_of(AREAS, cells).cells[2].parts == ()


def test_identity_text() -> None:
    assert identity("Y <= X").relation == "<="
