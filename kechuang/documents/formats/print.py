"""Sheets that are signed on paper (打印件): title, number, paragraphs, tables, signatures, QR, 第 x 页 共 y 页, as A4 PDF.

One declarative value in, bytes out; the same value always gives the same bytes. Used for the voucher, the commitment,
decisions, payout lists, approval forms, monthly settlement sheets, contracts and the index of a volume.
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Grid:
    """A table. `right` lists columns of figures; `total` is a last row in bold; `widths` are shares of the page's width."""

    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    right: frozenset[int] = frozenset()
    total: Sequence[str] = ()
    widths: Sequence[int] = ()
    caption: str = ""


@dataclass(frozen=True, slots=True)
class Heading:
    text: str


@dataclass(frozen=True, slots=True)
class Signature:
    """One block to sign or seal: 经办人（签字）, 单位（盖章）."""

    label: str
    name: str = ""
    on: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One paper. `blocks` are paragraphs (texts), headings and grids in order; `qr` is what its code says ("" for none).

    `receipt` is where the receipt of the act behind the paper is had (存证凭证): the code then says that, and so does the last
    line, for who has no camera.
    """

    title: str
    number: str
    blocks: Sequence[str | Heading | Grid]
    signatures: Sequence[Signature] = ()
    qr: str = ""
    receipt: str = ""
    subtitle: str = ""
    note: str = ""  # at the foot of every page: 示例参数, 样例


def print_pdf(sheet: Sheet) -> bytes:
    """The sheet as PDF."""
    from kechuang.documents.formats.drawing import drawn  # the library takes long to load: for those who print

    return drawn(sheet)
