"""Prints of papers (指纹): what a report's results come to, so that alike ones are found without reading them again."""

import hashlib
import re
from collections.abc import Collection, Sequence

from kechuang.screening.states import (
    BAND_ROWS,
    BANDS,
    HASH_BYTES,
    LAYOUT_BAND_BITS,
    LAYOUT_BITS,
    NUMBER_DIGITS_MIN,
    NUMBERS_KEPT_MAX,
)

_NUMBER = re.compile(r"(?<![\w.])\d+\.\d+(?![\w.])")


def results_of(text: str) -> tuple[int, ...]:
    """The hashes of the measured values of a report (结果数据): decimal numbers with enough digits to be no accident.

    Whole numbers are dates, counts and standards, and are passed over; the same value twice counts twice.
    """
    seen: dict[str, int] = {}
    found = []
    for number in _NUMBER.findall(text)[:NUMBERS_KEPT_MAX]:
        if len(number.replace(".", "").lstrip("0")) >= NUMBER_DIGITS_MIN:
            seen[number] = seen.get(number, 0) + 1
            found.append(hashed(f"{number}#{seen[number]}"))
    return tuple(found)


def hashed(text: str) -> int:
    """A hash that PostgreSQL keeps as a bigint."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=HASH_BYTES).digest(), "big", signed=True)


def bands_of(pieces: Collection[int]) -> tuple[int, ...]:
    """By which alike sets are found (局部敏感哈希): each band is a hash of the smallest pieces under its own orders.

    Two sets that share most of their pieces agree in some band; two that share little agree in none, nearly always.
    """
    if not pieces:
        return ()
    return tuple(hashed(f"{band}:{_smallest(pieces, band)}") for band in range(BANDS))


def bands_of_layout(pieces: Sequence[int]) -> tuple[int, ...]:
    """By which pictures of one layout are found: its hash cut into bands. Two that differ in few bits agree in some band."""
    ones = (1 << LAYOUT_BAND_BITS) - 1
    return tuple(
        hashed(f"layout {place}:{shift}:{piece >> shift & ones}")
        for place, piece in enumerate(pieces)
        for shift in range(0, LAYOUT_BITS, LAYOUT_BAND_BITS)
    )


def _smallest(pieces: Collection[int], band: int) -> Sequence[int]:
    rows = range(band * BAND_ROWS, (band + 1) * BAND_ROWS)
    return [min(_mixed(piece, row) for piece in pieces) for row in rows]


def _mixed(piece: int, row: int) -> int:
    """Another order of the pieces for each row: multiplied by an odd number of its own, within 64 bits."""
    return (piece * _FACTORS[row] + row) & _MASK


_MASK = (1 << HASH_BYTES * HASH_BYTES) - 1
_FACTORS = tuple(hashed(f"row{row}") | 1 for row in range(BANDS * BAND_ROWS))
