"""The way of an offer (服务项目、仪器设备): drafted, open for orders, paused, closed; and the trade's fixed words."""

from enum import StrEnum

from kechuang.catalog.states.instruments import (
    ATTEMPTS,
    CATEGORY_LABELS,
    CLASS_VERSION,
    CLEARANCE_LABELS,
    EARLIEST_YEAR,
    EXPORT_LABELS,
    FUND_LABELS,
    IMPORT_STAGE_LABELS,
    OPEN_MODE_LABELS,
    PICTURE_BYTES_MAX,
    PUSH_ITEMS_MAX,
    PUSH_MEGABYTES_MAX,
    REPORTING_LABELS,
    REPORTING_SCHEME,
    RESOURCE_KINDS,
    RUN_LABELS,
    SEVERAL_MAX,
    SHARE_MODE_LABELS,
    SHEET_CHARS,
    SHEET_LABELS,
    SOURCE_LABELS,
    VALUE_MAX_FEN,
    VALUE_SHOWN,
    Category,
    ClearanceKind,
    ExportFormat,
    Fund,
    ImportStage,
    OpenMode,
    PushCode,
    RunStatus,
    ShareMode,
    Source,
)
from kechuang.kernel.actor import Role
from kechuang.kernel.machine import Machine, Move
from kechuang.kernel.text import gettext_noop as _

__all__ = [  # the words of instruments are found here, too
    "ATTEMPTS",
    "CATEGORY_LABELS",
    "CLASS_VERSION",
    "CLEARANCE_LABELS",
    "EARLIEST_YEAR",
    "EXPORT_LABELS",
    "FUND_LABELS",
    "IMPORT_STAGE_LABELS",
    "OPEN_MODE_LABELS",
    "PICTURE_BYTES_MAX",
    "PUSH_ITEMS_MAX",
    "PUSH_MEGABYTES_MAX",
    "REPORTING_LABELS",
    "REPORTING_SCHEME",
    "RESOURCE_KINDS",
    "RUN_LABELS",
    "SEVERAL_MAX",
    "SHARE_MODE_LABELS",
    "SHEET_CHARS",
    "SHEET_LABELS",
    "SOURCE_LABELS",
    "VALUE_MAX_FEN",
    "VALUE_SHOWN",
    "Category",
    "ClearanceKind",
    "ExportFormat",
    "Fund",
    "ImportStage",
    "OpenMode",
    "PushCode",
    "RunStatus",
    "ShareMode",
    "Source",
]


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


UNIT_HUNDREDTHS = 100  # quantities are in hundredths of the unit (2.5 hours = 250)
BOOKED_MINUTES = {Unit.HOUR: 60, Unit.DAY: 1_440}  # of the units that a booked time is counted in


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


INSTRUMENT_KINDS = (OfferKind.INSTRUMENT, OfferKind.CENTRE, OfferKind.FACILITY)  # what has an Instrument row
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
