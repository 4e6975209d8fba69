"""The table of conversion results: rows of text to typed rows, each fault by its row. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kechuang.kernel.errors import Refusal
from kechuang.kernel.identifiers import credit_code
from kechuang.kernel.money import fen_from_yuan
from kechuang.kernel.text import gettext_noop as _
from kechuang.kernel.text import tidy

HEADING = (_("行政区划代码"), _("成果转化实绩（元）"), _("收款单位统一社会信用代码"))


@dataclass(frozen=True, slots=True)
class ResultRow:
    """One row as it was read; `fault` where a cell cannot be read."""

    number: int
    region: str
    fen: int
    credit_code: str
    fault: bool


def read_rows(rows: Sequence[Sequence[str]]) -> Iterator[ResultRow]:
    """Every row below the heading that is not empty; the heading is row 1."""
    for number, cells in enumerate(rows, start=1):
        region, amount, code, *_rest = [*map(tidy, cells), "", "", ""]
        if number == 1 or not (region or amount or code):
            continue
        try:
            yield ResultRow(number, region, fen_from_yuan(amount), credit_code(code), fault=False)
        except Refusal:
            yield ResultRow(number, region, 0, code, fault=True)
