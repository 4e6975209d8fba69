"""开放共享收入: when an order may be managed as horizontal research funds (横向科研经费), and of what sum. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from kechuang.catalog.rules import Share, split
from kechuang.catalog.states import ShareTo
from kechuang.kernel.errors import Refusal
from kechuang.kernel.money import Fen, split_largest_remainder
from kechuang.kernel.text import gettext_noop


class HorizontalNotProvided(Refusal):
    code = "orders.horizontal_not_provided"
    text = gettext_noop("贵单位所在地的规则没有规定横向科研经费管理")
    remedy = gettext_noop("请向所在地科技部门咨询")


class NotHorizontal(Refusal):
    code = "orders.not_horizontal"
    text = gettext_noop("不符合按横向科研经费管理的条件：{conditions}（{article}）")
    remedy = gettext_noop("请补齐所列条件后再标记；不属于适用范围的收入按本单位一般规定管理")


class VoucherPart(StrEnum):
    """What of the voucher's part counts as horizontal funds."""

    INCLUDED = "included"
    EXCLUDED = "excluded"


@dataclass(frozen=True, slots=True)
class HorizontalTerms:
    """What a pack asks for (see policies/*/open-sharing.toml); conditions that the source leaves open are illustrative."""

    horizontal_owner_codes: tuple[str, ...]
    horizontal_services: tuple[str, ...]
    horizontal_contract_required: bool
    horizontal_registration_required: bool
    horizontal_paid_required: bool
    horizontal_within_days: int
    horizontal_voucher_part: VoucherPart


@dataclass(frozen=True, slots=True)
class HorizontalFacts:
    """What is known of a settled order when it is to be marked (标记事实)."""

    owner_code: str  # the provider's credit code
    service: str
    contract: bool  # sealed by both sides, or brought with the mark
    registration: str  # 技术合同登记编号
    own_share_fen: Fen
    paid_fen: Fen
    settled_on: date


CONDITION_LABELS: dict[str, str] = {
    "horizontal_owner_codes": gettext_noop("须为行政事业单位"),
    "horizontal_services": gettext_noop("须为科研仪器设备开放共享的服务类别"),
    "horizontal_contract_required": gettext_noop("须有技术合同"),
    "horizontal_registration_required": gettext_noop("技术合同须经认定登记"),
    "horizontal_paid_required": gettext_noop("自付款须已到账"),
    "horizontal_within_days": gettext_noop("已超过标记期限"),
}


def unmet_conditions(facts: HorizontalFacts, *, on: date, terms: HorizontalTerms) -> list[str]:
    """The parameters of the conditions that are not met (未满足的条件), in the pack's order; empty: may be marked."""
    last = facts.settled_on + timedelta(days=terms.horizontal_within_days)
    met = {
        "horizontal_owner_codes": facts.owner_code.startswith(terms.horizontal_owner_codes),
        "horizontal_services": facts.service in terms.horizontal_services,
        "horizontal_contract_required": facts.contract or not terms.horizontal_contract_required,
        "horizontal_registration_required": bool(facts.registration) or not terms.horizontal_registration_required,
        "horizontal_paid_required": facts.paid_fen >= facts.own_share_fen or not terms.horizontal_paid_required,
        "horizontal_within_days": on <= last,
    }
    return [name for name in CONDITION_LABELS if not met[name]]


def refuse_not_horizontal(
    facts: HorizontalFacts, *, on: date, terms: HorizontalTerms, articles: Mapping[str, str]
) -> None:
    """Raises NotHorizontal with every condition that fails and the article of the first (横向科研经费)."""
    if failed := unmet_conditions(facts, on=on, terms=terms):
        said = "；".join(f"{CONDITION_LABELS[name]}（{articles[name]}）" for name in failed)
        raise NotHorizontal(conditions=said, article=articles[failed[0]])


def horizontal_fen(voucher_fen: Fen, paid_fen: Fen, *, terms: HorizontalTerms) -> Fen:
    """What of an order's income is horizontal funds: the own share, with the voucher's part as the terms say."""
    return Fen(paid_fen + (voucher_fen if terms.horizontal_voucher_part is VoucherPart.INCLUDED else 0))


class PeopleUnknown(Refusal):
    code = "orders.people_unknown"
    text = gettext_noop("所选人员不是本订单载体的技术人员")
    remedy = gettext_noop("请刷新后重新选择")
    field = "people"
    status = 422


class WeightsMissing(Refusal):
    code = "orders.weights_missing"
    text = gettext_noop("服务人员的工作量应大于零，且不超过 {limit} 人")
    remedy = gettext_noop("请填写每人的工作量（按比例分配）")
    field = "people"
    status = 422


class ProjectMissing(Refusal):
    code = "orders.project_missing"
    text = gettext_noop("请填写项目（课题）名称")
    remedy = gettext_noop("横向科研经费按项目管理")
    field = "project"
    status = 422


class NotMarked(Refusal):
    code = "orders.not_marked"
    text = gettext_noop("该订单没有标记为横向科研经费")
    remedy = gettext_noop("请刷新页面查看")


@dataclass(frozen=True, slots=True)
class Portion:
    """What of an order's income goes to one recipient (分配结果): whose kind, which of them, how much."""

    to: ShareTo
    name: str  # as the filed rule or the order names it, "" for all of the kind
    staff_id: str
    fen: Fen


def portions(
    fen: Fen, shares: Sequence[Share], *, project: str = "", people: Mapping[str, int] | None = None
) -> list[Portion]:
    """An order's income over its recipients (收入分配): by the filed shares, then each share over those who served.

    A share for persons that names nobody goes to the order's people by weight; one for projects that names none, to the
    order's project. Both steps by the largest remainder: the fen add up.
    """
    found: list[Portion] = []
    for part in split(fen, shares):
        found += _recipients(part.share, part.fen, project, people or {})
    return found


def _recipients(share: Share, fen: Fen, project: str, people: Mapping[str, int]) -> Iterator[Portion]:
    if share.to is ShareTo.PERSON and not (share.name or share.staff_id) and people:
        parts = split_largest_remainder(fen, list(people.values()))
        yield from (Portion(share.to, "", staff_id, part) for staff_id, part in zip(people, parts, strict=True))
        return
    name = share.name or (project if share.to is ShareTo.PROJECT else "")
    yield Portion(share.to, name, share.staff_id, fen)


def refuse_people(people: Mapping[str, int], known: Mapping[str, object], *, limit: int) -> None:
    """Raises PeopleUnknown for somebody who is not the carrier's, WeightsMissing for no weight or too many."""
    if set(people) - set(known):
        raise PeopleUnknown()
    if len(people) > limit or any(weight <= 0 for weight in people.values()):
        raise WeightsMissing(limit=limit)
