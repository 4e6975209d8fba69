"""收入汇总: what a provider's settled orders brought, over unit, laboratory, project and person, held against the ledger."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Sum

from kechuang.catalog.queries import FiledSharing, StaffCard, carrier_cards, sharings, staff_cards
from kechuang.catalog.rules import UNFILED, Share
from kechuang.catalog.states import SHARE_LABELS, ShareTo
from kechuang.kernel.actor import Actor
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.money import Fen, yuan
from kechuang.kernel.text import gettext_noop as _
from kechuang.ledger.queries import balances
from kechuang.ledger.rules import Kind
from kechuang.orders import rules
from kechuang.orders.access import visible_to
from kechuang.orders.formats.income import table
from kechuang.orders.models import Horizontal, Order, Served
from kechuang.orders.queries.lists import HEAVY
from kechuang.orders.states import INCOME_MAX, OrderState
from kechuang.parties.queries import party_names, unit_names

# Where what a provider has from vouchers lies, from the offset to the payment.
_PROVIDERS = (Kind.UNCLAIMED, Kind.IN_CLAIM, Kind.OWED, Kind.PAID, Kind.CLAWED_BACK)
UNNAMED: dict[ShareTo, str] = {ShareTo.PROJECT: _("未登记项目"), ShareTo.PERSON: _("未登记服务人员")}


@dataclass(frozen=True, slots=True)
class IncomeRow:
    """One settled order's income: what vouchers offset and what was paid, net of what went back. Gross of tax."""

    order_id: str
    number: str
    title: str
    settled_on: date
    holder: str
    unit: str
    carrier_id: str
    carrier: str
    project: str
    price_fen: Fen
    voucher_fen: Fen
    own_fen: Fen
    horizontal_fen: Fen
    split_by: str  # document number of the filed rule; "" where none was filed
    portions: tuple[rules.Portion, ...]

    @property
    def income_fen(self) -> Fen:
        return Fen(self.voucher_fen + self.own_fen)


@dataclass(frozen=True, slots=True)
class IncomeGroup:
    """One line of the statement: a recipient and what falls to it."""

    to: ShareTo
    name: str
    orders_count: int
    fen: Fen


@dataclass(frozen=True, slots=True)
class Income:
    """A provider's statement for a period, `until` exclusive; every view sums to the same total (收入汇总)."""

    since: date
    until: date
    rows: Sequence[IncomeRow]
    by_unit: Sequence[IncomeGroup]
    by_laboratory: Sequence[IncomeGroup]
    by_project: Sequence[IncomeGroup]
    recipients: Sequence[IncomeGroup]  # by the filed splits: unit, laboratory, project, person
    price_fen: Fen
    voucher_fen: Fen
    own_fen: Fen
    horizontal_fen: Fen

    @property
    def income_fen(self) -> Fen:
        return Fen(self.voucher_fen + self.own_fen)


@dataclass(frozen=True, slots=True)
class LedgerCheck:
    """All that vouchers ever offset at a provider, by the orders and by the ledger (与总账核对)."""

    orders_fen: Fen
    ledger_fen: Fen

    @property
    def agrees(self) -> bool:
        return self.orders_fen == self.ledger_fen


def income(actor: Actor, *, since: date, until: date, carrier_id: str = "") -> Income:
    """The statement of the actor's own settled orders; raises NotVisible without a party. A fixed number of statements."""
    if not actor.party_id:
        raise NotVisible
    found = visible_to(actor).filter(
        provider_id=actor.party_id, state=OrderState.SETTLED, settled_on__gte=since, settled_on__lt=until
    )
    if carrier_id:
        found = found.filter(offer__carrier_id=carrier_id)
    orders = list(found.select_related("offer").defer(*HEAVY).order_by("settled_on", "id")[:INCOME_MAX])
    return _summed(since, until, _rows(orders))


def ledger_check(party_id: str) -> LedgerCheck:
    """Whether the offsets of all orders of a provider are what lies in its accounts; the caller has shown it may see."""
    kept = Order.objects.filter(provider_id=party_id).aggregate(fen=Sum("captured_fen"))["fen"] or 0
    booked = sum(one.posted_fen for kind in _PROVIDERS for one in balances(kind, owners=[party_id]).values())
    return LedgerCheck(Fen(kept), Fen(booked))


def horizontal_of(order_id: str) -> Horizontal | None:
    """The mark of an order that stands (横向科研经费)."""
    return Horizontal.objects.filter(order_id=order_id, ended_on__isnull=True).first()


def served_of(order_id: str) -> Served | None:
    """For which project and by whom an order was served."""
    return Served.objects.filter(order_id=order_id).first()


def horizontal_marked(actor: Actor, *, since: date, until: date) -> list[tuple[Order, Horizontal]]:
    """The actor's own orders that were marked in a period, oldest first: for the monthly sheet."""
    own = visible_to(actor).filter(provider_id=actor.party_id)
    rows = Horizontal.objects.filter(order__in=own, ended_on__isnull=True, marked_on__gte=since, marked_on__lt=until)
    return [(row.order, row) for row in rows.select_related("order").order_by("marked_on", "id")]


def filed_on(filed: Iterable[FiledSharing], on: date) -> FiledSharing | None:
    """The split in force on a day: the last whose first day has come."""
    return next((one for one in reversed(list(filed)) if one.valid_from <= on), None)


def income_table(found: Income) -> list[list[str]]:
    """A statement as the rows of a file (收入汇总表), its last row the totals."""
    labels = {card.id: card.name for card in _people(found.rows).values()}
    rows = [
        (_own_columns(row), [(_recipient(row, part, labels), yuan(part.fen)) for part in row.portions])
        for row in found.rows
    ]
    total = [found.price_fen, found.voucher_fen, found.own_fen, found.income_fen, found.horizontal_fen]
    divided = sum(part.fen for row in found.rows for part in row.portions)
    return table(rows, [*(yuan(fen) for fen in total), "", "", yuan(divided)])


def _own_columns(row: IncomeRow) -> list[str]:
    texts = [row.settled_on.isoformat(), row.number, row.title, row.holder, row.unit, row.carrier, row.project]
    amounts = [row.price_fen, row.voucher_fen, row.own_fen, row.income_fen, row.horizontal_fen]
    return [*texts, *(yuan(fen) for fen in amounts), row.split_by]


def _people(rows: Sequence[IncomeRow]) -> dict[str, StaffCard]:
    return staff_cards({part.staff_id for row in rows for part in row.portions if part.staff_id})


def _rows(orders: Sequence[Order]) -> list[IncomeRow]:
    ids = [order.id for order in orders]
    marks = {row.order_id: row for row in Horizontal.objects.filter(order_id__in=ids, ended_on__isnull=True)}
    served = {row.order_id: row for row in Served.objects.filter(order_id__in=ids)}
    carriers = carrier_cards(order.offer.carrier_id for order in orders)
    filed = sharings(carriers)
    names = party_names({side for order in orders for side in (order.holder_id, order.provider_id)})
    names |= unit_names({order.unit_id for order in orders if order.unit_id})
    names |= {carrier.id: carrier.name for carrier in carriers.values()}
    return [
        _row(order, marks.get(order.id), served.get(order.id), filed.get(order.offer.carrier_id, []), names)
        for order in orders
    ]


def _row(
    order: Order,
    mark: Horizontal | None,
    served: Served | None,
    filed: Sequence[FiledSharing],
    names: Mapping[str, str],
) -> IncomeRow:
    assert order.settled_on is not None, order.id
    rule = filed_on(filed, order.settled_on)
    shares: Sequence[Share] = rule.shares if rule else UNFILED
    people = {one["staff_id"]: int(one["weight"]) for one in served.people} if served else {}
    project = served.project if served and served.project else mark.project if mark else ""
    voucher, own = Fen(order.captured_fen), Fen(order.paid_fen)
    return IncomeRow(
        order_id=order.id,
        number=order.number,
        title=order.title,
        settled_on=order.settled_on,
        holder=names.get(order.holder_id, ""),
        unit=names.get(order.unit_id or order.provider_id, ""),
        carrier_id=order.offer.carrier_id,
        carrier=names.get(order.offer.carrier_id, ""),
        project=project,
        price_fen=Fen(order.price_fen),
        voucher_fen=voucher,
        own_fen=own,
        horizontal_fen=Fen(min(mark.fen, voucher + own) if mark else 0),  # what went back since is no income
        split_by=rule.document_number if rule else "",
        portions=tuple(rules.portions(Fen(voucher + own), shares, project=project, people=people)),
    )


def _summed(since: date, until: date, rows: Sequence[IncomeRow]) -> Income:
    labels = {card.id: card.name for card in _people(rows).values()}
    parts = [((part.to, _recipient(row, part, labels)), part.fen) for row in rows for part in row.portions]
    return Income(
        since=since,
        until=until,
        rows=rows,
        by_unit=_grouped(((ShareTo.UNIT, row.unit), row.income_fen) for row in rows),
        by_laboratory=_grouped(((ShareTo.LABORATORY, row.carrier), row.income_fen) for row in rows),
        by_project=_grouped(
            ((ShareTo.PROJECT, row.project or UNNAMED[ShareTo.PROJECT]), row.income_fen) for row in rows
        ),
        recipients=_grouped(parts),
        price_fen=Fen(sum(row.price_fen for row in rows)),
        voucher_fen=Fen(sum(row.voucher_fen for row in rows)),
        own_fen=Fen(sum(row.own_fen for row in rows)),
        horizontal_fen=Fen(sum(row.horizontal_fen for row in rows)),
    )


def _recipient(row: IncomeRow, part: rules.Portion, labels: Mapping[str, str]) -> str:
    """Who gets a portion, by name: a person, the project, or the row's own unit and carrier."""
    if part.staff_id:
        return labels.get(part.staff_id, part.name)
    own = {ShareTo.UNIT: row.unit, ShareTo.LABORATORY: row.carrier}
    return part.name or own.get(part.to, "") or UNNAMED.get(part.to, SHARE_LABELS[part.to])


def _grouped(parts: Iterable[tuple[tuple[ShareTo, str], Fen]]) -> list[IncomeGroup]:
    sums: dict[tuple[ShareTo, str], list[Fen]] = {}
    for key, fen in parts:
        sums.setdefault(key, []).append(fen)
    order = list(ShareTo)
    ranked = sorted(sums, key=lambda key: (order.index(key[0]), -sum(sums[key]), key[1]))
    return [IncomeGroup(to, name, len(sums[to, name]), Fen(sum(sums[to, name]))) for to, name in ranked]
