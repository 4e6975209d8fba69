"""A workbook of several sheets, every cell a text: for reports that are handed in as one file."""

from collections.abc import Sequence
from xml.sax.saxutils import escape

from kechuang.documents.formats import tables
from kechuang.documents.formats.specimens import zipped

_NAME_MAX = 31  # of a sheet, in every spreadsheet program


def write_book(sheets: Sequence[tuple[str, Sequence[Sequence[str]]]]) -> bytes:
    """xlsx with these sheets in this order; names are unique and short, as the programs ask."""
    parts = tables.frame_of([escape(_named(name), {'"': "&quot;"}) for name, _rows in sheets])
    for number, (_name, rows) in enumerate(sheets, start=1):
        parts[f"xl/worksheets/sheet{number}.xml"] = tables.sheet_of(rows)
    return zipped(parts)


def _named(name: str) -> str:
    """Without the characters that no program takes in the name of a sheet."""
    return "".join(char for char in name if char not in "[]:*?/\\")[:_NAME_MAX]
