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
