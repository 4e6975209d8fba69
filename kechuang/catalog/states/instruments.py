"""Words of instruments: how they are open, how they run, how they come in and leave."""

from enum import StrEnum

from kechuang.kernel.text import gettext_noop as _

VALUE_MAX_FEN = 50_000_000_000  # 5 亿元 for one set: 30 万 given in yuan where 万元 are asked for reads as 30 亿

VALUE_SHOWN = 60  # characters of a wrong value that are told
ATTEMPTS = 2  # of a job that takes a file over
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

REPORTING_SCHEME = "zhejiang/usage"  # where the thresholds of original value stand
REPORTING_LABELS: dict[str, str] = {"national": _("国家网络管理平台"), "provincial": _("省级平台")}
RESOURCE_KINDS = (
    _("重大科研基础设施"),
    _("科学仪器中心"),
    _("国家重点实验室"),
    _("国家工程技术研究中心"),
    _("生物种质资源库馆"),
)
SHEET_LABELS: dict[str, str] = {
    "own_number": _("所在单位仪器编号"),
    "gs1_code": _("GS1 编码"),
    "english_name": _("英文名称"),
    "resource_kind": _("所属资源载体类型"),
    "resource": _("载体编号或名称"),
    "department": _("所属单位内部门"),
    "class_code": _("仪器分类编码"),
    "source": _("设备来源"),
    "category": _("仪器设备类别"),
    "under_customs": _("在海关监管年限内"),
    "original_value_fen": _("原值（元）"),
    "country": _("产地国别"),
    "maker": _("生产制造商"),
    "model": _("规格型号"),
    "booked_on": _("建账日期"),
    "started_on": _("启用日期"),
    "retired_on": _("停用日期"),
    "indicators": _("主要技术指标"),
    "functions": _("主要功能"),
    "purpose": _("用途"),
    "application_area": _("应用领域"),
    "subjects": _("主要学科领域"),
    "funds": _("购置经费来源"),
    "services": _("服务项目"),
    "notice": _("用户须知"),
    "charges": _("参考收费标准"),
    "booking_url": _("预约服务网址"),
    "yearly_hours_hundredths": _("年运行机时"),
    "external_hours_hundredths": _("年对外服务机时"),
    "province": _("安放地址：省"),
    "city": _("安放地址：市"),
    "county": _("安放地址：区县"),
    "street": _("安放地址：街道"),
    "latitude_e6": _("纬度"),
    "longitude_e6": _("经度"),
    "contact": _("联系人"),
    "phone": _("联系电话"),
    "email": _("电子邮箱"),
    "mail_address": _("通讯地址"),
    "postcode": _("邮政编码"),
    "declaration_number": _("进口报关单编号"),
    "declaration_item": _("进口报关单项号"),
    "released_on": _("海关放行日期"),
    "declared_name": _("报关单上的名称"),
    "open_modes": _("开放方式"),
    "share_mode": _("共享方式"),
    "run_status": _("运行状态"),
}

PICTURE_BYTES_MAX = 1_048_576  # jpg格式、1M以内大小

CLASS_VERSION = "nrii-15"  # the code set in which instruments are classified today: 15 big classes, 01 分析仪器


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
