"""What a price becomes after the voucher (券后价)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db.models import QuerySet, Sum

from kechuang.credit.queries import labels
from kechuang.kernel.money import Fen
from kechuang.parties.queries import PartyCard, covers, party
from kechuang.policy.book import InForce, in_force
from kechuang.ui.show import MoneyRow
from kechuang.ui.words import percent
from kechuang.vouchers import rules
from kechuang.vouchers.models import LIVE, Hold, HolderYear, Voucher
from kechuang.vouchers.queries.applying import APPLICANTS
from kechuang.vouchers.queries.balances import LiveVoucher, live_of
from kechuang.vouchers.rules import OffsetTerms, OrderFacts


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
    rate_bp: int = 0  # the share that applied, where it is known

    @property
    def bound_label(self) -> str:
        return rules.LIMIT_LABELS.get(rules.Limit(self.bound_by), "") if self.bound_by in set(rules.Limit) else ""

    @property
    def lines(self) -> list[MoneyRow]:
        """What each limit would let the voucher pay, with its article; the least of them decided."""
        params = (self.record or {}).get("params", {})
        rows = []
        for name, fen in (self.limits or {}).items():
            limit = rules.Limit(name)
            article = params.get(rules.LIMIT_PARAMETERS.get(limit, ""), {}).get("article", "")
            share = percent(self.rate_bp) if limit is rules.Limit.RATE and self.rate_bp else ""
            rows.append(MoneyRow(rules.LIMIT_LABELS[limit], max(fen, 0), article, figure=share))
        return rows


@dataclass(frozen=True, slots=True)
class Price:
    """One price to be shown: `key` is the caller's own."""

    key: str
    price_fen: Fen
    facts: OrderFacts


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


def zone(region: str, scheme_region: str) -> str:
    """Whether a place lies in the scheme's own (注册地): "in" or "out"."""
    return "in" if region in covers(scheme_region) else "out"


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
            rate = rules.rate(price.price_fen, facts, terms.terms)
            best = PriceAfter(
                price.price_fen, found.fen, rest, found.bound_by, one.voucher.id, found.limits, terms.record, rate
            )
    return best


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
