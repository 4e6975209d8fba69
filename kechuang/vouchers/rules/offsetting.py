"""What a voucher pays (抵扣). Pure: every number comes in with the terms of the pack."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import Protocol, TypeVar

from kechuang.kernel.money import ONE, BasisPoints, Fen, share_down
from kechuang.kernel.text import gettext_noop, tidy
from kechuang.policy.tables import Table, month_day
from kechuang.vouchers.rules.refusals import (
    LeftAboveFace,
    NotForVoucher,
    NothingAsked,
    NothingToOffset,
    NotYetExpired,
    OwnCase,
    ReasonMissing,
    RestoredTooMuch,
    StillHeld,
    VoucherNotInDate,
    YearClosedForOrders,
)
from kechuang.vouchers.states import VoucherState


class Limit(StrEnum):
    """What bounds an offset; the least decides, on a tie the first in this order is named."""

    RATE = "rate"
    OWN_SHARE = "own_share"
    PUBLIC_SHARE = "public_share"
    ORDER_CAP = "order_cap"
    YEAR_CAP = "year_cap"
    PAIR_CAP = "pair_cap"
    PROVIDER_CAP = "provider_cap"
    CLASS_SHARE = "class_share"
    BALANCE = "balance"


LIMIT_LABELS: dict[Limit, str] = {
    Limit.RATE: gettext_noop("抵扣比例"),
    Limit.OWN_SHARE: gettext_noop("最低自付比例"),
    Limit.PUBLIC_SHARE: gettext_noop("财政资金合计上限"),
    Limit.ORDER_CAP: gettext_noop("单笔上限"),
    Limit.YEAR_CAP: gettext_noop("年度上限"),
    Limit.PAIR_CAP: gettext_noop("与同一机构年度上限"),
    Limit.PROVIDER_CAP: gettext_noop("服务机构年度上限"),
    Limit.CLASS_SHARE: gettext_noop("该类订单占比上限"),
    Limit.BALANCE: gettext_noop("券面余额"),
}

# 收回: by which posting rule money of an ended voucher goes back to the budget.
RETURN_RULES: dict[VoucherState, str] = {
    VoucherState.EXPIRED: "expire",
    VoucherState.WITHDRAWN: "withdraw",
    VoucherState.REVOKED: "revoke",
}

# The parameter of the pack behind each limit; a balance has none.
LIMIT_PARAMETERS: dict[Limit, str] = {
    Limit.RATE: "rate_bp",
    Limit.OWN_SHARE: "own_share_min_bp",
    Limit.PUBLIC_SHARE: "total_public_share_max_bp",
    Limit.ORDER_CAP: "order_cap_fen",
    Limit.YEAR_CAP: "year_cap_fen",
    Limit.PAIR_CAP: "pair_year_cap_fen",
    Limit.PROVIDER_CAP: "provider_year_cap_fen",
    Limit.CLASS_SHARE: "class_share_max_bp",
}

SITUATION_LABELS: dict[str, str] = {
    "statutory_test": gettext_noop("强制检测和法定检测"),
    "affiliated": gettext_noop("双方有隶属、共建、产权纽带关系"),
    "funded_item": gettext_noop("同一内容已获其他财政资金"),
    "own_campus": gettext_noop("本单位（校内）使用"),
    "training": gettext_noop("一般培训"),
    "software": gettext_noop("购买软件"),
    "advertising": gettext_noop("广告宣传"),
}


NOTHING = Fen(0)


@dataclass(frozen=True, slots=True)
class OffsetTerms:
    """The parameters that `offset` needs; see policies/*/voucher-*.toml."""

    rate_bp: Table[BasisPoints]
    added_rate_bp: Table[BasisPoints]
    own_share_min_bp: BasisPoints
    order_cap_fen: Table[Fen | None]
    year_cap_fen: Table[Fen | None]
    pair_year_cap_fen: Fen | None
    provider_year_cap_fen: Fen | None
    class_share_max_bp: Table[BasisPoints | None]
    total_public_share_max_bp: BasisPoints
    rounding_unit_fen: Fen
    service_classes: tuple[str, ...]
    exclusions: tuple[str, ...]
    hold_year: str
    offset_year: str
    last_order_on: str


@dataclass(frozen=True, slots=True)
class OrderFacts:
    """What the tables of a pack are asked with: who buys, who serves, what, where (按主体、地区、类别查表)."""

    service: str = "testing"
    applicant: str = "enterprise"
    buyer_zone: str = "in"  # registered in the scheme's region, or "out"
    provider_zone: str = "in"
    provider_kind: str = ""
    labels: tuple[str, ...] = ()
    situations: tuple[str, ...] = ()  # declared, of `exclusions`
    other_public_fen: Fen = NOTHING  # other public money on the same order
    provider_id: str = ""

    def keys(self, price_fen: Fen) -> dict[str, object]:
        return {
            "applicant": self.applicant,
            "service": self.service,
            "buyer_zone": self.buyer_zone,
            "provider_zone": self.provider_zone,
            "provider_kind": self.provider_kind,
            "labels": frozenset(self.labels),
            "price_fen": price_fen,
        }


ORDINARY = OrderFacts()


@dataclass(frozen=True, slots=True)
class Used:
    """What was used before, against each cap of the year; `class_*` only where a class has a share of the money."""

    year_fen: Fen = NOTHING
    pair_fen: Fen = NOTHING
    provider_fen: Fen = NOTHING
    class_fen: Fen = NOTHING
    programme_fen: Fen = NOTHING  # the year's money of the programme


@dataclass(frozen=True, slots=True)
class Offset:
    fen: Fen
    bound_by: str  # a Limit
    limits: Mapping[str, int] = field(default_factory=dict)  # every limit with its amount, for 为什么


def offset(
    *,
    price_fen: Fen,
    balance_fen: Fen,
    used_this_year_fen: Fen = NOTHING,
    used: Used | None = None,
    facts: OrderFacts = ORDINARY,
    terms: OffsetTerms,
) -> Offset:
    """How much of one order a voucher pays (抵扣额).

    The least of the limits that the terms set; on a tie the first in the order of `Limit` is named. Units: fen; the
    share of the price is rounded down, and the result down to `rounding_unit_fen`.
    Raises NothingToOffset when that is zero, NotForVoucher for an excluded service or situation.
    Source: 绍兴试点方案 三（一）1–2; 按照现行创新券管理相关文件执行.
    """
    refuse_excluded(facts, terms)
    limits = _limits(price_fen, balance_fen, used or Used(year_fen=used_this_year_fen), facts, terms)
    bound_by = min(limits, key=limits.__getitem__)
    fen = max(limits[bound_by], 0)
    fen -= fen % terms.rounding_unit_fen
    if fen <= 0:
        raise NothingToOffset(bound_by=str(bound_by), limit=LIMIT_LABELS[bound_by])
    return Offset(Fen(fen), str(bound_by), {str(limit): int(amount) for limit, amount in limits.items()})


def refuse_out_of_date(valid_from: date | None, valid_until: date | None, *, on: date) -> None:
    """Raises VoucherNotInDate outside the voucher's period (有效期); the last day still pays."""
    if valid_from is None or valid_until is None or not valid_from <= on < valid_until:
        last = valid_until - timedelta(days=1) if valid_until else None
        raise VoucherNotInDate(
            from_on=valid_from.isoformat() if valid_from else "", last_on=last.isoformat() if last else ""
        )


def refuse_closed_year(terms: OffsetTerms, *, budget_year: int, on: date) -> None:
    """Raises YearClosedForOrders after the last day on which a year's money takes orders (最后下单日)."""
    last = month_day(terms.last_order_on, budget_year)
    if terms.hold_year == "grant_day" and on > last:
        raise YearClosedForOrders(year=budget_year, last_on=last.isoformat())


def refuse_while_held(held_fen: int) -> None:
    if held_fen:
        raise StillHeld(held_fen=held_fen)


def refuse_not_yet_expired(valid_until: date | None, *, on: date) -> None:
    if valid_until is None or on < valid_until:
        raise NotYetExpired(until_on=valid_until.isoformat() if valid_until else "")


class Captured(Protocol):
    captured_fen: int
    restored_fen: int


OFFSET = TypeVar("OFFSET", bound=Captured)


def spread_back(fen: Fen, offsets: Sequence[OFFSET]) -> list[tuple[OFFSET, Fen]]:
    """Which offsets give back how much (退回次序): the latest first. Raises RestoredTooMuch above them all together."""
    parts, left = [], fen
    for one in offsets:
        part = Fen(min(left, one.captured_fen - one.restored_fen))
        if part > 0:
            parts.append((one, part))
            left = Fen(left - part)
    if left or fen <= 0:
        raise RestoredTooMuch()
    return parts


def refuse_nothing_asked(fen: int) -> None:
    if fen <= 0:
        raise NothingAsked()


def refuse_left_above_face(left_fen: int, *, face_fen: int) -> None:
    """What is left of a voucher taken over is a part of its face; raises LeftAboveFace."""
    if left_fen > face_fen:
        raise LeftAboveFace(left_fen=left_fen, face_fen=face_fen)


def refuse_own_case(*, decider: str, applicant: str) -> None:
    """Nobody decides their own case; the database holds the same."""
    if decider == applicant:
        raise OwnCase()


def reason(typed: str) -> str:
    """A reason as it is kept; raises ReasonMissing for an empty one."""
    if not (text := tidy(typed)):
        raise ReasonMissing()
    return text


def asks_labels(terms: OffsetTerms) -> bool:
    """Whether some table of the pack looks at the holder's labels; if not, they need not be read."""
    tables = (terms.rate_bp, terms.added_rate_bp, terms.order_cap_fen, terms.year_cap_fen, terms.class_share_max_bp)
    return any("label" in table.asks for table in tables)


def refuse_excluded(facts: OrderFacts, terms: OffsetTerms) -> None:
    """Raises NotForVoucher for a service class or a situation for which vouchers may not be used (除外情形)."""
    if facts.service not in terms.service_classes:
        raise NotForVoucher(what=facts.service, article="service_classes", parameter="service_classes")
    for situation in facts.situations:
        if situation in terms.exclusions:
            label = SITUATION_LABELS.get(situation, situation)
            raise NotForVoucher(what=label, article="exclusions", parameter="exclusions")


def rate(price_fen: Fen, facts: OrderFacts, terms: OffsetTerms) -> BasisPoints:
    """The share of a price that a voucher may pay at most (抵扣比例), with what is added under conditions; never above one."""
    keys = facts.keys(price_fen)
    return BasisPoints(min(terms.rate_bp.pick(**keys) + terms.added_rate_bp.pick(**keys), ONE))


def _limits(price_fen: Fen, balance_fen: Fen, used: Used, facts: OrderFacts, terms: OffsetTerms) -> dict[Limit, int]:
    keys = facts.keys(price_fen)
    public = share_down(price_fen, terms.total_public_share_max_bp) - facts.other_public_fen
    share = terms.class_share_max_bp.pick(**keys)
    class_cap = None if share is None else share_down(used.programme_fen, share)
    asked: dict[Limit, int | None] = {
        Limit.RATE: share_down(price_fen, rate(price_fen, facts, terms)),
        Limit.OWN_SHARE: share_down(price_fen, BasisPoints(ONE - terms.own_share_min_bp)),
        Limit.PUBLIC_SHARE: public,
        Limit.ORDER_CAP: terms.order_cap_fen.pick(**keys),
        Limit.YEAR_CAP: _left(terms.year_cap_fen.pick(**keys), used.year_fen),
        Limit.PAIR_CAP: _left(terms.pair_year_cap_fen, used.pair_fen),
        Limit.PROVIDER_CAP: _left(terms.provider_year_cap_fen, used.provider_fen),
        Limit.CLASS_SHARE: _left(class_cap, used.class_fen),
        Limit.BALANCE: balance_fen,
    }
    return {limit: amount for limit, amount in asked.items() if amount is not None}


def _left(cap: int | None, used: int) -> int | None:
    return None if cap is None else cap - used
