"""The one tree of errors.

::

    HubError
    ├── VocabularyError      a word the hub does not know, or a broken data file
    │   └── PeriodError      a period string that is not one of the typed forms
    ├── MalformedError       a body that cannot be read at all (400)
    ├── InvalidError         a return that breaks rules; carries findings (422)
    ├── TooLargeError        a body over the limit (413)
    ├── HeadTooLargeError    an address and header fields over the limit (431)
    ├── MediaTypeError       a body of a kind the hub does not read (415)
    ├── UnauthenticatedError no token, or one that does not hold (401)
    ├── RefusedError         known caller, not allowed (403)
    │   └── StepUpError      allowed, once the person signs in again with a second factor (401)
    ├── NotFoundError        it does not exist, or must not be known to exist (404)
    ├── ConflictError        the state does not allow it (409)
    │   └── BusyError        somebody else is at the same thing; nothing was done (409)
    ├── PreconditionError    If-Match / If-None-Match did not hold (412)
    ├── RateLimitedError     too many requests; carries seconds to wait (429)
    ├── DisclosureError      a release that the attack broke; never published
    ├── ProviderError        the identity provider does not answer as it must (503)
    ├── DatabaseError        the database cannot be started, reached, or is not fit (503)
    │   ├── OverloadedError      the database took too long or had no room; nothing was done (503)
    │   ├── StorageFullError     its disk is full, or nearly (507)
    │   └── OutcomeUnknownError  the database went away while committing (503)
    ├── KeyFileError         a file of a key or secret is open to others, or none (503)
    └── SettingsError        an unsafe or impossible setting; the hub does not start

Messages never contain a reported number, a token or a person; they say what to do next.
"""


class HubError(Exception):
    """Base of all errors the hub raises on purpose.

    ``code`` is stable and machine-readable, ``status`` the HTTP status it maps to.
    """

    code = "HUB_ERROR"
    status = 500

    def __init__(self, message: str, *, code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        if code is not None:
            self.code = code


class VocabularyError(HubError):
    """A word the hub does not know, or a vocabulary file that contradicts itself."""

    code = "VOCABULARY"
    status = 422


class PeriodError(VocabularyError):
    """A period string that is not one of the typed forms; names the likely readings."""

    code = "PERIOD_FORMAT"
    status = 422


class MalformedError(HubError):
    """A body that cannot be read as what it says it is."""

    code = "MALFORMED"
    status = 400


class InvalidError(HubError):
    """A return that breaks rules; nothing was stored. ``findings`` say which and where."""

    code = "INVALID"
    status = 422

    def __init__(
        self, message: str, *, code: str | None = None, findings: tuple[object, ...] = ()
    ) -> None:
        super().__init__(message, code=code)
        self.findings = findings


class TooLargeError(HubError):
    """A body over the limit."""

    code = "TOO_LARGE"
    status = 413


class HeadTooLargeError(HubError):
    """A request line with header fields over the limit."""

    code = "HEAD_TOO_LARGE"
    status = 431


class MediaTypeError(HubError):
    """A body of a media type the hub does not read."""

    code = "MEDIA_TYPE"
    status = 415


class UnauthenticatedError(HubError):
    """No token, or one that does not hold."""

    code = "UNAUTHENTICATED"
    status = 401


class RefusedError(HubError):
    """A known caller asks for what its grants do not give."""

    code = "REFUSED"
    status = 403


class StepUpError(RefusedError):
    """Allowed, but only soon after signing in with a second factor (RFC 9470).

    ``max_age`` is how long ago that may have been, in seconds.
    """

    code = "STEP_UP"
    status = 401

    def __init__(self, message: str, *, max_age: int) -> None:
        super().__init__(message)
        self.max_age = max_age


class NotFoundError(HubError):
    """It does not exist, or the caller must not learn that it does."""

    code = "NOT_FOUND"
    status = 404


class ConflictError(HubError):
    """The object is in a state that does not allow the act."""

    code = "CONFLICT"
    status = 409


class BusyError(ConflictError):
    """Others were at the same thing for too long, or both waited for each other.

    Nothing was done; asking again is safe.
    """

    code = "BUSY"

    def __init__(self) -> None:
        super().__init__("Somebody else is at the same thing. Nothing was done; ask again.")


class PreconditionError(HubError):
    """``If-Match`` or ``If-None-Match`` did not hold."""

    code = "PRECONDITION"
    status = 412


class RateLimitedError(HubError):
    """Too many requests; ``retry_after`` is in seconds."""

    code = "RATE_LIMITED"
    status = 429

    def __init__(self, message: str, *, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class DisclosureError(HubError):
    """A release whose own attack broke it; it is never published.

    ``cells`` are the places, in the table that was to be protected, of what could not be.
    ``explanations`` say in plain words what a reader could prove. They hold counts, so they are
    for the steward's eyes: they are no part of the message, and of no log.
    """

    code = "DISCLOSURE"
    status = 409

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        cells: tuple[int, ...] = (),
        explanations: tuple[str, ...] = (),
    ) -> None:
        super().__init__(message, code=code)
        self.cells = cells
        self.explanations = explanations


class ProviderError(HubError):
    """The identity provider does not answer, or answers what must not be believed."""

    code = "PROVIDER"
    status = 503


class DatabaseError(HubError):
    """The database cannot be started, reached, or is not fit to hold returns."""

    code = "DATABASE"
    status = 503


class OverloadedError(DatabaseError):
    """A statement was stopped at its time limit, or no connection was free or allowed.

    Nothing was done; asking again a few seconds later is safe.
    """

    code = "OVERLOADED"

    def __init__(self) -> None:
        super().__init__("The database has too much to do. Nothing was kept; ask again soon.")


class StorageFullError(DatabaseError):
    """The disk of the database is full, or nearly (security U11). Nothing was kept."""

    code = "STORAGE_FULL"
    status = 507

    def __init__(self) -> None:
        super().__init__(
            "The hub's disk is full; nothing was kept. Send the same again later; its operators "
            "make room."
        )


class OutcomeUnknownError(DatabaseError):
    """The database went away between COMMIT and its answer (security C5).

    What was asked for has happened wholly or not at all, and nobody knows which.
    """

    code = "OUTCOME_UNKNOWN"

    def __init__(self) -> None:
        super().__init__(
            "The database did not say whether it kept this. Ask again with the same "
            "Idempotency-Key and the same content: it is never done twice."
        )


class KeyFileError(HubError):
    """A file that holds a key or a secret is open to others, cannot be read, or holds none."""

    code = "KEY_FILE"
    status = 503


class SettingsError(HubError):
    """An unsafe or impossible setting; the hub refuses to start and says which."""

    code = "SETTINGS"
    status = 500
