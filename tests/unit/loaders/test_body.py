"""The media type decides how a body is read, and only three are."""

import pytest

from hub.errors import MediaTypeError
from hub.loaders import CSV, JSON, XLSX, load
from tests.factory import words


def take(media_type: str) -> bool:
    body = b'{"observations": []}' if "json" in media_type.lower() else b"indicator,area\n"
    load(body, media_type, dataset="D", agency="A", period="CY2017", words=words())
    return True


@pytest.mark.parametrize(
    "media_type",
    [JSON, CSV, "application/json; charset=utf-8", 'text/csv;charset="UTF-8"', "Text/CSV"],
)
def test_known_types_are_read(media_type: str) -> None:
    assert take(media_type)


@pytest.mark.parametrize(
    "media_type",
    [
        "",
        "application/octet-stream",
        "x-application/json-x",
        "application/json-patch+json",
        "application/json; charset=utf-16",
        "text/csv; charset=windows-1252",
        "text/csv; header=present",
        "text/plain",
        "application/vnd.ms-excel",
        "application/vnd.ms-excel.sheet.macroEnabled.12",
        XLSX + "; charset=utf-8",
        "multipart/form-data",
    ],
)
def test_other_types_are_refused(media_type: str) -> None:
    with pytest.raises(MediaTypeError):
        take(media_type)
