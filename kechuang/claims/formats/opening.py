"""Tables of the opening (期初导入表): rows of text to typed rows, and every fault with its row and column. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Generic, TypeVar

from kechuang.claims.states import OpeningKind
from kechuang.documents.rules import normalised_number
from kechuang.kernel.errors import Refusal
from kechuang.kernel.identifiers import credit_code
from kechuang.kernel.money import Fen, fen_from_yuan
from kechuang.kernel.text import gettext_noop as _
from kechuang.kernel.text import halfwidth, tidy

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class VoucherRow:
    """在用创新券: one voucher issued elsewhere, with what is left of it. `valid_last` is its last day."""

    number: str
    holder_code: str
    face_fen: Fen
    balance_fen: Fen
    valid_from: date
    valid_last: date


@dataclass(frozen=True, slots=True)
class ClaimRow:
    """未办结兑付申请: a settled order with its voucher, its offset, its invoice, and the day the county received it."""

    number: str
    voucher_number: str
    provider_code: str
    service: str
    price_fen: Fen
    offset_fen: Fen
    placed_on: date
    settled_on: date
    received_on: date
    invoice_number: str
    invoice_on: date
    invoice_fen: Fen


@dataclass(frozen=True, slots=True)
class Fault:
    """One cell, or a whole row (column ""), that keeps the table out. The heading is row 1."""

    row: int
    column: str
    text: str = ""
    refusal: Refusal | None = None


@dataclass(frozen=True, slots=True)
class Reading(Generic[T]):
    """What a table says: rows with their number in the file, and what is wrong."""

    rows: tuple[tuple[int, T], ...]
    faults: tuple[Fault, ...]


def _day(typed: str) -> date:
    """2025-03-01, 2025/3/1, 2025.3.1 and 2025年3月1日."""
    parts = typed.replace("年", "-").replace("月", "-").replace("日", "").replace("/", "-").replace(".", "-").split("-")
    year, month, day = (int(part) for part in parts)
    return date(year, month, day)


def _some(typed: str) -> str:
    if not typed:
        raise ValueError
    return typed


_Parse = Callable[[str], Any]
_COLUMNS: dict[OpeningKind, dict[str, tuple[str, _Parse]]] = {
    OpeningKind.VOUCHERS: {
        "number": (_("券号"), _some),
        "holder_code": (_("持券单位统一社会信用代码"), credit_code),
        "face_fen": (_("券面额度（元）"), fen_from_yuan),
        "balance_fen": (_("当前余额（元）"), fen_from_yuan),
        "valid_from": (_("有效期起"), _day),
        "valid_last": (_("有效期止（含当日）"), _day),
    },
    OpeningKind.CLAIMS: {
        "number": (_("原订单号"), _some),
        "voucher_number": (_("券号"), _some),
        "provider_code": (_("服务机构统一社会信用代码"), credit_code),
        "service": (_("服务名称"), _some),
        "price_fen": (_("价款（元，含税）"), fen_from_yuan),
        "offset_fen": (_("抵扣金额（元）"), fen_from_yuan),
        "placed_on": (_("下单日期"), _day),
        "settled_on": (_("结算日期"), _day),
        "received_on": (_("收到兑付申请日期"), _day),
        "invoice_number": (_("发票号码"), normalised_number),
        "invoice_on": (_("开票日期"), _day),
        "invoice_fen": (_("发票价税合计（元）"), fen_from_yuan),
    },
}
_ROWS: dict[OpeningKind, type[VoucherRow] | type[ClaimRow]] = {
    OpeningKind.VOUCHERS: VoucherRow,
    OpeningKind.CLAIMS: ClaimRow,
}


def heading(kind: OpeningKind) -> list[str]:
    """The first row of the empty table (空白表)."""
    return [label for label, _parse in _COLUMNS[kind].values()]


def column_of(kind: OpeningKind, field: str) -> str:
    """The heading of a field, for faults that a command finds; "" for what concerns the whole row."""
    return _COLUMNS[kind][field][0] if field in _COLUMNS[kind] else ""


def read(kind: OpeningKind, rows: Sequence[Sequence[str]]) -> Reading[Any]:
    """Every row that can be read, and every fault of those that cannot; a number given twice is one."""
    named = [tidy(cell) for cell in rows[0]] if rows else []
    where = {field: named.index(label) for field, (label, _parse) in _COLUMNS[kind].items() if label in named}
    missing = [label for field, (label, _parse) in _COLUMNS[kind].items() if field not in where]
    if missing:
        return Reading((), tuple(Fault(1, label, _("表头缺少这一列")) for label in missing))
    good: list[tuple[int, Any]] = []
    faults: list[Fault] = []
    seen: set[str] = set()
    for number, cells in enumerate(rows[1:], start=2):
        if not any(tidy(cell) for cell in cells):
            continue
        given = {field: tidy(cells[at]) if at < len(cells) else "" for field, at in where.items()}
        values, wrong = _row(kind, number, given)
        if not wrong and values["number"] in seen:
            wrong = [Fault(number, column_of(kind, "number"), _("与前面的行重复"))]
        faults += wrong
        if not wrong:
            seen.add(values["number"])
            good.append((number, _ROWS[kind](**values)))
    if not good and not faults:
        faults.append(Fault(1, "", _("表中没有内容")))
    return Reading(tuple(good), tuple(faults))


def _row(kind: OpeningKind, number: int, given: Mapping[str, str]) -> tuple[dict[str, Any], list[Fault]]:
    values: dict[str, Any] = {}
    faults: list[Fault] = []
    for field, (label, parse) in _COLUMNS[kind].items():
        try:
            values[field] = parse(halfwidth(given[field]) if parse is not _some else given[field])
        except Refusal as refusal:
            faults.append(Fault(number, label, refusal=refusal))
        except ValueError:
            text = _("未填写") if not given[field] else _("不是可读的日期，请写成 2025-03-01")
            faults.append(Fault(number, label, text))
    return values, faults
