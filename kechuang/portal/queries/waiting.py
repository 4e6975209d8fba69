"""待办: everything that waits for one actor, from every room, the most urgent first."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from django.urls import reverse

from kechuang.audit import queries as audit
from kechuang.bookings import queries as bookings
from kechuang.catalog import queries as catalog
from kechuang.claims import queries as claims
from kechuang.cockpit import queries as cockpit
from kechuang.credit import queries as credit
from kechuang.deadlines import queries as deadlines
from kechuang.evaluation import queries as evaluation
from kechuang.kernel.actor import Actor
from kechuang.kernel.text import gettext_noop as _
from kechuang.notices import queries as notices
from kechuang.orders import queries as orders
from kechuang.parties import queries as parties
from kechuang.parties.states import ACCOUNT_MACHINE, AccountState
from kechuang.registers import queries as registers
from kechuang.releases import queries as releases
from kechuang.screening import queries as screening
from kechuang.subsidies import queries as subsidies
from kechuang.supervision import queries as supervision
from kechuang.treasury import queries as treasury
from kechuang.ui.waiting import WAITING_MAX, Urgency, Waiting, most_urgent_first, waiting
from kechuang.usage import queries as usage
from kechuang.vouchers import queries as vouchers

Source = Callable[..., Sequence[Waiting]]


def _accounts(actor: Actor, *, on: date) -> list[Waiting]:
    """Payee accounts that wait for the actor's confirmation (待确认账户)."""
    return [
        waiting(
            _("确认收款账户"),
            subject_id=row.id,
            number=row.masked,
            url=reverse("credit:account", args=[row.id]),
            state_label=ACCOUNT_MACHINE.labels[AccountState(row.state)],
            party=row.party.name,
        )
        for row in parties.accounts_waiting(actor)[:WAITING_MAX]
    ]


def _overdue(actor: Actor, *, on: date) -> list[Waiting]:
    """Clocks of the offices below that ran over and were reported to this one (逾期督办)."""
    roles = {post.role for post in actor.posts}
    if actor.party_id or not roles:
        return []
    over = deadlines.overdue(actor, on=on).filter(escalate_to__in=roles, escalated_at__isnull=False)
    return [
        waiting(
            _("督办逾期事项"),
            subject_id=row.clock.subject_id,
            number=row.number,
            url=row.path or reverse("portal:money"),
            state_label=_("已上报"),
            clock=row.clock,
            party=row.place,
            about=row.clock.label,
        )
        for row in deadlines.rows(over[:WAITING_MAX], on=on)
    ]


# What a kind of work is called, and who answers for it.
SOURCES: tuple[tuple[str, Source], ...] = (
    (_("兑付"), claims.waiting_for),
    (_("订单"), orders.waiting_for),
    (_("创新券"), vouchers.waiting_for),
    (_("放券"), releases.waiting_for),
    (_("机构入库"), registers.waiting_for),
    (_("预约"), bookings.waiting_for),
    (_("上机"), usage.waiting_for),
    (_("信用记录"), credit.records_waiting_for),
    (_("信用事件"), credit.events_waiting_for),
    (_("送样"), bookings.samples_waiting_for),
    (_("候补与培训"), bookings.around_waiting_for),
    (_("服务与价目"), catalog.waiting_for),
    (_("资金"), treasury.waiting_for),
    (_("公示与异议"), notices.waiting_for),
    (_("收款账户"), _accounts),
    (_("主体决定"), parties.decisions_waiting_for),
    (_("逾期督办"), _overdue),
    (_("审计"), audit.waiting_for),
    (_("补助"), subsidies.waiting_for),
    (_("规则草案"), cockpit.waiting_for),
    (_("监管"), supervision.waiting_for),
    (_("考核"), evaluation.waiting_for),
    (_("风险筛查"), screening.waiting_for),
)


@dataclass(frozen=True, slots=True)
class Row:
    """One thing that waits, with the kind of work it belongs to."""

    kind: str
    waiting: Waiting


@dataclass(frozen=True, slots=True)
class Workbench:
    """What the workbench shows."""

    rows: list[Row]
    kinds: dict[str, int]  # label -> how many wait
    overdue_count: int
    today_count: int
    soon_count: int


def waiting_for(actor: Actor, *, on: date) -> list[Row]:
    """Every room's answer, the most urgent first."""
    rows = [Row(kind, one) for kind, source in SOURCES for one in source(actor, on=on)]
    return sorted(rows, key=lambda row: most_urgent_first(row.waiting))


def workbench(actor: Actor, *, on: date, kind: str = "", words: str = "") -> Workbench:
    """The workbench of one actor; `kind` and `words` narrow the rows, the counts stay those of everything."""
    rows = waiting_for(actor, on=on)
    kinds: dict[str, int] = {}
    for row in rows:
        kinds[row.kind] = kinds.get(row.kind, 0) + 1
    tally = [row.waiting.urgency for row in rows]
    shown = [row for row in rows if kind in ("", row.kind) and _has(row.waiting, words)]
    return Workbench(shown, kinds, tally.count(Urgency.OVERDUE), tally.count(Urgency.TODAY), tally.count(Urgency.SOON))


def _has(row: Waiting, words: str) -> bool:
    wanted = words.strip().casefold()
    return not wanted or any(wanted in text.casefold() for text in (row.title, row.about, row.number, row.party))
