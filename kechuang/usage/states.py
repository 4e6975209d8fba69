"""The ways of a service record (服务记录) and of a run by an operator (上机); the fixed words of national and provincial forms."""

from enum import StrEnum
from zoneinfo import ZoneInfo

from kechuang.kernel.actor import Role
from kechuang.kernel.machine import Machine, Move
from kechuang.kernel.text import gettext_noop as _

MINUTES_IN_HOUR, MINUTES_IN_DAY = 60, 1_440
DAYS_IN_YEAR, MONTHS_IN_YEAR = 365, 12
HUNDREDTHS = 100  # hours are typed and shown with two digits, kept in minutes
TENTHS = 10  # of a set of delays: the ninth is p90
DELAY_DAYS_MAX = 366  # longer delays are counted as this long
SCHEME = "zhejiang/usage"
PLAN = "zhejiang/voucher-2015"  # the tasks of source 000: 家次 by city, five percentage points
REGION_DIGITS = 4  # of GB/T 2260: counties of one city begin alike
CITY_END, PROVINCE_END = "00", "0000"
CUSTOMS_NUMBER_MAX = 64
LONGEST_SERVICE_DAYS = 366  # of one record: more is several services
FORGOTTEN_HOURS = 24  # a run still going after this long was probably forgotten
BATCH_ROWS_MAX = 10_000
BATCH = 500
WAITING_MAX = 50
IDLE_SHOWN, LIST_SHOWN, YEARS_SHOWN = 50, 50, 6
METER_GAP_MINUTES = 10  # readings further apart prove nothing in between, unless the meter says otherwise
READINGS_MAX = 5_000
READING_DAYS_MAX = 800  # how old one may be: every day between the oldest and the newest of a set is laid anew
WATTS_MAX = 10_000_000
TOKEN_BYTES = 32
PAPER_ROWS_MAX = 2_000
REASON_LENGTH = 500
# Codes of the old national interface, which the provincial one took over: the answer to each pushed item.
DONE_CODE, DATA_CODE, UNIT_CODE, FORMAT_CODE, RULE_CODE, OTHER_CODE = 100, 101, 200, 202, 203, 204


LEGAL_ZONE = ZoneInfo("Asia/Shanghai")  # tables and pushes say times without a zone
HOURS_DIGITS = 2
NAME_MAX, SHORT_MAX, CONTENT_MAX, PHONE_MAX, PLAIN_MAX = 200, 60, 4_000, 24, 64
REPORTS_MAX = 10_000


class RecordState(StrEnum):
    """What a version of a record is; earlier versions stay as they were."""

    ENTERED = "entered"
    CORRECTED = "corrected"
    VOIDED = "voided"


class SessionState(StrEnum):
    RUNNING = "running"
    STOPPED = "stopped"
    DROPPED = "dropped"


class BaseRuns(StrEnum):
    """How base hours run in a year that is not over, or in which the instrument came or went (定额折算)."""

    DAYS = "days"
    YEAR = "year"


class Grade(StrEnum):
    """By what an hour is evidenced (机时证据等级)."""

    METER = "A"
    SESSION = "B"
    TYPED = "C"


class Origin(StrEnum):
    """How a record came in (录入方式)."""

    SESSION = "session"
    TYPED = "typed"
    IMPORT = "import"
    PUSH = "push"
    ORDER = "order"


class Way(StrEnum):
    """服务方式"""

    OCCUPY = "occupy"
    TECHNIQUE = "technique"
    ENTRUSTED = "entrusted"
    REMOTE = "remote"
    OTHER = "other"


class Audience(StrEnum):
    """服务对象, by the national codes."""

    INSIDE = "120"
    OUTSIDE = "130"


class Purpose(StrEnum):
    """服务类型, by the national codes."""

    RESEARCH = "135"
    DEVELOPMENT = "136"
    TEACHING = "137"
    OTHER = "138"


class ClientRole(StrEnum):
    """servicingRole of the provincial interface: whom the service was for."""

    ENTERPRISE = "1"
    PERSON = "2"


class Rating(StrEnum):
    """评价, from 非常满意 to 极差."""

    EXCELLENT = "excellent"
    GOOD = "good"
    FAIR = "fair"
    POOR = "poor"
    VERY_POOR = "very_poor"


class Scope(StrEnum):
    """What a board or a baseline is about (统计范围)."""

    INSTRUMENT = "instrument"
    CARRIER = "carrier"
    REGION = "region"


GRADE_LABELS: dict[Grade, str] = {
    Grade.METER: _("A 计量"),
    Grade.SESSION: _("B 上机记录"),
    Grade.TYPED: _("C 填报"),
}
ORIGIN_LABELS: dict[Origin, str] = {
    Origin.SESSION: _("上机登记"),
    Origin.TYPED: _("人工填报"),
    Origin.IMPORT: _("批量导入"),
    Origin.PUSH: _("接口推送"),
    Origin.ORDER: _("订单结算"),
}
WAY_LABELS: dict[Way, str] = {
    Way.OCCUPY: _("占用共享"),
    Way.TECHNIQUE: _("技术共享"),
    Way.ENTRUSTED: _("委托共享"),
    Way.REMOTE: _("远程共享"),
    Way.OTHER: _("其他"),
}
AUDIENCE_LABELS: dict[Audience, str] = {Audience.INSIDE: _("内部用户"), Audience.OUTSIDE: _("外部用户")}
PURPOSE_LABELS: dict[Purpose, str] = {
    Purpose.RESEARCH: _("科学研究"),
    Purpose.DEVELOPMENT: _("科技开发"),
    Purpose.TEACHING: _("教学"),
    Purpose.OTHER: _("其他"),
}
CLIENT_LABELS: dict[ClientRole, str] = {ClientRole.ENTERPRISE: _("企业（单位）"), ClientRole.PERSON: _("个人")}
RATING_LABELS: dict[Rating, str] = {
    Rating.EXCELLENT: _("非常满意"),
    Rating.GOOD: _("满意"),
    Rating.FAIR: _("一般"),
    Rating.POOR: _("差"),
    Rating.VERY_POOR: _("极差"),
}
SCOPE_LABELS: dict[Scope, str] = {
    Scope.INSTRUMENT: _("仪器"),
    Scope.CARRIER: _("载体"),
    Scope.REGION: _("地区"),
}

_S, _OWN = RecordState, frozenset({Role.PROVIDER})
_STANDING = {_S.ENTERED, _S.CORRECTED}
RECORD_MACHINE = Machine(
    "service_record",
    RecordState,
    initial=_S.ENTERED,
    moves=[
        Move("correct", _STANDING, _S.CORRECTED, _OWN, _("更正服务记录"), data=True),
        Move("merge_order", _STANDING, _S.CORRECTED, {Role.CLOCK}, _("并入订单"), data=True),
        Move("void", _STANDING, _S.VOIDED, _OWN, _("作废服务记录"), data=True),
    ],
    labels={_S.ENTERED: _("已登记"), _S.CORRECTED: _("已更正"), _S.VOIDED: _("已作废")},
    waits={},
)
_R = SessionState
SESSION_MACHINE = Machine(
    "session",
    SessionState,
    initial=_R.RUNNING,
    moves=[
        Move("stop", {_R.RUNNING}, _R.STOPPED, _OWN, _("结束上机"), data=True),
        Move("drop", {_R.RUNNING}, _R.DROPPED, _OWN, _("放弃本次上机"), data=True),
        Move("remind", {_R.RUNNING}, None, {Role.CLOCK}, _("提醒结束上机")),
    ],
    labels={_R.RUNNING: _("上机中"), _R.STOPPED: _("已结束"), _R.DROPPED: _("已放弃")},
    waits={_R.RUNNING: Role.PROVIDER},
)

# The headings of a table of service records (服务记录表), in their order, with the field each fills and how it is read.
RECORD_COLUMNS: tuple[tuple[str, str, str], ...] = (
    (_("服务记录内部编号"), "internal_number", "text"),
    (_("仪器编号"), "instrument", "text"),
    (_("服务名称（课题）"), "title", "text"),
    (_("服务内容"), "content", "text"),
    (_("开始时间"), "from_at", "from"),
    (_("结束时间"), "until_at", "until"),
    (_("服务机时（小时）"), "minutes", "hours"),
    (_("服务金额（元）"), "amount_fen", "yuan"),
    (_("其中创新券抵扣（元）"), "voucher_fen", "yuan"),
    (_("服务方式"), "way", "way"),
    (_("服务对象"), "audience", "audience"),
    (_("服务类型"), "purpose", "purpose"),
    (_("经费来源"), "fund", "text"),
    (_("学科"), "discipline", "text"),
    (_("对象类别"), "client_role", "client_role"),
    (_("企业（单位）名称"), "client_name", "text"),
    (_("统一社会信用代码"), "client_code", "code"),
    (_("企业性质"), "client_property", "text"),
    (_("企业类型"), "client_type", "text"),
    (_("申请人"), "applicant", "text"),
    (_("申请人电话"), "applicant_phone", "text"),
    (_("申请人邮箱"), "applicant_email", "text"),
    (_("申请人单位"), "applicant_unit", "text"),
    (_("评价"), "rating", "rating"),
    (_("补税记录"), "tax_supplement", "text"),
    (_("海关《通知书》编号"), "customs_notice", "text"),
    (_("在单位内使用"), "on_premises", "flag"),
    (_("对外服务地址"), "outside_address", "text"),
    (_("已签协议"), "signed_agreement", "flag"),
    (_("服务人员"), "operator_name", "text"),
    (_("出具报告数"), "reports", "count"),
    (_("报告编号"), "report_numbers", "numbers"),
    (_("订单号"), "order_number", "text"),
)
NEEDED_COLUMNS = ("internal_number", "title", "from_at", "until_at")
# batch-push-instrument-service of the provincial interface: its names, ours, and how a value is read.
PUSH_FIELDS: tuple[tuple[str, str, str], ...] = (
    ("orderCode", "internal_number", "text"),
    ("assetCode", "instrument", "text"),
    ("gs1Code", "gs1", "text"),
    ("serviceDate", "minutes", "hours"),
    ("serviceCost", "amount_fen", "yuan"),
    ("serviceContent", "content", "text"),
    ("servicingTime", "from_at", "from"),
    ("serviceUser", "applicant", "text"),
    ("servicingRole", "client_role", "client_role"),
    ("serviceEnterprise", "client_name", "text"),
    ("servicingSource", "audience", "source"),
    ("servicingEnterpriseProperty", "client_property", "text"),
    ("servicingEnterpriseType", "client_type", "text"),
    ("servicePerson", "operator_name", "text"),
)
PUSHED_SOURCES: dict[str, Audience] = {"1": Audience.INSIDE, "2": Audience.OUTSIDE}
NEEDED_PUSHED = ("orderCode", "servicingTime", "serviceDate", "servicingSource")
TEXT_MAX: dict[str, int] = {
    "internal_number": PLAIN_MAX,
    "instrument": PLAIN_MAX,
    "gs1": PLAIN_MAX,
    "title": NAME_MAX,
    "content": CONTENT_MAX,
    "fund": SHORT_MAX,
    "discipline": SHORT_MAX,
    "client_name": NAME_MAX,
    "client_property": SHORT_MAX,
    "client_type": SHORT_MAX,
    "applicant": SHORT_MAX,
    "applicant_phone": PHONE_MAX,
    "applicant_email": NAME_MAX,
    "applicant_unit": NAME_MAX,
    "tax_supplement": CUSTOMS_NUMBER_MAX,
    "customs_notice": CUSTOMS_NUMBER_MAX,
    "outside_address": NAME_MAX,
    "operator_name": SHORT_MAX,
    "order_number": PLAIN_MAX,
}
