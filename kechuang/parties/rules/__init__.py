"""Decisions about parties, offices and accounts. Pure: every fact comes in."""

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from kechuang.kernel.actor import Actor, Role
from kechuang.kernel.errors import Refusal
from kechuang.kernel.text import gettext_noop as _
from kechuang.kernel.text import halfwidth, masked_number, tidy
from kechuang.parties.rules.deciding import DecisionOpen as DecisionOpen
from kechuang.parties.rules.deciding import DocumentMissing as DocumentMissing
from kechuang.parties.rules.deciding import MayNotPropose as MayNotPropose
from kechuang.parties.rules.deciding import OwnAppointment as OwnAppointment
from kechuang.parties.rules.deciding import PartyNotFound as PartyNotFound
from kechuang.parties.rules.deciding import document as document
from kechuang.parties.states import ACCOUNT_NUMBER_LENGTH, IDENTITY_LENGTH, IDENTITY_WEIGHTS, Capacity

_IDENTITY_CHECKS = "10X98765432"

CODE_UNDER_ANOTHER_NAME = _("该代码已以另一名称登记")

# Posts in a county that the city's science bureau fills; all others are filled by whoever installs the platform.
APPOINTED_BY_CITY = frozenset({Role.COUNTY_OFFICER, Role.COUNTY_APPROVER, Role.BUDGET_AUTHOR, Role.COUNTY_FINANCE})


class CodeTaken(Refusal):
    code = "parties.code_taken"
    text = _("统一社会信用代码 {credit_code} 已登记为“{registered}”")
    remedy = _("请核对代码；如单位已更名，请办理名称变更而不是重新登记")
    field = "credit_code"


class NameMissing(Refusal):
    code = "parties.name_missing"
    text = _("名称不能为空")
    remedy = _("请按营业执照（法人证书）或身份证件填写全称")
    field = "name"
    status = 422


class MayNotRegister(Refusal):
    code = "parties.may_not_register"
    text = _("您无权批量导入单位")
    remedy = _("单位名单由科技局工作人员导入")
    status = 403


class ReasonMissing(Refusal):
    code = "parties.reason_missing"
    text = _("请写明理由")
    remedy = _("理由将告知对方并留存")
    field = "reason"
    status = 422


class UnknownRegion(Refusal):
    code = "parties.unknown_region"
    text = _("行政区划代码 {typed} 不在区划表中，或在 {on} 已停用")
    remedy = _("请选择现行的区、县（市）；功能区使用平台自编代码")
    field = "region"
    status = 422


class SignInTaken(Refusal):
    code = "parties.sign_in_taken"
    text = _("登录名 {sign_in} 已被使用")
    remedy = _("请换一个登录名")
    field = "sign_in"


class WrongIdentity(Refusal):
    code = "parties.wrong_identity"
    text = _("公民身份号码的位数或校验码有误")
    remedy = _("请对照身份证件逐位核对 18 位号码")
    field = "identity"
    status = 422


class UnitTaken(Refusal):
    code = "parties.unit_taken"
    text = _("该单位已有二级单位“{name}”")
    remedy = _("请直接使用已登记的二级单位")
    field = "name"


class NotOurUnit(Refusal):
    code = "parties.not_our_unit"
    text = _("所选二级单位不属于该单位，或已撤销")
    remedy = _("请重新选择二级单位")
    field = "unit"
    status = 422


class AuthorisationMissing(Refusal):
    code = "parties.authorisation_missing"
    text = _("被授权人须有法定代表人签署的授权书")
    remedy = _("请上传授权书后再添加")
    field = "authorisation"
    status = 422


class NothingChanged(Refusal):
    code = "parties.nothing_changed"
    text = _("变更后的内容与现有登记相同")
    remedy = _("无需办理变更")


class SameRecord(Refusal):
    code = "parties.same_record"
    text = _("不能与自身合并")
    remedy = _("请选择两条不同的记录")


class NotAMember(Refusal):
    code = "parties.not_a_member"
    text = _("您不是该单位的成员，或成员关系已终止")
    remedy = _("请由该单位的法定代表人添加您为成员，或改选其他身份")
    status = 403


class MayNotManage(Refusal):
    code = "parties.may_not_manage"
    text = _("只有法定代表人或被授权人可以办理“{label}”")
    remedy = _("请由法定代表人或持授权书的被授权人登录办理")
    status = 403


class MayNotAppoint(Refusal):
    code = "parties.may_not_appoint"
    text = _("您无权在 {region_name} 任免“{role_label}”")
    remedy = _("岗位由市科技局或系统部署人员任免")
    status = 403


class NotYourOffice(Refusal):
    code = "parties.not_your_office"
    text = _("只能为本人担任的岗位指定代理人")
    remedy = _("请由岗位本人或市科技局办理")
    status = 403


class WrongPeriod(Refusal):
    code = "parties.wrong_period"
    text = _("起始日 {valid_from} 必须早于终止日 {valid_until}，且终止日不能早于今天")
    remedy = _("请重新填写起止日期")
    field = "valid_until"
    status = 422


class SubstituteNotOfficer(Refusal):
    code = "parties.substitute_not_officer"
    text = _("代理人须是同一地区的在岗人员，且不能是本人")
    remedy = _("请选择同一地区的另一位在岗人员")
    field = "substitute"
    status = 422


class WrongAccountNumber(Refusal):
    code = "parties.wrong_account_number"
    text = _("银行账号应为 {shortest} 至 {longest} 位数字")
    remedy = _("请对照开户许可证或银行证明核对账号")
    field = "number"
    status = 422


class ProofMissing(Refusal):
    code = "parties.proof_missing"
    text = _("收款账户须附开户证明")
    remedy = _("请上传开户许可证或银行出具的账户证明")
    field = "proof"
    status = 422


class HolderDiffers(Refusal):
    code = "parties.holder_differs"
    text = _("账户户名“{holder_name}”与收款单位名称“{name}”不一致")
    remedy = _("补助资金只拨付至本单位账户；单位更名的请先办理名称变更")
    field = "holder_name"
    status = 422


class AccountWaits(Refusal):
    code = "parties.account_waits"
    text = _("已有一个收款账户等待确认")
    remedy = _("请等待科技局确认，或先撤回该账户")


class SameHands(Refusal):
    code = "parties.same_hands"
    text = _("同一事项的前后两个环节不能由同一人办理（含代理）")
    remedy = _("请由另一位工作人员办理")


class Related(Refusal):
    code = "parties.related"
    text = _("您（或您代理的人员）是该事项当事单位的成员，不能办理")
    remedy = _("请由与当事单位无关的工作人员办理")


@dataclass(frozen=True, slots=True)
class Area:
    """A region as the tree of regions sees it."""

    code: str
    name: str
    level: str
    parent: str
    successor: str
    valid_from: date | None
    valid_until: date | None

    def holds_on(self, on: date) -> bool:
        return (self.valid_from is None or self.valid_from <= on) and (
            self.valid_until is None or on < self.valid_until
        )


def covered(code: str, areas: Mapping[str, Area]) -> frozenset[str]:
    """Every code within `code`, itself, its zones and the codes it has replaced included (辖区)."""
    within: dict[str, list[str]] = {}
    for area in areas.values():
        within.setdefault(area.parent, []).append(area.code)
        if area.successor:
            within.setdefault(area.successor, []).append(area.code)
    found, waiting = {code}, [code]
    while waiting:
        for inner in within.get(waiting.pop(), []):
            if inner not in found:
                found.add(inner)
                waiting.append(inner)
    return frozenset(found)


def pinyin_key(name: str) -> str:
    """What Chinese names are sorted by: toneless pinyin, lower case, digits as they stand (拼音排序)."""
    from pypinyin import Style, lazy_pinyin  # its dictionary takes long to load, and most processes never ask

    return "".join(lazy_pinyin(unicodedata.normalize("NFKC", name), style=Style.NORMAL)).lower()


def name(typed: str) -> str:
    """A name in its stored form; raises NameMissing."""
    kept = tidy(typed)
    if not kept:
        raise NameMissing
    return kept


def taken_by_another_name(registered: str) -> str:
    """The fault of a row whose code is known under another name."""
    return f"{CODE_UNDER_ANOTHER_NAME}：{registered}"


def reason(typed: str) -> str:
    """A reason in its stored form; raises ReasonMissing."""
    kept = tidy(typed)
    if not kept:
        raise ReasonMissing
    return kept


def same_name(one: str, other: str) -> bool:
    """Whether two names are one on paper: width, brackets and spaces aside (绍兴（市） = 绍兴(市))."""
    return halfwidth(one).casefold() == halfwidth(other).casefold()


def identity_number(typed: str) -> str:
    """公民身份号码 in its written form (GB 11643, ISO 7064 MOD 11-2 check); raises WrongIdentity."""
    number = halfwidth(typed).upper()
    if len(number) != IDENTITY_LENGTH or not number[:-1].isdecimal() or not number.isascii():
        raise WrongIdentity
    total = sum(int(digit) * weight for digit, weight in zip(number[:-1], IDENTITY_WEIGHTS, strict=True))
    if number[-1] != _IDENTITY_CHECKS[total % len(_IDENTITY_CHECKS)]:
        raise WrongIdentity
    return number


def account_number(typed: str) -> str:
    """A bank account number in its one written form: digits only; raises WrongAccountNumber."""
    number = halfwidth(typed).replace("-", "")
    shortest, longest = ACCOUNT_NUMBER_LENGTH
    if not number.isascii() or not number.isdecimal() or not shortest <= len(number) <= longest:
        raise WrongAccountNumber(shortest=shortest, longest=longest)
    return number


def masked_account(number: str) -> str:
    """The last digits only, as bank slips show them."""
    return masked_number(number, keep_first=0)


def usable_from(confirmed_on: date, *, cool_off_days: int, replaces_another: bool) -> date:
    """The first day an account may be paid to (冷静期).

    A payee's first account is usable at once; one that takes another's place only after the cool-off (threat T18), so
    that the old contact, who is told, can object. Days are calendar days; the day of confirmation is not counted.
    """
    return confirmed_on + timedelta(days=cool_off_days) if replaces_another else confirmed_on


def manages(actor: Actor, party_id: str) -> bool:
    """Whether the actor may change the party's own affairs: for the whole party, and entitled to sign."""
    entitled = actor.capacity in {Capacity.LEGAL_REPRESENTATIVE, Capacity.AUTHORISED}
    return actor.party_id == party_id and party_id != "" and entitled and not actor.unit_ids


def strongest(capacities: Iterable[str]) -> str:
    """The capacity a person acts in when they have several: the one that may sign most."""
    held = set(capacities)
    return next((str(capacity) for capacity in Capacity if capacity in held), "")


def hands(actor: Actor, region: str, role: Role) -> frozenset[str]:
    """Both persons of an act: who does it and, if a substitute does it, who is absent (代理不破四眼)."""
    return frozenset({actor.person_id, actor.stood_in_for(region, role)} - {""})


def refuse_same_hands(actor: Actor, region: str, role: Role, *, before: Iterable[str]) -> None:
    """Raises SameHands when an earlier step was done by, or in the place of, one of this act's two persons."""
    if hands(actor, region, role) & set(before):
        raise SameHands


@dataclass(frozen=True, slots=True)
class Duty:
    """One verb of 四（一） of source 002: whose it is there, by which role it is done here, and by which acts.

    `acts` are "machine.action" of the rooms' tables; a duty of oversight that writes nothing names the pages it `reads`.
    """

    body: str
    verb: str
    role: Role
    acts: tuple[str, ...] = ()
    reads: str = ""


_CITY_SCIENCE, _CITY_FINANCE = _("市科技局"), _("市财政局")
_COUNTY_SCIENCE, _COUNTY_FINANCE = _("区、县（市）科技局"), _("区、县（市）财政局")
DUTIES: tuple[Duty, ...] = (
    Duty(_CITY_SCIENCE, _("创新券改革制度设计"), Role.CITY_SCIENCE, reads=_("规则：参数、条款、生效日和解释口径")),
    Duty(
        _CITY_SCIENCE,
        _("创新券使用与兑付监管"),
        Role.CITY_SCIENCE,
        ("budget.remind",),
        _("各县订单、兑付、时限和超期升级"),
    ),
    Duty(_CITY_FINANCE, _("创新券政策资金统筹"), Role.CITY_FINANCE, ("budget.move_out", "budget.move_in")),
    Duty(_CITY_FINANCE, _("政策资金执行情况监督"), Role.CITY_FINANCE, ("budget.remind",), _("资金去向和各县预算执行")),
    Duty(_COUNTY_SCIENCE, _("创新券预算制定"), Role.BUDGET_AUTHOR, ("budget.edit", "budget.submit")),
    Duty(_COUNTY_SCIENCE, _("创新券预算执行"), Role.COUNTY_OFFICER, ("claim.prepare",)),
    Duty(_COUNTY_SCIENCE, _("创新券发放"), Role.COUNTY_OFFICER, ("voucher.issue", "voucher.return", "voucher.refuse")),
    Duty(_COUNTY_SCIENCE, _("创新券兑付"), Role.COUNTY_OFFICER, ("claim.confirm", "claim.publish")),
    Duty(_COUNTY_SCIENCE, _("创新券兑付"), Role.COUNTY_APPROVER, ("payment_batch.approve",)),
    Duty(_COUNTY_SCIENCE, _("监督管理"), Role.COUNTY_APPROVER, ("claim.suspend", "objection.uphold")),
    Duty(_COUNTY_SCIENCE, _("违规处置"), Role.COUNTY_APPROVER, ("voucher.revoke", "admission.revoke", "claim.stop")),
    Duty(_COUNTY_SCIENCE, _("绩效评价"), Role.COUNTY_APPROVER, reads=_("时限统计、订单与兑付统计")),
    Duty(_COUNTY_FINANCE, _("政策资金保障"), Role.COUNTY_FINANCE, ("budget.approve", "payment_batch.release")),
    Duty(_COUNTY_FINANCE, _("资金绩效管理"), Role.COUNTY_FINANCE, reads=_("预算执行进度和资金去向")),
    Duty(
        _COUNTY_FINANCE,
        _("及时下达当年大型科研仪器开放共享创新券预算资金"),
        Role.COUNTY_FINANCE,
        ("budget.release_part", "budget.release_all"),
    ),
)
