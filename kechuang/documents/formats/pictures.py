"""Papers as pictures (扫描件、照片): set straight, cut to what is printed, reduced, and held against one another.

Scans of forms are alike as a whole: what tells one invoice from another on the same form are a few words. So two pictures
are compared part by part, each part shifted by the little that two scans differ in, and the parts that stay different are
counted. Pages that lie on their side, photographs taken at a slant and handwriting over the print are not made out.
"""

import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from itertools import pairwise
from typing import Any

import dhash

from kechuang.documents.formats.upload import media_of
from kechuang.documents.states import LIMITS, Media

WIDTH, HEIGHT = 768, 512  # of a reduced page, in dots
_PART = (24, 16)
_GRID = (WIDTH // _PART[0], HEIGHT // _PART[1])
_SIDE = 16  # of the hash of the layout: a row and a column for each
_LONGEST, _SKEW_SIDE = 1_400, 500
_PAGES_MAX, _PICTURES_MAX = 2, 4
_SMALLEST = (300, 200)  # stamps, codes and logos are smaller
_BLANK, _DARK, _LEVEL = 48, 188, 16
_INK, _EDGE = 140, 2
_INKED = 12  # mean darkness from which on a part says something
_INKED_PARTS_MIN = 40  # a page with less on it is no paper
_ALIKE_BP, _SURELY_BP, _WHOLE = 8_900, 9_400, 10_000  # correlation of two parts
_REACH = 3
_SHIFTS = sorted(
    ((dx, dy) for dx in range(-_REACH, _REACH + 1) for dy in range(-_REACH, _REACH + 1)),
    key=lambda step: (abs(step[0]) + abs(step[1]), step),
)
_layout: Callable[..., tuple[int, int]] = dhash.dhash_row_col
_SQUARES = [value * value for value in range(256)]


@dataclass(frozen=True, slots=True)
class ReducedPage:
    """One page reduced (票面): the hash of its layout in 64-bit pieces, and its dots, packed."""

    layout: tuple[int, ...]
    dots: bytes


@dataclass(frozen=True, slots=True)
class Difference:
    """How two pages differ: parts that are not the same, of those with anything on them; bits of the layout."""

    parts: int
    parts_of: int
    bits: int


def reduced_pages(name: str, content: bytes) -> tuple[ReducedPage, ...]:
    """The pages of an upload that are pictures: of a JPG or PNG the picture, of a PDF the scans in it; () of anything else.

    A picture that cannot be decoded is none: it was looked at when it was uploaded, and here it only is not compared.
    """
    found = []
    for image in _images(name, content):
        page = _reduced(image)
        if page is not None:
            found.append(page)
    return tuple(found)


def _images(name: str, content: bytes) -> Iterator[Any]:
    media = media_of(name, content)
    if media in (Media.JPG, Media.PNG):
        yield from _opened(content)
    elif media is Media.PDF and b"/Image" in content:  # a picture is a stream, and its head is never packed
        yield from _scans(content)


def _opened(content: bytes) -> Iterator[Any]:
    from PIL import Image, ImageOps

    try:
        with Image.open(BytesIO(content), formats=["JPEG", "PNG"]) as image:
            image.draft("L", (_LONGEST, _LONGEST))
            yield ImageOps.exif_transpose(image).copy()
    except Exception:  # Pillow raises many kinds for broken images
        return


def _scans(content: bytes) -> Iterator[Any]:
    """The large pictures on the first pages."""
    from pypdf import PdfReader

    left = _PICTURES_MAX
    try:
        reader: Any = PdfReader(BytesIO(content))  # its objects are of any kind
        for page in reader.pages[:_PAGES_MAX]:
            names = page.images.keys()  # its values are decoded one by one
            for key in names:
                held = page["/Resources"]["/XObject"][key] if isinstance(key, str) else None
                width, height = (int(held.get(side, 0)) for side in ("/Width", "/Height")) if held else (0, 0)
                if left and _large(width, height):
                    left -= 1
                    yield page.images[key].image
    except (
        Exception
    ):  # pypdf raises nearly every built-in kind; a picture packed in a way it does not read is passed over
        return


def _large(width: int, height: int) -> bool:
    least = min(_SMALLEST)
    return min(width, height) >= least and width * height <= LIMITS.pixels_max and max(width, height) >= max(_SMALLEST)


def _reduced(image: Any) -> ReducedPage | None:
    from PIL import Image, ImageFilter, ImageOps

    if not _large(*image.size):
        return None
    if image.mode in ("RGBA", "LA", "P"):
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image.convert("RGBA"))
    grey = ImageOps.autocontrast(image.convert("L"), cutoff=1)
    grey.thumbnail((_LONGEST, _LONGEST))
    straight = grey.rotate(_skew(grey), resample=Image.Resampling.BICUBIC, fillcolor=255, expand=True)
    ink = straight.filter(ImageFilter.MedianFilter(3)).point([255] * _INK + [0] * (256 - _INK))
    page = straight.crop(_printed(ink)).resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS)
    dark = ImageOps.autocontrast(ImageOps.invert(page), cutoff=(50, 0.5)).filter(ImageFilter.GaussianBlur(1.3))
    levels = [max(0, min(255, (v - _BLANK) * 255 // (_DARK - _BLANK))) // _LEVEL * _LEVEL for v in range(256)]
    dots = dark.point(levels)
    if sum(mean >= _INKED for mean in dots.resize(_GRID, Image.Resampling.BOX).tobytes()) < _INKED_PARTS_MIN:
        return None
    small = dots.resize((_SIDE + 1, _SIDE + 1), Image.Resampling.BOX).tobytes()
    row, column = _layout(list(small), size=_SIDE)
    return ReducedPage((*_pieces(row), *_pieces(column)), zlib.compress(dots.tobytes(), 6))


def _pieces(bits: int) -> Iterator[int]:
    """A hash in pieces that PostgreSQL keeps as bigints."""
    whole = bits.to_bytes(_SIDE * _SIDE // 8, "big")
    for start in range(0, len(whole), 8):
        yield int.from_bytes(whole[start : start + 8], "big", signed=True)


def _skew(grey: Any) -> float:
    """By how much a page lies askew, in degrees: straight, its lines of print and its gaps are sharpest."""
    from PIL import Image, ImageOps

    small = ImageOps.invert(grey)
    small.thumbnail((_SKEW_SIDE, _SKEW_SIDE))

    def sharpness(tenths: int) -> int:
        turned = small.rotate(tenths / 10, resample=Image.Resampling.BILINEAR, fillcolor=0)
        rows = turned.resize((1, turned.height), Image.Resampling.BOX).tobytes()
        return sum((one - other) ** 2 for one, other in pairwise(rows))

    nearly = max(range(-30, 31, 5), key=sharpness)
    return max(range(nearly - 5, nearly + 6), key=sharpness) / 10


def _printed(ink: Any) -> tuple[int, int, int, int]:
    """The rectangle that holds what is printed."""
    from PIL import Image

    columns = ink.resize((ink.width, 1), Image.Resampling.BOX).tobytes()
    rows = ink.resize((1, ink.height), Image.Resampling.BOX).tobytes()
    (left, right), (top, bottom) = _ends(columns), _ends(rows)
    return left, top, right, bottom


def _ends(means: Sequence[int]) -> tuple[int, int]:
    inked = [place for place, mean in enumerate(means) if mean >= _EDGE]
    return (inked[0], inked[-1] + 1) if inked and inked[-1] > inked[0] else (0, len(means))


def layout_bits(one: Sequence[int], other: Sequence[int]) -> int:
    """How many bits two hashes of layouts differ in (汉明距离)."""
    mask = (1 << 64) - 1
    return sum(((a ^ b) & mask).bit_count() for a, b in zip(one, other, strict=True))


def difference(one: ReducedPage, other: ReducedPage, *, parts_max: int) -> Difference:
    """How two reduced pages differ; no more than one part beyond `parts_max` is counted."""
    from PIL import Image, ImageChops

    first, second = (Image.frombytes("L", (WIDTH, HEIGHT), zlib.decompress(page.dots)) for page in (one, other))

    def means(image: Any) -> bytes:
        return bytes(image.resize(_GRID, Image.Resampling.BOX).tobytes())

    inked = [max(pair) >= _INKED for pair in zip(means(first), means(second), strict=True)]
    products = (ImageChops.multiply(*pair) for pair in ((first, first), (second, second), (first, second)))
    alike = [_correlated(a, b, ab, _SURELY_BP) for a, b, ab in zip(*map(means, products), strict=True)]
    doubtful = [
        place for place, (is_inked, is_alike) in enumerate(zip(inked, alike, strict=True)) if is_inked > is_alike
    ]
    both = ((first, second), (second, first))  # a part cut through on the one page may lie whole on the other
    differing = min(_differing(*pair, doubtful, parts_max) for pair in both)
    return Difference(differing, sum(inked), layout_bits(one.layout, other.layout))


def _differing(first: Any, second: Any, places: Sequence[int], parts_max: int) -> int:
    """How many parts of the one are not found in the other; no more than one beyond `parts_max` is counted."""
    count, last = 0, (0, 0)
    for place in places:
        found = _found_at(first, second, place, last)
        count += found is None
        last = found or last
        if count > parts_max:
            break
    return count


def _found_at(first: Any, second: Any, place: int, last: tuple[int, int]) -> tuple[int, int] | None:
    """The shift by which a part of the one is found in the other; None where it is not there."""
    from PIL import ImageChops

    width, height = _PART
    x, y = place % _GRID[0] * width, place // _GRID[0] * height
    own = first.crop((x, y, x + width, y + height))
    strength = _strength(own)
    for dx, dy in (last, *_SHIFTS):
        there = second.crop((x + dx, y + dy, x + dx + width, y + dy + height))
        theirs = _strength(there)
        common = strength + theirs - _strength(ImageChops.difference(own, there))  # twice their product
        if common > 0 and _correlated(2 * strength, 2 * theirs, common, _ALIKE_BP):
            return dx, dy
    return None


def _strength(image: Any) -> int:
    return sum(square * count for square, count in zip(_SQUARES, image.histogram(), strict=True) if count)


def _correlated(one: int, other: int, product: int, least_bp: int) -> bool:
    return product * product * _WHOLE * _WHOLE >= one * other * least_bp * least_bp
