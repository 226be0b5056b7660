"""YAML that an agency wrote, read without following it into the ground.

PyYAML's scanner looks at every bracket that stands open for each token: 64 kB of ``{`` take it
the better part of an hour, and libyaml a quarter of a minute; libyaml's composer goes as deep as
the text nests, and past 5,000 levels brings the process down; aliases of aliases stand for more
than a memory holds. So brackets are counted first, then the events are walked, and only what is
small and shallow is composed.
"""

from typing import Any

import yaml

MOST_BRACKETS = 500
DEEPEST = 20


class StrictYamlError(ValueError):
    """The text is not YAML as the hub reads it; the message says why, without quoting it."""


def read_yaml(text: str, *, aliases: bool = True) -> Any:
    """Read one document of plain values, lists and mappings; a stranger's without ``aliases``.

    Raises:
        StrictYamlError: it is no YAML, nests too deep, or has aliases that are not allowed.
    """
    if text.count("{") + text.count("[") > MOST_BRACKETS:
        raise StrictYamlError(f"has more than {MOST_BRACKETS} brackets; write it line by line")
    try:
        _walk(text, aliases)
        return yaml.load(text, Loader=yaml.CSafeLoader)
    except yaml.YAMLError:
        raise StrictYamlError("is not YAML") from None


def _walk(text: str, aliases: bool) -> None:
    depth = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        if isinstance(event, yaml.AliasEvent) and not aliases:
            raise StrictYamlError("has a YAML alias (*name); write it out")
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            raise StrictYamlError(f"nests more than {DEEPEST} levels")
