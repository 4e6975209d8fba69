"""The way of an offer (服务项目、仪器设备): drafted, open for orders, paused, closed; and the trade's fixed words."""

from enum import StrEnum

from kechuang.kernel.actor import Role
from kechuang.kernel.machine import Machine, Move
from kechuang.kernel.text import gettext_noop as _


class OfferState(StrEnum):
    DRAFT = "draft"
    OPEN = "open"
    PAUSED = "paused"
    CLOSED = "closed"


class OfferKind(StrEnum):
    SERVICE = "service"
    INSTRUMENT = "instrument"  # 单台（套）
    CENTRE = "centre"  # 科学仪器中心
    FACILITY = "facility"  # 重大科研基础设施


class CarrierKind(StrEnum):
    """Kinds of carriers (创新载体): those of source 000, then those of departments beyond science, then others."""

    SERVICE_PLATFORM = "service_platform"  # 省级科技创新服务平台（82）
    KEY_LABORATORY = "key_laboratory"  # 省部级重点实验室和工程中心（283）
    RESEARCH_INSTITUTE = "research_institute"  # 省部属科研院所（81）
    KEY_ENTERPRISE_RD = "key_enterprise_rd"  # 省级重点企业研究院（149）
    ENTERPRISE_RD = "enterprise_rd"  # 省级企业研究院（335）
    COUNTY_BODY = "county_body"  # 县（市、区）科研机构等创新载体
    UNIVERSITY = "university"  # 教育：高校（含二级学院）
    INNOVATION_CENTRE = "innovation_centre"  # 省级技术创新中心
    NEW_RD_INSTITUTE = "new_rd_institute"  # 新型研发机构
    CUSTOMS = "customs"  # 海关
    MARKET_SUPERVISION = "market_supervision"  # 市场监管
    HEALTH = "health"  # 卫生健康
    QUALIFIED_FIRM = "qualified_firm"  # 其他具备专业服务能力和相应服务资质的机构


class ItemKind(StrEnum):
    """What a price line charges for; everything but BASE comes on top (附加费用)."""

    BASE = "base"
    RUSH = "rush"
    PREPARATION = "preparation"
    CONSUMABLES = "consumables"
    EXTRA_REPORT = "extra_report"


class Unit(StrEnum):
    """By what a line is counted; quantities are in hundredths of it (计量单位)."""

    HOUR = "hour"
    SAMPLE = "sample"
    TIMES = "times"
    PIECE = "piece"
    DAY = "day"
    REPORT = "report"
    RATE = "rate"  # 按基本费用的比例


class PriceGroup(StrEnum):
    """For whom a price is (适用对象): the provider's own people, everybody else, or both."""

    ALL = "all"
    INSIDE = "inside"
    OUTSIDE = "outside"


class StepMode(StrEnum):
    """How stepped prices are counted (阶梯计价方式)."""

    PART = "part"  # 分段: each part of the quantity at the price of its own step
    WHOLE = "whole"  # 全量: the whole quantity at the price of the step that it reaches


class StaffTitle(StrEnum):
    """Grades of professional titles (职称等级)."""

    SENIOR = "senior"
    ASSOCIATE = "associate"
    INTERMEDIATE = "intermediate"
    JUNIOR = "junior"
    NONE = "none"


class ShareTo(StrEnum):
    """To whom a part of the income of open sharing goes (收入分配对象)."""

    UNIT = "unit"
    LABORATORY = "laboratory"
    PROJECT = "project"
    PERSON = "person"


OFFER_KIND_LABELS: dict[OfferKind, str] = {
    OfferKind.SERVICE: _("技术服务"),
    OfferKind.INSTRUMENT: _("仪器设备"),
    OfferKind.CENTRE: _("科学仪器中心"),
    OfferKind.FACILITY: _("重大科研基础设施"),
}
VALUE_MAX_FEN = 50_000_000_000  # 5 亿元 for one set: 30 万 given in yuan where 万元 are asked for reads as 30 亿
PUSH_ITEMS_MAX, PUSH_MEGABYTES_MAX = 10_000, 32
SEVERAL_MAX, EARLIEST_YEAR = 4, 1900
# The national workbook's limits, kept wherever an instrument is described, so that what is entered can be reported.
SHEET_CHARS: dict[str, int] = {
    "own_number": 60,
    "source_id": 64,
    "gs1_code": 64,
    "english_name": 200,
    "resource": 200,
    "department": 100,
    "country": 60,
    "maker": 200,
    "model": 200,
    "indicators": 500,
    "functions": 300,
    "purpose": 500,
    "application_area": 500,
    "services": 200,
    "notice": 500,
    "charges": 500,
    "booking_url": 300,
    "province": 40,
    "city": 40,
    "county": 40,
    "street": 200,
    "contact": 60,
    "phone": 30,
    "email": 200,
    "mail_address": 200,
    "postcode": 6,
    "declaration_number": 18,
    "declaration_item": 2,
    "declared_name": 200,
}
PICTURE_BYTES_MAX = 1_048_576  # jpg格式、1M以内大小
CLASS_VERSION = "nrii-15"  # the code set in which instruments are classified today: 15 big classes, 01 分析仪器
INSTRUMENT_KINDS = (OfferKind.INSTRUMENT, OfferKind.CENTRE, OfferKind.FACILITY)  # what has an Instrument row


class OpenMode(StrEnum):
    """How outsiders get at an instrument (开放方式)."""

    SLOT = "slot"
    SAMPLE = "sample"
    TRAINING = "training"


class ShareMode(StrEnum):
    """To whom it is open at all (共享方式), by the words of the national network."""

    EXTERNAL = "external"
    INTERNAL = "internal"
    NONE = "none"


class RunStatus(StrEnum):
    """How it runs (运行状态), by the words of the national network."""

    NORMAL = "normal"
    OCCASIONAL = "occasional"
    FREQUENT = "frequent"
    REPAIR = "repair"
    SCRAP = "scrap"


class Source(StrEnum):
    """Where an instrument came from (设备来源): the provincial interface's seven, of which the workbook knows four."""

    PURCHASE = "purchase"
    DEVELOPMENT = "development"
    TRANSFER = "transfer"
    DONATION = "donation"
    EXCHANGE = "exchange"
    SURPLUS = "surplus"
    OTHER = "other"


class Fund(StrEnum):
    """What money bought it (购置经费来源)."""

    OWN = "own"
    CENTRAL = "central"
    LOCAL = "local"
    OTHER = "other"


class Category(StrEnum):
    GENERAL = "general"
    SPECIAL = "special"


class ClearanceKind(StrEnum):
    """What lets a duty-free instrument serve others (减免税仪器对外服务的海关手续)."""

    TAX_PAID = "tax_paid"  # 补税记录
    NOTICE = "notice"  # 《通知书》


class ExportFormat(StrEnum):
    """One entry, many reports: the forms in which instruments leave (导出格式)."""

    NATIONAL = "national"
    NATIONAL_CSV = "national-csv"
    PROVINCIAL = "provincial"
    UNIQUIP = "uniquip"
    PIDINST = "pidinst"
    DATACITE = "datacite"


class PushCode(StrEnum):
    """What became of one pushed item, by the codes of the national interface (返回码)."""

    TAKEN = "100"
    WRONG = "101"
    UNIT = "200"
    FORM = "202"
    UNFIT = "203"


class ImportStage(StrEnum):
    """How far a large file has got (导入进度)."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FOUND = "found"  # findings, and nothing was taken
    FAILED = "failed"  # the file itself could not be read


OPEN_MODE_LABELS: dict[OpenMode, str] = {
    OpenMode.SLOT: _("按时段预约"),
    OpenMode.SAMPLE: _("送样检测"),
    OpenMode.TRAINING: _("培训后自主操作"),
}
SHARE_MODE_LABELS: dict[ShareMode, str] = {
    ShareMode.EXTERNAL: _("外部共享"),
    ShareMode.INTERNAL: _("内部共享"),
    ShareMode.NONE: _("不共享"),
}
RUN_LABELS: dict[RunStatus, str] = {
    RunStatus.NORMAL: _("正常"),
    RunStatus.OCCASIONAL: _("偶有故障"),
    RunStatus.FREQUENT: _("故障频繁"),
    RunStatus.REPAIR: _("待修"),
    RunStatus.SCRAP: _("待报废"),
}
SOURCE_LABELS: dict[Source, str] = {
    Source.PURCHASE: _("新购"),
    Source.DEVELOPMENT: _("研制"),
    Source.TRANSFER: _("调拨"),
    Source.DONATION: _("接收捐赠"),
    Source.EXCHANGE: _("置换"),
    Source.SURPLUS: _("盘盈"),
    Source.OTHER: _("其他来源"),
}
FUND_LABELS: dict[Fund, str] = {
    Fund.OWN: _("单位自有"),
    Fund.CENTRAL: _("中央财政"),
    Fund.LOCAL: _("地方财政"),
    Fund.OTHER: _("其他资金"),
}
CATEGORY_LABELS: dict[Category, str] = {Category.GENERAL: _("通用"), Category.SPECIAL: _("专用")}
CLEARANCE_LABELS: dict[ClearanceKind, str] = {
    ClearanceKind.TAX_PAID: _("补税记录"),
    ClearanceKind.NOTICE: _("海关《通知书》"),
}
EXPORT_LABELS: dict[ExportFormat, str] = {
    ExportFormat.NATIONAL: _("国家网络管理平台仪器信息表（xlsx）"),
    ExportFormat.NATIONAL_CSV: _("国家网络管理平台仪器信息表（csv）"),
    ExportFormat.PROVINCIAL: _("浙江大仪推送格式（JSON）"),
    ExportFormat.UNIQUIP: _("Uniquip（csv）"),
    ExportFormat.PIDINST: _("PIDINST 1.0（JSON）"),
    ExportFormat.DATACITE: _("DataCite 4.5（JSON）"),
}
IMPORT_STAGE_LABELS: dict[ImportStage, str] = {
    ImportStage.QUEUED: _("排队中"),
    ImportStage.RUNNING: _("导入中"),
    ImportStage.DONE: _("已导入"),
    ImportStage.FOUND: _("有错误，未导入"),
    ImportStage.FAILED: _("文件无法读取"),
}
CARRIER_LABELS: dict[CarrierKind, str] = {
    CarrierKind.SERVICE_PLATFORM: _("省级科技创新服务平台"),
    CarrierKind.KEY_LABORATORY: _("省部级重点实验室和工程中心"),
    CarrierKind.RESEARCH_INSTITUTE: _("省部属科研院所"),
    CarrierKind.KEY_ENTERPRISE_RD: _("省级重点企业研究院"),
    CarrierKind.ENTERPRISE_RD: _("省级企业研究院"),
    CarrierKind.COUNTY_BODY: _("县（市、区）科研机构"),
    CarrierKind.UNIVERSITY: _("高校（含二级学院）"),
    CarrierKind.INNOVATION_CENTRE: _("省级技术创新中心"),
    CarrierKind.NEW_RD_INSTITUTE: _("新型研发机构"),
    CarrierKind.CUSTOMS: _("海关所属机构"),
    CarrierKind.MARKET_SUPERVISION: _("市场监管所属机构"),
    CarrierKind.HEALTH: _("卫生健康所属机构"),
    CarrierKind.QUALIFIED_FIRM: _("其他服务机构"),
}
ITEM_LABELS: dict[ItemKind, str] = {
    ItemKind.BASE: _("基本费用"),
    ItemKind.RUSH: _("加急费"),
    ItemKind.PREPARATION: _("制样费"),
    ItemKind.CONSUMABLES: _("耗材费"),
    ItemKind.EXTRA_REPORT: _("额外报告费"),
}
UNIT_LABELS: dict[Unit, str] = {
    Unit.HOUR: _("小时"),
    Unit.SAMPLE: _("样品"),
    Unit.TIMES: _("次"),
    Unit.PIECE: _("件"),
    Unit.DAY: _("天"),
    Unit.REPORT: _("份"),
    Unit.RATE: _("按比例"),
}


GROUP_LABELS: dict[PriceGroup, str] = {
    PriceGroup.ALL: _("内部与外部"),
    PriceGroup.INSIDE: _("内部用户"),
    PriceGroup.OUTSIDE: _("外部用户"),
}
MODE_LABELS: dict[StepMode, str] = {StepMode.PART: _("分段计价"), StepMode.WHOLE: _("全量计价")}
TITLE_LABELS: dict[StaffTitle, str] = {
    StaffTitle.SENIOR: _("正高级"),
    StaffTitle.ASSOCIATE: _("副高级"),
    StaffTitle.INTERMEDIATE: _("中级"),
    StaffTitle.JUNIOR: _("初级"),
    StaffTitle.NONE: _("未定职称"),
}
SHARE_LABELS: dict[ShareTo, str] = {
    ShareTo.UNIT: _("单位统筹"),
    ShareTo.LABORATORY: _("实验室（载体）运行"),
    ShareTo.PROJECT: _("课题组、项目"),
    ShareTo.PERSON: _("实验技术人员"),
}
# Kinds that the sources do not list by name: what such bodies serve with is permitted by an admission (加入平台).
JOINING_KINDS = (CarrierKind.COUNTY_BODY, CarrierKind.QUALIFIED_FIRM)


class ServiceClass(StrEnum):
    """What a service is by the words of the voucher packs (服务类别); which of them a voucher pays is the pack's to say."""

    INSTRUMENT = "instrument"
    TESTING = "testing"
    RD_DESIGN = "rd_design"
    ENTRUSTED = "entrusted"
    COOPERATIVE = "cooperative"
    SOLUTION = "solution"
    COMPUTE = "compute"


SERVICE_LABELS: dict[ServiceClass, str] = {
    ServiceClass.INSTRUMENT: _("仪器设备共享"),
    ServiceClass.TESTING: _("检验检测、测试分析"),
    ServiceClass.RD_DESIGN: _("研发设计"),
    ServiceClass.ENTRUSTED: _("委托开发"),
    ServiceClass.COOPERATIVE: _("合作研发"),
    ServiceClass.SOLUTION: _("技术解决方案"),
    ServiceClass.COMPUTE: _("算力服务"),
}
# The headings of a list of services (服务清单), in their order; a row is one price line of one service.
SERVICE_COLUMNS = (
    _("服务编号"),
    _("服务名称"),
    _("服务类别"),
    _("服务内容"),
    _("服务流程"),
    _("收费项目"),
    _("费用类型"),
    _("计量单位"),
    _("单价（元）"),
    _("比例（%）"),
    _("检测条件"),
)
# Further headings; a list without them is still taken.
SERVICE_MORE = (_("适用对象"), _("阶梯价（数量:单价）"), _("阶梯计价方式"), _("最低收费（元）"))
STEPS_MAX = 8  # steps of one price line
SHARES_MAX = 20  # parts of one income split
STAFF_MAX = 500  # people shown of one carrier
ROWS_MAX = 5_000
PRICE_ROWS_BLANK = 4  # empty rows at the end of the form of a price list
IMPORTS_SHOWN = 10
PERCENT_MAX_BP = 100_000  # ten times the base: beyond it somebody mistyped

_S, _OWN = OfferState, frozenset({Role.PROVIDER})
# 撤下: the office that watches over a carrier may pause an offer; only its owner opens it again.
_OFFICES = frozenset({Role.COUNTY_OFFICER, Role.COUNTY_APPROVER, Role.DEPARTMENT_DESK})

OFFER_MACHINE = Machine(
    "offer",
    OfferState,
    OfferState.DRAFT,
    [
        Move("edit", {_S.DRAFT, _S.OPEN, _S.PAUSED}, None, _OWN, _("修改服务信息"), data=True),
        Move("price", {_S.DRAFT, _S.OPEN, _S.PAUSED}, None, _OWN, _("调整收费标准"), data=True),
        Move("open", {_S.DRAFT, _S.PAUSED}, _S.OPEN, _OWN, _("上架服务")),
        Move("pause", {_S.OPEN}, _S.PAUSED, _OWN | _OFFICES | {Role.CLOCK}, _("暂停接单")),
        Move("close", {_S.DRAFT, _S.OPEN, _S.PAUSED}, _S.CLOSED, _OWN, _("下架服务")),
    ],
    labels={
        _S.DRAFT: _("草稿"),
        _S.OPEN: _("开放中"),
        _S.PAUSED: _("暂停接单"),
        _S.CLOSED: _("已下架"),
    },
    waits={_S.DRAFT: Role.PROVIDER},
)
