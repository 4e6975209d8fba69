"""Invoices as OFD (GB/T 33190): a zip whose data stand in three places of different trust.

The attached XML is the invoice itself. Custom tags point to texts on the page, the gross often only to its sign ¥.
The document's own CustomDatas come last, and there 合计金额 is the NET amount.
"""

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element
from zipfile import ZipFile

from kechuang.documents.formats import containers, invoice_xml, xml
from kechuang.documents.formats.fields import Raw
from kechuang.documents.formats.invoice_xml import UnknownDialect

_ATTACHED = re.compile(r"^Doc_\d+/Attach(s|ments?)?/(?!Attachments\.xml$).+\.xml$", re.IGNORECASE)
_TAGS = re.compile(r"^Doc_\d+/Tags/(?!CustomTags\.xml$).+\.xml$", re.IGNORECASE)
_PAGES = re.compile(r"^Doc_\d+/(Pages|Tpls)/.+\.xml$", re.IGNORECASE)
_MEMBERS_READ_MAX = 200
_TAG_VALUES = {
    "InvoiceNo": "number",
    "InvoiceCode": "old_code",
    "IssueDate": "issued",
    "BuyerName": "buyer_name",
    "BuyerTaxID": "buyer_code",
    "SellerName": "seller_name",
    "SellerTaxID": "seller_code",
    "TaxExclusiveTotalAmount": "net",
    "TaxTotalAmount": "tax",
    "TaxInclusiveTotalAmount": "gross",
}
_DATA_VALUES = {
    "发票号码": "number",
    "发票代码": "old_code",
    "开票日期": "issued",
    "购买方名称": "buyer_name",
    "购买方纳税人识别号": "buyer_code",
    "销售方名称": "seller_name",
    "销售方纳税人识别号": "seller_code",
    "合计金额": "net",
    "合计税额": "tax",
}


def read(name: str, content: bytes) -> tuple[Raw, str, bool]:
    """The values, where they came from, and whether that is the invoice itself; raises UnknownDialect among others."""
    with containers.opened(name, content) as archive:
        for member in _members(archive, _ATTACHED):
            try:
                raw, dialect = invoice_xml.read(name, containers.read(name, archive, member))
            except UnknownDialect:  # another attachment, e.g. the accounting entry (入账信息)
                continue
            return raw, f"ofd/{dialect}", True
        raw = _from_tags(name, archive)
        from_data = _from_document(name, archive)
    source = "ofd/tags" if raw.number else "ofd/docinfo"
    raw.fill(from_data)
    if not raw.number:
        raise UnknownDialect(name=name)
    return raw, source, False


def _members(archive: ZipFile, shape: re.Pattern[str]) -> list[str]:
    return [member for member in archive.namelist() if shape.match(member)][:_MEMBERS_READ_MAX]


def _parsed(name: str, archive: ZipFile, shape: re.Pattern[str]) -> Iterator[Element]:
    for member in _members(archive, shape):
        yield xml.parse(name, containers.read(name, archive, member))


def _from_tags(name: str, archive: ZipFile) -> Raw:
    roots = list(_parsed(name, archive, _TAGS))
    if not roots:
        return Raw()
    texts = _texts(name, archive)
    raw = Raw()
    for root in roots:
        for node in root.iter():
            field = _TAG_VALUES.get(xml.local(node), "")
            if field and not getattr(raw, field):
                refs = [xml.text_of(ref) for ref in node.iter() if xml.local(ref) == "ObjectRef"]
                value = "".join(texts.get(ref, "") for ref in refs).lstrip("¥￥ ")
                setattr(raw, field, value)
    return raw


def _texts(name: str, archive: ZipFile) -> dict[str, str]:
    """Text on the pages by object id."""
    texts: dict[str, str] = {}
    for root in _parsed(name, archive, _PAGES):
        for node in root.iter():
            if xml.local(node) == "TextObject":
                texts[node.get("ID", "")] = "".join(xml.text_of(code) for code in node if xml.local(code) == "TextCode")
    return texts


def _from_document(name: str, archive: ZipFile) -> Raw:
    raw = Raw()
    for node in xml.parse(name, containers.read(name, archive, "OFD.xml")).iter():
        if xml.local(node) == "CustomData" and (field := _DATA_VALUES.get(node.get("Name", ""))):
            setattr(raw, field, getattr(raw, field) or xml.text_of(node))
    return raw
