"""Service contracts drawn from a dated template (合同制作): two or three parties, by service class. Printed, sealed, uploaded.

A template is never edited, only followed by one with a later first day; the contract names the template it was drawn from.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from kechuang.documents.formats.capital import capitals_from_fen
from kechuang.documents.formats.print import Grid, Heading, Sheet, Signature, print_pdf
from kechuang.kernel.errors import Refusal
from kechuang.kernel.money import yuan
from kechuang.kernel.text import gettext_noop as _


class NoContractTemplate(Refusal):
    code = "documents.no_contract_template"
    text = _("{on} 没有适用的合同模板")
    remedy = _("请上传双方自有合同或框架合同")


@dataclass(frozen=True, slots=True)
class ContractParty:
    role: str  # 甲方
    name: str
    credit_code: str = ""
    contact: str = ""


@dataclass(frozen=True, slots=True)
class ContractFacts:
    """What the order says. Two parties are 甲方 and 乙方; a third (平台运营方、代管方) makes it a three-party contract."""

    number: str
    order_number: str
    service_class: str
    service: str
    buyer: ContractParty
    provider: ContractParty
    price_fen: int
    voucher_fen: int
    own_share_fen: int
    drawn_on: date
    lines: Sequence[tuple[str, str, str, int]] = ()  # item, quantity, unit, amount in fen
    third: ContractParty | None = None
    deliver_by: date | None = None
    delivers: str = "检测（服务）报告"
    terms: Sequence[str] = ()  # further clauses of the order, e.g. who bears a refused claim
    qr: str = ""


@dataclass(frozen=True, slots=True)
class Template:
    """`clauses` are for every class, `of_class` adds by service class; braces name figures of the contract."""

    name: str
    first_day: date
    clauses: tuple[str, ...]
    third_clauses: tuple[str, ...]
    of_class: Mapping[str, tuple[str, ...]]


_FIRST = Template(
    name="2021-1",
    first_day=date(2021, 1, 1),
    clauses=(
        "乙方按照本合同约定的服务内容、服务流程和收费标准，通过“浙江省大型科研仪器开放共享平台”向甲方提供服务。",
        "服务费用总额为人民币{capitals}（¥{price}）。其中科技创新券抵扣 ¥{voucher}，甲方支付余款 ¥{own}。最终费用以双方确认的结算明细为准。",
        "乙方应于{deliver_by}前交付{delivers}。甲方收到后应及时确认；有异议的，应在平台内说明理由。",
        "乙方按照双方约定的开票口径向甲方开具发票，并对发票、报告的真实性负责。",
        "甲乙双方承诺：服务真实发生，双方无隶属、共建、产权纽带等关联关系，未就同一服务重复享受财政资金。谁承诺，谁负责。",
        "创新券的申兑由乙方在服务完成后办理；创新券抵扣部分未能兑付时的责任，按下单时双方确认的规则执行。",
        "双方对在服务中知悉的技术秘密和商业秘密负有保密义务。检测数据和成果的知识产权，除另有约定外归甲方所有。",
        "因本合同发生的争议，双方协商解决；协商不成的，向甲方所在地人民法院提起诉讼。",
    ),
    third_clauses=(
        "丙方为本次服务提供平台支撑，负责订单、合同、发票和报告的归集，不收取甲方费用。",
        "丙方对甲乙双方提交的材料负有保密义务，并配合主管部门的抽查。",
    ),
    of_class={
        "instrument": (
            "甲方使用仪器应遵守操作规程；因甲方违规操作造成仪器损坏的，由甲方承担维修费用。使用机时以平台记录为准。",
        ),
        "test": ("甲方对所送样品的真实性负责；样品保存期为报告交付后三十日，逾期由乙方处置。检测结果仅对来样负责。",),
        "design": ("设计成果应满足双方确认的技术要求；甲方可要求两次修改，超出部分另行商定费用。",),
        "development": ("研究开发成果的专利申请权由双方另行书面约定；未约定的，归完成方所有，甲方可免费实施。",),
    },
)
TEMPLATES: tuple[Template, ...] = (_FIRST,)


def template_on(on: date) -> Template:
    """The template in force on a day; raises NoContractTemplate."""
    for template in reversed(TEMPLATES):
        if template.first_day <= on:
            return template
    raise NoContractTemplate(on=on.isoformat())


def contract_pdf(facts: ContractFacts) -> bytes:
    """The contract as A4 PDF with number, QR, page count and places for the seals."""
    template = template_on(facts.drawn_on)
    parties = [facts.buyer, facts.provider, *([facts.third] if facts.third else [])]
    blocks: list[str | Heading | Grid] = [
        Grid(
            ("", "名称", "统一社会信用代码", "联系人"),
            [(party.role, party.name, party.credit_code, party.contact) for party in parties],
            widths=(2, 6, 5, 4),
        ),
        f"服务内容：{facts.service}",
    ]
    if facts.lines:
        blocks.append(_lines(facts))
    blocks.append(Heading("合同条款"))
    blocks += [f"第{_counted(place)}条　{clause}" for place, clause in enumerate(_clauses(template, facts), start=1)]
    return print_pdf(
        Sheet(
            title="技术服务合同" + ("（三方）" if facts.third else ""),
            number=facts.number,
            subtitle=f"服务订单 {facts.order_number}",
            blocks=blocks,
            signatures=[Signature(f"{party.role}（盖章）", party.name) for party in parties],
            qr=facts.qr or facts.number,
            note=f"合同模板 {template.name}",
        )
    )


def _lines(facts: ContractFacts) -> Grid:
    rows = [(item, quantity, unit, yuan(fen)) for item, quantity, unit, fen in facts.lines]
    total = ("合计", "", "", yuan(sum(fen for *_rest, fen in facts.lines)))
    return Grid(("项目", "数量", "单位", "金额（元）"), rows, right=frozenset({1, 3}), total=total, widths=(6, 2, 2, 3))


def _clauses(template: Template, facts: ContractFacts) -> list[str]:
    figures = {
        "capitals": capitals_from_fen(facts.price_fen),
        "price": yuan(facts.price_fen),
        "voucher": yuan(facts.voucher_fen),
        "own": yuan(facts.own_share_fen),
        "delivers": facts.delivers,
        "deliver_by": _chinese(facts.deliver_by) if facts.deliver_by else "双方约定的日期",
    }
    third = template.third_clauses if facts.third else ()
    written = [clause.format(**figures) for clause in (*template.clauses, *third)]
    return [*written, *template.of_class.get(facts.service_class, ()), *facts.terms]


def _chinese(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _counted(place: int) -> str:
    """1 to 99 as 一 to 九十九."""
    digits = "零一二三四五六七八九"
    tens, ones = divmod(place, 10)
    if not tens:
        return digits[ones]
    return ("" if tens == 1 else digits[tens]) + "十" + (digits[ones] if ones else "")
