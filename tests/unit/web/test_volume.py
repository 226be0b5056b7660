"""The volume a reader reads: scans are noticed once an hour, ordinary reading never."""

import pytest

from hub.settings import Settings
from hub.web import volume
from hub.web.volume import Scan, Volume, texts_in

AREAS = [f"E0{number}" for number in range(50)]


class Watch:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_many_areas_within_an_hour_are_a_scan_told_once() -> None:
    watch = Watch()
    seen = Volume(Settings(scan_areas=10), AREAS, watch)
    told = [seen.add("x", 1, [area]) for area in AREAS]
    assert told[:10] == [[]] * 10
    assert told[10] == [Scan.AREAS]
    assert told[11:] == [[]] * 39
    watch.now = 3600
    assert seen.add("x", 1, AREAS) == [Scan.AREAS]


def test_many_bands_and_many_rows_are_scans_too() -> None:
    seen = Volume(Settings(scan_areas=3, scan_rows=100), AREAS)
    assert seen.add("x", 1, ["AGE=1", "AGE=2", "AGE=3"]) == []
    assert seen.add("x", 1, ["AGE=4"]) == [Scan.CATEGORIES]
    assert seen.add("x", 99, []) == [Scan.ROWS]


def test_asking_the_same_again_is_no_scan() -> None:
    seen = Volume(Settings(scan_areas=3), AREAS)
    assert not any(seen.add("x", 1, ["E01", "E02", "CY2017"]) for _ in range(1000))


def test_slow_reading_and_other_readers_do_not_add_up() -> None:
    watch = Watch()
    seen = Volume(Settings(scan_areas=3), AREAS, watch)
    for number, area in enumerate(AREAS):
        watch.now = number * 1800.0
        assert seen.add("x", 1, [area]) == []
        assert seen.add(f"y{number}", 1, [area]) == []


def test_only_so_many_readers_are_watched(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(volume, "READERS", 2)
    seen = Volume(Settings(), AREAS)
    for reader in "abc":
        seen.add(reader, 1, [])
    assert len(seen._hours) == 2


def test_texts_are_found_however_deep() -> None:
    assert list(texts_in({"a": "x", "b": [{"c": ["y", 1, None]}], "d": True})) == ["x", "y"]
