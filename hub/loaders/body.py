"""Body -> return, by media type."""

from hub.errors import MediaTypeError
from hub.loaders.agencies import Mapping, read_grid, transcribe
from hub.loaders.agencies.grid import require_layout
from hub.loaders.csv_body import read_csv
from hub.loaders.json_body import read_json
from hub.loaders.loaded import Frame, Loaded
from hub.loaders.xlsx_body import read_xlsx
from hub.vocabulary import Vocabulary, vocabulary

JSON = "application/json"
CSV = "text/csv"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MEDIA_TYPES = (JSON, CSV, XLSX)


def load(
    body: bytes,
    media_type: str,
    *,
    dataset: str,
    agency: str,
    period: str,
    words: Vocabulary | None = None,
    mapping: Mapping | None = None,
) -> Loaded:
    """Read what an agency sent; ``words`` is the shipped vocabulary unless given.

    With a ``mapping`` the body is CSV or XLSX in the agency's own layout.

    Blocks for up to ten seconds on a spreadsheet, which is read in a child process: call it from
    a worker thread in a server.

    Raises:
        MediaTypeError: the media type is none of :data:`MEDIA_TYPES` (415).
        MalformedError: the body cannot be read as what it says it is (400).
        TooLargeError: it holds more rows than a return may (413).
    """
    frame = Frame(dataset, agency, period)
    known = words or vocabulary()
    plain = _plain(media_type)
    if mapping is not None:
        require_layout(plain)
        return transcribe(read_grid(body, plain == XLSX, mapping), mapping, frame, known).load()
    match plain:
        case "application/json":
            return read_json(body, frame, known)
        case "text/csv":
            return read_csv(body, frame, known)
        case _:
            return read_xlsx(body, frame, known)


def require_readable(media_type: str) -> None:
    """Refuse a media type before anything of its body is read.

    Raises:
        MediaTypeError: it is none of :data:`MEDIA_TYPES`.
    """
    _plain(media_type)


def _plain(media_type: str) -> str:
    """The media type without ``charset=utf-8``; any other parameter is refused."""
    name, _, parameter = (part.strip().lower() for part in media_type.partition(";"))
    charset = parameter.replace('"', "") in ("", "charset=utf-8")
    if name not in MEDIA_TYPES or not charset or (name == XLSX and parameter):
        raise MediaTypeError(f"Send one of {', '.join(MEDIA_TYPES)}, in UTF-8.")
    return name
