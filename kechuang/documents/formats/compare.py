"""Invoice against order, contract and payment (比对): every comparison is shown with both values, none is hidden in a verdict.

`invoice_amount` says whether the order's figure is compared with the gross or the net amount, `invoice_covers` whether the
invoice is for the full price or for the enterprise's own share only. Both are readings of the pack; nothing is decided here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from kechuang.documents.formats.fields import same_name
from kechuang.documents.formats.invoice import Invoice, Trust
from kechuang.kernel.money import Fen, split_largest_remainder, yuan
from kechuang.kernel.text import gettext_noop as _

_NUMBER_CHARS = 20
_NOTHING = Fen(0)


class Verdict(StrEnum):
    AGREES = "agrees"  # 一致
    DIFFERS = "differs"  # 不一致
    MISSING = "missing"  # 缺失


VERDICT_LABELS: dict[Verdict, str] = {
    Verdict.AGREES: _("一致"),
    Verdict.DIFFERS: _("不一致"),
    Verdict.MISSING: _("缺失"),
}


class Amount(StrEnum):
    """`invoice_amount`: which amount of the invoice counts."""

    GROSS = "gross"  # 价税合计
    NET = "net"  # 不含税金额


class Covers(StrEnum):
    """`invoice_covers`: what the invoice is issued for."""

    FULL_PRICE = "full_price"  # 全价开票
    OWN_SHARE = "own_share"  # 按自付款开票


@dataclass(frozen=True, slots=True)
class Comparison:
    """One row of the evidence table. `name` is stable, `label` the words; `article` where the rule stands, `reason` why."""

    name: str
    label: str
    verdict: Verdict
    expected: str
    found: str
    article: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Allocation:
    """分摊: how much of one invoice's gross is claimed for this order."""

    number: str
    fen: Fen
    elsewhere_fen: Fen = _NOTHING  # already claimed for other orders, never to pass the invoice's gross together


@dataclass(frozen=True, slots=True)
class Expected:
    """What order, contract and payment say. `articles` by the name of a comparison, from the order's fixed terms."""

    buyer_name: str
    seller_name: str
    price_fen: Fen
    own_share_fen: Fen
    ordered_on: date
    buyer_code: str = ""  # "" for a maker without a firm
    seller_code: str = ""
    invoice_amount: Amount = Amount.GROSS
    invoice_covers: Covers = Covers.FULL_PRICE
    contract_fen: Fen | None = None  # None: no contract figure is held
    paid_fen: Fen | None = None  # None: no payment evidence is held
    claimed_on: date | None = None
    articles: Mapping[str, str] = field(default_factory=dict)

    @property
    def invoiced_fen(self) -> Fen:
        return self.price_fen if self.invoice_covers is Covers.FULL_PRICE else self.own_share_fen


def compare(
    invoices: Sequence[Invoice], expected: Expected, allocations: Sequence[Allocation] = ()
) -> tuple[Comparison, ...]:
    """All comparisons of one claim. Several invoices (instalments) or one over several orders need `allocations`.

    Without allocations every invoice counts whole. Invoices are numbered in the rows only when there are several.
    """
    rows: list[Comparison] = []
    if not invoices:
        rows.append(_row(expected, "invoice", _("发票"), Verdict.MISSING, _("应附发票"), "", _("没有可读取的发票")))
    for place, invoice in enumerate(invoices, start=1):
        suffix = f"_{place}" if len(invoices) > 1 else ""
        rows += _one(invoice, expected, suffix)
    if invoices:
        rows.append(_amount(invoices, expected, allocations))
        rows += _allocated(invoices, expected, allocations)
    return (*rows, *_contract_and_payment(expected))


def clean(rows: Sequence[Comparison]) -> bool:
    """Whether every comparison agrees: such claims can be confirmed together (批量确认)."""
    return all(row.verdict is Verdict.AGREES for row in rows)


def _one(invoice: Invoice, expected: Expected, suffix: str) -> list[Comparison]:
    rows = [
        _name(expected, f"buyer_name{suffix}", _("购买方名称"), expected.buyer_name, invoice.buyer_name),
        _name(expected, f"seller_name{suffix}", _("销售方名称"), expected.seller_name, invoice.seller_name),
    ]
    for name, label, wanted, found in (
        ("buyer_code", _("购买方代码"), expected.buyer_code, invoice.buyer_code),
        ("seller_code", _("销售方代码"), expected.seller_code, invoice.seller_code),
    ):
        if wanted:
            rows.append(_text(expected, name + suffix, label, wanted, found))
    return [
        *rows,
        _dated(invoice, expected, suffix),
        _numbered(invoice, expected, suffix),
        *_written(invoice, expected, suffix),
    ]


def _name(expected: Expected, name: str, label: str, wanted: str, found: str) -> Comparison:
    verdict = Verdict.MISSING if not found else Verdict.AGREES if same_name(wanted, found) else Verdict.DIFFERS
    return _row(expected, name, label, verdict, wanted, found)


def _text(expected: Expected, name: str, label: str, wanted: str, found: str) -> Comparison:
    verdict = Verdict.MISSING if not found else Verdict.AGREES if wanted == found else Verdict.DIFFERS
    return _row(expected, name, label, verdict, wanted, found)


def _dated(invoice: Invoice, expected: Expected, suffix: str) -> Comparison:
    """Not before the order (费用不得早于下单), and not after the claim."""
    early = invoice.issued_on < expected.ordered_on
    late = expected.claimed_on is not None and invoice.issued_on > expected.claimed_on
    reason = _("开票日期早于下单日期") if early else _("开票日期晚于申兑日期") if late else ""
    verdict = Verdict.DIFFERS if reason else Verdict.AGREES
    wanted, found = expected.ordered_on.isoformat(), invoice.issued_on.isoformat()
    return _row(expected, f"issued_on{suffix}", _("开票日期不早于下单"), verdict, wanted, found, reason)


def _numbered(invoice: Invoice, expected: Expected, suffix: str) -> Comparison:
    """A 数电票 number begins with the year of issue; old code and number are taken as they are."""
    old = bool(invoice.old_code) or len(invoice.number) != _NUMBER_CHARS
    fits = old or invoice.number.startswith(f"{invoice.issued_on.year % 100:02d}")
    wanted = _("发票代码加号码") if old else _("20 位，前两位为开票年份")
    reason = "" if fits else _("号码中的年份与开票日期不符")
    verdict = Verdict.AGREES if fits else Verdict.DIFFERS
    return _row(expected, f"number{suffix}", _("发票号码"), verdict, wanted, invoice.number, reason)


def _written(invoice: Invoice, expected: Expected, suffix: str) -> list[Comparison]:
    capital = Verdict.MISSING if invoice.capital_fen is None else Verdict.AGREES
    if invoice.capital_fen not in (None, invoice.gross_fen):
        capital = Verdict.DIFFERS
    red = _("红字发票不能申兑") if invoice.red else ""
    full = invoice.trust is Trust.FULL
    source = "" if full else _("由版式文字读取，请对照原件")
    return [
        _row(expected, f"capital{suffix}", _("大写金额"), capital, yuan(invoice.gross_fen), invoice.capital_text),
        _row(
            expected,
            f"red{suffix}",
            _("非红字发票"),
            Verdict.DIFFERS if red else Verdict.AGREES,
            _("蓝字"),
            _("红字") if red else _("蓝字"),
            red,
        ),
        _row(
            expected,
            f"source{suffix}",
            _("数据来源"),
            Verdict.AGREES if full else Verdict.MISSING,
            _("结构化数据"),
            _came_as(invoice.source_dialect),
            source,
        ),
    ]


def _came_as(dialect: str) -> str:
    """What an invoice was read from, in words."""
    form, _slash, part = dialect.partition("/")
    if form == "pdf":
        return _("PDF 文字")
    if form == "ofd":
        return _("OFD 版式文件") if part in ("tags", "docinfo") else _("OFD 内嵌的 XML")
    return _("电子发票 XML")


def _amount(invoices: Sequence[Invoice], expected: Expected, allocations: Sequence[Allocation]) -> Comparison:
    """What is claimed of the invoices together equals the order's figure, to the fen."""
    by_number = {invoice.number: invoice for invoice in invoices}
    if allocations:
        found = sum(_part(by_number[line.number], line, expected) for line in allocations if line.number in by_number)
    else:
        found = sum(_counted(invoice, expected) for invoice in invoices)
    gross = expected.invoice_amount is Amount.GROSS
    label = _("价税合计") if gross else _("不含税金额")
    verdict = Verdict.AGREES if found == expected.invoiced_fen else Verdict.DIFFERS
    full = expected.invoice_covers is Covers.FULL_PRICE
    reason = _("应按全价开票") if full else _("应按自付款开票")
    return _row(
        expected,
        "amount",
        label,
        verdict,
        yuan(expected.invoiced_fen),
        yuan(found),
        "" if verdict is Verdict.AGREES else reason,
    )


def _counted(invoice: Invoice, expected: Expected) -> Fen:
    return invoice.gross_fen if expected.invoice_amount is Amount.GROSS else invoice.net_fen


def _part(invoice: Invoice, line: Allocation, expected: Expected) -> Fen:
    """The allotted gross, or the net that lies in it, to the nearest fen."""
    if expected.invoice_amount is Amount.GROSS or not 0 <= line.fen <= invoice.gross_fen:
        return line.fen
    return split_largest_remainder(invoice.net_fen, [line.fen, invoice.gross_fen - line.fen])[0]


def _allocated(invoices: Sequence[Invoice], expected: Expected, allocations: Sequence[Allocation]) -> list[Comparison]:
    """Never more claimed of an invoice, here and elsewhere, than it has."""
    rows = []
    by_number = {invoice.number: invoice for invoice in invoices}
    for line in allocations:
        invoice = by_number.get(line.number)
        limit = invoice.gross_fen if invoice else _NOTHING
        claimed = line.fen + line.elsewhere_fen
        verdict = Verdict.MISSING if invoice is None else Verdict.AGREES if claimed <= limit else Verdict.DIFFERS
        reason = {Verdict.MISSING: _("没有这张发票"), Verdict.DIFFERS: _("分摊合计超过发票金额")}.get(verdict, "")
        rows.append(
            _row(expected, f"allocation_{line.number}", _("发票分摊"), verdict, yuan(limit), yuan(claimed), reason)
        )
    return rows


def _contract_and_payment(expected: Expected) -> list[Comparison]:
    contract = _fen_row(expected, "contract", _("合同金额"), expected.price_fen, expected.contract_fen)
    if not expected.own_share_fen:
        return [contract]
    return [contract, _fen_row(expected, "paid", _("自付款"), expected.own_share_fen, expected.paid_fen)]


def _fen_row(expected: Expected, name: str, label: str, wanted: Fen, found: Fen | None) -> Comparison:
    if found is None:
        return _row(expected, name, label, Verdict.MISSING, yuan(wanted), "")
    return _row(
        expected, name, label, Verdict.AGREES if found == wanted else Verdict.DIFFERS, yuan(wanted), yuan(found)
    )


def _row(
    expected: Expected, name: str, label: str, verdict: Verdict, wanted: str, found: str, reason: str = ""
) -> Comparison:
    article = expected.articles.get(name) or expected.articles.get(name.rstrip("0123456789").rstrip("_"), "")
    return Comparison(name, label, verdict, wanted, found, article, reason)
