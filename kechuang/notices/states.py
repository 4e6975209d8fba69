"""A notice and the objections to it."""

from enum import StrEnum

from kechuang.kernel.actor import Role
from kechuang.kernel.machine import Machine, Move
from kechuang.kernel.text import gettext_noop as _


class NoticeState(StrEnum):
    OPEN = "open"
    ENDED = "ended"
    WITHDRAWN = "withdrawn"
    CORRECTED = "corrected"  # replaced by a notice with a period of its own


class ObjectionState(StrEnum):
    FILED = "filed"
    UPHELD = "upheld"
    DISMISSED = "dismissed"
    WITHDRAWN = "withdrawn"


_N, _O = NoticeState, ObjectionState
_OFFICE = {Role.COUNTY_OFFICER, Role.COUNTY_APPROVER}

NOTICE_MACHINE = Machine(
    "notice",
    NoticeState,
    _N.OPEN,
    [
        Move("withdraw", {_N.OPEN}, _N.WITHDRAWN, _OFFICE, _("撤回公示"), data=True),
        Move("correct", {_N.OPEN}, _N.CORRECTED, _OFFICE, _("更正公示"), data=True),
        Move("end", {_N.OPEN}, _N.ENDED, {Role.CLOCK}, _("公示期满")),
    ],
    labels={
        _N.OPEN: _("公示中"),
        _N.ENDED: _("公示期满"),
        _N.WITHDRAWN: _("已撤回"),
        _N.CORRECTED: _("已更正"),
    },
    waits={_N.OPEN: Role.PUBLIC},
)

OBJECTION_MACHINE = Machine(
    "objection",
    ObjectionState,
    _O.FILED,
    [
        Move("uphold", {_O.FILED}, _O.UPHELD, {Role.COUNTY_APPROVER}, _("异议成立"), data=True),
        Move("dismiss", {_O.FILED}, _O.DISMISSED, {Role.COUNTY_APPROVER}, _("异议不成立"), data=True),
        Move("withdraw", {_O.FILED}, _O.WITHDRAWN, {Role.OBJECTOR}, _("撤回异议")),
    ],
    labels={
        _O.FILED: _("待处理"),
        _O.UPHELD: _("异议成立"),
        _O.DISMISSED: _("异议不成立"),
        _O.WITHDRAWN: _("已撤回"),
    },
    waits={_O.FILED: Role.COUNTY_APPROVER},
)

# 公示标题: the titles that rooms give their notices; pages say them again in the reader's language.
CLAIMS_TITLE = _("{county}创新券兑付公示（{day}，{count} 件）")
ADMISSION_TITLE = _("拟入库名单公示：{name}")
CHECK_TITLE = _("{county}创新券抽查结果公布：{title}（{count} 家）")
SANCTION_TITLE = _("处罚决定公布：{number}")
TITLES = (CLAIMS_TITLE, ADMISSION_TITLE, CHECK_TITLE, SANCTION_TITLE)

OBJECTIONS_A_DAY_MAX = 10  # technical: one person's objections a day, against flooding (T19)
REASON_CHARS_MIN = 10  # technical: an objection says what is wrong
WAITING_MAX = 200  # technical: rows of a workbench
OBJECTION_CLOCK = "objection_handling"
