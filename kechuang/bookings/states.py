"""The way of a booking (预约), of an instrument's calendar, of a block on it and of a qualification; the trade's words."""

from enum import StrEnum

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

MACHINE = Machine(
    "booking",
    BookingState,
    initial=_S.REQUESTED,
    moves=[
        Move("confirm", {_S.REQUESTED}, _S.CONFIRMED, {_R.PROVIDER}, _("确认预约")),
        Move("refuse", {_S.REQUESTED}, _S.REFUSED, {_R.PROVIDER}, _("不予预约"), data=True),
        Move("reschedule", {_S.CONFIRMED}, None, {_R.HOLDER, _R.PROVIDER}, _("改期"), data=True),
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
    moves=[Move("unblock", {BlockState.ACTIVE}, BlockState.LIFTED, {_R.PROVIDER}, _("解除占用"))],
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
GAPS_FIRST = 16  # free gaps read per instrument before all of them are
BATCH = 500  # bookings per round of a job
WAITING_MAX = 50  # rows of one room on a workbench
START_EARLY_MINUTES = 15  # how long before its time a use may begin, when nobody else is there
ANSWER_DAYS = 7  # how long a displaced booking waits for its holder
REMIND_HOURS = 24  # a word before the booked time
INSTRUMENTS_MAX = 20  # in one booking
BLOCK_WEEKS_MAX = 53  # repetitions of a weekly maintenance
WEEK_INSTRUMENTS_MAX = 200  # columns of one week view
