"""服务合同范本：dated templates for two and three parties, filled from an order. Pure: texts in, text out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kechuang.kernel.money import yuan


@dataclass(frozen=True, slots=True)
class ContractFacts:
    number: str
    title: str
    service: str
    holder: str
    holder_code: str
    provider: str
    provider_code: str
    county: str  # the office that joins a three-party contract
    made_on: str
    price_fen: int
    voucher_fen: int
    own_share_fen: int
    lines: Sequence[Mapping[str, object]]
    needs: str
    deliver_days: int
    declaration: str
    scheme: str


_HEAD = """科技服务合同（{template}，{parties}）

合同编号：{number}
签订日期：{made_on}

甲方（委托方）：{holder}　统一社会信用代码：{holder_code}
乙方（服务方）：{provider}　统一社会信用代码：{provider_code}
"""
_THIRD = "丙方（创新券发放机关）：{county}\n"
_BODY = """
第一条　服务内容　乙方为甲方提供“{title}”（{service}）。具体需求：{needs}

第二条　价款　本合同价款（含税）为人民币 {price} 元，明细如下：
{lines}
其中创新券抵扣 {voucher} 元，甲方自付 {own} 元。最终明细经甲方同意后，按下单时的规则（{scheme}）重新计算，两个版本均留存。

第三条　交付　乙方自开始服务之日起 {days} 天内交付服务报告。

第四条　结算　甲方验收并付清自付款后结算；结算时以创新券抵扣约定部分。

第五条　声明　{declaration}

第六条　争议　双方协商不成的，可在平台提请协调，也可依法处理。
"""
_SEALS = "\n甲方（盖章）：\n\n乙方（盖章）：\n"
_THIRD_SEAL = "\n丙方（盖章）：\n"


def drawn(facts: ContractFacts, *, template: str, three: bool) -> str:
    """The contract's text (合同文本)."""
    lines = "\n".join(f"  {n}. {_line(line)}" for n, line in enumerate(facts.lines, 1))
    head = _HEAD.format(
        template=template,
        parties="三方" if three else "两方",
        number=facts.number,
        made_on=facts.made_on,
        holder=facts.holder,
        holder_code=facts.holder_code,
        provider=facts.provider,
        provider_code=facts.provider_code,
    )
    body = _BODY.format(
        title=facts.title,
        service=facts.service,
        needs=facts.needs or "见订单",
        price=yuan(facts.price_fen),
        lines=lines,
        voucher=yuan(facts.voucher_fen),
        own=yuan(facts.own_share_fen),
        scheme=facts.scheme,
        days=facts.deliver_days,
        declaration=facts.declaration,
    )
    third = _THIRD.format(county=facts.county) if three else ""
    return head + third + body + _SEALS + (_THIRD_SEAL if three else "")


def _line(line: Mapping[str, object]) -> str:
    return f"{line['item']}：{yuan(int(str(line['amount_fen'])))} 元"
