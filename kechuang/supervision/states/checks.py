"""The way of a spot-check plan (抽查计划) and of one visit (现场检查)."""

from enum import StrEnum

from kechuang.kernel.actor import Role
from kechuang.kernel.machine import Machine, Move
from kechuang.kernel.text import gettext_noop as _


class PlanState(StrEnum):
    DRAFT = "draft"
    FIXED = "fixed"
    DRAWN = "drawn"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


class VisitState(StrEnum):
    ASSIGNED = "assigned"
    RECORDED = "recorded"
    SOUND = "sound"
    RECTIFYING = "rectifying"
    OVERDUE = "overdue"
    REPORTED = "reported"
    RECTIFIED = "rectified"


class SheetResult(StrEnum):
    """What was found on one drawn claim (检查结果)."""

    SOUND = "sound"
    FAULTY = "faulty"


class InterestKind(StrEnum):
    """Why somebody may not inspect somebody (回避事由)."""

    EMPLOYER = "employer"
    FORMER_EMPLOYER = "former_employer"
    FAMILY = "family"
    OTHER = "other"


_P, _V, _R = PlanState, VisitState, Role
_PLANNERS = {_R.COUNTY_OFFICER, _R.CITY_SCIENCE}
_DRAWERS = {_R.COUNTY_APPROVER, _R.CITY_SCIENCE}
_INSPECTORS = {_R.COUNTY_OFFICER, _R.COUNTY_APPROVER, _R.CITY_SCIENCE}
_LATE = {_V.RECTIFYING, _V.OVERDUE}

PLAN_MACHINE = Machine(
    "spot_plan",
    PlanState,
    _P.DRAFT,
    [
        Move("fix", {_P.DRAFT}, _P.FIXED, _PLANNERS, _("冻结抽查名录")),
        Move("draw", {_P.FIXED}, _P.DRAWN, _DRAWERS, _("抽取对象和检查人员"), data=True),
        Move("publish", {_P.DRAWN}, _P.PUBLISHED, _DRAWERS, _("公布抽查结果")),
        Move("withdraw", {_P.DRAFT, _P.FIXED}, _P.WITHDRAWN, _PLANNERS, _("撤回抽查计划"), data=True),
    ],
    labels={
        _P.DRAFT: _("已编制"),
        _P.FIXED: _("名录已冻结"),
        _P.DRAWN: _("检查中"),
        _P.PUBLISHED: _("结果已公布"),
        _P.WITHDRAWN: _("已撤回"),
    },
    waits={_P.DRAFT: _R.COUNTY_OFFICER, _P.FIXED: _R.COUNTY_APPROVER, _P.DRAWN: _R.COUNTY_APPROVER},
)

VISIT_MACHINE = Machine(
    "spot_visit",
    VisitState,
    _V.ASSIGNED,
    [
        Move("recuse", {_V.ASSIGNED}, None, _INSPECTORS, _("声明回避"), data=True),
        Move("date", {_V.ASSIGNED}, None, _INSPECTORS, _("定检查日期"), data=True),
        Move("record", {_V.ASSIGNED}, _V.RECORDED, _INSPECTORS, _("填写检查记录"), data=True),
        Move("pass", {_V.RECORDED}, _V.SOUND, _INSPECTORS, _("会签：未发现问题")),
        Move("demand", {_V.RECORDED}, _V.RECTIFYING, _INSPECTORS, _("会签：责令整改"), data=True),
        Move("report", _LATE, _V.REPORTED, {_R.PROVIDER}, _("报送整改情况"), data=True),
        Move("miss", {_V.RECTIFYING}, _V.OVERDUE, {_R.CLOCK}, _("整改逾期")),
        Move("accept", {_V.REPORTED}, _V.RECTIFIED, _INSPECTORS, _("整改合格"), data=True),
        Move("again", {_V.REPORTED}, _V.RECTIFYING, _INSPECTORS, _("整改不合格，继续整改"), data=True),
    ],
    labels={
        _V.ASSIGNED: _("待检查"),
        _V.RECORDED: _("待会签"),
        _V.SOUND: _("未发现问题"),
        _V.RECTIFYING: _("整改中"),
        _V.OVERDUE: _("整改逾期"),
        _V.REPORTED: _("待验收整改"),
        _V.RECTIFIED: _("整改合格"),
    },
    waits={
        _V.ASSIGNED: _R.COUNTY_OFFICER,
        _V.RECORDED: _R.COUNTY_OFFICER,
        _V.RECTIFYING: _R.PROVIDER,
        _V.OVERDUE: _R.PROVIDER,
        _V.REPORTED: _R.COUNTY_OFFICER,
    },
)

VISITING = (_V.ASSIGNED, _V.RECORDED)  # a visit that is still to be made: another plan joins it
UNSETTLED = (_V.ASSIGNED, _V.RECORDED, _V.RECTIFYING, _V.REPORTED)
RECTIFY = "check_rectification"
RECTIFY_LABEL = _("整改并报送情况")
HALF, HALF_LABEL = "check_half", _("抽取半年抽查样本")
CHECK_FORMAT = "kechuang-check/1"
REGISTER, RESULT, FULL = "register", "result", "full"
FILES: dict[str, str] = {REGISTER: _("抽查名录"), RESULT: _("抽取结果"), FULL: _("名录底稿（仅限机关）")}
PUBLIC_FILES = (REGISTER, RESULT)  # the full register stays with the offices: what it says of claims is not decided
VEIL_CHARS = 32  # technical: 128 bits
SECRET_BYTES = 16  # technical: 128 bits
HANDLED_LABEL = _("经办过抽中的申请")
RESULT_LABELS: dict[SheetResult, str] = {SheetResult.SOUND: _("未发现问题"), SheetResult.FAULTY: _("发现问题")}
INTEREST_LABELS: dict[InterestKind, str] = {
    InterestKind.EMPLOYER: _("现任职"),
    InterestKind.FORMER_EMPLOYER: _("曾任职"),
    InterestKind.FAMILY: _("近亲属任职或持股"),
    InterestKind.OTHER: _("其他利害关系"),
}
HALF_MONTHS = 6
REGISTER_MAX = 200_000  # technical: claims of one register
INSPECTORS_SHOWN = 200  # technical: rows of a roster
DAYS_OF_YEAR = 365
