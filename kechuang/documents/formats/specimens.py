"""样例: small labelled papers for the pilot and for tests. Deterministic, made in microseconds, read by our own readers.

Nothing here pretends to be issued: every page and every remark says 样例.
"""

import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from io import BytesIO
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from kechuang.documents.formats.capital import capitals_from_fen
from kechuang.kernel.money import yuan

_TAX_BP = 600  # 6 %, modern services
_PROVINCE = "33"
_EPOCH = (1980, 1, 1, 0, 0, 0)
_MARK = "样例，非真实票据"
_LINE_HEIGHT, _TOP, _LEFT, _LINES_MAX = 20, 780, 60, 36


@dataclass(frozen=True, slots=True)
class Figures:
    """An invoice for `gross_fen`: tax at 6 % is within it, rounded half up. Negative for a red-letter one."""

    number: str
    buyer_name: str
    buyer_code: str
    seller_name: str
    seller_code: str
    gross_fen: int
    issued_on: date
    item: str = "*研发和技术服务*检测分析服务"
    red_of: str = ""
    old_code: str = ""

    @property
    def tax_fen(self) -> int:
        sign = -1 if self.gross_fen < 0 else 1
        whole = 10_000 + _TAX_BP
        return sign * ((abs(self.gross_fen) * _TAX_BP * 2 + whole) // (2 * whole))

    @property
    def net_fen(self) -> int:
        return self.gross_fen - self.tax_fen

    def values(self) -> dict[str, str]:
        return {
            "number": self.number,
            "old_code": self.old_code,
            "buyer_name": escape(self.buyer_name),
            "buyer_code": self.buyer_code,
            "seller_name": escape(self.seller_name),
            "seller_code": self.seller_code,
            "net": _plain(self.net_fen),
            "tax": _plain(self.tax_fen),
            "gross": _plain(self.gross_fen),
            "capital": capitals_from_fen(self.gross_fen),
            "day": self.issued_on.isoformat(),
            "compact": f"{self.issued_on:%Y%m%d}",
            "chinese": f"{self.issued_on.year}年{self.issued_on.month:02d}月{self.issued_on.day:02d}日",
            "item": escape(self.item),
            "red_of": self.red_of,
            "mark": _MARK,
        }


def invoice_number(issued_on: date, serial: int) -> str:
    """A number in the form of a 数电票: year 2, province 2, channel 1, serial 15."""
    return f"{issued_on.year % 100:02d}{_PROVINCE}2{serial:015d}"


_ENGLISH = """<?xml version="1.0" encoding="UTF-8"?>
<EInvoice><Header><EIid>{number}</EIid><EInvoiceTag>SWEI3200</EInvoiceTag><Version>0.32</Version>\
<InherentLabel><InIssuType><LabelCode>Y</LabelCode><LabelName>是</LabelName></InIssuType>\
<EInvoiceType><LabelCode>01</LabelCode><LabelName>电子发票</LabelName></EInvoiceType>\
<GeneralOrSpecialVAT><LabelCode>02</LabelCode><LabelName>普通发票</LabelName></GeneralOrSpecialVAT></InherentLabel></Header>\
<EInvoiceData><SellerInformation><SellerIdNum>{seller_code}</SellerIdNum><SellerName>{seller_name}</SellerName></SellerInformation>\
<BuyerInformation><BuyerIdNum>{buyer_code}</BuyerIdNum><BuyerName>{buyer_name}</BuyerName></BuyerInformation>\
<BasicInformation><TotalAmWithoutTax>{net}</TotalAmWithoutTax><TotalTaxAm>{tax}</TotalTaxAm>\
<TotalTax-includedAmount>{gross}</TotalTax-includedAmount>\
<TotalTax-includedAmountInChinese>{capital}</TotalTax-includedAmountInChinese>\
<Drawer>样例</Drawer><RequestTime>{day} 10:00:00</RequestTime></BasicInformation>\
<IssuItemInformation><ItemName>{item}</ItemName><MeaUnits>次</MeaUnits><Quantity>1</Quantity><UnPrice>{net}</UnPrice>\
<Amount>{net}</Amount><TaxRate>0.06</TaxRate><ComTaxAm>{tax}</ComTaxAm>\
<TotaltaxIncludedAmount>{gross}</TotaltaxIncludedAmount></IssuItemInformation>\
<SpecificInformation><RedEInvoice><OriginalInvoiceCode>{red_of}</OriginalInvoiceCode></RedEInvoice></SpecificInformation>\
<AdditionalInformation><Remark>{mark}</Remark></AdditionalInformation></EInvoiceData>\
<TaxSupervisionInfo><InvoiceNumber>{number}</InvoiceNumber><IssueTime>{day} 10:00:00</IssueTime>\
<TaxBureauCode>13300000000</TaxBureauCode><TaxBureauName>国家税务总局浙江省税务局</TaxBureauName></TaxSupervisionInfo></EInvoice>"""
_CHINESE = """<?xml version="1.0" encoding="UTF-8"?>
<电子发票><发票类型>普通发票</发票类型><发票代码>{old_code}</发票代码><发票号码>{number}</发票号码><开票日期>{chinese}</开票日期>\
<购买方信息><名称>{buyer_name}</名称><统一社会信用代码>{buyer_code}</统一社会信用代码></购买方信息>\
<销售方信息><名称>{seller_name}</名称><统一社会信用代码>{seller_code}</统一社会信用代码></销售方信息>\
<项目明细><项目名称>{item}</项目名称><单位>次</单位><数量>1</数量><金额>{net}</金额><税率>6%</税率><税额>{tax}</税额></项目明细>\
<合计金额>¥{net}</合计金额><合计税额>¥{tax}</合计税额><价税合计大写>{capital}</价税合计大写><价税合计小写>¥{gross}</价税合计小写>\
<被红冲蓝字号码>{red_of}</被红冲蓝字号码><备注>{mark}</备注></电子发票>"""
_PINYIN = """<?xml version="1.0" encoding="GBK"?>
<FPXX><FPLX>82</FPLX><FPDM>{old_code}</FPDM><FPHM>{number}</FPHM><KPRQ>{compact}</KPRQ>\
<GMFMC>{buyer_name}</GMFMC><GMFNSRSBH>{buyer_code}</GMFNSRSBH><XSFMC>{seller_name}</XSFMC><XSFNSRSBH>{seller_code}</XSFNSRSBH>\
<HJJE>{net}</HJJE><HJSE>{tax}</HJSE><JSHJXX>{gross}</JSHJXX><JSHJDX>{capital}</JSHJDX><LZFPHM>{red_of}</LZFPHM>\
<FYXM><XMMC>{item}</XMMC><DW>次</DW><SL>1</SL><JE>{net}</JE><SLV>0.06</SLV><SE>{tax}</SE></FYXM><BZ>{mark}</BZ></FPXX>"""
_OLDER = """<?xml version="1.0" encoding="UTF-8"?>
<fp:eInvoice xmlns:fp="http://www.edrm.org.cn/schema/e-invoice/2019"><fp:InvoiceCode>{old_code}</fp:InvoiceCode>\
<fp:InvoiceNo>{number}</fp:InvoiceNo><fp:IssueDate>{day}</fp:IssueDate>\
<fp:Buyer><fp:BuyerName>{buyer_name}</fp:BuyerName><fp:BuyerTaxID>{buyer_code}</fp:BuyerTaxID></fp:Buyer>\
<fp:Seller><fp:SellerName>{seller_name}</fp:SellerName><fp:SellerTaxID>{seller_code}</fp:SellerTaxID></fp:Seller>\
<fp:TaxExclusiveTotalAmount>{net}</fp:TaxExclusiveTotalAmount><fp:TaxTotalAmount>{tax}</fp:TaxTotalAmount>\
<fp:TaxInclusiveTotalAmount>{gross}</fp:TaxInclusiveTotalAmount><fp:OriginalInvoiceNo>{red_of}</fp:OriginalInvoiceNo>\
<fp:GoodsInfos><fp:GoodsInfo><fp:Item>{item}</fp:Item><fp:Quantity>1</fp:Quantity><fp:Amount>{net}</fp:Amount>\
<fp:TaxScheme>6%</fp:TaxScheme><fp:TaxAmount>{tax}</fp:TaxAmount></fp:GoodsInfo></fp:GoodsInfos><fp:Note>{mark}</fp:Note></fp:eInvoice>"""
DIALECTS = {
    "einvoice": (_ENGLISH, "utf-8"),
    "chinese": (_CHINESE, "utf-8"),
    "pinyin": (_PINYIN, "gbk"),
    "einvoice-2020": (_OLDER, "utf-8"),
}


def specimen_invoice_xml(figures: Figures, *, dialect: str = "einvoice") -> bytes:
    """A valid invoice (发票样例) in one of DIALECTS."""
    template, encoding = DIALECTS[dialect]
    return template.format(**figures.values()).encode(encoding)


def specimen_invoice_pdf(figures: Figures) -> bytes:
    """The page of an invoice as text, without its data."""
    values = figures.values()
    lines = [
        "电子发票（普通发票）",
        f"发票代码：{figures.old_code}" if figures.old_code else "",
        f"发票号码：{figures.number}",
        f"开票日期：{values['chinese']}",
        f"购买方 名称：{figures.buyer_name}",
        f"统一社会信用代码/纳税人识别号：{figures.buyer_code}",
        f"销售方 名称：{figures.seller_name}",
        f"统一社会信用代码/纳税人识别号：{figures.seller_code}",
        f"{figures.item}",
        f"合 计 ¥{values['net']} ¥{values['tax']}",
        f"价税合计（大写） {values['capital']} （小写）¥{values['gross']}",
        f"被红冲蓝字数电票号码：{figures.red_of}" if figures.red_of else "",
        f"备注：{_MARK}",
    ]
    return page_pdf([line for line in lines if line])


def specimen_invoice_ofd(figures: Figures, *, holding: str = "attachment") -> bytes:
    """An OFD invoice whose data stand in the `attachment`, in the `tags` only, or in the `docinfo` only."""
    values = figures.values()
    data = "".join(
        f'<ofd:CustomData Name="{name}">{value}</ofd:CustomData>'
        for name, value in (
            ("发票代码", figures.old_code),
            ("发票号码", figures.number),
            ("合计税额", values["tax"]),
            ("合计金额", values["net"]),
            ("开票日期", values["chinese"]),
            ("购买方纳税人识别号", figures.buyer_code),
            ("销售方纳税人识别号", figures.seller_code),
        )
    )
    members = {
        "OFD.xml": _ofd(
            "OFD",
            f"<ofd:DocBody><ofd:DocInfo><ofd:DocID>{figures.number}</ofd:DocID>"
            f"<ofd:CustomDatas>{data}</ofd:CustomDatas></ofd:DocInfo><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody>",
        ),
        "Doc_0/Document.xml": _ofd("Document", "<ofd:CommonData><ofd:MaxUnitID>99</ofd:MaxUnitID></ofd:CommonData>"),
    }
    if holding == "attachment":
        members["Doc_0/Attachs/Attachments.xml"] = _ofd(
            "Attachments", '<ofd:Attachment ID="1" Name="original_invoice"/>'
        )
        members["Doc_0/Attachs/original_invoice.xml"] = specimen_invoice_xml(figures)
    if holding == "tags":
        members |= _tagged(values)
    return zipped(members)


def _tagged(values: dict[str, str]) -> dict[str, bytes]:
    """Tags that point to texts on the page; the gross points to its sign only, as real ones do."""
    held = [
        ("InvoiceNo", "number"),
        ("IssueDate", "chinese"),
        ("BuyerName", "buyer_name"),
        ("BuyerTaxID", "buyer_code"),
        ("SellerName", "seller_name"),
        ("SellerTaxID", "seller_code"),
        ("TaxExclusiveTotalAmount", "net"),
        ("TaxTotalAmount", "tax"),
    ]
    tags = "".join(
        f'<ofd:{tag}><ofd:ObjectRef PageRef="1">{10 + n}</ofd:ObjectRef></ofd:{tag}>'
        for n, (tag, _field) in enumerate(held)
    )
    tags += '<ofd:TaxInclusiveTotalAmount><ofd:ObjectRef PageRef="1">90</ofd:ObjectRef></ofd:TaxInclusiveTotalAmount>'
    texts = "".join(
        f'<ofd:TextObject ID="{10 + n}"><ofd:TextCode X="0" Y="3">{values[field]}</ofd:TextCode></ofd:TextObject>'
        for n, (_tag, field) in enumerate(held)
    )
    texts += '<ofd:TextObject ID="90"><ofd:TextCode X="0" Y="3">¥</ofd:TextCode></ofd:TextObject>'
    return {
        "Doc_0/Tags/CustomTags.xml": _ofd(
            "CustomTags", '<ofd:CustomTag TypeID="0"><ofd:FileLoc>CustomTag.xml</ofd:FileLoc></ofd:CustomTag>'
        ),
        "Doc_0/Tags/CustomTag.xml": _ofd("eInvoice", tags),
        "Doc_0/Pages/Page_0/Content.xml": _ofd("Page", f"<ofd:Content><ofd:Layer>{texts}</ofd:Layer></ofd:Content>"),
    }


def specimen_report_pdf(
    *, number: str, title: str, client: str, provider: str, issued_on: date, items: Sequence[str] = ()
) -> bytes:
    """A service report (服务报告样例): one page."""
    head = [
        title,
        f"报告编号：{number}",
        f"委托单位：{client}",
        f"服务机构：{provider}",
        f"签发日期：{issued_on.isoformat()}",
    ]
    return page_pdf(
        [*head, *(f"检测项目：{item}" for item in items), "结论：所检项目结果见附表。", "（样例，非真实报告）"]
    )


def specimen_contract_pdf(
    *, number: str, buyer: str, provider: str, service: str, price_fen: int, signed_on: date
) -> bytes:
    """A signed contract (服务合同样例): one page."""
    return page_pdf(
        [
            "技术服务合同",
            f"合同编号：{number}",
            f"委托方（甲方）：{buyer}",
            f"服务方（乙方）：{provider}",
            f"服务内容：{service}",
            f"合同金额：人民币{capitals_from_fen(price_fen)}（¥{yuan(price_fen)}）",
            f"签订日期：{signed_on.isoformat()}",
            "甲方（盖章）　　　　　乙方（盖章）",
            "（样例，非真实合同）",
        ]
    )


def specimen_slip_pdf(*, payer: str, payee: str, fen: int, paid_on: date, remark: str = "") -> bytes:
    """A bank slip for the own share (付款回单样例)."""
    return page_pdf(
        [
            "银行电子回单",
            f"付款人：{payer}",
            f"收款人：{payee}",
            f"金额：¥{yuan(fen)}",
            f"日期：{paid_on.isoformat()}",
            f"附言：{remark}",
            "（样例，非真实回单）",
        ]
    )


def page_pdf(lines: Sequence[str]) -> bytes:
    """One A4 page of plain lines in the reader's own Song typeface. Written by hand because thousands are needed."""
    shown = "".join(f"<{line.encode('utf-16-be').hex()}> Tj T*\n" for line in lines[:_LINES_MAX])
    stream = zlib.compress(f"BT /F1 12 Tf {_LINE_HEIGHT} TL {_LEFT} {_TOP} Td\n{shown}ET".encode())
    content = b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(stream), stream)
    return pdf_of([*_frame(), content])


@cache
def _frame() -> list[bytes]:
    return [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 7 0 R /Resources << /Font << /F1 4 0 R >> >> >>",
        b"<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H /DescendantFonts [5 0 R] >>",
        b"<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /DW 1000 /W [1 95 500] /FontDescriptor 6 0 R"
        b" /CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 0 >> >>",
        b"<< /Type /FontDescriptor /FontName /STSongStd-Light /Flags 6 /FontBBox [-25 -254 1000 880] /ItalicAngle 0"
        b" /Ascent 752 /Descent -271 /CapHeight 737 /StemV 58 >>",
    ]


def pdf_of(objects: Sequence[bytes]) -> bytes:
    """A PDF of these objects, the first being its catalogue."""
    out, offsets = bytearray(b"%PDF-1.4\n%\xe4\xbd\xa0\n"), []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    return bytes(out) + b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)


def _ofd(tag: str, inner: str) -> bytes:
    return f'<?xml version="1.0" encoding="UTF-8"?><ofd:{tag} xmlns:ofd="http://www.ofdspec.org/2016">{inner}</ofd:{tag}>'.encode()


def zipped(members: dict[str, bytes]) -> bytes:
    """A zip whose bytes follow from its members alone."""
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        for name, content in members.items():
            info = ZipInfo(name, _EPOCH)
            info.compress_type, info.external_attr = ZIP_DEFLATED, 0o644 << 16
            archive.writestr(info, content)
    return out.getvalue()


def _plain(fen: int) -> str:
    return re.sub(",", "", yuan(fen))
