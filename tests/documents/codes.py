"""The code on a drawn sheet, read back from the PDF: its dark modules, as a scanner would find them."""

import json
from io import BytesIO

import segno
from django.conf import settings
from django.test import Client
from pypdf import PdfReader

from kechuang.trail.queries import receipt_address

Modules = list[list[bool]]


def code_of(content: bytes) -> Modules:
    """The squares on the first page, by row and column; [] where there are none.

    Of a QR code all four edges are touched by dark modules, so that its size follows from the squares alone.
    """
    squares: list[tuple[float, float, float]] = []

    def see(operator: bytes, operands: list[object], _matrix: object, _text: object) -> None:
        if operator == b"re":
            left, bottom, width, height = (float(one) for one in operands)  # type: ignore[arg-type]
            if abs(width - height) < width / 100:
                squares.append((left, bottom, width))

    PdfReader(BytesIO(content)).pages[0].extract_text(visitor_operand_before=see)
    if not squares:
        return []
    left, bottom = (min(one[place] for one in squares) for place in (0, 1))
    dark = {(round((y - bottom) / side), round((x - left) / side)) for x, y, side in squares}
    size = 1 + max(column for _row, column in dark)
    return [[(row, column) in dark for column in range(size)] for row in reversed(range(size))]


def leads_to_receipt(content: bytes, object_id: str) -> bool:
    """Whether the code on a paper says where the receipt of this record's last act is had, and anybody gets it there."""
    address = receipt_address(object_id)
    if not address or code_of(content) != code_saying(address):
        return False
    path = address.removeprefix(str(settings.SITE_ADDRESS))
    act = json.loads(json.loads(Client().get(f"{path}/json").content)["leaf"])["act"]
    return bool(act["object_id"] == object_id)


def code_saying(text: str) -> Modules:
    """What the code of a text looks like."""
    return [[bool(one) for one in row] for row in segno.make(text, error="m", micro=False).matrix]
