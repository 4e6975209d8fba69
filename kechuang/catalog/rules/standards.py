"""规范服务标准: what must be public before the first order. Pure. Source: 三（二）3 of source 002."""

from collections.abc import Sequence

from kechuang.catalog.rules.prices import PriceLine
from kechuang.catalog.states import ItemKind, OfferState
from kechuang.kernel.errors import Refusal
from kechuang.kernel.text import gettext_noop as _


class StandardsMissing(Refusal):
    code = "catalog.standards_missing"
    text = _("尚未明确{missing}（{article}）")
    remedy = _("服务机构补充公布后方可接单")


class NotOpenForOrders(Refusal):
    code = "catalog.not_open_for_orders"
    text = _("“{name}”目前不接受订单（{state_label}）")
    remedy = _("请选择其他服务，或联系服务机构")


class NameMissing(Refusal):
    code = "catalog.name_missing"
    text = _("请填写名称")
    remedy = _("名称将显示在资源目录中")
    field = "name"
    status = 422


class UnknownServiceClass(Refusal):
    code = "catalog.unknown_service_class"
    text = _("“{service_class}”不是可选的服务类别")
    remedy = _("请从列出的类别中选择")
    field = "service_class"
    status = 422


class UnitOfAnother(Refusal):
    code = "catalog.unit_of_another"
    text = _("所选二级单位不属于本单位")
    remedy = _("请重新选择二级单位")
    field = "unit"
    status = 422


def missing_standards(*, content: str, process: str, lines: Sequence[PriceLine]) -> list[str]:
    """Which of the three are not there yet (服务内容、服务流程、收费标准)."""
    priced = any(line.kind is ItemKind.BASE for line in lines)
    given = ((_("服务内容"), bool(content)), (_("服务流程"), bool(process)), (_("收费标准"), priced))
    return [what for what, there in given if not there]


def check_standards(*, content: str, process: str, lines: Sequence[PriceLine], article: str) -> None:
    """The completeness check before the first order and before an offer opens. Raises StandardsMissing."""
    if missing := missing_standards(content=content, process=process, lines=lines):
        raise StandardsMissing(missing="、".join(missing), article=article)


def check_open(*, name: str, state: str, state_label: str) -> None:
    """Whether an offer takes orders. Raises NotOpenForOrders."""
    if state != OfferState.OPEN:
        raise NotOpenForOrders(name=name, state=state, state_label=state_label)
