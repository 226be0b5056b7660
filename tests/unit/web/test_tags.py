"""Tags told before: the last ones stay, each under its whole address."""

from hub.web.tags import Key, Tags, Told


def key(name: str, audience: str = "partner", number: int = 1, day: str = "2026-11-21") -> Key:
    return audience, number, day, name


def test_what_was_told_is_found_under_the_whole_key_only() -> None:
    tags, told = Tags(), Told('"a"', 3)
    tags.keep(key("/one"), told)
    assert tags.get(key("/one")) == told
    others = (key("/two"), key("/one", "public"), key("/one", number=2), key("/one", day="later"))
    assert [tags.get(other) for other in others] == [None] * 4


def test_those_asked_for_longest_ago_go_first() -> None:
    tags = Tags(most=2)
    for name in ("/one", "/two"):
        tags.keep(key(name), Told(f'"{name}"', 1))
    tags.get(key("/one"))
    tags.keep(key("/three"), Told('"3"', 1))
    kept = [name for name in ("/one", "/two", "/three") if tags.get(key(name))]
    assert kept == ["/one", "/three"]


def test_a_newer_tag_takes_the_place_of_an_older() -> None:
    tags = Tags()
    tags.keep(key("/one"), Told('"old"', 1))
    tags.keep(key("/one"), Told('"new"', 2))
    assert tags.get(key("/one")) == Told('"new"', 2)
