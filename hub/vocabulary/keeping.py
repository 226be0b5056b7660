"""A vocabulary as one text, so that a release can keep the words of its time.

Sums, areas and identities of an old vocabulary hold between old figures for ever; a later
release must be protected against whoever remembers them.
"""

import json
from collections.abc import Mapping
from dataclasses import fields
from hashlib import sha256
from typing import Any

from hub.vocabulary.rows import Category, Identity, Membership, Row
from hub.vocabulary.tables import TABLES
from hub.vocabulary.vocabulary import Vocabulary

_DIGITS = 12
"""Of a version: enough that two vocabularies of one hub never share it."""


def text_of(words: Vocabulary) -> str:
    """Write a vocabulary down, without the calendar of returns, which says nothing of figures; the
    same words give the same text."""
    content = {
        one.name: _plain(getattr(words, one.name))
        for one in fields(words)
        if one.name not in ("version", "calendar")
    }
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))


def version_of(words: Vocabulary) -> str:
    """What its releases call a vocabulary: another one as soon as any row differs."""
    return sha256(text_of(words).encode()).hexdigest()[:_DIGITS]


def words_of(text: str, version: str) -> Vocabulary:
    """Read :func:`text_of` back.

    Raises:
        ValueError: the text is of rows that the hub has no more.
    """
    content = json.loads(text)
    tables: dict[str, Any] = {
        name: {code: kind.model_validate(row) for code, row in content[name].items()}
        for name, kind in TABLES.items()
    }
    categories = {
        dimension: {code: Category.model_validate(row) for code, row in rows.items()}
        for dimension, rows in content["categories"].items()
    }
    return Vocabulary(
        **tables,
        categories=categories,
        memberships=tuple(Membership.model_validate(row) for row in content["memberships"]),
        identities=tuple(Identity.model_validate(row) for row in content["identities"]),
        version=version,
    )


def _plain(value: Any) -> Any:
    if isinstance(value, Row):
        return value.model_dump(mode="json")
    if isinstance(value, Mapping):
        return {key: _plain(one) for key, one in value.items()}
    return [_plain(one) for one in value]
