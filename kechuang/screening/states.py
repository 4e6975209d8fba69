"""What is looked for (筛查规则), and the ways of a finding, of a link between parties, of what a firm says against them."""

from enum import StrEnum

from kechuang.kernel.actor import Role
from kechuang.kernel.machine import Machine, Move
from kechuang.kernel.text import gettext_noop as _

MARK = "rules_enabled"  # the parameter by which the rules of a place are known


class Pattern(StrEnum):
    """One kind of irregularity; each has a rule of its own, with a version."""

    INVOICE_REUSED = "invoice_reused"
    INVOICE_RED = "invoice_red"
    INVOICE_MISMATCH = "invoice_mismatch"
    SPLIT_ORDERS = "split_orders"
    AFFILIATED = "affiliated"
    AGENT = "agent"
    PRICE_HIGH = "price_high"
    NO_EVIDENCE = "no_evidence"
    REPORT_ALIKE = "report_alike"
    OWN_SHARE_BACK = "own_share_back"
    SHELL_BUYER = "shell_buyer"
    DISGUISED_TEST = "disguised_test"
    YEAR_END_RUSH = "year_end_rush"
    STACKING = "stacking"
    REVIEWER_PAIR = "reviewer_pair"


class LinkKind(StrEnum):
    """What two parties have in common (关联类型)."""

    LEGAL_REPRESENTATIVE = "legal_representative"
    SHAREHOLDER = "shareholder"
    PHONE = "phone"
    ADDRESS = "address"
    BANK_ACCOUNT = "bank_account"
    DEVICE = "device"


class PrintKind(StrEnum):
    """What a print was taken of (指纹)."""

    INVOICE = "invoice"
    REPORT = "report"
    PICTURE = "picture"


class RegisterKind(StrEnum):
    """Which register a table is from (登记信息导入)."""

    REGISTRATIONS = "registrations"
    SHAREHOLDERS = "shareholders"


class Stage(StrEnum):
    """When the tax bureau is asked about an invoice (发票复查): once it was handed in, and again after the payout."""

    HANDED_IN = "handed_in"
    FIRST = "first"
    SECOND = "second"
    YEAR_END = "year_end"


class Counted(StrEnum):
    """Public money that is counted against the price (叠加口径)."""

    VOUCHER = "voucher"
    OTHER = "other"
    PROVIDER_SUBSIDY = "provider_subsidy"
    PLATFORM_SUBSIDY = "platform_subsidy"
    CARRIER_SUBSIDY = "carrier_subsidy"


class FindingState(StrEnum):
    OPEN = "open"
    CONFIRMED = "confirmed"
    DISMISSED = "dismissed"
    CORRECTED = "corrected"


class LinkState(StrEnum):
    STANDING = "standing"
    STRUCK = "struck"


class ContestState(StrEnum):
    OPEN = "open"
    UPHELD = "upheld"
    REJECTED = "rejected"


_DECIDES = {Role.COUNTY_OFFICER, Role.COUNTY_APPROVER}

FINDING_MACHINE = Machine(
    "risk_finding",
    FindingState,
    FindingState.OPEN,
    [
        Move("confirm", {FindingState.OPEN}, FindingState.CONFIRMED, _DECIDES, _("认定风险属实"), data=True),
        Move("dismiss", {FindingState.OPEN}, FindingState.DISMISSED, _DECIDES, _("排除风险"), data=True),
        Move("correct", {FindingState.OPEN}, FindingState.CORRECTED, {Role.CLOCK}, _("更正后不再成立"), data=True),
        Move("lift", {FindingState.CONFIRMED}, FindingState.DISMISSED, _DECIDES, _("申辩成立，予以排除"), data=True),
        Move(
            "find_again",
            {FindingState.CORRECTED, FindingState.DISMISSED},
            FindingState.OPEN,
            {Role.CLOCK},
            _("再次发现"),
            data=True,
        ),
    ],
    labels={
        FindingState.OPEN: _("待核实"),
        FindingState.CONFIRMED: _("已认定"),
        FindingState.DISMISSED: _("已排除"),
        FindingState.CORRECTED: _("已更正"),
    },
    waits={FindingState.OPEN: Role.COUNTY_OFFICER},
)

LINK_MACHINE = Machine(
    "risk_link",
    LinkState,
    LinkState.STANDING,
    [Move("strike", {LinkState.STANDING}, LinkState.STRUCK, _DECIDES, _("不再采信关联线索"), data=True)],
    labels={LinkState.STANDING: _("有效"), LinkState.STRUCK: _("不再采信")},
    waits={},
)

CONTEST_MACHINE = Machine(
    "risk_contest",
    ContestState,
    ContestState.OPEN,
    [
        Move("uphold", {ContestState.OPEN}, ContestState.UPHELD, _DECIDES, _("采纳申辩"), data=True),
        Move("reject", {ContestState.OPEN}, ContestState.REJECTED, _DECIDES, _("不采纳申辩"), data=True),
    ],
    labels={
        ContestState.OPEN: _("待答复"),
        ContestState.UPHELD: _("申辩成立"),
        ContestState.REJECTED: _("申辩不成立"),
    },
    waits={ContestState.OPEN: Role.COUNTY_OFFICER},
)

OUTCOMES = {FindingState.CONFIRMED: "confirm", FindingState.DISMISSED: "dismiss"}  # the move that leads there
ANSWERS = {ContestState.UPHELD: "uphold", ContestState.REJECTED: "reject"}

LINK_LABELS: dict[LinkKind, str] = {
    LinkKind.LEGAL_REPRESENTATIVE: _("法定代表人相同"),
    LinkKind.SHAREHOLDER: _("股东关系"),
    LinkKind.PHONE: _("联系电话相同"),
    LinkKind.ADDRESS: _("地址相同"),
    LinkKind.BANK_ACCOUNT: _("银行账户相同"),
    LinkKind.DEVICE: _("办理设备相同"),
}
REGISTER_LABELS: dict[RegisterKind, str] = {
    RegisterKind.REGISTRATIONS: _("工商登记、参保信息"),
    RegisterKind.SHAREHOLDERS: _("股东名册"),
}
# As the headings of the tables say it.
REGISTER_COLUMNS: dict[RegisterKind, tuple[str, ...]] = {
    RegisterKind.REGISTRATIONS: (_("统一社会信用代码"), _("成立日期"), _("参保人数")),
    RegisterKind.SHAREHOLDERS: (
        _("统一社会信用代码"),
        _("股东名称"),
        _("股东证照号码"),
        _("持股起始日期"),
        _("持股终止日期"),
    ),
}
STAGE_LABELS: dict[Stage, str] = {
    Stage.HANDED_IN: _("提交后查验"),
    Stage.FIRST: _("付款后第一次复查"),
    Stage.SECOND: _("付款后第二次复查"),
    Stage.YEAR_END: _("年末复查"),
}

TEXT_LENGTH = 2000
ITEMS_LENGTH = 400
HUNDREDTHS = 100  # quantities of an order are written in hundredths of the unit
MINUTES_IN_HOUR = 60
HASH_BYTES = 8  # technical: of a hash of a piece of a text
BANDS, BAND_ROWS = 16, 4  # technical: a pair is looked at when one of so many bands of its smallest hashes agrees
LAYOUT_BAND_BITS, LAYOUT_BITS = 16, 64  # technical: bits of a band of a layout's hash, and of a piece of it
PICTURES_COMPARED = 60  # technical: earlier pictures that a new one is held against, those of the nearest layout
LIKENESS_PARTS_MAX = 12  # technical: what differs in more parts is not kept as alike
NUMBER_DIGITS_MIN = 3  # technical: shorter numbers say nothing about a result
NUMBERS_KEPT_MAX = 400  # technical: of one report
HALF = 2  # technical: the middle of a sorted list
QUEUE_MAX = 200  # technical: rows of a workbench
FAULTS_SHOWN = 500  # technical: of one report
REGISTERS_SHOWN = 10  # technical: last tables on the page
CODE_SHOWN = 6  # technical: how much of a shareholder's number is shown
GRAPH_MAX = 60  # technical: parties of one drawing
EVIDENCE_SHOWN = 12  # technical: rows of one finding's evidence
CLAIMS_TOGETHER = 2_000  # technical: claims screened by one run of statements
POINT_SIZE, LABEL_WIDTH = 26, 150  # technical: of the drawing of links, in pixels
MONTH_DAY = "month_day"  # the unit of packs for a day of every year
