"""A draft of a rule (规则草案), a replay under it (回放), and the technical sizes of the room."""

from enum import StrEnum

from kechuang.kernel.actor import Role
from kechuang.kernel.machine import Machine, Move
from kechuang.kernel.text import gettext_noop as _


class DraftState(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    PUBLISHED = "published"
    DROPPED = "dropped"


class TargetState(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    SET = "set"
    EVALUATED = "evaluated"
    CLOSED = "closed"


class ReplayStage(StrEnum):
    """How far a replay has got; it decides nothing and so has no machine."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class Group(StrEnum):
    """By what gains and losses are told apart (按规模、地区、类别、申领人)."""

    SIZE = "size"
    PLACE = "place"
    SERVICE = "service"
    APPLICANT = "applicant"


class Size(StrEnum):
    """规模: by what a holder ordered with vouchers in the year. No authoritative size of firms is held here."""

    SMALL = "small"
    MIDDLE = "middle"
    LARGE = "large"


class Unit(StrEnum):
    """What a figure is counted in."""

    FEN = "fen"
    COUNT = "count"
    BP = "bp"


class Period(StrEnum):
    """What a report is of (报表期间)."""

    MONTH = "month"
    YEAR = "year"


_S = DraftState
_AUTHORS = {Role.CITY_SCIENCE}
_APPROVERS = {Role.CITY_SCIENCE, Role.CITY_FINANCE}
_OPEN = {_S.DRAFT, _S.RETURNED}

DRAFT_MACHINE = Machine(
    "rule_draft",
    DraftState,
    _S.DRAFT,
    [
        Move("edit", _OPEN, None, _AUTHORS, _("修改规则草案"), data=True),
        Move("replay", _OPEN | {_S.SUBMITTED}, None, _APPROVERS, _("回放往年订单"), data=True),
        Move("submit", _OPEN, _S.SUBMITTED, _AUTHORS, _("报送审定草案")),
        Move("return", {_S.SUBMITTED}, _S.RETURNED, _APPROVERS, _("退回草案"), data=True),
        Move("publish", {_S.SUBMITTED}, _S.PUBLISHED, _APPROVERS, _("审定并发布规则")),
        Move("drop", _OPEN, _S.DROPPED, _AUTHORS, _("废弃草案")),
    ],
    labels={
        _S.DRAFT: _("起草中"),
        _S.SUBMITTED: _("待审定"),
        _S.RETURNED: _("已退回"),
        _S.PUBLISHED: _("已发布"),
        _S.DROPPED: _("已废弃"),
    },
    waits={_S.DRAFT: Role.CITY_SCIENCE, _S.RETURNED: Role.CITY_SCIENCE, _S.SUBMITTED: Role.CITY_FINANCE},
)

_T = TargetState
_AUTHOR, _FINANCE = {Role.BUDGET_AUTHOR}, {Role.COUNTY_FINANCE}

TARGET_MACHINE = Machine(
    "fund_target",
    TargetState,
    _T.DRAFT,
    [
        Move("edit", {_T.DRAFT}, None, _AUTHOR, _("修改绩效目标"), data=True),
        Move("submit", {_T.DRAFT}, _T.SUBMITTED, _AUTHOR, _("报送绩效目标")),
        Move("return", {_T.SUBMITTED}, _T.DRAFT, _FINANCE, _("退回绩效目标"), data=True),
        Move("agree", {_T.SUBMITTED}, _T.SET, _FINANCE, _("审定绩效目标")),
        Move("evaluate", {_T.SET}, _T.EVALUATED, _AUTHOR, _("提交年末自评"), data=True),
        Move("opine", {_T.EVALUATED}, _T.CLOSED, _FINANCE, _("出具财政意见"), data=True),
    ],
    labels={
        _T.DRAFT: _("编制中"),
        _T.SUBMITTED: _("待审定"),
        _T.SET: _("执行中"),
        _T.EVALUATED: _("已自评"),
        _T.CLOSED: _("已有财政意见"),
    },
    waits={
        _T.DRAFT: Role.BUDGET_AUTHOR,
        _T.SUBMITTED: Role.COUNTY_FINANCE,
        _T.SET: Role.BUDGET_AUTHOR,
        _T.EVALUATED: Role.COUNTY_FINANCE,
    },
)

STAGE_LABELS: dict[ReplayStage, str] = {
    ReplayStage.QUEUED: _("等待回放"),
    ReplayStage.RUNNING: _("正在回放"),
    ReplayStage.DONE: _("已完成"),
    ReplayStage.FAILED: _("未能完成"),
}
GROUP_LABELS: dict[Group, str] = {
    Group.SIZE: _("按规模（年用券订单额）"),
    Group.PLACE: _("按发券县（市、区）"),
    Group.SERVICE: _("按服务类别"),
    Group.APPLICANT: _("按申领人类别"),
}
SIZE_LABELS: dict[Size, str] = {
    Size.SMALL: _("不满 5 万元"),
    Size.MIDDLE: _("5 万元以上不满 20 万元"),
    Size.LARGE: _("20 万元以上"),
}
# Bounds of 规模, to tell gains and losses apart on a page; no rule says them and nothing is decided by them.
MIDDLE_FROM_FEN, LARGE_FROM_FEN = 5_000_000, 20_000_000

MONTHS_IN_YEAR = 12
FIRST_YEAR = 2000  # technical: what may be asked for; before it there is nothing
YEARS_BACK = 3  # years that can be replayed, this one to date included
PROGRESS_STEPS = 2_000  # steps of a replay between two signs of life
ATTEMPTS = 3
COMPARED_MAX = 4  # replays side by side
TEXT_CHARS_MAX = 400_000  # of a pack; the longest published has a tenth of it
FAULTS_SHOWN = 50
REASON_CHARS = 500
LIST_SHOWN = 50
PROVINCE = "330000"
PROVINCE_SCHEME = "zhejiang/voucher-2015"  # whose ceiling for carriers is added where public money is stacked
PERIOD_LABELS: dict[Period, str] = {Period.MONTH: _("月报"), Period.YEAR: _("年报")}
AGES_DAYS = (10, 30)  # bounds of the bands in which waiting claims are shown; no rule says them
TEXT_MAX = 2_000
LISTED = {"providers"}  # counts of what is listed by name for everybody
PUBLIC_COUNT_MIN = 3  # 公开数据: below so many records a figure of a county would tell of single ones
