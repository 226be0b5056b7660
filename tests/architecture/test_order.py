"""The files that are begun first are there."""

from tests.conftest import HERE, LONGEST


def test_the_longest_files_exist() -> None:
    assert [path for path in LONGEST if not (HERE / path).is_file()] == []
    assert len({*LONGEST}) == len(LONGEST)
