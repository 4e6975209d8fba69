"""What a commitment is for, and which facts come from imported lists (名单). No record here has a machine."""

from enum import StrEnum

from kechuang.kernel.text import gettext_noop as _

WAITING_MAX = 200  # rows of the workbench


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
}
