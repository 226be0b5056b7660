"""Payload -> return: JSON, CSV or a spreadsheet, read strictly and reported on completely.

Reading decides only whether a cell can be read. Whether the figures make sense is judged by
:mod:`hub.validation`.
"""

from hub.loaders.body import CSV, JSON, MEDIA_TYPES, XLSX, load
from hub.loaders.findings import LoaderCode
from hub.loaders.loaded import MAX_ROWS, Loaded

__all__ = ["CSV", "JSON", "MAX_ROWS", "MEDIA_TYPES", "XLSX", "Loaded", "LoaderCode", "load"]
