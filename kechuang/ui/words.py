"""Values as a person reads them: money, rates, refusals, and the terms of the trade explained once."""

from collections.abc import Mapping
from datetime import date, datetime

from django.utils.translation import gettext as _

from kechuang.kernel.errors import Refusal
from kechuang.kernel.money import yuan
from kechuang.kernel.text import gettext_noop
from kechuang.ui import days

# 术语: shown on hover wherever a page names one. The words are the sources' own.
TERMS: dict[str, str] = {
    gettext_noop("申领"): gettext_noop("企业（创业者）向所在县（市、区）申请领取创新券"),
    gettext_noop("抵扣"): gettext_noop("结算时由创新券支付服务价款的一部分，企业只付余下部分"),
    gettext_noop("申兑"): gettext_noop("服务机构在服务完成后，凭合同、发票和服务报告申请兑付所抵扣的金额"),
    gettext_noop("兑付"): gettext_noop("县（市、区）财政把确认并公示无异议的金额拨付给服务机构"),
    gettext_noop("公示"): gettext_noop("拨付前向社会公开，公示期内任何人可以提出异议"),
    gettext_noop("入库"): gettext_noop("服务机构进入创新券服务机构库，之后方可接单"),
    gettext_noop("占用"): gettext_noop("下单时为该订单留出的抵扣额，结算时转为抵扣，取消时退回余额"),
    gettext_noop("自付"): gettext_noop("价款中创新券不支付、由企业自行支付的部分"),
    gettext_noop("催办"): gettext_noop("提醒当前办理人尽快办理，每个工作日一次"),
    gettext_noop("下达"): gettext_noop("县财政局批准并拨出年度创新券预算"),
    gettext_noop("补正"): gettext_noop("材料有缺漏时退回修改，期间办理时限暂停"),
    gettext_noop("暂定"): gettext_noop("该年度放假安排尚未公布，日期公布后重新计算"),
}


def yuan_sign(fen: int) -> str:
    """¥12,345.67; a minus stands before the sign."""
    return f"-¥{yuan(-fen)}" if fen < 0 else f"¥{yuan(fen)}"


def percent(rate_bp: int) -> str:
    """3,000 basis points as 30%; 2,550 as 25.5%."""
    whole, rest = divmod(rate_bp, 100)
    return f"{whole}.{rest:02d}".rstrip("0").rstrip(".") + "%"


def fact(name: str, value: object) -> str:
    """One fact of a refusal or a derivation; the end of its name says what it is."""
    if name.endswith("_fen") and isinstance(value, int):
        return yuan_sign(value)
    if name.endswith("_bp") and isinstance(value, int):
        return percent(value)
    if name.endswith("_working_days"):
        return _("{count} 个工作日").format(count=value)
    if name.endswith("_days"):
        return _("{count} 天").format(count=value)
    if name.endswith("_hours"):
        return _("{count} 小时").format(count=value)
    if name.endswith("_on"):
        day = date.fromisoformat(value) if isinstance(value, str) and value else value
        if isinstance(day, date) and not isinstance(day, datetime):
            return days.words(day)
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, list | tuple):
        return _("、").join(fact("", part) for part in value)
    text = str(value)
    return _(text) if text else ""


def refusal_text(refusal: Refusal) -> str:
    """Why not: the rule with its figures."""
    return filled(refusal.text, refusal.facts)


def refusal_remedy(refusal: Refusal) -> str:
    """What the person can do now; empty when the refusal names nothing."""
    return filled(refusal.remedy, refusal.facts) if refusal.remedy else ""


def filled(text: str, facts: Mapping[str, object]) -> str:
    """A text with its facts as people read them."""
    return _(text).format_map({name: fact(name, value) for name, value in facts.items()})
