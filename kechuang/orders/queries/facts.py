"""What rules, contract and price tables are handed of an order."""

from datetime import date

from django.db.models import QuerySet

from kechuang.catalog.queries import PriceLine
from kechuang.catalog.states import SERVICE_LABELS, ServiceClass
from kechuang.kernel.money import Fen
from kechuang.orders.formats.contract import ContractFacts
from kechuang.orders.models import Order, OrderVersion
from kechuang.orders.rules import FrozenPrice, OrderTerms, frozen_price
from kechuang.parties.queries import PartyCard, parties, region_name
from kechuang.policy.book import current, replay
from kechuang.ui.compiled import compiled
from kechuang.vouchers.queries import seen_from
from kechuang.vouchers.rules import OrderFacts

REGISTER = "provider-library"  # the register of a region's providers, beside its voucher scheme


def register_of(scheme: str) -> str:
    """The register that a scheme's providers are in (服务机构库); "" where the packs have none."""
    region, _, _ = scheme.partition("/")
    name = f"{region}/{REGISTER}"
    return name if name in current().packs else ""


def facts_for(order: Order, holder: PartyCard, provider: PartyCard, provider_kind: str, *, on: date) -> OrderFacts:
    """What the tables of the pack are asked with for one order (查表事实)."""
    bare = OrderFacts(
        service=order.service,
        provider_kind=provider_kind,
        situations=tuple(order.situations),
        other_public_fen=Fen(order.other_public_fen),
        provider_id=provider.id,
    )
    return seen_from(bare, holder, provider.region, scheme=order.scheme, scheme_region=order.region, on=on)


def as_frozen(line: PriceLine) -> FrozenPrice:
    return FrozenPrice(
        id=line.id,
        kind=str(line.kind),
        item=line.item,
        unit=str(line.unit),
        price_fen=line.price_fen,
        rate_bp=line.rate_bp,
        steps=line.steps,
        step_mode=str(line.step_mode),
        minimum_fen=line.minimum_fen,
    )


def frozen_prices(order: Order) -> list[FrozenPrice]:
    """The price list the order was quoted from."""
    return [frozen_price(line) for line in order.price_list]


@compiled
def _agreed(order_id: str) -> QuerySet[OrderVersion]:
    return OrderVersion.objects.filter(order_id=order_id, agreed_on__isnull=False).order_by("-version")[:1]


def contract_facts(order: Order, *, on: date) -> ContractFacts:
    """What the contract's template is filled with."""
    cards = parties([order.holder_id, order.provider_id])
    holder, provider = cards[order.holder_id], cards[order.provider_id]
    agreed = _agreed.first(order.id)
    terms = replay(order.terms, OrderTerms).terms
    return ContractFacts(
        number=order.number,
        title=order.title,
        service=SERVICE_LABELS[ServiceClass(order.service)],
        holder=holder.name,
        holder_code=holder.credit_code,
        provider=provider.name,
        provider_code=provider.credit_code,
        county=region_name(order.region),
        made_on=on.isoformat(),
        price_fen=order.price_fen,
        voucher_fen=order.voucher_fen,
        own_share_fen=order.own_share_fen,
        lines=agreed.lines if agreed else [],
        needs=order.needs,
        deliver_days=terms.deliver_within_days,
        declaration=terms.declaration_text,
        scheme=order.scheme,
    )
