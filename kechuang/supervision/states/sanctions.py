"""The way of a complaint (投诉) and of a sanction (处罚) on the ladder."""

from enum import StrEnum

from kechuang.kernel.actor import Role
from kechuang.kernel.machine import Machine, Move
from kechuang.kernel.text import gettext_noop as _


class ComplaintState(StrEnum):
    FILED = "filed"
    ASKED = "asked"
    REPLIED = "replied"
    UPHELD = "upheld"
    DISMISSED = "dismissed"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


class ComplaintKind(StrEnum):
    """What a complaint is about (投诉事项)."""

    QUALITY = "quality"
    CHARGES = "charges"
    DELAY = "delay"
    FICTITIOUS = "fictitious"
    OTHER = "other"


class SanctionState(StrEnum):
    PROPOSED = "proposed"
    REPLIED = "replied"
    IMPOSED = "imposed"
    DROPPED = "dropped"
    LIFTED = "lifted"


class Rung(StrEnum):
    """处置阶梯, mildest first; the codes are the pack's (`sanctions`)."""

    WARN = "warn"
    SUSPEND = "suspend"
    REVOKE = "revoke"
    REFUND = "refund"
    BLACKLIST = "blacklist"
    PUBLISH = "publish"
    TRANSFER = "transfer"


_C, _S, _R = ComplaintState, SanctionState, Role
_OPEN, _PARTY = {_C.FILED, _C.ASKED, _C.REPLIED}, {_R.HOLDER, _R.PROVIDER}
_DECIDES = {_R.COUNTY_APPROVER}

# Who complains is an identified person, shown to the other side only masked; the role is that of whoever objects (异议人).
COMPLAINT_MACHINE = Machine(
    "complaint",
    ComplaintState,
    _C.FILED,
    [
        Move("accept", {_C.FILED}, _C.ASKED, {_R.COUNTY_OFFICER}, _("受理并转被投诉人答复")),
        Move("reject", {_C.FILED}, _C.REJECTED, {_R.COUNTY_OFFICER}, _("不予受理投诉"), data=True),
        Move("reply", {_C.ASKED}, _C.REPLIED, _PARTY, _("答复投诉"), data=True),
        Move("lapse", {_C.ASKED}, _C.REPLIED, {_R.CLOCK}, _("逾期未答复投诉")),
        Move("uphold", {_C.REPLIED}, _C.UPHELD, _DECIDES, _("认定投诉成立"), data=True),
        Move("dismiss", {_C.REPLIED}, _C.DISMISSED, _DECIDES, _("认定投诉不成立"), data=True),
        Move("withdraw", _OPEN, _C.WITHDRAWN, {_R.OBJECTOR}, _("撤回投诉")),
    ],
    labels={
        _C.FILED: _("待受理"),
        _C.ASKED: _("待被投诉人答复"),
        _C.REPLIED: _("待认定"),
        _C.UPHELD: _("投诉成立"),
        _C.DISMISSED: _("投诉不成立"),
        _C.REJECTED: _("不予受理"),
        _C.WITHDRAWN: _("已撤回"),
    },
    waits={_C.FILED: _R.COUNTY_OFFICER, _C.ASKED: _R.PROVIDER, _C.REPLIED: _R.COUNTY_APPROVER},
)

SANCTION_MACHINE = Machine(
    "sanction",
    SanctionState,
    _S.PROPOSED,
    [
        Move("reply", {_S.PROPOSED}, _S.REPLIED, _PARTY, _("陈述申辩处罚"), data=True),
        Move("lapse", {_S.PROPOSED}, _S.REPLIED, {_R.CLOCK}, _("逾期未申辩处罚")),
        Move("impose", {_S.REPLIED}, _S.IMPOSED, _DECIDES, _("作出处罚决定"), data=True),
        Move("drop", {_S.PROPOSED, _S.REPLIED}, _S.DROPPED, _DECIDES, _("不予处罚"), data=True),
        Move("lift", {_S.IMPOSED}, _S.LIFTED, _DECIDES, _("解除处罚"), data=True),
    ],
    labels={
        _S.PROPOSED: _("已告知待申辩"),
        _S.REPLIED: _("待决定"),
        _S.IMPOSED: _("已决定"),
        _S.DROPPED: _("不予处罚"),
        _S.LIFTED: _("已解除"),
    },
    waits={_S.PROPOSED: _R.PROVIDER, _S.REPLIED: _R.COUNTY_APPROVER},
)

COMPLAINT_REPLY, SANCTION_REPLY = "complaint_reply", "sanction_reply"
REPLY_LABELS = {COMPLAINT_REPLY: _("答复投诉"), SANCTION_REPLY: _("陈述申辩处罚")}
COMPLAINT_KIND_LABELS: dict[ComplaintKind, str] = {
    ComplaintKind.QUALITY: _("服务质量差"),
    ComplaintKind.CHARGES: _("收费与公布的不符"),
    ComplaintKind.DELAY: _("拖延"),
    ComplaintKind.FICTITIOUS: _("虚构服务或套取补助"),
    ComplaintKind.OTHER: _("其他"),
}
RUNG_LABELS: dict[Rung, str] = {
    Rung.WARN: _("警示"),
    Rung.SUSPEND: _("暂停新订单"),
    Rung.REVOKE: _("撤销入库及服务资格"),
    Rung.REFUND: _("追回补助"),
    Rung.BLACKLIST: _("列入违规名单"),
    Rung.PUBLISH: _("公布"),
    Rung.TRANSFER: _("移送"),
}
COMPLAINTS_A_DAY_MAX = 5  # technical: one person's complaints a day, against flooding
COMPLAINT_CHARS_MIN = 10  # technical: a complaint says what happened
