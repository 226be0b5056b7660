"""Settings that could not protect anything are refused."""

import pytest

from hub.disclosure.methods import MethodParameters
from hub.errors import DisclosureError
from tests.unit.disclosure.methods.tables import SECRET


def test_the_secret_is_in_no_repr() -> None:
    assert SECRET.decode() not in repr(MethodParameters(secret=SECRET))


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: MethodParameters(base=1),
        lambda: MethodParameters(least_variance=0),
        lambda: MethodParameters(secret=b"short"),
        lambda: MethodParameters(seconds=0),
        lambda: MethodParameters().key(),
    ],
)
def test_what_could_not_protect_is_refused(wrong: object) -> None:
    assert callable(wrong)
    with pytest.raises(DisclosureError):
        wrong()
