"""The way of a booking (预约), of an instrument's calendar, of a block on it and of a qualification; the trade's words."""

from enum import StrEnum
from zoneinfo import ZoneInfo

from kechuang.kernel.actor import Role
from kechuang.kernel.machine import Machine, Move
from kechuang.kernel.text import gettext_noop as _


class BookingState(StrEnum):
    REQUESTED = "requested"
    CONFIRMED = "confirmed"
    DISPLACED = "displaced"  # 待改期: a breakdown or an absence took its time; the holder chooses another
    IN_USE = "in_use"
    DONE = "done"
    REFUSED = "refused"
    CANCELLED = "cancelled"
    LAPSED = "lapsed"
    NO_SHOW = "no_show"


class CalendarState(StrEnum):
    OPEN = "open"
    PAUSED = "paused"


class BlockState(StrEnum):
    ACTIVE = "active"
    LIFTED = "lifted"


class QualificationState(StrEnum):
    VALID = "valid"
    EXPIRED = "expired"
    REVOKED = "revoked"


class SlotKind(StrEnum):
    BOOKING = "booking"
    BLOCK = "block"


class BlockKind(StrEnum):
    """Why an instrument is not to be had for a time (占用原因)."""

    MAINTENANCE = "maintenance"
    BLACKOUT = "blackout"
    BUSY = "busy"
    BREAKDOWN = "breakdown"
    ABSENCE = "absence"
    HELD = "held"  # kept for the first of the wait list while it is offered


class Mode(StrEnum):
    """How a booked instrument is used; the open modes of the catalogue that take a time (使用方式)."""

    SLOT = "slot"
    TRAINING = "training"
    SAMPLE = "sample"


class Confirmation(StrEnum):
    AUTOMATIC = "automatic"
    PROVIDER = "provider"


BLOCK_LABELS: dict[BlockKind, str] = {
    BlockKind.MAINTENANCE: _("维护"),
    BlockKind.BLACKOUT: _("停用"),
    BlockKind.BUSY: _("外部占用"),
    BlockKind.BREAKDOWN: _("故障"),
    BlockKind.ABSENCE: _("操作人缺席"),
    BlockKind.HELD: _("候补保留"),
}
MODE_LABELS: dict[Mode, str] = {
    Mode.SLOT: _("按时段使用，机构人员操作"),
    Mode.TRAINING: _("培训后自主操作"),
    Mode.SAMPLE: _("送样检测"),
}
CONFIRMATION_LABELS: dict[Confirmation, str] = {
    Confirmation.AUTOMATIC: _("自动确认"),
    Confirmation.PROVIDER: _("机构确认"),
}
DISPLACING = frozenset({BlockKind.BREAKDOWN, BlockKind.ABSENCE})  # what takes time from bookings that were there first

_S, _R = BookingState, Role
OCCUPYING = (_S.REQUESTED, _S.CONFIRMED, _S.IN_USE, _S.DONE)  # whose slots are active
OPEN_STATES = (_S.REQUESTED, _S.CONFIRMED, _S.DISPLACED, _S.IN_USE)
_AHEAD = {_S.REQUESTED, _S.CONFIRMED, _S.DISPLACED}
_ENDED = {_S.CANCELLED, _S.NO_SHOW}
CANCELLABLE = frozenset(_AHEAD)

MACHINE = Machine(
    "booking",
    BookingState,
    initial=_S.REQUESTED,
    moves=[
        Move("confirm", {_S.REQUESTED}, _S.CONFIRMED, {_R.PROVIDER}, _("确认预约")),
        Move("refuse", {_S.REQUESTED}, _S.REFUSED, {_R.PROVIDER}, _("不予预约"), data=True),
        Move("reschedule", {_S.CONFIRMED, _S.DISPLACED}, _S.CONFIRMED, {_R.HOLDER, _R.PROVIDER}, _("改期"), data=True),
        Move("rerequest", _AHEAD, _S.REQUESTED, {_R.HOLDER}, _("改期，待机构确认"), data=True),
        Move("accept_offer", {_S.DISPLACED}, _S.CONFIRMED, {_R.HOLDER}, _("接受改期"), data=True),
        Move("hand_over", _AHEAD, None, {_R.HOLDER}, _("转给同事"), data=True),
        Move("attach_order", _AHEAD | {_S.IN_USE, _S.DONE}, None, {_R.HOLDER}, _("关联服务订单"), data=True),
        Move("cancel", _AHEAD, _S.CANCELLED, {_R.HOLDER, _R.PROVIDER}, _("取消预约"), data=True),
        Move("cancel_of_order", _AHEAD, _S.CANCELLED, {_R.HOLDER, _R.PROVIDER, _R.CLOCK}, _("随订单取消"), data=True),
        Move("start", {_S.CONFIRMED}, _S.IN_USE, {_R.HOLDER, _R.PROVIDER}, _("开始使用")),
        Move("finish", {_S.IN_USE}, _S.DONE, {_R.HOLDER, _R.PROVIDER}, _("结束使用")),
        Move("complete", {_S.CONFIRMED, _S.IN_USE}, _S.DONE, {_R.CLOCK}, _("到时结束")),
        Move("no_show", {_S.CONFIRMED}, _S.NO_SHOW, {_R.PROVIDER, _R.CLOCK}, _("登记爽约")),
        Move("excuse", _ENDED, None, {_R.PROVIDER}, _("免除爽约记录"), data=True),
        Move(
            "displace", {_S.REQUESTED, _S.CONFIRMED, _S.IN_USE}, _S.DISPLACED, {_R.PROVIDER}, _("通知改期"), data=True
        ),
        Move("lapse", {_S.REQUESTED, _S.DISPLACED}, _S.LAPSED, {_R.CLOCK}, _("逾期失效")),
        Move("carry_over", _AHEAD | {_S.IN_USE}, None, {_R.CLOCK}, _("由承继单位承接")),
    ],
    labels={
        _S.REQUESTED: _("待确认"),
        _S.CONFIRMED: _("已确认"),
        _S.DISPLACED: _("待改期"),
        _S.IN_USE: _("使用中"),
        _S.DONE: _("使用完毕"),
        _S.REFUSED: _("不予预约"),
        _S.CANCELLED: _("预约已取消"),
        _S.LAPSED: _("逾期失效"),
        _S.NO_SHOW: _("爽约"),
    },
    waits={_S.REQUESTED: _R.PROVIDER, _S.DISPLACED: _R.HOLDER},
)

_C = CalendarState
CALENDAR_MACHINE = Machine(
    "calendar",
    CalendarState,
    initial=_C.OPEN,
    moves=[
        Move("set_rules", set(_C), None, {_R.PROVIDER}, _("设置预约规则"), data=True),
        Move("block", set(_C), None, {_R.PROVIDER}, _("占用时段"), data=True),
        Move("override", set(_C), None, {_R.PROVIDER}, _("例外安排预约"), data=True),
        Move("qualify", set(_C), None, {_R.PROVIDER}, _("授予操作资格"), data=True),
        Move("pause", {_C.OPEN}, _C.PAUSED, {_R.PROVIDER}, _("暂停预约")),
        Move("reopen", {_C.PAUSED}, _C.OPEN, {_R.PROVIDER}, _("恢复预约")),
    ],
    labels={_C.OPEN: _("可预约"), _C.PAUSED: _("暂停预约")},
    waits={},
)

BLOCK_MACHINE = Machine(
    "block",
    BlockState,
    initial=BlockState.ACTIVE,
    moves=[
        Move("unblock", {BlockState.ACTIVE}, BlockState.LIFTED, {_R.PROVIDER}, _("解除占用")),
        Move("let_go", {BlockState.ACTIVE}, BlockState.LIFTED, {_R.CLOCK, _R.HOLDER}, _("释放时段"), data=True),
    ],
    labels={BlockState.ACTIVE: _("占用中"), BlockState.LIFTED: _("已解除")},
    waits={},
)

_Q = QualificationState
QUALIFICATION_MACHINE = Machine(
    "qualification",
    QualificationState,
    initial=_Q.VALID,
    moves=[
        Move("renew", {_Q.VALID, _Q.EXPIRED}, _Q.VALID, {_R.PROVIDER}, _("延长操作资格"), data=True),
        Move("revoke", {_Q.VALID}, _Q.REVOKED, {_R.PROVIDER}, _("撤销操作资格"), data=True),
        Move("expire", {_Q.VALID}, _Q.EXPIRED, {_R.CLOCK}, _("操作资格到期")),
    ],
    labels={_Q.VALID: _("有效"), _Q.EXPIRED: _("已到期"), _Q.REVOKED: _("已撤销")},
    waits={},
)

MINUTES_IN_HOUR, MINUTES_IN_DAY, DAYS_IN_WEEK = 60, 1_440, 7
SECONDS_IN_MINUTE = 60
WEEKDAY_LABELS = (_("周一"), _("周二"), _("周三"), _("周四"), _("周五"), _("周六"), _("周日"))
OFFERS_MAX = 3  # next free slots offered to who lost one
NEXT_FREE_DAYS = 62  # how far ahead the next free slot is looked for
GAPS_READ = (6, 60, None)  # bookings ahead that are read per instrument until a free time is found: few, many, all
BATCH = 500  # bookings per round of a job
WAITING_MAX = 50  # rows of one room on a workbench
START_EARLY_MINUTES = 15  # how long before its time a use may begin, when nobody else is there
ANSWER_DAYS = 7  # how long a displaced booking waits for its holder
MERGER_LOOK_BACK_DAYS = 60  # how long after a merger what hangs on the merged party is still looked for
REMIND_HOURS = 24  # a word before the booked time
CACHED = 1_024  # weeks of open hours that are kept read
INSTRUMENTS_MAX = 20  # in one booking
DAYS_MOST, MINUTES_MOST = 3_650, 525_600  # what no rule and no booked time passes
BLOCK_WEEKS_MAX = 53  # repetitions of a weekly maintenance
WEEK_INSTRUMENTS_MAX = 200  # columns of one week view


class SampleState(StrEnum):
    ANNOUNCED = "announced"
    SHIPPED = "shipped"
    RECEIVED = "received"
    TESTING = "testing"
    TESTED = "tested"
    RETURNED = "returned"
    DISPOSED = "disposed"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


_P = SampleState
IN_QUEUE = (_P.ANNOUNCED, _P.SHIPPED, _P.RECEIVED, _P.TESTING)  # what an instrument has still to do
_HERE = {_P.RECEIVED, _P.TESTING, _P.TESTED}
SAMPLE_MACHINE = Machine(
    "sample",
    SampleState,
    initial=_P.ANNOUNCED,
    moves=[
        Move("ship", {_P.ANNOUNCED}, _P.SHIPPED, {_R.HOLDER}, _("登记寄出"), data=True),
        Move("receive", {_P.ANNOUNCED, _P.SHIPPED}, _P.RECEIVED, {_R.PROVIDER}, _("收样登记"), data=True),
        Move("reject", {_P.ANNOUNCED, _P.SHIPPED, _P.RECEIVED}, _P.REJECTED, {_R.PROVIDER}, _("拒收样品"), data=True),
        Move("pass_on", _HERE, None, {_R.PROVIDER}, _("交接样品"), data=True),
        Move("begin", {_P.RECEIVED}, _P.TESTING, {_R.PROVIDER}, _("开始检测")),
        Move("finish", {_P.TESTING}, _P.TESTED, {_R.PROVIDER}, _("检测完成"), data=True),
        Move("give_back", {_P.TESTED, _P.REJECTED}, _P.RETURNED, {_R.PROVIDER}, _("退还样品"), data=True),
        Move("dispose", {_P.TESTED, _P.REJECTED}, _P.DISPOSED, {_R.PROVIDER}, _("处置样品"), data=True),
        Move("withdraw", {_P.ANNOUNCED}, _P.WITHDRAWN, {_R.HOLDER}, _("撤回送样")),
    ],
    labels={
        _P.ANNOUNCED: _("待寄送"),
        _P.SHIPPED: _("已寄出"),
        _P.RECEIVED: _("已收样"),
        _P.TESTING: _("检测中"),
        _P.TESTED: _("检测完成"),
        _P.RETURNED: _("已退还"),
        _P.DISPOSED: _("已处置"),
        _P.REJECTED: _("已拒收"),
        _P.WITHDRAWN: _("送样已撤回"),
    },
    waits={
        _P.ANNOUNCED: _R.HOLDER,
        _P.SHIPPED: _R.PROVIDER,
        _P.RECEIVED: _R.PROVIDER,
        _P.TESTING: _R.PROVIDER,
        _P.TESTED: _R.PROVIDER,
    },
)


class WaitState(StrEnum):
    WAITING = "waiting"
    OFFERED = "offered"
    TAKEN = "taken"
    LEFT = "left"
    PASSED = "passed"


_W = WaitState
WAIT_MACHINE = Machine(
    "wait",
    WaitState,
    initial=_W.WAITING,
    moves=[
        Move("offer", {_W.WAITING}, _W.OFFERED, {_R.CLOCK}, _("递补空出时段"), data=True),
        Move("accept", {_W.OFFERED}, _W.TAKEN, {_R.HOLDER}, _("接受递补")),
        Move("decline", {_W.OFFERED}, _W.WAITING, {_R.HOLDER}, _("不要这个时段")),
        Move("expire", {_W.OFFERED}, _W.WAITING, {_R.CLOCK}, _("递补逾期未答复")),
        Move("leave", {_W.WAITING, _W.OFFERED}, _W.LEFT, {_R.HOLDER}, _("退出候补")),
        Move("pass", {_W.WAITING}, _W.PASSED, {_R.CLOCK}, _("候补时间已过")),
    ],
    labels={
        _W.WAITING: _("候补中"),
        _W.OFFERED: _("待答复递补"),
        _W.TAKEN: _("已递补"),
        _W.LEFT: _("已退出候补"),
        _W.PASSED: _("候补已过期"),
    },
    waits={_W.OFFERED: _R.HOLDER},
)


class TrainingState(StrEnum):
    REQUESTED = "requested"
    SCHEDULED = "scheduled"
    PASSED = "passed"
    FAILED = "failed"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


_T = TrainingState
TRAINING_MACHINE = Machine(
    "training",
    TrainingState,
    initial=_T.REQUESTED,
    moves=[
        Move("schedule", {_T.REQUESTED, _T.SCHEDULED}, _T.SCHEDULED, {_R.PROVIDER}, _("安排培训"), data=True),
        Move("pass", {_T.REQUESTED, _T.SCHEDULED}, _T.PASSED, {_R.PROVIDER}, _("登记培训通过"), data=True),
        Move("fail", {_T.SCHEDULED}, _T.FAILED, {_R.PROVIDER}, _("登记培训未通过"), data=True),
        Move("decline", {_T.REQUESTED}, _T.DECLINED, {_R.PROVIDER}, _("不予培训"), data=True),
        Move("withdraw", {_T.REQUESTED, _T.SCHEDULED}, _T.WITHDRAWN, {_R.HOLDER}, _("撤回培训申请")),
    ],
    labels={
        _T.REQUESTED: _("待安排培训"),
        _T.SCHEDULED: _("已安排培训"),
        _T.PASSED: _("培训通过"),
        _T.FAILED: _("培训未通过"),
        _T.DECLINED: _("不予培训"),
        _T.WITHDRAWN: _("培训申请已撤回"),
    },
    waits={_T.REQUESTED: _R.PROVIDER, _T.SCHEDULED: _R.PROVIDER},
)


class FeedKind(StrEnum):
    """日历订阅: a person's own bookings, or those of one instrument."""

    PERSON = "person"
    INSTRUMENT = "instrument"


class SourceKind(StrEnum):
    """How busy times come in from a carrier's own system (外部占用来源)."""

    CALENDAR = "calendar"
    PUSH = "push"


class SourceState(StrEnum):
    ACTIVE = "active"
    STOPPED = "stopped"


SOURCE_LABELS: dict[SourceKind, str] = {
    SourceKind.CALENDAR: _("读取对方的 iCal 日历"),
    SourceKind.PUSH: _("由对方系统推送"),
}
SOURCE_MACHINE = Machine(
    "busy_source",
    SourceState,
    initial=SourceState.ACTIVE,
    moves=[Move("stop", {SourceState.ACTIVE}, SourceState.STOPPED, {_R.PROVIDER}, _("停止接入"))],
    labels={SourceState.ACTIVE: _("接入中"), SourceState.STOPPED: _("已停止接入")},
    waits={},
)
LEGAL_ZONE = ZoneInfo("Asia/Shanghai")  # no summer time: a day always has 1,440 minutes
RULE_LABELS: dict[str, str] = {
    "hours": _("开放时间"),
    "overnight": _("允许过夜使用"),
    "granularity_minutes": _("预约单位时间（分钟）"),
    "min_minutes": _("每次最短（分钟）"),
    "max_minutes": _("每次最长（分钟）"),
    "gap_minutes": _("清场间隔（分钟）"),
    "notice_minutes": _("至少提前（分钟）"),
    "horizon_days": _("开放预约期限（天）"),
    "cancel_minutes": _("免责取消期限（开始前分钟）"),
    "confirmation": _("确认方式"),
    "confirm_within_minutes": _("确认时限（分钟）"),
    "day_minutes_max": _("每人每天上限（分钟）"),
    "week_minutes_max": _("每人每周上限（分钟）"),
    "open_bookings_max": _("每人未使用预约上限（个）"),
    "qualified_only": _("须有操作资格"),
    "internal_only": _("仅供内部使用"),
    "no_show_after_minutes": _("未到多久计爽约（分钟）"),
    "strikes_max": _("爽约几次后停止预约"),
    "strike_days": _("爽约记录有效期（天）"),
    "stop_days": _("停止预约（天）"),
    "late_counts": _("逾期取消计入爽约"),
    "offer_minutes": _("空出时段为候补保留（分钟）"),
    "sample_address": _("收样地址"),
    "note": _("预约须知"),
}
