"""Who may enter a register and by which proof. Pure: every list, paper and day comes in."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from kechuang.kernel.errors import Refusal
from kechuang.kernel.text import gettext_noop as _
from kechuang.registers.rules.terms import AdmissionTerms, Condition, Entry, Match, Office, Paper, Route
from kechuang.registers.states import Basis


class NotAnEntrant(Refusal):
    code = "registers.not_an_entrant"
    text = _("该名录不接受此类主体申请（{article}）")
    remedy = _("请以符合条件的单位身份登录后申请")


class OutsideRegions(Refusal):
    code = "registers.outside_regions"
    text = _("注册地不在可入库的地区范围内（{article}）")
    remedy = _("请核对单位注册地；范围见规则页")


class NotACounty(Refusal):
    code = "registers.not_a_county"
    text = _("请选择受理申请的县（区、市）（{article}）")
    remedy = _("外地机构请选择拟服务的县（区、市）科技局受理")
    field = "region"
    status = 422


class UnknownClass(Refusal):
    code = "registers.unknown_class"
    text = _("“{entrant_class}”不是该名录的机构类别")
    remedy = _("请从列出的类别中选择")
    field = "entrant_class"
    status = 422


class CommitmentMissing(Refusal):
    code = "registers.commitment_missing"
    text = _("尚未签署信用承诺书，或承诺书文本、法定代表人已变更（{article}）")
    remedy = _("请由法定代表人或被授权人签署现行信用承诺书后再提交；免审机构也须签署")


class AccountMissing(Refusal):
    code = "registers.account_missing"
    text = _("没有已确认的收款账户（{article}）")
    remedy = _("请先登记收款账户并由科技局确认；补助资金将拨付至该账户")


class OnDishonestList(Refusal):
    code = "registers.on_dishonest_list"
    text = _("已列入{list_name}（发布机关：{issuer}），不能入库（{article}）")
    remedy = _("移出名单后可重新申请；对名单有异议请向发布机关提出")


class CertificateMissing(Refusal):
    code = "registers.certificate_missing"
    text = _("未提供该类别所需的资质证书（{article}）")
    remedy = _("请补充证书编号、发证机关、有效期并上传证书文件")
    field = "certificate"
    status = 422


class CertificateExpired(Refusal):
    code = "registers.certificate_expired"
    text = _("资质证书 {number} 不在有效期内（有效期至 {last_on}）（{article}）")
    remedy = _("请上传换发后的证书")
    field = "valid_until"


class CertificateUnfit(Refusal):
    code = "registers.certificate_unfit"
    text = _("证书填写不完整：{what}")
    remedy = _("请对照证书原件填写编号、发证机关和起止日期，并上传证书文件")
    field = "certificate"
    status = 422


class ConditionsUnmet(Refusal):
    code = "registers.conditions_unmet"
    text = _("不满足入库条件：{conditions}（{article}）")
    remedy = _("请核对所填数据；条件与出处见规则页")


class NoMoreReturns(Refusal):
    code = "registers.no_more_returns"
    text = _("该申请已退回补正 {times} 次，达到上限（{article}）")
    remedy = _("请确认入库，或写明理由不予入库")


class UnitOfAnother(Refusal):
    code = "registers.unit_of_another"
    text = _("所选二级单位不属于本单位")
    remedy = _("请重新选择二级单位，或以本单位整体申请")
    field = "unit"
    status = 422


def check_entrant(*, kind: str, region: str, terms: AdmissionTerms, articles: Mapping[str, str]) -> None:
    """Whether this kind of party from this place may enter at all (可否申请入库).

    Raises NotAnEntrant, OutsideRegions. Source: 三（二）1 全省及长三角一体化地区均可申请入库.
    """
    if kind not in terms.entrant_kinds:
        raise NotAnEntrant(kind=kind, article=articles["entrant_kinds"])
    if not region.startswith(terms.provider_regions):
        raise OutsideRegions(region=region, article=articles["provider_regions"])


def deciding_region(
    office: Office, *, own: str, applied: str, inside: bool, terms: AdmissionTerms, articles: Mapping[str, str]
) -> str:
    """The county that decides (管辖县): of a provider within the city by `office`, of one outside by `outside_office`.

    Raises NotACounty when the place it points to is not named.
    """
    wanted = office if inside else terms.outside_office
    region = own if wanted is Office.PROVIDER_COUNTY else applied or (own if inside else "")
    if not region:
        raise NotACounty(article=articles["admission_office"])
    return region


def proof(
    *,
    entrant_class: str,
    entries: Sequence[Entry],
    papers: Sequence[Paper],
    on: date,
    terms: AdmissionTerms,
) -> Match | None:
    """What takes an exempt class in at once (免审依据): an authority list before a certificate; None: it is reviewed.

    A class that is only claimed proves nothing: without a match also an exempt class is reviewed. Source: 三（二）2.
    """
    if terms.entry_route.pick(provider_kind=entrant_class) is not Route.EXEMPT:
        return None
    lists = terms.authority_lists.pick(provider_kind=entrant_class)
    for code in lists:
        for entry in entries:
            if entry.list_code == code:
                return Match(Basis.LIST, entry.id)
    kinds = terms.class_certificates.pick(provider_kind=entrant_class)
    fitting = [paper for paper in papers if paper.kind in kinds and paper.valid_on(on)]
    return Match(Basis.CERTIFICATE, fitting[0].id) if fitting else None


def check_papers(
    *, entrant_class: str, papers: Sequence[Paper], on: date, terms: AdmissionTerms, articles: Mapping[str, str]
) -> None:
    """Whether the papers for a review are there (提供相关资质证书). Raises CertificateExpired, CertificateMissing."""
    kinds = terms.class_certificates.pick(provider_kind=entrant_class)
    fitting = [paper for paper in papers if paper.kind in kinds]
    if not kinds or any(paper.valid_on(on) for paper in fitting):
        return
    article = articles["class_certificates"]
    if not fitting:
        raise CertificateMissing(kinds=list(kinds), article=article)
    last = max(fitting, key=lambda paper: paper.valid_until or on)
    last_on = last.valid_until - timedelta(days=1) if last.valid_until else last.valid_from
    raise CertificateExpired(number=last.number, last_on=last_on, article=article)


def check_integrity(entries: Sequence[Entry], *, terms: AdmissionTerms, articles: Mapping[str, str]) -> None:
    """良好的科研诚信记录: of every class, exempt ones too. Raises OnDishonestList. Source: 三（二）3."""
    for entry in entries:
        if entry.list_code in terms.integrity_lists:
            raise OnDishonestList(
                list_name=entry.title or entry.list_code, issuer=entry.issuer, article=articles["integrity_lists"]
            )


def unmet(facts: Mapping[str, int], conditions: Sequence[Condition]) -> list[Condition]:
    """The conditions that the figures do not meet (未满足的条件); a figure not given is not met."""

    def met(condition: Condition) -> bool:
        return facts.get(condition.name, -1) >= condition.at_least

    enough = {condition.group for condition in conditions if condition.group and met(condition)}
    return [c for c in conditions if not met(c) and (not c.group or c.group not in enough)]


def check_conditions(facts: Mapping[str, int], *, terms: AdmissionTerms, articles: Mapping[str, str]) -> None:
    """Raises ConditionsUnmet naming each condition that fails (入库条件)."""
    if failed := unmet(facts, terms.conditions):
        raise ConditionsUnmet(
            conditions="；".join(f"{one.label}≥{one.at_least}{one.unit}" for one in failed),
            article=articles["conditions"],
        )


def next_action(*, step: int, steps: Sequence[str], notice_before_entry: bool) -> str:
    """What passing the present step leads to (下一环节): the next office, a public notice, or the register."""
    if step + 1 < len(steps):
        return "endorse"
    return "publish" if notice_before_entry else "confirm"


def check_return(returned: int, *, terms: AdmissionTerms, articles: Mapping[str, str]) -> None:
    """Whether an application may be sent back once more (退回补正次数). Raises NoMoreReturns."""
    if returned >= terms.return_times_count:
        raise NoMoreReturns(times=returned, article=articles["return_times_count"])


def classes(terms: AdmissionTerms) -> dict[str, Route]:
    """Every class that the scheme names, with how it enters (机构类别与入库方式), in the pack's order."""
    named: dict[str, Route] = {}
    for row in terms.entry_route.rows:
        for key, value in row.when:
            if key == "provider_kind":
                named.setdefault(str(value), row.value)
    return named


def check_certificate(
    *, number: str, issuer: str, file_id: str, valid_from: date, valid_until: date | None, on: date
) -> None:
    """Whether a certificate is written whole and holds today (证书登记). Raises CertificateUnfit, CertificateExpired."""
    missing = [
        what
        for what, given in ((_("证书编号"), number), (_("发证机关"), issuer), (_("证书文件"), file_id))
        if not given
    ]
    if valid_until is not None and valid_until <= valid_from:
        missing.append(_("起止日期"))
    if missing:
        raise CertificateUnfit(what="、".join(missing))
    if valid_until is not None and valid_until <= on:
        raise CertificateExpired(number=number, last_on=valid_until - timedelta(days=1), article="")
