"""The kinds of files, what each may be, and how far a file has been looked at for malware. Technical limits, no policy."""

from dataclasses import dataclass
from enum import StrEnum

from kechuang.kernel.text import gettext_noop as _


class ScanState(StrEnum):
    NOT_SCANNED = "not_scanned"  # 未查杀: no scanner is installed
    SCANNED = "scanned"  # 已查杀


SCAN_LABELS: dict[ScanState, str] = {ScanState.NOT_SCANNED: _("未查杀"), ScanState.SCANNED: _("已查杀")}


class Media(StrEnum):
    """What a file may be, found from its content, never from its name."""

    PDF = "application/pdf"
    OFD = "application/ofd"
    XML = "application/xml"
    XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    XLS = "application/vnd.ms-excel"
    CSV = "text/csv"
    JPG = "image/jpeg"
    PNG = "image/png"
    ZIP = "application/zip"  # only volumes that the platform makes itself; never uploaded


EXTENSIONS: dict[Media, tuple[str, ...]] = {
    Media.PDF: ("pdf",),
    Media.OFD: ("ofd",),
    Media.XML: ("xml",),
    Media.XLSX: ("xlsx", "xls"),  # such files may be named .xls: recognised by content
    Media.XLS: ("xls",),
    Media.CSV: ("csv",),
    Media.JPG: ("jpg", "jpeg"),
    Media.PNG: ("png",),
    Media.ZIP: ("zip",),
}


class Kind(StrEnum):
    """What a file is for. The first word of each label is the trade's."""

    CONTRACT = "contract"
    INVOICE = "invoice"
    REPORT = "report"
    OWN_SHARE = "own_share"
    REFUND = "refund"
    AUTHORISATION = "authorisation"
    COMMITMENT = "commitment"
    CERTIFICATE = "certificate"
    BANK_PROOF = "bank_proof"
    PRICE_LIST = "price_list"
    EVIDENCE = "evidence"
    OBJECTION = "objection"
    RELEASE = "release"
    DECISION = "decision"
    WORKBOOK = "workbook"
    IMPORT = "import"
    IMAGE = "image"
    PAYMENT_FILE = "payment_file"
    PAYMENT_RESULT = "payment_result"
    PAYOUT_LIST = "payout_list"
    APPROVAL_FORM = "approval_form"
    SETTLEMENT_SHEET = "settlement_sheet"
    NOTICE = "notice"
    VOUCHER = "voucher"
    VOLUME = "volume"


KIND_LABELS: dict[Kind, str] = {
    Kind.CONTRACT: _("服务合同"),
    Kind.INVOICE: _("发票"),
    Kind.REPORT: _("服务报告"),
    Kind.OWN_SHARE: _("自付款凭证"),
    Kind.REFUND: _("退款凭证"),
    Kind.AUTHORISATION: _("授权书"),
    Kind.COMMITMENT: _("信用承诺书"),
    Kind.CERTIFICATE: _("资质证书"),
    Kind.BANK_PROOF: _("收款账户证明"),
    Kind.PRICE_LIST: _("收费标准"),
    Kind.EVIDENCE: _("证明材料"),
    Kind.OBJECTION: _("异议材料"),
    Kind.RELEASE: _("预算下达文件"),
    Kind.DECISION: _("决定书"),
    Kind.WORKBOOK: _("仪器信息表"),
    Kind.IMPORT: _("导入表"),
    Kind.IMAGE: _("图片"),
    Kind.PAYMENT_FILE: _("支付文件"),
    Kind.PAYMENT_RESULT: _("支付结果"),
    Kind.PAYOUT_LIST: _("拨付清单"),
    Kind.APPROVAL_FORM: _("审批表"),
    Kind.SETTLEMENT_SHEET: _("月度结算单"),
    Kind.NOTICE: _("公示材料"),
    Kind.VOUCHER: _("创新券"),
    Kind.VOLUME: _("案卷"),
}

_PAPERS = frozenset({Media.PDF, Media.OFD, Media.JPG, Media.PNG})
_TABLES = frozenset({Media.XLSX, Media.XLS, Media.CSV})
_ANY = _PAPERS | _TABLES | {Media.XML}

ADMITTED: dict[Kind, frozenset[Media]] = {
    **dict.fromkeys(Kind, _PAPERS),
    Kind.INVOICE: _PAPERS | {Media.XML},
    Kind.EVIDENCE: _ANY,
    Kind.OBJECTION: _ANY,
    Kind.REPORT: _PAPERS | {Media.XLSX},
    Kind.PRICE_LIST: _PAPERS | _TABLES,
    Kind.WORKBOOK: _TABLES,
    Kind.IMPORT: _TABLES,
    Kind.IMAGE: frozenset({Media.JPG, Media.PNG}),
    Kind.PAYMENT_RESULT: _TABLES,
}

MEGABYTE = 1_048_576


@dataclass(frozen=True, slots=True)
class Limits:
    """What an upload may cost the machine that reads it."""

    bytes_max: int = 20 * MEGABYTE
    xml_bytes_max: int = 4 * MEGABYTE
    xml_tags_max: int = 200_000
    pages_max: int = 200
    pdf_objects_max: int = 50_000
    members_max: int = 2_000
    expanded_bytes_max: int = 100 * MEGABYTE
    expansion_max: int = 200  # times its packed size, for members over one megabyte
    pixels_max: int = 60_000_000
    name_chars_max: int = 120


LIMITS = Limits()
LARGE = Limits(bytes_max=64 * MEGABYTE, expanded_bytes_max=512 * MEGABYTE)  # read row by row, never as a whole


def limits_of(kind: Kind) -> Limits:
    """A workbook of 50,000 instruments is larger than any other upload."""
    return LARGE if kind is Kind.WORKBOOK else LIMITS


ORPHAN_SECONDS = 24 * 3_600  # an object without a row may be an upload under way for so long (I11)
FINDINGS_MAX = 20
CHUNK_BYTES = MEGABYTE
