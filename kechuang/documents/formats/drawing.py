"""How a sheet is drawn (打印件绘制): fonts, margins, tables, signatures, the page's frame and its code."""

# reportlab has no types.
# mypy: disallow-untyped-calls=False, disallow-subclassing-any=False

from collections.abc import Sequence
from functools import cache
from io import BytesIO
from pathlib import Path
from xml.sax.saxutils import escape

import segno
from reportlab.lib import colors
from reportlab.lib.enums import TA_CENTER, TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus.doctemplate import SimpleDocTemplate
from reportlab.platypus.flowables import CondPageBreak, Flowable, KeepTogether, Spacer
from reportlab.platypus.paragraph import Paragraph
from reportlab.platypus.tables import Table, TableStyle

from kechuang.documents.formats.print import Grid, Heading, Sheet, Signature

_FONTS = Path(__file__).parents[2] / "ui" / "static" / "vendor" / "fonts"
_READERS_OWN = "STSong-Light"  # not embedded: the reader's own Song typeface
_MARGIN, _QR_SIZE = 20 * mm, 18 * mm
_ROOM_UNDER_HEADING = 40 * mm
_BLANK_DAY = "年月日".replace("", "\u00a0" * 6).rstrip("\u00a0")
_BODY, _SMALL, _TITLE = 10.5, 8.5, 16


def drawn(sheet: Sheet) -> bytes:
    """The sheet as PDF, by reportlab."""
    out = BytesIO()
    document = SimpleDocTemplate(
        out,
        pagesize=A4,
        leftMargin=_MARGIN,
        rightMargin=_MARGIN,
        topMargin=_MARGIN + 6 * mm,
        bottomMargin=_MARGIN,
        title=sheet.title,
        author="kechuang",
        invariant=1,
    )
    story: list[Flowable] = [
        Paragraph(escape(sheet.title), _style(_TITLE, bold=True, alignment=TA_CENTER, spaceAfter=4))
    ]
    if sheet.subtitle:
        story.append(Paragraph(escape(sheet.subtitle), _style(_BODY, alignment=TA_CENTER)))
    story.append(Spacer(1, 5 * mm))
    for block in sheet.blocks:
        story += _flowables(block, document.width)
    if sheet.signatures:
        story.append(KeepTogether([Spacer(1, 8 * mm), _signatures(sheet.signatures, document.width)]))
    if sheet.receipt:
        line = f"存证凭证：{sheet.receipt}（扫码或打开此地址取得，用 kechuang-verify 可脱离本平台核验）"
        story.append(Paragraph(escape(line), _style(_SMALL, spaceBefore=6)))
    document.build(story, canvasmaker=_canvas_of(sheet))
    return out.getvalue()


@cache
def font(*, bold: bool = False) -> str:
    """The vendored Chinese typeface when it is there (embedded as a subset), else the reader's own Song, which has no bold."""
    name = "NotoSansSC-Bold" if bold else "NotoSansSC-Regular"
    if (path := _FONTS / f"{name}.ttf").exists():
        pdfmetrics.registerFont(TTFont(name, path))
        return name
    pdfmetrics.registerFont(UnicodeCIDFont(_READERS_OWN))
    return _READERS_OWN


def _style(size: float, *, bold: bool = False, **more: object) -> ParagraphStyle:
    return ParagraphStyle(name="", fontName=font(bold=bold), fontSize=size, leading=size * 1.6, wordWrap="CJK", **more)


def _flowables(block: str | Heading | Grid, width: float) -> list[Flowable]:
    if isinstance(block, Grid):
        caption = [Paragraph(escape(block.caption), _style(_BODY, bold=True))] if block.caption else []
        return [*caption, _table(block, width), Spacer(1, 4 * mm)]
    if isinstance(block, Heading):
        heading = Paragraph(escape(block.text), _style(_BODY + 1.5, bold=True, spaceBefore=6, spaceAfter=3))
        return [CondPageBreak(_ROOM_UNDER_HEADING), heading]
    return [Paragraph(escape(block).replace("\n", "<br/>").replace("　", "\u00a0" * 2), _style(_BODY, spaceAfter=3))]


def _table(grid: Grid, width: float) -> Table:
    shares = grid.widths or [1] * len(grid.head)
    assert len(shares) == len(grid.head), "a width for every column"
    body = [*grid.rows, *([grid.total] if grid.total else [])]
    cells = [[Paragraph(escape(text), _style(_SMALL, bold=True, alignment=TA_CENTER)) for text in grid.head]]
    cells += [_row(row, grid.right, bold=row is grid.total) for row in body]
    style = [
        ("GRID", (0, 0), (-1, -1), 0.4, colors.HexColor("#8a94a6")),
        ("BACKGROUND", (0, 0), (-1, 0), colors.HexColor("#eef1f6")),
        ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
        ("TOPPADDING", (0, 0), (-1, -1), 2),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
    ]
    if grid.total:
        style.append(("BACKGROUND", (0, -1), (-1, -1), colors.HexColor("#f7f8fa")))
    widths = [width * share / sum(shares) for share in shares]
    return Table(cells, colWidths=widths, repeatRows=1, style=TableStyle(style))


def _row(row: Sequence[str], right: frozenset[int], *, bold: bool) -> list[Paragraph]:
    plain, figures = _style(_SMALL, bold=bold), _style(_SMALL, bold=bold, alignment=TA_RIGHT)
    return [Paragraph(escape(text), figures if column in right else plain) for column, text in enumerate(row)]


def _signatures(signatures: Sequence[Signature], width: float) -> Table:
    """Two blocks in a row, each with its line for the day."""
    texts = [
        f"{escape(each.label)}：{escape(each.name)}<br/><br/>日期：{escape(each.on) or _BLANK_DAY}"
        for each in signatures
    ]
    cells = [Paragraph(text, _style(_BODY)) for text in texts]
    rows = [[*cells[i : i + 2], ""][:2] for i in range(0, len(cells), 2)]
    return Table(rows, colWidths=[width / 2] * 2, style=TableStyle([("BOTTOMPADDING", (0, 0), (-1, -1), 14)]))


def _canvas_of(sheet: Sheet) -> type[Canvas]:
    class Numbered(Canvas):
        """Knows the number of pages only at the end, so pages are held back until then."""

        def __init__(self, *args: object, **kwargs: object) -> None:
            super().__init__(*args, **kwargs)
            self.held: list[dict[str, object]] = []

        def showPage(self) -> None:  # noqa: N802 (reportlab's name)
            self.held.append(dict(self.__dict__))
            self._startPage()

        def save(self) -> None:
            for place, page in enumerate(self.held, start=1):
                self.__dict__.update(page)
                _frame(self, sheet, place, len(self.held))
                super().showPage()
            super().save()

    return Numbered


def _frame(canvas: Canvas, sheet: Sheet, place: int, pages: int) -> None:
    """Number on top, QR on the first page, page count at the foot."""
    width, height = A4
    canvas.setFont(font(), _SMALL)
    canvas.setFillColor(colors.HexColor("#5b6472"))
    canvas.drawString(_MARGIN, height - 13 * mm, f"编号：{sheet.number}" if sheet.number else "")
    canvas.drawCentredString(width / 2, 11 * mm, f"第 {place} 页  共 {pages} 页")
    canvas.drawString(_MARGIN, 11 * mm, sheet.note)
    if (code := sheet.receipt or sheet.qr) and place == 1:
        _qr(canvas, code, width - _MARGIN - _QR_SIZE, height - 8 * mm - _QR_SIZE)


def _qr(canvas: Canvas, text: str, left: float, bottom: float) -> None:
    matrix = segno.make(text, error="m", micro=False).matrix
    side = _QR_SIZE / len(matrix)
    canvas.setFillColor(colors.black)
    for y, row in enumerate(matrix):
        for x, dark in enumerate(row):
            if dark:
                canvas.rect(left + x * side, bottom + (len(matrix) - 1 - y) * side, side, side, stroke=0, fill=1)
