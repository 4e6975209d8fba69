"""Electronic invoices (发票) as one frozen value, whatever they came in: XML in several dialects, OFD, or PDF text."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from kechuang.documents.formats import invoice_ofd, invoice_pdf, invoice_xml
from kechuang.documents.formats.capital import fen_from_capitals
from kechuang.documents.formats.fields import Raw, RawLine, day, normalised_number, signed_fen, tax_fen
from kechuang.documents.formats.upload import media_of
from kechuang.documents.states import Media
from kechuang.kernel.errors import Refusal
from kechuang.kernel.money import Fen
from kechuang.kernel.text import gettext_noop as _
from kechuang.kernel.text import halfwidth, tidy


class NoInvoiceData(Refusal):
    code = "documents.no_invoice_data"
    text = _("文件“{name}”没有可以读取的发票数据")
    remedy = _("请从电子税务局下载原始 XML、OFD 或 PDF 发票上传；拍照和扫描件可以一并上传，不能代替")
    field = "file"
    status = 422


class InvoiceFieldMissing(Refusal):
    code = "documents.invoice_field_missing"
    text = _("发票上缺少“{label}”")
    remedy = _("请上传税务平台下载的原始 XML 或 OFD 文件")
    field = "file"
    status = 422


class AmountsDisagree(Refusal):
    code = "documents.amounts_disagree"
    text = _("发票金额不平：不含税 {net_fen} 加税额 {tax_fen} 不等于价税合计 {gross_fen}")
    remedy = _("请核对是否为原始文件；如票面有误，请开票方红冲后重开")
    field = "file"
    status = 422


class CapitalsDisagree(Refusal):
    code = "documents.capitals_disagree"
    text = _("发票大写金额“{capital}”与小写 {gross_fen} 不一致")
    remedy = _("请核对是否为原始文件；如票面有误，请开票方红冲后重开")
    field = "file"
    status = 422


class Trust(StrEnum):
    FULL = "full"  # the structured invoice itself
    PARTIAL = "partial"  # read off the page or the document's properties


@dataclass(frozen=True, slots=True)
class Line:
    """One item of an invoice; amounts without and with tax as they stand there."""

    name: str
    spec: str
    unit: str
    quantity: str
    net_fen: Fen
    rate: str
    tax_fen: Fen


@dataclass(frozen=True, slots=True)
class Invoice:
    """发票. `number` is normalised (old code and number joined); empty texts and None are what the source did not say."""

    number: str
    old_code: str
    seller_name: str
    seller_code: str
    buyer_name: str
    buyer_code: str
    net_fen: Fen
    tax_fen: Fen
    gross_fen: Fen
    capital_text: str
    capital_fen: Fen | None
    issued_on: date
    lines: tuple[Line, ...]
    red_of: str  # the blue number that a red-letter invoice (红字发票) cancels
    kind: str
    source_dialect: str
    trust: Trust

    @property
    def red(self) -> bool:
        return bool(self.red_of) or self.gross_fen < 0


def read(name: str, content: bytes) -> Invoice:
    """The invoice in an upload that `upload.checked` has passed; raises a Refusal that names what is wrong with it."""
    media = media_of(name, content)
    if media is Media.XML:
        raw, dialect = invoice_xml.read(name, content)
        return _built(raw, dialect, Trust.FULL)
    if media is Media.OFD:
        raw, dialect, full = invoice_ofd.read(name, content)
        return _built(raw, dialect, Trust.FULL if full else Trust.PARTIAL)
    if media is Media.PDF:
        raw, dialect = invoice_pdf.read(name, content)
        return _built(raw, dialect, Trust.PARTIAL)
    raise NoInvoiceData(name=name)


def _built(raw: Raw, dialect: str, trust: Trust) -> Invoice:
    _complete(raw, trust)
    net, tax, gross = _amounts(raw)
    capital = fen_from_capitals(raw.capital) if raw.capital else None
    if capital is not None and capital != gross:
        raise CapitalsDisagree(capital=raw.capital, gross_fen=gross)
    return Invoice(
        number=normalised_number(raw.number, raw.old_code),
        old_code=halfwidth(raw.old_code),
        seller_name=tidy(raw.seller_name),
        seller_code=halfwidth(raw.seller_code).upper(),
        buyer_name=tidy(raw.buyer_name),
        buyer_code=halfwidth(raw.buyer_code).upper(),
        net_fen=net,
        tax_fen=tax,
        gross_fen=gross,
        capital_text=tidy(raw.capital),
        capital_fen=capital,
        issued_on=day(_("开票日期"), raw.issued),
        lines=tuple(_line(line) for line in raw.lines),
        red_of=normalised_number(raw.red_of, raw.old_code) if raw.red_of else "",
        kind=tidy(raw.kind),
        source_dialect=dialect,
        trust=trust,
    )


def _complete(raw: Raw, trust: Trust) -> None:
    needed = {"number": _("发票号码"), "issued": _("开票日期")}
    if trust is Trust.FULL:
        needed |= {
            "gross": _("价税合计"),
            "net": _("合计金额"),
            "buyer_name": _("购买方名称"),
            "seller_name": _("销售方名称"),
        }
    for field, label in needed.items():
        if not getattr(raw, field).strip():
            raise InvoiceFieldMissing(label=label, missing=field)
    if not raw.gross and not raw.net:
        raise InvoiceFieldMissing(label=_("价税合计"), missing="gross")


def _amounts(raw: Raw) -> tuple[Fen, Fen, Fen]:
    """Net, tax, gross: at most one of net and gross may have to be worked out from the other; raises AmountsDisagree."""
    tax = tax_fen(_("合计税额"), raw.tax)
    net = signed_fen(_("合计金额"), raw.net) if raw.net else Fen(signed_fen(_("价税合计"), raw.gross) - tax)
    gross = signed_fen(_("价税合计"), raw.gross) if raw.gross else Fen(net + tax)
    if net + tax != gross:
        raise AmountsDisagree(net_fen=net, tax_fen=tax, gross_fen=gross)
    return net, tax, gross


def _line(raw: RawLine) -> Line:
    return Line(
        name=tidy(raw.name),
        spec=tidy(raw.spec),
        unit=tidy(raw.unit),
        quantity=tidy(raw.quantity),
        net_fen=signed_fen(_("金额"), raw.net) if raw.net else Fen(0),
        rate=tidy(raw.rate),
        tax_fen=tax_fen(_("税额"), raw.tax),
    )
