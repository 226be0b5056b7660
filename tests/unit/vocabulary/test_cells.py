"""Addresses of figures: breakdowns and terms have one way to be written."""

import pytest

from hub.errors import VocabularyError
from hub.vocabulary import CellKey, Term, breakdown_of, breakdown_text, parse_breakdown
from hub.vocabulary.cells import parse_sum


def test_a_breakdown_has_one_order() -> None:
    assert breakdown_of({"SEX": "F", "AGE": "16_17"}) == (("AGE", "16_17"), ("SEX", "F"))
    assert parse_breakdown("SEX=F; AGE=16_17") == (("AGE", "16_17"), ("SEX", "F"))
    assert breakdown_text(parse_breakdown("SEX=F;AGE=16_17")) == "AGE=16_17;SEX=F"


def test_no_breakdown_is_the_total() -> None:
    assert breakdown_of(None) == breakdown_of({}) == parse_breakdown("") == ()
    assert breakdown_text(()) == ""


@pytest.mark.parametrize("text", ["SEX", "SEX=", "=F", "SEX=F;", ";"])
def test_a_half_written_breakdown_is_refused(text: str) -> None:
    with pytest.raises(VocabularyError):
        parse_breakdown(text)


@pytest.mark.parametrize("text", ["MAR_CASE", "MAR_REF[REFERRAL_SOURCE=POLICE]", "A[B=C;D=E]"])
def test_a_term_reads_as_it_is_written(text: str) -> None:
    assert str(Term.parse(text)) == text


@pytest.mark.parametrize("text", ["", "mar_case", "MAR-CASE", "MAR_CASE[", "MAR_REF[X]", "9A"])
def test_what_is_no_term_is_refused(text: str) -> None:
    with pytest.raises(VocabularyError):
        Term.parse(text)


def test_a_sum_is_its_terms() -> None:
    assert parse_sum("A + B[C=D]") == (Term("A"), Term("B", (("C", "D"),)))
    assert parse_sum(" ") == ()


def test_a_cell_shows_its_address_and_no_number() -> None:
    key = Term.parse("POL_DA_RISK[RISK=HIGH]").at("E10000015", "2017-12")
    assert key == CellKey("POL_DA_RISK", "E10000015", "2017-12", (("RISK", "HIGH"),))
    assert str(key) == "POL_DA_RISK[RISK=HIGH] E10000015 2017-12"
