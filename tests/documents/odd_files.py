"""Files as nobody should bring them: encrypted, with scripts, spelled otherwise, bombs, lies about their size."""

import struct
import zlib
from datetime import date
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import xlwt
from openpyxl import Workbook
from PIL import Image
from pypdf import PdfWriter
from pypdf.generic import DictionaryObject, NameObject, TextStringObject

from kechuang.documents.formats.specimens import (
    Figures,
    page_pdf,
    pdf_of,
    specimen_invoice_ofd,
    specimen_invoice_xml,
    zipped,
)
from kechuang.documents.states import LIMITS, MEGABYTE

FIGURES = Figures(
    "25332000000000000007", "甲", "91330602MA2ABCDE0X", "乙", "12330600471000123X", 106_005, date(2025, 3, 1)
)
PDF, XML, OFD = page_pdf(["服务报告（样例）"]), specimen_invoice_xml(FIGURES), specimen_invoice_ofd(FIGURES)


def xlsx() -> bytes:
    book, out = Workbook(), BytesIO()
    book.active.append(["仪器编号", "名称"])
    book.save(out)
    return out.getvalue()


def xls() -> bytes:
    book, out = xlwt.Workbook(), BytesIO()
    book.add_sheet("一").write(0, 0, "仪器编号")
    book.save(out)
    return out.getvalue()


def image(form: str, size: tuple[int, int] = (8, 8)) -> bytes:
    out = BytesIO()
    Image.new("L", size).save(out, form)
    return out.getvalue()


def made_pdf(edit: object = None, *, password: str = "", pages: int = 1) -> bytes:
    writer, out = PdfWriter(), BytesIO()
    for _page in range(pages):
        writer.add_blank_page(200, 200)
    if callable(edit):
        edit(writer)
    if password:
        writer.encrypt(password, algorithm="RC4-128")
    writer.write(out)
    return out.getvalue()


def action(kind: str) -> bytes:
    def edit(writer: PdfWriter) -> None:
        held = DictionaryObject({NameObject("/S"): NameObject(kind), NameObject("/JS"): TextStringObject("1")})
        writer.root_object[NameObject("/OpenAction")] = writer._add_object(held)

    return made_pdf(edit)


def spelled_otherwise() -> bytes:
    """/#4aS is /JS to every reader."""
    pages = b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>"
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>"
    return pdf_of([b"<< /Type /Catalog /Pages 2 0 R /OpenAction << /S /JavaScrip#74 /#4aS (1) >> >>", pages, page])


def packed() -> bytes:
    """The catalogue with the script lies compressed in an object stream, where no search of the bytes finds it."""
    catalogue = b"<< /Type /Catalog /Pages 2 0 R /OpenAction << /S /JavaScript /JS (1) >> >>"
    stream = zlib.compress(b"1 0 " + catalogue)
    held = {
        2: b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        3: b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>",
        4: b"<< /Type /ObjStm /N 1 /First 4 /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream"
        % (len(stream), stream),
    }
    out, rows = bytearray(b"%PDF-1.5\n"), {0: (0, 0, 65_535), 1: (2, 4, 0)}
    for number, body in held.items():
        rows[number] = (1, len(out), 0)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    rows[5] = (1, len(out), 0)
    table = b"".join(struct.pack(">BIH", *rows[number]) for number in sorted(rows))
    out += b"5 0 obj\n<< /Type /XRef /W [1 4 2] /Size 6 /Root 1 0 R /Length %d >>\nstream\n%s\nendstream\nendobj\n" % (
        len(table),
        table,
    )
    return bytes(out) + b"startxref\n%d\n%%%%EOF\n" % rows[5][1]


def flate_bomb() -> bytes:
    """300 MB of blanks in one content stream."""
    stream = zlib.compress(b" " * (300 * MEGABYTE), 9)
    body = PDF.replace(
        PDF[PDF.index(b"<< /Length") : PDF.index(b"endstream")],
        b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\n" % (len(stream), stream),
    )
    start = body.index(b"xref\n")
    return body[: body.index(b"startxref")] + b"startxref\n%d\n%%%%EOF\n" % start


def bomb(*, size: int = 300 * MEGABYTE, members: int = 1) -> bytes:
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        for number in range(members):
            with archive.open(f"xl/worksheets/sheet{number}.xml", "w", force_zip64=True) as file:
                for _part in range(size // MEGABYTE):
                    file.write(bytes(MEGABYTE))
        archive.writestr("xl/workbook.xml", "<workbook/>")
    return out.getvalue()


def with_member(content: bytes, name: str, body: bytes = b"x", *, mode: int = 0o644) -> bytes:
    out = BytesIO(content)
    with ZipFile(out, "a") as archive:
        info = ZipInfo(name)
        info.external_attr = mode << 16
        archive.writestr(info, body)
    return out.getvalue()


def lying_bomb() -> bytes:
    """The directory says one byte; the data say otherwise."""
    content = bytearray(zipped({"OFD.xml": b"<OFD/>", "Doc_0/Attachs/a.xml": b" " * MEGABYTE * 8}))
    place = content.rindex(b"PK\x01\x02")
    content[place + 24 : place + 28] = struct.pack("<I", 1)
    return bytes(content)


def many_members() -> bytes:
    return zipped(
        {f"xl/{number}.xml": b"" for number in range(LIMITS.members_max + 2)}
        | {"[Content_Types].xml": b"", "xl/workbook.xml": b""}
    )


ENTITY = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>'
LAUGHS = b'<!DOCTYPE a [<!ENTITY b "ha"><!ENTITY c "&b;&b;&b;&b;">]><a>&c;</a>'
