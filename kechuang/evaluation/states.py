"""A yearly evaluation (年度考核), the sheet of each carrier in it (考核表), and what they are made of."""

from enum import StrEnum

from kechuang.kernel.actor import Role
from kechuang.kernel.machine import Machine, Move
from kechuang.kernel.text import gettext_noop as _

POINT = 100  # points are kept in hundredths, so that nothing is rounded before the sum is
WHOLE = 10_000  # hundredths of a scorecard of 100 points


class EvaluationState(StrEnum):
    OPEN = "open"
    GRADED = "graded"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


class SheetState(StrEnum):
    REPORTING = "reporting"
    REPORTED = "reported"
    REVIEWED = "reviewed"
    GRADED = "graded"
    APPEALED = "appealed"
    PUBLISHED = "published"
    LEFT_OUT = "left_out"
    WITHDRAWN = "withdrawn"


class PriorityState(StrEnum):
    ISSUED = "issued"
    REVOKED = "revoked"


class Shape(StrEnum):
    """How an indicator scores (计分方式): the shapes that occur, and no others."""

    LINEAR = "linear"  # 达到起点得基本分，再按级加分
    PER_UNIT = "per_unit"  # 每单位计分，封顶
    RATIO = "ratio"  # 按比率与目标值之比
    HIERARCHY = "hierarchy"  # 多档取最高
    QUALITATIVE = "qualitative"  # 评审打分
    VETO = "veto"  # 一票否决


class Source(StrEnum):
    """Where a fact comes from (数据来源): never typed where the system has it."""

    SYSTEM = "system"
    REPORTED = "reported"  # by the carrier, with its evidence
    REVIEWED = "reviewed"  # by the office


class Missing(StrEnum):
    """What a missing fact does (缺数据时)."""

    REFUSE = "refuse"  # 不能定级
    ZERO = "zero"  # 计零分并标明
    MARK = "mark"  # 该单位不参加定级并标明


FLAGS = ("opening_filed", "sharing_filed", "dishonest")  # facts that are so or not
BONUS_LABEL = _("加分")
SHAPE_LABELS: dict[Shape, str] = {
    Shape.LINEAR: _("达到起点后按级加分"),
    Shape.PER_UNIT: _("每单位计分，封顶"),
    Shape.RATIO: _("按比率计分"),
    Shape.HIERARCHY: _("多档取最高"),
    Shape.QUALITATIVE: _("评审打分"),
    Shape.VETO: _("一票否决"),
}
SOURCE_LABELS: dict[Source, str] = {
    Source.SYSTEM: _("系统数据"),
    Source.REPORTED: _("单位自评，附材料"),
    Source.REVIEWED: _("评审意见"),
}

_E, _S, _R = EvaluationState, SheetState, Role
_OFFICER, _APPROVER = {_R.COUNTY_OFFICER}, {_R.COUNTY_APPROVER}

MACHINE = Machine(
    "evaluation",
    EvaluationState,
    _E.OPEN,
    [
        Move("grade", {_E.OPEN}, _E.GRADED, _OFFICER, _("计分定级"), data=True),
        Move("prolong", {_E.GRADED}, None, _APPROVER, _("因申诉成立重新起算申诉期"), data=True),
        Move("publish", {_E.GRADED}, _E.PUBLISHED, _APPROVER, _("公布考核结果"), data=True),
        Move("withdraw", {_E.OPEN, _E.GRADED}, _E.WITHDRAWN, _OFFICER, _("撤销考核"), data=True),
    ],
    labels={
        _E.OPEN: _("自评与评审中"),
        _E.GRADED: _("已定级，申诉期"),
        _E.PUBLISHED: _("已公布"),
        _E.WITHDRAWN: _("已撤销"),
    },
    waits={_E.OPEN: _R.COUNTY_OFFICER, _E.GRADED: _R.COUNTY_APPROVER},
)

SHEET_MACHINE = Machine(
    "evaluation_sheet",
    SheetState,
    _S.REPORTING,
    [
        Move("attach", {_S.REPORTING, _S.GRADED, _S.APPEALED}, None, {_R.PROVIDER}, _("上传考核材料"), data=True),
        Move("report", {_S.REPORTING}, _S.REPORTED, {_R.PROVIDER}, _("报送自评"), data=True),
        Move("return", {_S.REPORTED}, _S.REPORTING, _OFFICER, _("退回自评"), data=True),
        Move("review", {_S.REPORTED}, _S.REVIEWED, _OFFICER, _("评审自评"), data=True),
        Move("grade", {_S.REVIEWED}, _S.GRADED, _OFFICER, _("定级"), data=True),
        Move("leave_out", {_S.REPORTING, _S.REVIEWED}, _S.LEFT_OUT, _OFFICER, _("缺数据不参加定级"), data=True),
        Move("appeal", {_S.GRADED}, _S.APPEALED, {_R.PROVIDER}, _("申诉考核结果"), data=True),
        Move("answer", {_S.APPEALED}, _S.GRADED, _APPROVER, _("答复申诉"), data=True),
        Move("regrade", {_S.GRADED, _S.APPEALED}, None, _APPROVER, _("随申诉重新定级"), data=True),
        Move("publish", {_S.GRADED}, _S.PUBLISHED, _APPROVER, _("公布等次"), data=True),
        Move(
            "withdraw",
            {_S.REPORTING, _S.REPORTED, _S.REVIEWED, _S.GRADED, _S.APPEALED, _S.LEFT_OUT},
            _S.WITHDRAWN,
            _OFFICER,
            _("随考核撤销"),
            data=True,
        ),
    ],
    labels={
        _S.REPORTING: _("待自评"),
        _S.REPORTED: _("待评审"),
        _S.REVIEWED: _("已评审"),
        _S.GRADED: _("已定级"),
        _S.APPEALED: _("申诉待答复"),
        _S.PUBLISHED: _("已公布"),
        _S.LEFT_OUT: _("未参加定级"),
        _S.WITHDRAWN: _("已撤销"),
    },
    waits={
        _S.REPORTING: _R.PROVIDER,
        _S.REPORTED: _R.COUNTY_OFFICER,
        _S.REVIEWED: _R.COUNTY_OFFICER,
        _S.APPEALED: _R.COUNTY_APPROVER,
    },
)

PRIORITY_MACHINE = Machine(
    "priority",
    PriorityState,
    PriorityState.ISSUED,
    [
        Move(
            "revoke",
            {PriorityState.ISSUED},
            PriorityState.REVOKED,
            {_R.COUNTY_APPROVER, _R.CLOCK},
            _("撤销优先凭证"),
            data=True,
        )
    ],
    labels={PriorityState.ISSUED: _("已开具"), PriorityState.REVOKED: _("已撤销")},
    waits={},
)

REPORT, APPEAL = "evaluation_report", "evaluation_appeal"
CLOCK_LABELS = {REPORT: _("报送自评"), APPEAL: _("申诉考核结果")}
BY_YEAR_FACTS = (  # that are kept by calendar year
    "effective_minutes",
    "external_minutes",
    "instruments_count",
    "mean_effective_hours",
    "mean_external_hours",
    "records_in_time_count",
    "records_count",
)
VOUCHER_FACTS = ("redeemed_fen", "redeemed_count", "voucher_firms_count", "platform_fen")  # 创新券服务数据
LEFT_OUT, POOREST = "left_out", "poor"
WAITING_MAX = 200  # technical: rows of a workbench
FIRST_OF_YEAR = "01-01"
YEARS_SHOWN = 6  # technical: years that the form offers
EXCELLENT_LIST = "evaluated"  # the list by which credit knows of it
NO_LONGER_ADMITTED = _("入库资格已终止")
PROGRAMME_LABELS = {
    "city_plan": _("市级科技计划项目"),
    "key_laboratory": _("重点实验室"),
    "new_rd_institute": _("新型研发机构"),
    "province_plan": _("推荐申报省级科技计划项目"),
    "province_carrier": _("推荐申报省级科研平台载体"),
}
MONTHS_IN_YEAR = 12  # technical: of the calendar
