"""What an address asks: parameters that files and pages read in the same way."""

from starlette.requests import Request

from hub.errors import MalformedError
from hub.views.overview import Comparator


def parameter(request: Request, name: str) -> str:
    """A query parameter that must be there.

    Raises:
        MalformedError: it is missing.
    """
    found = request.query_params.get(name)
    if not found:
        raise MalformedError(f"The parameter {name} is missing.")
    return found


def comparator_of(name: str) -> Comparator:
    """A comparator by its name.

    Raises:
        MalformedError: there is none of that name; the message lists those there are.
    """
    try:
        return Comparator(name)
    except ValueError:
        known = ", ".join(Comparator)
        raise MalformedError(f"The parameter comparator is one of {known}.") from None
