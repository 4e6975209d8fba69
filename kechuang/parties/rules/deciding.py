"""Refusals of appointing and of decisions about parties (任免、主体决定)."""

from kechuang.kernel.errors import Refusal
from kechuang.kernel.text import gettext_noop as _
from kechuang.kernel.text import tidy


class OwnAppointment(Refusal):
    code = "parties.own_appointment"
    text = _("不能任命或免去本人的岗位")
    remedy = _("请由同级其他人员或上级办理")
    status = 403


class DocumentMissing(Refusal):
    code = "parties.document_missing"
    text = _("请填写文号")
    remedy = _("任命、合并、注销和更名须有文件依据，请填写文号")
    field = "document"
    status = 422


class PartyNotFound(Refusal):
    code = "parties.party_not_found"
    text = _("在您管辖的地区没有找到“{typed}”")
    remedy = _("请填写统一社会信用代码或登记的全称")
    field = "party"
    status = 422


class DecisionOpen(Refusal):
    code = "parties.decision_open"
    text = _("“{name}”已有一项决定待核准")
    remedy = _("请先办结或撤回该项决定")


class MayNotPropose(Refusal):
    code = "parties.may_not_propose"
    text = _("主体的合并、注销和更名由其注册地县科技局经办人提出")
    remedy = _("请联系该主体注册地的县科技局")
    status = 403


def document(typed: str) -> str:
    """A document number as it is kept; raises DocumentMissing."""
    if not (kept := tidy(typed)):
        raise DocumentMissing()
    return kept
