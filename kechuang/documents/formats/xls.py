"""Old workbooks (.xls), read with xlrd."""

# xlrd has no types.
# mypy: disallow-untyped-calls=False

import os
from datetime import date, time

import xlrd
from xlrd.biffh import XL_CELL_BOOLEAN, XL_CELL_DATE, XL_CELL_ERROR, XLRDError, error_text_from_code
from xlrd.xldate import xldate_as_tuple

from kechuang.documents.formats.refusals import Encrypted, Unreadable
from kechuang.documents.formats.tables import as_text
from kechuang.kernel.text import gettext_noop as _


def first_sheet(name: str, content: bytes, rows_max: int) -> tuple[list[list[str]], str]:
    """The first sheet's rows, at most so many, and its name; raises Encrypted or Unreadable."""
    try:
        with open(os.devnull, "w") as silence:
            book = xlrd.open_workbook(file_contents=content, on_demand=True, ragged_rows=True, logfile=silence)
            sheet = book.sheet_by_index(0)
            rows = [[xls_text(book, cell) for cell in sheet.row(n)] for n in range(min(sheet.nrows, rows_max))]
    except XLRDError as broken:
        if "encrypted" in str(broken).lower():
            raise Encrypted(name=name) from broken
        raise Unreadable(name=name, rule=_("工作簿无法读取")) from broken
    except Exception as broken:  # xlrd raises many built-in kinds for broken files
        raise Unreadable(name=name, rule=_("工作簿无法读取")) from broken
    return rows, str(sheet.name)


def xls_text(book: xlrd.book.Book, cell: xlrd.sheet.Cell) -> str:
    """A cell as text: days as ISO, numbers in their shortest form."""
    if cell.ctype == XL_CELL_DATE:
        year, month, day, *clock = xldate_as_tuple(cell.value, book.datemode)
        on = date(year, month, day).isoformat()
        return f"{on} {time(*clock).isoformat()}" if any(clock) else on
    if cell.ctype == XL_CELL_BOOLEAN:
        return as_text(bool(cell.value))
    if cell.ctype == XL_CELL_ERROR:
        return str(error_text_from_code.get(cell.value, "#N/A"))
    return as_text(cell.value)
