"""The same orders, one by one: the lines from the frozen list, the rule of the draft, balances in plain dictionaries."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import islice

from kechuang.cockpit.queries import Asked
from kechuang.kernel.errors import Refusal
from kechuang.kernel.money import Fen
from kechuang.ledger.models import Phase, Transfer
from kechuang.orders.models import Order, OrderVersion
from kechuang.orders.rules import asked_again, frozen_price, priced, total
from kechuang.policy.book import current, in_force
from kechuang.vouchers.models import Hold, Voucher
from kechuang.vouchers.rules import (
    ApplicantFacts,
    GrantTerms,
    OffsetTerms,
    OrderFacts,
    Used,
    eligibility,
    grant,
    offset,
    refuse_closed_year,
    refuse_out_of_date,
    valid_until,
)

TOGETHER = 2_000
GRANTING, RESTORING = ("grant", "open_grant"), ("restore", "refuse_out")


def one_by_one(asked: Asked) -> dict[str, int]:
    """By hold what it keeps in the end."""
    world, steps = _World(asked), _steps(asked)
    while part := list(islice(steps, TOGETHER)):
        world.prices = _prices({row.order_id for _act, row in part if isinstance(row, Hold)})
        for act, row in part:
            getattr(world, act)(row)
    return world.kept


def _steps(asked: Asked) -> Iterator[tuple[str, "Hold | Voucher"]]:
    """What happened, in the order in which it was booked."""
    rows = Hold.objects.select_related("voucher__party").defer("terms", "voucher__terms")
    holds = {row.ledger_hold: row for row in rows.filter(voucher__scheme=asked.pack.scheme)}
    of_order: dict[str, list[Hold]] = defaultdict(list)
    for row in holds.values():
        of_order[row.order_id].append(row)
    granted = Voucher.objects.select_related("party").defer("terms").filter(scheme=asked.pack.scheme)
    vouchers = {row.id: row for row in granted.filter(account__isnull=False)}
    last = _last_restored()
    transfers = Transfer.objects.order_by("id").values_list("id", "phase", "rule", "subject", "pending_id")
    for place, phase, rule, subject, pending in transfers.iterator(TOGETHER):
        if rule in GRANTING and phase == Phase.POST and subject in vouchers:
            yield "grant", vouchers[subject]
        elif phase == Phase.HOLD and place in holds:
            yield "hold", holds[place]
        elif phase == Phase.RELEASE and pending in holds:
            yield "release", holds[pending]
        elif last.get(subject) == place:
            yield from (("restore", row) for row in of_order[subject] if row.restored_fen)


def _last_restored() -> dict[str, int]:
    rows = Transfer.objects.filter(rule__in=RESTORING, phase=Phase.POST).order_by("id")
    return dict(rows.values_list("subject", "id"))


def _prices(order_ids: Iterable[str]) -> dict[tuple[str, int], int]:
    """By order and recorded price the sum of its lines, priced anew from the order's own list."""
    orders = {row.id: row.price_list for row in Order.objects.filter(id__in=order_ids).only("id", "price_list")}
    found = {}
    for version in OrderVersion.objects.filter(order_id__in=order_ids):
        listed = [frozen_price(line) for line in orders[version.order_id]]
        found[version.order_id, version.price_fen] = total(priced(asked_again(version.lines), listed))
    return found


class _World:
    def __init__(self, asked: Asked) -> None:
        self.scheme, self.book = asked.pack.scheme, current().with_pack(asked.pack)
        self.on = asked.rules_on or asked.since
        self.prices: dict[tuple[str, int], int] = {}
        self.left: dict[str, int] = {}
        self.until: dict[str, date] = {}
        self.granted: dict[tuple[str, int], int] = defaultdict(int)
        self.used: dict[tuple[str, int], int] = defaultdict(int)
        self.kept: dict[str, int] = {}
        self.live: set[str] = set()

    def grant(self, row: Voucher) -> None:
        terms = in_force(self.scheme, GrantTerms, on=self.on, book=self.book).terms
        known = {check["parameter"]: check["value"] for check in row.checks}
        labels = {one for name in ("labels_any_of", "negative_labels") for one in known.get(name, "").split(",") if one}
        facts = ApplicantFacts(
            applicant="enterprise" if row.party.kind == "organisation" else row.party.kind,
            labels=frozenset(labels),
            declared_labels=frozenset(row.declared.get("labels", ())),
        )
        passes = all(check.passes for check in eligibility(facts=facts, terms=terms))
        before = Fen(self.granted[row.party_id, row.year])
        face = 0
        if passes:
            try:
                face = grant(
                    requested_fen=Fen(row.requested_fen), granted_this_year_fen=before, facts=facts, terms=terms
                )
            except Refusal:
                face = 0
        assert row.valid_from
        self.granted[row.party_id, row.year] += face
        self.left[row.id], self.until[row.id] = face, valid_until(row.valid_from, terms)

    def hold(self, row: Hold) -> None:
        fen = 0
        if row.replaces_id is None or row.replaces_id in self.live:
            try:
                fen = self._offset(row)
                self.live.add(row.id)
            except Refusal:
                fen = 0
        self._take(row, fen)

    def _offset(self, row: Hold) -> int:
        terms = in_force(self.scheme, OffsetTerms, on=self.on, book=self.book).terms
        voucher, facts = row.voucher, row.facts
        if row.replaces_id is None:
            refuse_out_of_date(voucher.valid_from, self.until[voucher.id], on=row.held_on)
            refuse_closed_year(terms, budget_year=voucher.year, on=row.held_on)
        return offset(
            price_fen=Fen(self.prices[row.order_id, row.price_fen]),
            balance_fen=Fen(self.left[voucher.id]),
            used=Used(year_fen=Fen(self.used[voucher.party_id, voucher.year])),
            facts=OrderFacts(**{**facts, "labels": tuple(facts["labels"]), "situations": tuple(facts["situations"])}),
            terms=terms,
        ).fen

    def release(self, row: Hold) -> None:
        self._take(row, -self.kept[row.id])

    def restore(self, row: Hold) -> None:
        self._take(row, -(self.kept[row.id] * row.restored_fen // row.captured_fen))

    def _take(self, row: Hold, fen: int) -> None:
        self.kept[row.id] = self.kept.get(row.id, 0) + fen
        self.left[row.voucher_id] -= fen
        self.used[row.voucher.party_id, row.voucher.year] += fen
