"""{% load gazette %}: a parameter's value, and a worked case, as a policy officer says them."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from django import template
from django.urls import reverse
from django.utils.translation import gettext as _

from kechuang.gazette.states import CASE_NAMES
from kechuang.kernel.errors import Refusal
from kechuang.kernel.text import gettext_noop
from kechuang.parties.queries import region_name
from kechuang.policy.book import Pack, Parameter, Value, current
from kechuang.policy.cases import Outcome
from kechuang.policy.terms import NONE, is_rows
from kechuang.ui import days, words

register = template.Library()

_COUNTED = {
    "hours": gettext_noop("{n} 小时"),
    "days": gettext_noop("{n} 天"),
    "working_days": gettext_noop("{n} 个工作日"),
    "months": gettext_noop("{n} 个月"),
    "years": gettext_noop("{n} 年"),
}
_CONDITIONS = {
    "buyer_zone": gettext_noop("使用者注册地"),
    "provider_zone": gettext_noop("服务机构注册地"),
    "in": gettext_noop("本地区"),
    "out": gettext_noop("外地"),
    "price_below_fen": gettext_noop("价款低于 {amount}"),
    "price_from_fen": gettext_noop("价款达到 {amount}"),
}
# What worked cases are given and what comes out, by the names of the rules' arguments and results.
_NAMES = {
    "price_fen": gettext_noop("价款"),
    "balance_fen": gettext_noop("券面余额"),
    "used_this_year_fen": gettext_noop("本年已用"),
    "requested_fen": gettext_noop("申请额度"),
    "granted_this_year_fen": gettext_noop("本年已核发"),
    "own_share_fen": gettext_noop("自付余款"),
    "paid_fen": gettext_noop("已付"),
    "accepted": gettext_noop("已验收"),
    "other_public_fen": gettext_noop("其他财政资金"),
    "class_fen": gettext_noop("该类已用"),
    "programme_fen": gettext_noop("当年资金"),
    "claimed_fen": gettext_noop("申请兑付金额"),
    "asked_fen": gettext_noop("拟确认金额"),
    "applicant": gettext_noop("申领人"),
    "service": gettext_noop("服务类别"),
    "label": gettext_noop("资格标签"),
    "labels": gettext_noop("资格标签"),
    "situations": gettext_noop("情形"),
    "provider_kind": gettext_noop("机构类别"),
    "entrant_class": gettext_noop("机构类别"),
    "city": gettext_noop("设区市"),
    "carrier_group": gettext_noop("载体组"),
    "buyer_zone": gettext_noop("使用者注册地"),
    "provider_zone": gettext_noop("服务机构注册地"),
    "holder_region": gettext_noop("发券县（区、市）"),
    "provider_region": gettext_noop("服务机构所在地"),
    "applied_region": gettext_noop("受理入库申请的县（区、市）"),
    "opens_on": gettext_noop("公示开始日"),
    "settled_on": gettext_noop("结算日"),
    "granted_on": gettext_noop("核发日"),
    "valid_from": gettext_noop("起始日"),
    "received_on": gettext_noop("收到日"),
    "on": gettext_noop("办理日"),
    "fen": gettext_noop("抵扣额"),
    "bound_by": gettext_noop("起决定作用的限额"),
    "balance": gettext_noop("券面余额"),
    "until_on": gettext_noop("自此日起可办下一步"),
    "claim_office": gettext_noop("收件、确认机关"),
    "paying_budget": gettext_noop("支付预算"),
    "admission_office": gettext_noop("确认入库机关"),
    "revoking_office": gettext_noop("撤销机关"),
    "basis": gettext_noop("免审依据"),
    "start": gettext_noop("收到日"),
    "done": gettext_noop("办到"),
    "confirmation": gettext_noop("作出确认"),
    "notice_started": gettext_noop("公示开始"),
    "notice_ended": gettext_noop("公示结束"),
    "requested": gettext_noop("待报价"),
    "quoted": gettext_noop("已报价"),
    "placed": gettext_noop("已下单"),
    "in_service": gettext_noop("服务中"),
    "count": gettext_noop("期限"),
    "provisional": gettext_noop("暂定"),
    "due_on": gettext_noop("最后一日"),
    "list": gettext_noop("主管部门名单"),
    "certificate": gettext_noop("资质证书"),
    "exempt": gettext_noop("免审"),
    "reviewed": gettext_noop("须确认"),
    "undecided": gettext_noop("未定"),
    "ordered_on": gettext_noop("下单日"),
    "invoice_amount": gettext_noop("核对的金额"),
    "invoice_covers": gettext_noop("发票应开"),
    "net_fen": gettext_noop("不含税金额"),
    "gross_fen": gettext_noop("价税合计"),
    "amount.verdict": gettext_noop("发票金额"),
    "agrees": gettext_noop("一致"),
    "differs": gettext_noop("不一致"),
    "missing": gettext_noop("缺失"),
    "partial_confirmation": gettext_noop("可否只确认一部分"),
    "on_refusal": gettext_noop("不予确认的"),
    "on_no_claim": gettext_noop("逾期不申请的"),
    "refuse_out": gettext_noop("退出申兑，回到券面"),
    "restore": gettext_noop("退回券面"),
    "provider_bears": gettext_noop("服务机构承担，退回预算"),
    "enterprise_owes": gettext_noop("使用者补付，退回预算"),
    "no_claim": gettext_noop("逾期未申兑，退回预算"),
    "state": gettext_noop("入库状态"),
    "revoked": gettext_noop("已撤销"),
    "revoked_in": gettext_noop("作出撤销的县（区、市）"),
    "binds": gettext_noop("撤销的效力"),
    "region": gettext_noop("发券县（区、市）"),
    "until": gettext_noop("有效期至"),
    "requested_on": gettext_noop("申请日"),
    "owner_code": gettext_noop("单位代码"),
    "contract": gettext_noop("有技术合同"),
    "registration": gettext_noop("技术合同登记编号"),
    "voucher_fen": gettext_noop("券付"),
    "instruments": gettext_noop("可开放的仪器"),
    "technicians": gettext_noop("实验技术人员"),
    "conditions": gettext_noop("条件"),
    "step": gettext_noop("已通过的环节数"),
    "steps": gettext_noop("办理环节"),
    "notice_before_entry": gettext_noop("是否公示"),
    "endorse": gettext_noop("通过本级审核并上报"),
    "confirm": gettext_noop("确认入库"),
    "publish": gettext_noop("审核通过并公示"),
    "amount_fen": gettext_noop("放券金额"),
    "held_back_fen": gettext_noop("留存"),
    "pools": gettext_noop("各份额度"),
    "points_count": gettext_noop("得分"),
    "first_voucher": gettext_noop("首次领取该创新券"),
    "used_last_year": gettext_noop("上年度实际用券"),
    "way": gettext_noop("放券方式"),
    "opens_at": gettext_noop("开始时间"),
    "closes_at": gettext_noop("截止时间"),
    "is": gettext_noop("结果"),
    "sum": gettext_noop("合计"),
} | CASE_NAMES
_REGIONS = {"claim_office", "paying_budget", "admission_office", "revoking_office", "region", "revoked_in", "paying"}
_INNER = {"facts", "used", "length", "expected", "levels", "judged"}  # maps shown like what stands beside them
_HIDDEN = {"calendar", "entries", "papers", "limits", "id", "unit", "buyer_name", "seller_name", "debit", "credit"}
_HIDDEN |= {"in_claim", "unclaimed", "voucher", "budget", "standings"}
_INVOICE = ("net_fen", "gross_fen")


@register.inclusion_tag("gazette/value.html")
def spoken(pack: Pack, parameter: Parameter, value: Value) -> dict[str, object]:
    """The value in words: one phrase, a list of cases with their values, or a table."""
    raw = value.is_
    if parameter.unit == "table":
        heads = list(parameter.columns)
        body = [[_cell(pack, parameter.columns[name], row[name]) for name in heads] for row in raw]
        return {"heads": [_column(parameter, name) for name in heads], "body": body}
    if is_rows(raw):
        rows = [
            (_condition(pack, row.get("when", {})), _phrase(pack, parameter, row["is"]), row.get("article", ""))
            for row in raw
        ]
        return {"rows": [(when, said, article == "illustrative") for when, said, article in rows]}
    return {"phrase": _phrase(pack, parameter, raw)}


def _cell(pack: Pack, unit: str, raw: Any) -> str:
    """One cell of a table: a code of the pack's word lists by its name."""
    known = {code: label for labels in pack.words.values() for code, label in labels.items()}
    return _("不设") if raw == NONE else (known.get(raw) or name_of(raw)) if unit == "text" else _one(unit, raw)


@register.filter
def opening_day(first: date) -> str:
    return days.words(first, year=True)


@register.inclusion_tag("gazette/case.html")
def worked_case(pack: Pack, outcome: Outcome, number: int = -1) -> dict[str, object]:
    """One example: what is given, what comes out, and whether the rule still agrees."""
    case = outcome.case
    instead = [
        (pack.parameters[name].meaning, _phrase(pack, pack.parameters[name], value))
        for name, value in case.instead.items()
    ]
    return {
        "case": case,
        "outcome": outcome,
        "given": list(_pairs(pack, outcome, case.given)),
        "instead": instead,
        "got": results(pack, outcome),
        "refusal": refused(pack, outcome),
        "of": pack.parameters[case.of].meaning if case.of else "",
        "number": number if case.rule else -1,
        "try_url": reverse("gazette:try", args=[*pack.scheme.split("/"), number]) if case.rule and number >= 0 else "",
    }


def results(pack: Pack, outcome: Outcome) -> list[tuple[str, str]]:
    """What came out, in words; `is` of a value case in its parameter's unit."""
    got = outcome.got
    if isinstance(got.get("is"), Mapping):
        got = got["is"]
    of = pack.parameters.get(outcome.case.of)
    found = []
    for name, value in got.items():
        if name in _HIDDEN or isinstance(value, Mapping):
            continue
        if of and name in ("is", "sum"):
            said = "；".join(map(str, value)) if of.unit == "table" and name == "is" else _phrase(pack, of, value)
            if of.unit == "table" and name == "sum":
                said = f"{value:,}"
        elif outcome.money and isinstance(value, int | list):
            said = "，".join(words.yuan_sign(one) for one in (value if isinstance(value, list) else [value]))
        else:
            said = _given(pack, name, value)
        found.append((name_of("due_on" if name == "on" else name), said))
    return found


def refused(pack: Pack, outcome: Outcome) -> str:
    """The refusal of a case as a person would read it: parameters by their article, classes by their names."""
    if outcome.said is None:
        return ""
    known = {name: label for labels in pack.words.values() for name, label in labels.items()}
    facts = dict(outcome.said.facts)
    for name, value in facts.items():
        parameter = pack.parameters.get(str(value))
        in_force = parameter.on(outcome.case.on) if parameter else None
        if in_force:
            facts[name] = pack.article(in_force.article)
        elif isinstance(value, str):
            facts[name] = known.get(value, value)
    return words.refusal_text(_Said(outcome.said, facts))


class _Said(Refusal):
    """A refusal with its facts in words."""

    def __init__(self, refusal: Refusal, facts: dict[str, object]) -> None:
        self.code, self.text = refusal.code, refusal.text  # type: ignore[misc]
        super().__init__(**facts)


def name_of(name: str) -> str:
    """An argument or a result by its name in the trade; its own name when the trade has none for it."""
    return _(_NAMES[name]) if name in _NAMES else name


def _pairs(pack: Pack, outcome: Outcome, given: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in given.items():
        if isinstance(value, Mapping) and name in _INNER:
            yield from _pairs(pack, outcome, value)
        elif name == "invoices":
            for invoice in value:
                yield from ((name_of(part), words.yuan_sign(invoice[part])) for part in _INVOICE)
        elif name not in _HIDDEN:
            yield name_of(name), _said(pack, outcome, name, value)


@register.simple_tag
def in_words(scheme: str, name: str, raw: Any) -> str:
    """A parameter's plain value as the pack's page says it: 50 %, 15 天, 验收后结算."""
    pack = current().packs[scheme]
    return _phrase(pack, pack.parameters[name], raw)


def _said(pack: Pack, outcome: Outcome, name: str, value: Any) -> str:
    """A given fact in words; `"@notice_days"` is what the pack (or the other reading of the case) says."""
    if not (isinstance(value, str) and value.startswith("@")):
        return _given(pack, name, value)
    parameter = pack.parameters[value.removeprefix("@")]
    in_force = parameter.on(outcome.case.on)
    raw = outcome.case.instead.get(parameter.name, in_force.is_ if in_force else NONE)
    if parameter.unit == "table" and parameter.name == "conditions":
        return "；".join(_row(pack, row) for row in raw)
    return _phrase(pack, parameter, raw)


def _given(pack: Pack, name: str, value: Any) -> str:
    if name == "fen":
        return words.yuan_sign(value)
    if name == "bound_by":
        return _limit(pack, str(value))
    if name in _REGIONS or name.endswith("_region"):
        return region_name(str(value))
    if name.endswith("_zone"):
        return _(_CONDITIONS[str(value)])
    if isinstance(value, list):
        return "；".join(_row(pack, item) if isinstance(item, Mapping) else _given(pack, name, item) for item in value)
    return _listed(pack, name, value)


def _row(pack: Pack, row: Mapping[str, Any]) -> str:
    """One posting of a case in words, what happens and how much; one condition in figures; or named facts."""
    if "rule" in row:
        return f"{name_of(str(row['rule']))} {words.yuan_sign(row['fen'])}"
    said = (f"{name_of(key)} {_given(pack, key, item)}" for key, item in row.items())
    return f"{row['label']}≥{row['at_least']}{row['unit']}" if "label" in row else "，".join(said)


def _listed(pack: Pack, name: str, value: Any) -> str:
    lists = {"labels": "label", "entrant_class": "provider_kind"}
    labels = dict(pack.words.get(lists.get(name, name), {}))
    if name == "situations" and "exclusions" in pack.parameters:
        labels |= pack.parameters["exclusions"].options
    if isinstance(value, str) and value in labels:
        return labels[value]
    if isinstance(value, str) and value in pack.parameters:
        return pack.parameters[value].meaning
    if isinstance(value, date):
        return days.words(value, year=True)
    if isinstance(value, str) and _is_day(value):
        return days.words(date.fromisoformat(value), year=True)
    if value == NONE:
        return _("无")
    return name_of(value) if isinstance(value, str) and value in _NAMES else words.fact(name, value)


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _limit(pack: Pack, bound_by: str) -> str:
    """The parameter behind a limit: `year_cap` is said by what `year_cap_fen` means."""
    parts = set(bound_by.split("_"))
    named = [one.meaning for name, one in pack.parameters.items() if parts <= set(name.split("_"))]
    return named[0].partition("：")[0] if named else name_of(bound_by)


def _condition(pack: Pack, when: Mapping[str, object]) -> str:
    if not when:
        return _("其他情形")
    parts = []
    for key, wanted in when.items():
        if key.endswith(("_below_fen", "_from_fen")):
            parts.append(_(_CONDITIONS[key]).format(amount=words.yuan_sign(int(str(wanted)))))
        elif key.endswith("_zone"):
            parts.append(f"{_(_CONDITIONS[key])}：{_(_CONDITIONS[str(wanted)])}")
        else:
            parts.append(str(pack.words.get(key, {}).get(str(wanted), wanted)))
    return "，".join(parts)


def _phrase(pack: Pack, parameter: Parameter, raw: Any) -> str:
    if raw == NONE and parameter.unit != "text":
        return _("不设")
    if parameter.unit in ("choice", "choices"):
        picked = raw if isinstance(raw, list) else [raw]
        return "；".join(parameter.options[one] for one in picked) or _("不设")
    if parameter.unit == "words":
        return "、".join(pack.words[parameter.words][one] for one in raw) or _("不要求")
    return _one(parameter.unit, raw)


def _one(unit: str, raw: Any) -> str:
    if isinstance(raw, list):
        return "、".join(_one("day" if unit == "days_list" else "text", item) for item in raw) or _("无")
    if unit == "fen":
        return words.yuan_sign(raw)
    if unit == "bp":
        return words.percent(raw)
    if unit in _COUNTED:
        return _(_COUNTED[unit]).format(n=f"{raw:,}")
    if unit == "count":
        return f"{raw:,}"
    if unit == "month_day":
        month, day = (int(part) for part in str(raw).split("-"))
        return _("{month} 月 {day} 日").format(month=month, day=day)
    if isinstance(raw, date):
        return days.words(raw, year=True)
    if isinstance(raw, bool):
        return _("是") if raw else _("否")
    return str(raw)


def _column(parameter: Parameter, name: str) -> str:
    heads = {
        "kind": gettext_noop("代号"),
        "label": gettext_noop("名称"),
        "treatment": gettext_noop("归类"),
        "class": gettext_noop("机构类别"),
        "carriers_count": gettext_noop("家数"),
        "carrier_group": gettext_noop("任务组"),
        "name": gettext_noop("代号"),
        "unit": gettext_noop("单位"),
        "at_least": gettext_noop("不少于"),
        "group": gettext_noop("同组满足其一"),
        "to": gettext_noop("分配对象"),
        "bp": gettext_noop("比例"),
    }
    return _(heads[name]) if name in heads else name
