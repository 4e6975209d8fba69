"""What a commitment is for, which facts come from imported lists (名单), and the way of a credit record (信用记录)."""

from enum import StrEnum

from kechuang.kernel.actor import Role
from kechuang.kernel.machine import Machine, Move
from kechuang.kernel.text import gettext_noop as _

WAITING_MAX = 200  # rows of the workbench
BATCH = 500  # records that one look of the clock ends


class CommitmentKind(StrEnum):
    """Before a holder's first application, and before a provider's admission."""

    HOLDER = "holder"
    PROVIDER = "provider"


class Label(StrEnum):
    """A fact about a party that an imported list states; the list's code is the same word."""

    TECH_SME = "tech_sme"
    HIGH_TECH = "high_tech"
    INCUBATED = "incubated"
    DISHONEST = "dishonest"
    FUNDED = "funded"
    RESEARCH_MISCONDUCT = "research_misconduct"
    PUBLIC_PROVIDER = "public_provider"
    EVALUATED = "evaluated"
    MISUSED = "misused"


COMMITMENT_LABELS: dict[CommitmentKind, str] = {
    CommitmentKind.HOLDER: _("企业（创业者）信用承诺"),
    CommitmentKind.PROVIDER: _("服务机构（载体）信用承诺"),
}
LABELS: dict[Label, str] = {
    Label.TECH_SME: _("科技型中小企业"),
    Label.HIGH_TECH: _("高新技术企业"),
    Label.INCUBATED: _("在孵企业（团队）"),
    Label.DISHONEST: _("失信被执行人"),
    Label.FUNDED: _("已获财政立项"),
    Label.RESEARCH_MISCONDUCT: _("科研失信"),
    Label.PUBLIC_PROVIDER: _("免审服务机构"),
    Label.EVALUATED: _("开放共享考核优秀"),
    Label.MISUSED: _("曾违规使用创新券"),
}


class RecordKind(StrEnum):
    """What was not kept (失约)."""

    NO_SHOW = "no_show"
    LATE_CANCELLATION = "late_cancellation"


class RecordState(StrEnum):
    RECORDED = "recorded"
    REPLIED = "replied"
    UPHELD = "upheld"
    LIFTED = "lifted"
    SPENT = "spent"


RECORD_LABELS: dict[RecordKind, str] = {
    RecordKind.NO_SHOW: _("爽约"),
    RecordKind.LATE_CANCELLATION: _("逾期取消"),
}

_S, _R = RecordState, Role
COUNTING = frozenset({_S.RECORDED, _S.REPLIED, _S.UPHELD})  # still held against the party and its person

# Who reported also answers the reply; the county's officer may take off what was upheld all the same.
RECORD_MACHINE = Machine(
    "credit_record",
    RecordState,
    initial=_S.RECORDED,
    moves=[
        Move("reply", {_S.RECORDED}, _S.REPLIED, {_R.HOLDER}, _("申述信用记录"), data=True),
        Move("uphold", {_S.REPLIED}, _S.UPHELD, {_R.PROVIDER}, _("维持信用记录"), data=True),
        Move("lift", COUNTING, _S.LIFTED, {_R.PROVIDER, _R.COUNTY_OFFICER}, _("撤销信用记录"), data=True),
        Move("spend", COUNTING, _S.SPENT, {_R.CLOCK}, _("信用记录期满")),
    ],
    labels={
        _S.RECORDED: _("已记录"),
        _S.REPLIED: _("待答复申述"),
        _S.UPHELD: _("已维持"),
        _S.LIFTED: _("已撤销"),
        _S.SPENT: _("已期满"),
    },
    waits={_S.REPLIED: _R.PROVIDER},
)


class EventKind(StrEnum):
    """What an office holds against a party (信用事件)."""

    COMPLAINT = "complaint"
    CHECK = "check"
    SANCTION = "sanction"


class EventState(StrEnum):
    NOTIFIED = "notified"
    REPLIED = "replied"
    IN_FORCE = "in_force"
    REPAIR_ASKED = "repair_asked"
    REPAIRED = "repaired"
    LIFTED = "lifted"
    SPENT = "spent"


EVENT_LABELS: dict[EventKind, str] = {
    EventKind.COMPLAINT: _("投诉成立"),
    EventKind.CHECK: _("抽查整改逾期"),
    EventKind.SANCTION: _("处罚"),
}

_E, _PARTY = EventState, {_R.HOLDER, _R.PROVIDER}
EVENT_COUNTING = frozenset({_E.IN_FORCE, _E.REPAIR_ASKED})  # counts; what was only notified does not
EVENT_OPEN = (_E.NOTIFIED, _E.REPLIED, _E.REPAIR_ASKED)
EVENT_REPLY = "credit_reply"
EVENT_REPLY_LABEL = _("陈述申辩信用事件")

EVENT_MACHINE = Machine(
    "credit_event",
    EventState,
    initial=_E.NOTIFIED,
    moves=[
        Move("reply", {_E.NOTIFIED}, _E.REPLIED, _PARTY, _("陈述申辩"), data=True),
        Move("confirm", {_E.NOTIFIED, _E.REPLIED}, _E.IN_FORCE, {_R.COUNTY_APPROVER}, _("记入信用事件"), data=True),
        Move(
            "lift",
            {_E.NOTIFIED, _E.REPLIED, _E.IN_FORCE, _E.REPAIR_ASKED},
            _E.LIFTED,
            {_R.COUNTY_APPROVER},
            _("撤销信用事件"),
            data=True,
        ),
        Move("ask_repair", {_E.IN_FORCE}, _E.REPAIR_ASKED, _PARTY, _("申请信用修复"), data=True),
        Move("repair", {_E.REPAIR_ASKED}, _E.REPAIRED, {_R.COUNTY_APPROVER}, _("准予信用修复"), data=True),
        Move("refuse_repair", {_E.REPAIR_ASKED}, _E.IN_FORCE, {_R.COUNTY_APPROVER}, _("不予信用修复"), data=True),
        Move("spend", EVENT_COUNTING, _E.SPENT, {_R.CLOCK}, _("信用事件期满")),
    ],
    labels={
        _E.NOTIFIED: _("已告知待申辩"),
        _E.REPLIED: _("待决定"),
        _E.IN_FORCE: _("已记入"),
        _E.REPAIR_ASKED: _("待决定修复"),
        _E.REPAIRED: _("已修复"),
        _E.LIFTED: _("已撤销"),
        _E.SPENT: _("已期满"),
    },
    waits={_E.NOTIFIED: _R.PROVIDER, _E.REPLIED: _R.COUNTY_APPROVER, _E.REPAIR_ASKED: _R.COUNTY_APPROVER},
)
