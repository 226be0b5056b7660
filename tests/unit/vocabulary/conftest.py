"""The tiny vocabulary each test may break."""

from pathlib import Path

import pytest

from tests.unit.vocabulary.tiny import Tiny


@pytest.fixture
def tiny(tmp_path: Path) -> Tiny:
    """A sound vocabulary of a few rows."""
    return Tiny(tmp_path)
