"""扫描件: another scan of a paper is the same paper; another invoice on the same form is another."""

from io import BytesIO

import pytest
from PIL import Image

from kechuang.documents.rules import ReducedPage, difference, reduced_pages
from tests.documents.scans import Printed, another, drawn, saved, scanned

PARTS, MOST = 4, 12
ORIGINAL = Printed()


def page(content: bytes, name: str = "扫描件.jpg") -> ReducedPage:
    (found,) = reduced_pages(name, content)
    return found


@pytest.fixture(scope="module")
def first() -> ReducedPage:
    return page(saved(scanned(drawn(ORIGINAL), 11), quality=80))


@pytest.mark.parametrize("seed", [1, 2, 3, 4, 5])
def test_scanned_again_it_is_the_same_paper(first: ReducedPage, seed: int) -> None:
    again = page(saved(scanned(drawn(ORIGINAL), seed), quality=60))
    found = difference(first, again, parts_max=MOST)
    assert found.parts <= PARTS < found.parts_of
    assert found.bits <= 60


@pytest.mark.parametrize("seed", [1, 2, 3, 4, 5])
def test_another_invoice_on_the_same_form_is_another(first: ReducedPage, seed: int) -> None:
    other = page(saved(scanned(drawn(another(ORIGINAL, seed)), 20 + seed), quality=80))
    assert difference(first, other, parts_max=MOST).parts > PARTS


@pytest.mark.parametrize("quality", [30, 60, 95])
def test_saved_anew_smaller_or_as_another_format_it_is_the_same_paper(first: ReducedPage, quality: int) -> None:
    scan = scanned(drawn(ORIGINAL), 11)
    small = scan.resize((scan.width * 3 // 4, scan.height * 3 // 4), Image.Resampling.LANCZOS)
    for again in (page(saved(small, quality=quality)), page(saved(small, "PNG"), "扫描件.png")):
        assert difference(first, again, parts_max=MOST).parts <= PARTS


def test_a_scan_in_a_pdf_is_looked_at_as_the_picture_it_is(first: ReducedPage) -> None:
    again = page(saved(scanned(drawn(ORIGINAL), 6), "PDF"), "扫描件.pdf")
    assert difference(first, again, parts_max=MOST).parts <= PARTS


def test_what_shows_nothing_or_cannot_be_decoded_is_compared_with_nothing() -> None:
    whole = saved(drawn(ORIGINAL))
    assert reduced_pages("白纸.png", saved(Image.new("L", (900, 600), 255), "PNG")) == ()
    assert reduced_pages("印章.png", saved(drawn(ORIGINAL).resize((200, 120)), "PNG")) == ()
    assert reduced_pages("半张.jpg", whole[: len(whole) // 3]) == ()
    assert reduced_pages("发票.xml", b"<?xml version='1.0'?><EInvoice/>") == ()


def test_a_picture_with_a_see_through_ground_is_laid_on_white(first: ReducedPage) -> None:
    grey = scanned(drawn(ORIGINAL), 3)
    ink = Image.new("RGBA", grey.size, (0, 0, 0, 0))
    ink.putalpha(grey.point([255 - value for value in range(256)]))
    held = BytesIO()
    ink.save(held, "PNG")
    assert difference(first, page(held.getvalue(), "扫描件.png"), parts_max=MOST).parts <= PARTS
