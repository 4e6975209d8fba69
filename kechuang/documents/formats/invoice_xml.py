"""Dialects of structured invoices (数电票 XML). Each is a table of where its values stand; signatures are cut off first."""

from collections.abc import Mapping
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from kechuang.documents.formats import xml
from kechuang.documents.formats.fields import Raw, RawLine
from kechuang.kernel.errors import Refusal
from kechuang.kernel.text import gettext_noop as _

_Path = tuple[str, ...]
_SIGNED = {"Signature", "SignatureValue", "KeyInfo", "SealInfo"}


class UnknownDialect(Refusal):
    code = "documents.unknown_dialect"
    text = _("文件“{name}”不是能识别的发票数据")
    remedy = _("请从电子税务局下载原始 XML、OFD 或 PDF 发票上传")
    field = "file"
    status = 422


class TwoValues(Refusal):
    code = "documents.two_values"
    text = _("发票数据中“{label}”出现两个不同的值：{found}")
    remedy = _("请重新从电子税务局下载原始文件，不要编辑")
    field = "file"
    status = 422


@dataclass(frozen=True, slots=True)
class Dialect:
    """`marks`: tags that must all be there. A path is a chain of tags, direct children of one another."""

    name: str
    marks: frozenset[str]
    values: Mapping[str, tuple[_Path, ...]]
    line: tuple[str, ...]
    line_values: Mapping[str, tuple[str, ...]]


_LINE_TAGS_ENGLISH = {
    "name": ("ItemName",),
    "spec": ("SpecMod",),
    "unit": ("MeaUnits",),
    "quantity": ("Quantity",),
    "net": ("Amount",),
    "rate": ("TaxRate",),
    "tax": ("ComTaxAm",),
}
ENGLISH = Dialect(
    "einvoice",
    frozenset({"EInvoice", "BasicInformation"}),
    {
        "number": (("TaxSupervisionInfo", "InvoiceNumber"), ("Header", "EIid")),
        "issued": (("TaxSupervisionInfo", "IssueTime"), ("BasicInformation", "RequestTime")),
        "buyer_name": (("BuyerInformation", "BuyerName"),),
        "buyer_code": (("BuyerInformation", "BuyerIdNum"),),
        "seller_name": (("SellerInformation", "SellerName"),),
        "seller_code": (("SellerInformation", "SellerIdNum"),),
        "net": (("BasicInformation", "TotalAmWithoutTax"),),
        "tax": (("BasicInformation", "TotalTaxAm"),),
        "gross": (("BasicInformation", "TotalTax-includedAmount"),),
        "capital": (("BasicInformation", "TotalTax-includedAmountInChinese"),),
        "red_of": (("RedEInvoice", "OriginalInvoiceCode"),),
        "kind": (("GeneralOrSpecialVAT", "LabelName"), ("EInvoiceType", "LabelName")),
    },
    ("IssuItemInformation",),
    _LINE_TAGS_ENGLISH,
)
CHINESE = Dialect(
    "chinese",
    frozenset({"发票号码", "开票日期"}),
    {
        "number": (("发票号码",), ("数电票号码",)),
        "old_code": (("发票代码",),),
        "issued": (("开票日期",),),
        "buyer_name": (("购买方名称",), ("购买方信息", "名称"), ("购买方", "名称")),
        "buyer_code": (
            ("购买方统一社会信用代码",),
            ("购买方纳税人识别号",),
            ("购买方信息", "统一社会信用代码"),
            ("购买方信息", "纳税人识别号"),
            ("购买方", "纳税人识别号"),
        ),
        "seller_name": (("销售方名称",), ("销售方信息", "名称"), ("销售方", "名称")),
        "seller_code": (
            ("销售方统一社会信用代码",),
            ("销售方纳税人识别号",),
            ("销售方信息", "统一社会信用代码"),
            ("销售方信息", "纳税人识别号"),
            ("销售方", "纳税人识别号"),
        ),
        "net": (("合计金额",), ("金额合计",)),
        "tax": (("合计税额",), ("税额合计",)),
        "gross": (("价税合计小写",), ("价税合计",)),
        "capital": (("价税合计大写",), ("大写金额",)),
        "red_of": (("被红冲蓝字号码",), ("被红冲蓝字数电票号码",), ("原蓝字发票号码",)),
        "kind": (("发票类型",), ("发票种类",)),
    },
    ("项目明细", "明细", "货物明细"),
    {
        "name": ("项目名称", "货物或应税劳务名称", "名称"),
        "spec": ("规格型号",),
        "unit": ("单位",),
        "quantity": ("数量",),
        "net": ("金额",),
        "rate": ("税率", "税率征收率"),
        "tax": ("税额",),
    },
)
PINYIN = Dialect(
    "pinyin",
    frozenset({"FPHM", "KPRQ"}),
    {
        "number": (("FPHM",),),
        "old_code": (("FPDM",),),
        "issued": (("KPRQ",),),
        "buyer_name": (("GMFMC",), ("GFMC",), ("GHFMC",)),
        "buyer_code": (("GMFNSRSBH",), ("GMFSBH",), ("GFSBH",), ("GHFSBH",)),
        "seller_name": (("XSFMC",), ("XFMC",), ("XHFMC",)),
        "seller_code": (("XSFNSRSBH",), ("XSFSBH",), ("XFSBH",), ("XHFSBH",)),
        "net": (("HJJE",),),
        "tax": (("HJSE",),),
        "gross": (("JSHJXX",), ("JSHJ",)),
        "capital": (("JSHJDX",),),
        "red_of": (("LZFPHM",), ("YFPHM",)),
        "kind": (("FPLXMC",), ("FPLX",)),
    },
    ("FYXM", "XMMX", "MX"),
    {
        "name": ("XMMC", "SPMC"),
        "spec": ("GGXH",),
        "unit": ("DW",),
        "quantity": ("SL", "XMSL"),
        "net": ("JE", "XMJE"),
        "rate": ("SLV",),
        "tax": ("SE",),
    },
)
OLDER = Dialect(
    "einvoice-2020",
    frozenset({"eInvoice", "InvoiceNo", "IssueDate"}),
    {
        "number": (("InvoiceNo",),),
        "old_code": (("InvoiceCode",),),
        "issued": (("IssueDate",),),
        "buyer_name": (("Buyer", "BuyerName"),),
        "buyer_code": (("Buyer", "BuyerTaxID"),),
        "seller_name": (("Seller", "SellerName"),),
        "seller_code": (("Seller", "SellerTaxID"),),
        "net": (("TaxExclusiveTotalAmount",),),
        "tax": (("TaxTotalAmount",),),
        "gross": (("TaxInclusiveTotalAmount",),),
        "capital": (("TaxInclusiveTotalAmountWithWords",),),
        "red_of": (("OriginalInvoiceNo",),),
        "kind": (("InvoiceType",), ("TypeCode",)),
    },
    ("GoodsInfo",),
    {
        "name": ("Item",),
        "spec": ("Specification",),
        "unit": ("MeasurementDimension",),
        "quantity": ("Quantity",),
        "net": ("Amount",),
        "rate": ("TaxScheme",),
        "tax": ("TaxAmount",),
    },
)
DIALECTS = (ENGLISH, OLDER, CHINESE, PINYIN)


def read(name: str, content: bytes) -> tuple[Raw, str]:
    """The values and the name of the dialect; raises UnknownDialect, TwoValues, and what `xml.parse` raises."""
    root = xml.parse(name, content)
    _cut_signatures(root)
    tags = {xml.local(node) for node in root.iter()}
    for dialect in DIALECTS:
        if dialect.marks <= tags:
            return _values(root, dialect), dialect.name
    raise UnknownDialect(name=name)


def _values(root: Element, dialect: Dialect) -> Raw:
    lines = [node for node in root.iter() if xml.local(node) in dialect.line]
    inside = {id(inner) for line in lines for inner in line.iter()}
    outside = [node for node in root.iter() if id(node) not in inside]
    raw = Raw()
    for field, paths in dialect.values.items():
        setattr(raw, field, _first(outside, field, paths))
    raw.lines = [_line(node, dialect.line_values) for node in lines if len(node)]
    return raw


def _first(nodes: list[Element], field: str, paths: tuple[_Path, ...]) -> str:
    for path in paths:
        found = {text for node in nodes if xml.local(node) == path[0] for text in _down(node, path[1:]) if text}
        if len(found) > 1:
            raise TwoValues(label=path[-1], field=field, found="、".join(sorted(found)))
        if found:
            return found.pop()
    return ""


def _down(node: Element, path: _Path) -> list[str]:
    if not path:
        return [xml.text_of(node)]
    return [text for child in node if xml.local(child) == path[0] for text in _down(child, path[1:])]


def _line(node: Element, tags: Mapping[str, tuple[str, ...]]) -> RawLine:
    held = {xml.local(child): xml.text_of(child) for child in reversed(node)}
    return RawLine(
        **{field: next((held[name] for name in names if held.get(name)), "") for field, names in tags.items()}
    )


def _cut_signatures(root: Element) -> None:
    for parent in list(root.iter()):
        for child in list(parent):
            if xml.local(child) in _SIGNED:
                parent.remove(child)
