"""What every act on an order begins and ends with: lock and check; write, record, start the next clock, tell."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet

from kechuang.bookings import commands as bookings
from kechuang.deadlines import commands as deadlines
from kechuang.deadlines.states import REMIND_BEFORE
from kechuang.kernel.actor import Actor, Role
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.machine import Move
from kechuang.kernel.text import gettext_noop as _
from kechuang.kernel.workdays import Length, Unit
from kechuang.orders import rules
from kechuang.orders.access import roles_on, visible_to
from kechuang.orders.models import Order, page_of
from kechuang.orders.rules import OrderTerms
from kechuang.orders.states import CLAIMING, MACHINE, REMIND_CLAIM_BEFORE, OrderState
from kechuang.outbox.commands import tell
from kechuang.policy.book import InForce, replay
from kechuang.trail.commands import advance
from kechuang.ui import clock
from kechuang.ui.compiled import compiled
from kechuang.ui.rows import together


@dataclass(frozen=True, slots=True)
class Wait:
    """A clock that runs in a state: which, for whom, by which parameter, in which unit."""

    kind: str
    label: str
    role: Role
    parameter: str
    unit: Unit = Unit.DAYS
    remind_before: int = REMIND_BEFORE


WAITS: dict[OrderState, Wait] = {
    OrderState.REQUESTED: Wait("order_quote", _("报价"), Role.PROVIDER, "quote_within_days"),
    OrderState.QUOTED: Wait("order_place", _("答复报价"), Role.HOLDER, "quote_valid_days"),
    OrderState.PLACED: Wait("order_start", _("开始服务"), Role.PROVIDER, "start_within_days"),
    OrderState.IN_SERVICE: Wait("order_deliver", _("交付服务报告"), Role.PROVIDER, "deliver_within_days"),
    OrderState.DELIVERED: Wait("order_accept", _("验收服务"), Role.HOLDER, "accept_within_days"),
    OrderState.ACCEPTED: Wait("order_settle", _("结算"), Role.HOLDER, "settle_within_days"),
    OrderState.DISPUTED: Wait(
        "order_dispute", _("协调争议"), Role.COUNTY_OFFICER, "dispute_working_days", Unit.WORKING_DAYS
    ),
}
FINAL_WAIT = Wait("order_final", _("答复最终明细"), Role.HOLDER, "final_lines_answer_days")
CLAIM_WAIT = Wait(CLAIMING, _("申请兑付"), Role.PROVIDER, "claim_within_days", remind_before=REMIND_CLAIM_BEFORE)

TITLES: dict[OrderState, str] = {
    OrderState.REQUESTED: _("收到新的委托，请报价"),
    OrderState.QUOTED: _("已收到报价，请确认是否下单"),
    OrderState.PLACED: _("已下单，请开始服务"),
    OrderState.IN_SERVICE: _("已开始服务"),
    OrderState.DELIVERED: _("服务已交付，请验收"),
    OrderState.ACCEPTED: _("服务已验收，请结算"),
    OrderState.SETTLED: _("订单已结算，可申请兑付"),
    OrderState.DISPUTED: _("订单有争议，请协调"),
    OrderState.DECLINED: _("服务机构婉拒了委托"),
    OrderState.WITHDRAWN: _("使用者撤回了委托"),
    OrderState.CANCELLED: _("订单已取消"),
    OrderState.LAPSED: _("订单已失效"),
}


@dataclass(slots=True)
class Step:
    """An act under way. `repeated`: the same person asked for the same before, and it was done then."""

    actor: Actor
    order: Order
    move: Move
    roles: frozenset[Role]
    repeated: bool = False

    @property
    def terms(self) -> OrderTerms:
        """The terms the order lives by (冻结的规则)."""
        return frozen(self.order).terms


def begin(actor: Actor, order_id: str, action: str, *, seen: int | None = None) -> Step:
    """Locks the order and checks that `action` is open to the actor; `seen` is the revision their page showed.

    The same act by the same person on the same page, once more, is told as repeated (双击). Raises NotVisible,
    MoveNotOpen, StaleTab.
    """
    order = _locked.first(actor, order_id)
    if order is None:
        raise NotVisible
    roles = roles_on(actor, order)
    state = OrderState(order.state)
    if _repeats(actor, order, action, seen):
        done = next(move for move in MACHINE.moves if move.action == action)
        return Step(actor, order, done, roles, repeated=True)
    move = MACHINE.check(action, state, roles)
    if seen is not None and seen != order.revision:
        raise rules.StaleTab()
    return Step(actor, order, move, roles)


@compiled
def _locked(actor: Actor, order_id: str) -> QuerySet[Order]:
    return visible_to(actor).select_for_update(of=("self",)).filter(id=order_id)


def _repeats(actor: Actor, order: Order, action: str, seen: int | None) -> bool:
    if order.last_act != _act(actor, action):
        return False
    if seen is not None:
        return seen == order.revision - 1
    moves = [move for move in MACHINE.moves if move.action == action]
    return all(move.target == order.state and order.state not in move.source for move in moves)


def _act(actor: Actor, action: str) -> str:
    return f"{action}:{actor.person_id}"


def finish(
    step: Step,
    *,
    now: datetime,
    saves: Sequence[str] = (),
    facts: Mapping[str, Any] | None = None,
    article: str = "",
) -> Order:
    """Writes the order and its event; when the state changed, the clock of the old one is met and the next started."""
    order, before = step.order, OrderState(step.order.state)
    after = OrderState(step.move.lands(before))
    order.revision += 1
    order.last_act = _act(step.actor, step.move.action)
    wait = WAITS.get(after)
    changed = ["revision", "last_act", *saves]
    if after != before:
        order.due_on = _due(order, wait, clock.day(now))
        changed.append("due_on")
        if after not in WAITS and after != OrderState.SETTLED:
            order.closed_on = clock.day(now)
            changed.append("closed_on")
            _give_time_back(step, now)
    advance(
        step.actor, order, step.move, roles=step.roles, now=now, saves=changed, article=article, facts=dict(facts or {})
    )
    if after != before:
        _hand_over(order, before, wait, now)
    return order


def _give_time_back(step: Step, now: datetime) -> None:
    """The booked time of an order that came to nothing is free for others."""
    if step.order.booking_id:
        reason = step.order.reason or step.move.label
        bookings.cancel_of_order(step.actor, order_id=step.order.id, reason=reason, now=now)


def frozen(order: Order) -> InForce[OrderTerms]:
    """The terms kept on the order: those of the day of the request until it is placed, then those of that day."""
    return replay(order.terms, OrderTerms)


def start_clock(order: Order, wait: Wait, now: datetime) -> date | None:
    """Starts a clock for whom the order waits; answers its last day when that is one of plain days."""
    terms = frozen(order)
    count = _count(terms.terms, wait)
    length = Length(count, wait.unit, ends_on_working_day=wait.unit is Unit.WORKING_DAYS)
    office = wait.role is Role.COUNTY_OFFICER
    deadlines.start(
        kind=wait.kind,
        label=wait.label,
        subject_id=order.id,
        number=order.number,
        region=order.dispute_region or order.region if office else order.region,
        role=wait.role,
        party_id={Role.PROVIDER: order.provider_id, Role.HOLDER: order.holder_id}.get(wait.role, ""),
        length=length,
        article=terms.article(wait.parameter),
        path=page_of(order.id),
        remind_before=wait.remind_before,
        now=now,
    )
    return rules.last_day(clock.day(now), count) if wait.unit is Unit.DAYS else None


def notify(order: Order, title: str, *, to: Role, now: datetime, due_on: date | None = None, text: str = "") -> None:
    """Tells whom the order now waits for (告知)."""
    office = to is Role.COUNTY_OFFICER
    tell(
        subject_id=order.id,
        path=page_of(order.id),
        title=title,
        text=" ".join(part for part in (order.number, order.title, text) if part),
        to_party={Role.PROVIDER: order.provider_id, Role.HOLDER: order.holder_id}.get(to, ""),
        to_role=Role.COUNTY_OFFICER if office else None,
        region=order.dispute_region or order.region if office else "",
        due_on=due_on,
        now=now,
    )


def _count(terms: OrderTerms, wait: Wait) -> int:
    days: int = getattr(terms, wait.parameter)
    return min(days, terms.hold_release_days) if wait.parameter == "start_within_days" else days


def _due(order: Order, wait: Wait | None, on: date) -> date | None:
    if wait is None or wait.unit is not Unit.DAYS:
        return None
    return rules.last_day(on, _count(frozen(order).terms, wait))


def _hand_over(order: Order, before: OrderState, wait: Wait | None, now: datetime) -> None:
    after = OrderState(order.state)
    with together():
        if before in WAITS:
            deadlines.meet(order.id, WAITS[before].kind, now=now)
        due_on = start_clock(order, wait, now) if wait else None
        for role in [wait.role] if wait else _told_at_end(before, after):
            notify(order, TITLES[after], to=role, due_on=due_on, text=order.reason, now=now)


def _told_at_end(before: OrderState, after: OrderState) -> list[Role]:
    """An end is told to the side that did not make it; one that concerns both, to both."""
    one = {
        OrderState.SETTLED: [Role.PROVIDER],
        OrderState.DECLINED: [Role.HOLDER],
        OrderState.WITHDRAWN: [Role.PROVIDER],
    }
    return one.get(after, [Role.HOLDER, Role.PROVIDER])
