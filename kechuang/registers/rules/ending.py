"""How long an admission holds and what ends it. Pure."""

from calendar import monthrange
from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta

from kechuang.kernel.errors import Refusal
from kechuang.kernel.text import gettext_noop as _
from kechuang.registers.rules.terms import AdmissionTerms, OnEvent, Paper
from kechuang.registers.states import MONTHS_PER_YEAR, AdmissionState, CaseKind

# Grounds on which a person decides; the others (到期、退出、注销) end an admission by themselves.
GROUNDS = frozenset({CaseKind.VIOLATION, CaseKind.COMPLAINTS, CaseKind.DISHONEST})


class RevocationBinds(Refusal):
    code = "registers.revocation_binds"
    text = _("已于 {ended_on} 被撤销入库及服务资格（{article}），现在不能重新申请")
    remedy = _("可重新申请之日：{again_on}；有疑问请向作出撤销决定的科技局咨询")


class NotAGround(Refusal):
    code = "registers.not_a_ground"
    text = _("“{ground}”不是撤销入库的情形（{article}）")
    remedy = _("请从规则列出的情形中选择")
    field = "ground"
    status = 422


class StillValid(Refusal):
    code = "registers.still_valid"
    text = _("入库尚在有效期内（至 {valid_until}），不能办理期满")
    remedy = _("如须终止，请由机构自行退出或由科技局撤销")


class ReasonMissing(Refusal):
    code = "registers.reason_missing"
    text = _("请写明理由")
    remedy = _("理由将送达对方并存入办理过程")
    field = "reason"
    status = 422


class ArticleMissing(Refusal):
    code = "registers.article_missing"
    text = _("请写明所依据的条款")
    remedy = _("例如：绍兴试点方案 三（二）4")
    field = "article"
    status = 422


def check_ground(ground: str, *, terms: AdmissionTerms, articles: Mapping[str, str]) -> None:
    """Whether the register may be ended on this ground by a person's decision (撤销情形). Raises NotAGround."""
    if ground not in GROUNDS or ground not in terms.ending_grounds:
        raise NotAGround(ground=ground, article=articles["ending_grounds"])


def again_on(ended_on: date, months: int | None) -> date | None:
    """The first day on which a revoked party may apply again (可重新申请之日); None: never by itself.

    The same day of the month that many months later; the month's last day where it has no such day.
    """
    if months is None:
        return None
    years, month = divmod(ended_on.month - 1 + months, MONTHS_PER_YEAR)
    year = ended_on.year + years
    _first, last = monthrange(year, month + 1)
    return date(year, month + 1, min(ended_on.day, last))


def valid_until(valid_from: date, terms: AdmissionTerms) -> date | None:
    """The first day an admission no longer holds (入库有效期), exclusive; None: until it is ended."""
    return None if terms.valid_days is None else valid_from + timedelta(days=terms.valid_days)


def stays_good(
    *,
    state: AdmissionState,
    valid_from: date | None,
    until: date | None,
    revoked_in: str,
    binds: str,
    region: str,
    on: date,
) -> bool:
    """Whether new orders may be placed under an admission (可承接新订单).

    A revocation stops them at once, everywhere when it binds the city; when it binds the county only, elsewhere the
    provider goes on (`region`: the county whose money pays; "" asks for everywhere).
    """
    if valid_from is None or on < valid_from or (until is not None and on >= until):
        return False
    if state is AdmissionState.ADMITTED:
        return True
    return state is AdmissionState.REVOKED and binds == "county" and region not in {"", revoked_in}


def stops(kind: CaseKind, terms: AdmissionTerms) -> bool:
    """Whether a case of this kind stops new orders until a person has decided (立案即停止新订单)."""
    says = {CaseKind.DISHONEST: terms.on_listed, CaseKind.CERTIFICATE: terms.on_certificate_expiry}
    return says.get(kind) is OnEvent.STOP_NEW_ORDERS


def run_out(kinds: Collection[str], papers: Sequence[Paper], on: date) -> bool:
    """Whether no paper of the wanted kinds is valid any more (资质证书全部到期)."""
    wanted = [paper for paper in papers if paper.kind in kinds]
    return bool(wanted) and not any(paper.valid_on(on) for paper in wanted)


def certified_until(kinds: Collection[str], papers: Sequence[Paper], on: date) -> date | None:
    """Until when papers of the wanted kinds carry an admission (证书有效至), exclusive; None: without end."""
    ends = [paper.valid_until for paper in papers if paper.kind in kinds and paper.valid_on(on)]
    return None if not ends or None in ends else max(end for end in ends if end)


def check_reason(reason: str, article: str) -> None:
    """A decision against somebody names its reason and its article. Raises ReasonMissing, ArticleMissing."""
    if not reason:
        raise ReasonMissing
    if not article:
        raise ArticleMissing
