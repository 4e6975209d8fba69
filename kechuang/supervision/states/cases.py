"""The way of a case file (案卷) and of a clawback (追回). Who paid watches (谁补助，谁监管): the county's office decides."""

from enum import StrEnum

from kechuang.kernel.actor import Role
from kechuang.kernel.machine import Machine, Move
from kechuang.kernel.text import gettext_noop as _


class CaseState(StrEnum):
    OPEN = "open"
    ASKED = "asked"
    REPLIED = "replied"
    CLEARED = "cleared"
    UPHELD = "upheld"


class ClawbackState(StrEnum):
    OWED = "owed"
    SETTLED = "settled"
    WITHDRAWN = "withdrawn"


class ItemKind(StrEnum):
    """What a case file gathers (卷内事项)."""

    CLAIM = "claim"
    STATEMENT = "statement"
    ORDER = "order"
    FINDING = "finding"
    COMPLAINT = "complaint"
    VISIT = "visit"


class Source(StrEnum):
    """From what a case was opened (立案来源)."""

    FINDING = "finding"
    CHECK = "check"
    COMPLAINT = "complaint"
    OFFICE = "office"


class Holding(StrEnum):
    """How far a case has stopped the payout of a claim in it (暂停拨付)."""

    NONE = "none"
    ASKED = "asked"  # not payable yet: stopped as soon as it is
    SUSPENDED = "suspended"
    ENDED = "ended"


_C, _B, _R = CaseState, ClawbackState, Role
_ASKING = {_R.COUNTY_OFFICER, _R.CITY_SCIENCE}
_PARTY = {_R.HOLDER, _R.PROVIDER}
_SECOND = {_R.COUNTY_FINANCE, _R.COUNTY_APPROVER}  # never who entered the receipt
_LIVE = {_C.OPEN, _C.ASKED, _C.REPLIED}

CASE_MACHINE = Machine(
    "supervision_case",
    CaseState,
    _C.OPEN,
    [
        Move("add", _LIVE, None, _ASKING, _("列入卷内事项"), data=True),
        Move("ask", {_C.OPEN, _C.REPLIED}, _C.ASKED, _ASKING, _("发函询问"), data=True),
        Move("reply", {_C.ASKED}, _C.REPLIED, _PARTY, _("答复询问"), data=True),
        Move("lapse", {_C.ASKED}, _C.REPLIED, {_R.CLOCK}, _("逾期未答复")),
        Move("suspend", _LIVE, None, {_R.COUNTY_APPROVER}, _("暂停涉案拨付"), data=True),
        Move("resume", _LIVE, None, {_R.COUNTY_APPROVER}, _("恢复涉案拨付"), data=True),
        Move("clear", {_C.OPEN, _C.REPLIED}, _C.CLEARED, {_R.COUNTY_APPROVER}, _("未发现违规，解除并结案"), data=True),
        Move("uphold", {_C.REPLIED}, _C.UPHELD, {_R.COUNTY_APPROVER}, _("认定违规并结案"), data=True),
    ],
    labels={
        _C.OPEN: _("核查中"),
        _C.ASKED: _("待当事人答复"),
        _C.REPLIED: _("待决定"),
        _C.CLEARED: _("已解除"),
        _C.UPHELD: _("已认定违规"),
    },
    waits={_C.OPEN: _R.COUNTY_OFFICER, _C.ASKED: _R.PROVIDER, _C.REPLIED: _R.COUNTY_APPROVER},
)

CLAWBACK_MACHINE = Machine(
    "clawback",
    ClawbackState,
    _B.OWED,
    [
        Move("instal", {_B.OWED}, None, {_R.COUNTY_APPROVER}, _("约定分期缴回"), data=True),
        Move("receive", {_B.OWED}, None, {_R.COUNTY_FINANCE}, _("登记缴回"), data=True),
        Move("countersign", {_B.OWED}, None, _SECOND, _("复核缴回"), data=True),
        Move("strike", {_B.OWED}, None, _SECOND, _("退回缴回登记"), data=True),
        Move("settle", {_B.OWED}, _B.SETTLED, _SECOND, _("追回完毕"), data=True),
        Move("withdraw", {_B.OWED}, _B.WITHDRAWN, {_R.COUNTY_APPROVER}, _("撤销追回决定"), data=True),
        Move("void", {_B.OWED}, _B.WITHDRAWN, {_R.CLOCK}, _("退汇后终止拨付，不再追回")),
    ],
    labels={_B.OWED: _("待缴回"), _B.SETTLED: _("已追回"), _B.WITHDRAWN: _("已撤销")},
    waits={_B.OWED: _R.COUNTY_FINANCE},
)

LIVE_CASES = (_C.OPEN, _C.ASKED, _C.REPLIED)
CASE_REPLY, CASE_DECISION, CLAWBACK_DUE = "case_reply", "case_decision", "clawback_due"
CLOCK_LABELS = {
    CASE_REPLY: _("答复监管询问"),
    CASE_DECISION: _("对案卷作出决定"),
    CLAWBACK_DUE: _("缴回追回款项"),
}
ITEM_LABELS: dict[ItemKind, str] = {
    ItemKind.CLAIM: _("兑付申请"),
    ItemKind.STATEMENT: _("补助结算单"),
    ItemKind.ORDER: _("订单"),
    ItemKind.FINDING: _("风险发现"),
    ItemKind.COMPLAINT: _("投诉"),
    ItemKind.VISIT: _("抽查"),
}
SOURCE_LABELS: dict[Source, str] = {
    Source.FINDING: _("风险筛查"),
    Source.CHECK: _("抽查"),
    Source.COMPLAINT: _("投诉"),
    Source.OFFICE: _("日常监管"),
}
HOLDING_LABELS: dict[Holding, str] = {
    Holding.NONE: _("未暂停"),
    Holding.ASKED: _("转入待拨付时即行暂停"),
    Holding.SUSPENDED: _("已暂停拨付"),
    Holding.ENDED: _("已解除暂停"),
}
WAITING_MAX = 200  # technical: rows of a workbench
TEXT_CHARS_MIN = 4  # technical: a reason that says something
REASON_CHARS_MAX = 500  # technical: as long as a payout keeps why it was held or ended
DECISION_CHARS_MAX = 1000  # technical: as long as a case keeps its decision
LETTER_CHARS_MAX = 4000  # technical
