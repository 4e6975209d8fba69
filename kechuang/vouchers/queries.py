"""Reading vouchers: what a holder has, what a price becomes, what waits for an officer."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db.models import QuerySet, Sum
from django.urls import reverse

from kechuang.credit.queries import labels
from kechuang.credit.states import LABELS
from kechuang.deadlines.queries import Clock, clocks
from kechuang.documents.models import File
from kechuang.documents.queries import files_of
from kechuang.kernel.actor import Actor, Role
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.ids import new_id
from kechuang.kernel.machine import Move
from kechuang.kernel.money import Fen
from kechuang.ledger.queries import Balance, balances
from kechuang.ledger.rules import Kind
from kechuang.parties.queries import PartyCard, covers, party, region
from kechuang.parties.states import Level
from kechuang.policy.book import InForce, current, in_force, rollout_open
from kechuang.trail.models import Event
from kechuang.trail.queries import way
from kechuang.ui.waiting import Waiting
from kechuang.ui.waiting import waiting as waiting_row
from kechuang.vouchers import rules
from kechuang.vouchers.access import holds_visible_to, roles_on, visible_to
from kechuang.vouchers.models import LIVE, Hold, HolderYear, Reminder, Voucher
from kechuang.vouchers.rules import ApplicantFacts, OffsetTerms, OrderFacts
from kechuang.vouchers.states import MACHINE, WAITING_MAX, WAITING_TITLES, VoucherState

HEAVY = ("terms", "checks", "declared")  # what a list does not show and would pay for
APPLICANTS = {"organisation": "enterprise"}  # a party's kind as the packs call it; makers and teams keep theirs


@dataclass(frozen=True, slots=True)
class PriceAfter:
    """A price as its holder sees it (券后价): price, what the voucher pays, what you pay, and why."""

    price_fen: Fen
    voucher_fen: Fen
    you_pay_fen: Fen
    bound_by: str = ""  # a rules.Limit, or the code of the refusal that left nothing
    voucher_id: str = ""
    limits: Mapping[str, int] | None = None
    record: Mapping[str, Any] | None = None  # the resolved terms with their articles

    @property
    def bound_label(self) -> str:
        return rules.LIMIT_LABELS.get(rules.Limit(self.bound_by), "") if self.bound_by in set(rules.Limit) else ""


@dataclass(frozen=True, slots=True)
class Price:
    """One price to be shown: `key` is the caller's own."""

    key: str
    price_fen: Fen
    facts: OrderFacts


@dataclass(frozen=True, slots=True)
class VoucherSheet:
    """All that a voucher's page shows."""

    voucher: Voucher
    party: PartyCard
    balance: Balance
    used_this_year_fen: Fen
    holds: Sequence[Hold]
    files: Sequence[File]
    events: Sequence[Event]
    open_moves: Sequence[Move]
    roles: frozenset[Role]
    clock: Clock | None


@dataclass(frozen=True, slots=True)
class LiveVoucher:
    """One voucher that can be used now (可用创新券), with what is left of it."""

    voucher: Voucher
    balance: Balance

    @property
    def used_fen(self) -> int:
        """What of the face amount is no longer in the voucher (已抵扣)."""
        return self.voucher.face_fen - self.balance.posted_fen


def sheet(actor: Actor, voucher_id: str, *, on: date) -> VoucherSheet:
    """One voucher as `actor` may see it; raises NotVisible also when they may not."""
    voucher = visible_to(actor).filter(id=voucher_id).first()
    if voucher is None:
        raise NotVisible
    roles = roles_on(actor, voucher)
    return VoucherSheet(
        voucher=voucher,
        party=party(voucher.party_id),
        balance=_balances([voucher])[voucher.id],
        used_this_year_fen=used_in_year(voucher.party_id, voucher.scheme, voucher.year),
        holds=list(holds_visible_to(actor).filter(voucher=voucher).order_by("-id")),
        files=list(files_of(voucher.id)),
        events=list(way([voucher.id])),
        open_moves=MACHINE.open(VoucherState(voucher.state), roles),
        roles=roles,
        clock=clocks([voucher.id], on=on).get(voucher.id),
    )


def listed(actor: Actor, *, state: str = "", scheme: str = "", party_id: str = "") -> QuerySet[Voucher]:
    """The vouchers an actor may see, newest first, filtered; the party's name comes with each row."""
    rows = visible_to(actor).select_related("party").defer(*HEAVY).order_by("-id")
    wanted = {"state": state, "scheme": scheme, "party_id": party_id}
    return rows.filter(**{name: value for name, value in wanted.items() if value})


def waiting(actor: Actor) -> QuerySet[Voucher]:
    """What waits for the actor: applications to review, or one's own that came back or were not sent."""
    rows = visible_to(actor).select_related("party").defer(*HEAVY).order_by("id")
    if actor.party_id:
        return rows.filter(state__in=[VoucherState.DRAFT, VoucherState.RETURNED])
    return rows.filter(state=VoucherState.SUBMITTED, region__in=actor.regions(Role.COUNTY_OFFICER))


def own_cards(actor: Actor) -> list[LiveVoucher]:
    """Every voucher and application of the actor's own party, newest first, each with its balance. Two statements."""
    rows = list(visible_to(actor).filter(party_id=actor.party_id).order_by("-id")) if actor.party_id else []
    left = _balances(rows)
    return [LiveVoucher(voucher, left[voucher.id]) for voucher in rows]


def live_of(party_id: str, *, on: date) -> list[LiveVoucher]:
    """The holder's vouchers that can be used on a day, the first to expire first. Two statements."""
    rows = Voucher.objects.filter(party_id=party_id, state=VoucherState.ISSUED, valid_from__lte=on, valid_until__gt=on)
    vouchers = list(rows.order_by("valid_until", "id"))
    left = _balances(vouchers)
    return [LiveVoucher(voucher, left[voucher.id]) for voucher in vouchers]


def usable(party_id: str, voucher_id: str, scheme: str, *, on: date) -> Voucher:
    """The holder's own issued voucher of a scheme, for an order; raises NotUsable. Its dates are looked at when held."""
    row = Voucher.objects.filter(id=voucher_id, party_id=party_id, scheme=scheme, state=VoucherState.ISSUED).first()
    if row is None:
        raise rules.NotUsable()
    rules.refuse_out_of_date(row.valid_from, row.valid_until, on=on)
    return row


def seen_from(
    facts: OrderFacts, holder: PartyCard, provider_region: str, *, scheme: str, scheme_region: str, on: date
) -> OrderFacts:
    """An order's facts with both sides filled in (双方注册地、申领人类别、标签); labels only where a table asks for them."""
    asked = rules.asks_labels(in_force(scheme, OffsetTerms, on=on).terms)
    return replace(
        facts,
        applicant=APPLICANTS.get(holder.kind, holder.kind),
        buyer_zone=zone(holder.region, scheme_region),
        provider_zone=zone(provider_region, scheme_region),
        labels=tuple(sorted(labels(holder.id, on=on))) if asked else (),
    )


def schemes_for(card: PartyCard, *, on: date) -> dict[str, str]:
    """The voucher schemes open where a party is registered (可申领的创新券), title by scheme."""
    home = issuing_county(card.region)
    return {
        scheme: pack.title
        for scheme, pack in sorted(current().packs.items())
        if pack.rollout and "grant_fen" in pack.parameters and rollout_open(scheme, region=home, on=on)
    }


def issuing_county(region_code: str) -> str:
    """The county whose bureau issues for a place: of a management zone (功能区) the county it lies in."""
    found = region(region_code)
    return found.parent if found.level == Level.ZONE and found.parent else found.code


def waiting_for(actor: Actor, *, on: date) -> list[Waiting]:
    """What waits for this actor (待办): applications to review, or one's own that came back or were not sent."""
    rows = list(waiting(actor)[:WAITING_MAX])
    running = clocks([row.id for row in rows], on=on)
    return [
        waiting_row(
            WAITING_TITLES[VoucherState(row.state)],
            subject_id=row.id,
            number=row.number,
            url=reverse("vouchers:voucher", args=[row.id]),
            state_label=MACHINE.labels[VoucherState(row.state)],
            clock=running.get(row.id),
            party=row.party.name,
            fen=row.requested_fen,
        )
        for row in rows
    ]


def scheme_title(scheme: str) -> str:
    pack = current().packs.get(scheme)
    return pack.title if pack else scheme


def labels_asked(schemes: Iterable[str], *, on: date) -> dict[str, str]:
    """The labels that some applicant of these schemes must have, for the form: code → words."""
    asked = {
        label
        for scheme in schemes
        for row in in_force(scheme, rules.GrantTerms, on=on).terms.labels_any_of.rows
        for label in row.value
    }
    return {str(label): text for label, text in LABELS.items() if label in asked}


def known_labels(party_id: str, *, on: date) -> list[str]:
    """What imported lists say of a party, in words."""
    held = labels(party_id, on=on)
    return [text for label, text in LABELS.items() if label in held]


def fresh_key() -> str:
    """A key for a form, so that it sent twice is one application."""
    return new_id("key")


def used_in_year(party_id: str, scheme: str, year: int) -> Fen:
    """What one holder has set aside and used under one scheme in one year (年度已用)."""
    row = HolderYear.objects.filter(party_id=party_id, scheme=scheme, year=year).first()
    return Fen(row.used_fen if row else 0)


def used_before(voucher: Voucher, year_fen: Fen, facts: OrderFacts, terms: OffsetTerms, *, year: int) -> rules.Used:
    """What counts against each cap; asked of the holds only where the terms set such a cap."""
    mine = Hold.objects.filter(voucher__scheme=voucher.scheme, year=year, state__in=LIVE)
    pair = provider = Fen(0)
    if terms.pair_year_cap_fen is not None:
        pair = _net(mine.filter(voucher__party_id=voucher.party_id, provider_id=facts.provider_id))
    if terms.provider_year_cap_fen is not None:
        provider = _net(mine.filter(provider_id=facts.provider_id))
    used = rules.Used(year_fen=year_fen, pair_fen=pair, provider_fen=provider)
    if terms.class_share_max_bp.pick(**facts.keys(Fen(0))) is None:
        return used
    of_class = mine.filter(facts__buyer_zone=facts.buyer_zone, facts__provider_zone=facts.provider_zone)
    return replace(used, class_fen=_net(of_class), programme_fen=_granted(voucher.scheme, year))


def price_after(
    party_id: str, scheme: str, price_fen: Fen, *, facts: OrderFacts, on: date, voucher_id: str = ""
) -> PriceAfter:
    """What one price becomes after the holder's best voucher of the scheme (券后价)."""
    return prices_after(party_id, scheme, [Price("", price_fen, facts)], on=on, voucher_id=voucher_id)[""]


def prices_after(
    party_id: str, scheme: str, prices: Iterable[Price], *, on: date, voucher_id: str = ""
) -> dict[str, PriceAfter]:
    """The same for a list of offers, by the caller's keys. A fixed number of statements whatever the length of the list.

    Of several vouchers the one that pays most is meant, on a tie the first to expire. `facts` bring the offer's side;
    the buyer's side is filled in here.
    """
    wanted = list(prices)
    live = [one for one in live_of(party_id, on=on) if one.voucher.scheme == scheme] if party_id else []
    live = [one for one in live if voucher_id in ("", one.voucher.id)]
    if not live:
        return {price.key: PriceAfter(price.price_fen, Fen(0), price.price_fen) for price in wanted}
    card, terms = party(party_id), in_force(scheme, OffsetTerms, on=on)
    held = labels(party_id, on=on) if rules.asks_labels(terms.terms) else frozenset()
    years = dict(HolderYear.objects.filter(party_id=party_id, scheme=scheme).values_list("year", "used_fen"))
    return {
        price.key: _best(
            price, [(one, buyer_side(price.facts, card, one.voucher, held)) for one in live], terms, years, on
        )
        for price in wanted
    }


def buyer_side(facts: OrderFacts, card: PartyCard, voucher: Voucher, held: frozenset[str]) -> OrderFacts:
    """The offer's facts with the buyer's: what kind of applicant, where registered, with which labels."""
    return replace(
        facts,
        applicant=APPLICANTS.get(card.kind, card.kind),
        buyer_zone=zone(card.region, voucher.region),
        labels=tuple(sorted(held)),
    )


def zone(region: str, scheme_region: str) -> str:
    """Whether a place lies in the scheme's own (注册地): "in" or "out"."""
    return "in" if region in covers(scheme_region) else "out"


def applicant_facts(card: PartyCard, voucher: Voucher, *, on: date) -> ApplicantFacts:
    """What is known of an applicant on a day: imported lists first, then their own word."""
    declared = voucher.declared
    live = Voucher.objects.filter(
        party_id=card.id, scheme=voucher.scheme, state=VoucherState.ISSUED, valid_until__gt=on
    ).exclude(id=voucher.id)
    return ApplicantFacts(
        applicant=APPLICANTS.get(card.kind, card.kind),
        labels=labels(card.id, on=on),
        declared_labels=frozenset(declared.get("labels", ())),
        declared_staff_count=declared.get("staff_count"),
        declared_revenue_fen=declared.get("revenue_fen"),
        declared_capital_fen=declared.get("capital_fen"),
        live_vouchers_count=live.count(),
    )


def expired(*, on: date, limit: int) -> list[str]:
    """Ids of issued vouchers whose last day is over: the job expires them."""
    rows = Voucher.objects.filter(state=VoucherState.ISSUED, valid_until__lte=on).order_by("valid_until", "id")
    return list(rows.values_list("id", flat=True)[:limit])


def expiring(*, until: date, on: date, limit: int) -> list[str]:
    """Ids of issued vouchers that end soon and whose holders were not told yet."""
    rows = Voucher.objects.filter(state=VoucherState.ISSUED, valid_until__gt=on, valid_until__lte=until)
    untold = rows.exclude(id__in=Reminder.objects.values("voucher_id")).order_by("valid_until", "id")
    return list(untold.values_list("id", flat=True)[:limit])


def counts() -> dict[str, int]:
    """How many vouchers are in each state."""
    tallies = dict.fromkeys((str(state) for state in VoucherState), 0)
    for state in Voucher.objects.values_list("state", flat=True).iterator():
        tallies[state] += 1
    return tallies


def words(scheme: str) -> dict[str, str]:
    """The words of a scheme's lists by their codes: tech_sme → 科技型中小企业."""
    lists = current().packs[scheme].words if scheme in current().packs else {}
    return {code: label for entries in lists.values() for code, label in entries.items()}


def must_sign(voucher: Voucher, *, on: date) -> bool:
    """Whether the application still waits for the applicant's 信用承诺."""
    waits = voucher.state in (VoucherState.DRAFT, VoucherState.RETURNED)
    return waits and not commitment_in_force(voucher.party_id, "holder", on=on)


def holds_of(order_id: str) -> list[Hold]:
    """Every hold an order ever had, oldest first; the caller has shown that the actor may see the order."""
    return list(Hold.objects.filter(order_id=order_id).order_by("id"))


def names(voucher_ids: Iterable[str]) -> dict[str, str]:
    """Numbers of vouchers by id, for upper rooms' lists and the digest."""
    return dict(Voucher.objects.filter(id__in=set(voucher_ids)).values_list("id", "number"))


def _best(
    price: Price,
    choices: Sequence[tuple[LiveVoucher, OrderFacts]],
    terms: InForce[OffsetTerms],
    years: Mapping[int, int],
    on: date,
) -> PriceAfter:
    best = PriceAfter(price.price_fen, Fen(0), price.price_fen, record=terms.record)
    for one, facts in choices:
        year = one.voucher.year if terms.terms.hold_year == "grant_day" else on.year
        used = used_before(one.voucher, Fen(years.get(year, 0)), facts, terms.terms, year=year)
        free = Fen(one.balance.free_fen)
        try:
            rules.refuse_closed_year(terms.terms, budget_year=one.voucher.year, on=on)
            found = rules.offset(price_fen=price.price_fen, balance_fen=free, used=used, facts=facts, terms=terms.terms)
        except (rules.NothingToOffset, rules.NotForVoucher, rules.YearClosedForOrders) as nothing:
            if not best.voucher_fen:
                bound = str(nothing.facts.get("bound_by", nothing.code))
                best = replace(best, bound_by=bound)
            continue
        if found.fen > best.voucher_fen:
            rest = Fen(price.price_fen - found.fen)
            best = PriceAfter(
                price.price_fen, found.fen, rest, found.bound_by, one.voucher.id, found.limits, terms.record
            )
    return best


def _balances(vouchers: Sequence[Voucher]) -> dict[str, Balance]:
    empty = dict.fromkeys((voucher.id for voucher in vouchers), Balance())
    if not vouchers:
        return empty
    found = balances(Kind.VOUCHER, owners=list(empty))
    return {**empty, **{place.owner: left for place, left in found.items()}}


def _net(holds: QuerySet[Hold]) -> Fen:
    """Held, or captured less restored."""
    total = Fen(0)
    for state, fen, captured, restored in holds.values_list("state", "fen", "captured_fen", "restored_fen"):
        total = Fen(total + (fen if state == "held" else captured - restored))
    return total


def _granted(scheme: str, year: int) -> Fen:
    """The year's money of a programme, as granted so far."""
    total = HolderYear.objects.filter(scheme=scheme, year=year).aggregate(fen=Sum("granted_fen"))["fen"]
    return Fen(total or 0)
