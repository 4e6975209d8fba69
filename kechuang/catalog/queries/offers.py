"""Reading the catalogue: open offers with filters, one offer with its prices, a provider's own."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse

from kechuang.catalog import rules
from kechuang.catalog.access import carriers_of, roles_on, visible_to
from kechuang.catalog.formats.workbook import written
from kechuang.catalog.models import WAITING_MAX, Carrier, Import, Offer, Price
from kechuang.catalog.rules import PriceLine as PriceLine
from kechuang.catalog.states import (
    OFFER_MACHINE,
    SERVICE_COLUMNS,
    SERVICE_MORE,
    ItemKind,
    OfferKind,
    OfferState,
    PriceGroup,
    StepMode,
)
from kechuang.documents.rules import write_csv
from kechuang.documents.states import Media
from kechuang.kernel.actor import Actor
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.machine import Move
from kechuang.kernel.money import Fen
from kechuang.kernel.text import gettext_noop as _
from kechuang.kernel.text import tidy
from kechuang.parties.queries import covers
from kechuang.trail.models import Event
from kechuang.trail.queries import way
from kechuang.ui.compiled import compiled
from kechuang.ui.waiting import Waiting, waiting


@dataclass(frozen=True, slots=True)
class OfferCard:
    """What upper rooms need to know of an offer."""

    id: str
    number: str
    kind: str
    name: str
    service_class: str
    content: str
    process: str
    status: str
    region: str
    carrier_id: str
    carrier_name: str
    carrier_kind: str
    party_id: str
    unit_id: str

    @property
    def is_open(self) -> bool:
        return self.status == OfferState.OPEN


@dataclass(frozen=True, slots=True)
class OfferSheet:
    """All that the provider's page of an offer shows."""

    offer: Offer
    lines: list[PriceLine]
    planned: list[PriceLine]
    missing: list[str]
    moves: list[Move]
    events: list[Event]


def offer(actor: Actor, offer_id: str) -> OfferCard:
    """One offer as the actor may see it; raises NotVisible. One statement."""
    return card(_visible(actor, offer_id))


def offer_sheet(actor: Actor, offer_id: str, *, on: date) -> OfferSheet:
    """One offer with its prices, what is missing before the first order, and its way; raises NotVisible."""
    row = _visible(actor, offer_id)
    own = carriers_of(actor).filter(id=row.carrier_id).exists()
    lines = price_lines(row.id, on=on, group=PriceGroup.ALL if own else PriceGroup.OUTSIDE)
    planned = price_history(row.id, own=own).filter(valid_from__gt=on).order_by("valid_from", "place", "id")
    return OfferSheet(
        offer=row,
        lines=lines,
        planned=[line_of(price) for price in planned],
        missing=rules.missing_standards(content=row.content, process=row.process, lines=lines),
        moves=OFFER_MACHINE.open(OfferState(row.state), roles_on(actor, row)),
        events=list(way([row.id])),
    )


def own_sheet(actor: Actor, offer_id: str, *, on: date) -> OfferSheet:
    """The same for who may change it; raises NotVisible for everybody else."""
    sheet = offer_sheet(actor, offer_id, on=on)
    if not carriers_of(actor).filter(id=sheet.offer.carrier_id).exists():
        raise NotVisible
    return sheet


def cards(offer_ids: Iterable[str]) -> dict[str, OfferCard]:
    """Cards by id, for lists of orders; the caller has shown that the actor may see what they belong to."""
    return {row.id: card(row) for row in _offers(list(offer_ids))}


@compiled
def _offers(offer_ids: list[str]) -> QuerySet[Offer]:
    return Offer.objects.filter(id__any=offer_ids).select_related("carrier")


def card(row: Offer) -> OfferCard:
    return OfferCard(
        id=row.id,
        number=row.number,
        kind=row.kind,
        name=row.name,
        service_class=row.service_class,
        content=row.content,
        process=row.process,
        status=row.state,
        region=row.region,
        carrier_id=row.carrier_id,
        carrier_name=row.carrier.name,
        carrier_kind=row.carrier.kind,
        party_id=row.party_id,
        unit_id=row.unit_id or "",
    )


def price_lines(offer_id: str, *, on: date, group: str = PriceGroup.OUTSIDE) -> list[PriceLine]:
    """The price list in force on a day (现行收费标准) for outsiders, or insiders; base lines first. One statement.

    `group=PriceGroup.ALL`: every line there is, whomever it is for.
    """
    return price_lists([offer_id], on=on, group=group)[offer_id]


def price_lists(offer_ids: Iterable[str], *, on: date, group: str = PriceGroup.OUTSIDE) -> dict[str, list[PriceLine]]:
    """The price lists of several offers on a day, by offer. One statement."""
    found: dict[str, list[PriceLine]] = {offer_id: [] for offer_id in offer_ids}
    for row in _prices(list(found), on, PriceGroup(group)):
        found[row.offer_id].append(line_of(row))
    order = list(ItemKind)
    return {offer_id: sorted(lines, key=lambda line: order.index(line.kind)) for offer_id, lines in found.items()}


@compiled
def _prices(offer_ids: list[str], on: date, group: PriceGroup) -> QuerySet[Price]:
    rows = Price.objects.filter(offer_id__any=offer_ids, valid_from__lte=on)
    if group != PriceGroup.ALL:
        rows = rows.filter(group__in=[PriceGroup.ALL, group])
    return rows.filter(Q(valid_until__isnull=True) | Q(valid_until__gt=on)).order_by("place", "id")


def price_history(offer_id: str, *, own: bool = True) -> QuerySet[Price]:
    """Every line an offer ever had that was in force, newest first; without `own` only what outsiders pay."""
    rows = Price.objects.filter(_not_dropped(), offer_id=offer_id).order_by("-valid_from", "place", "id")
    return rows if own else rows.exclude(group=PriceGroup.INSIDE)


def line_of(row: Price) -> PriceLine:
    return PriceLine(
        id=row.id,
        item=row.item,
        unit=row.unit,
        price_fen=None if row.price_fen is None else Fen(row.price_fen),
        kind=ItemKind(row.kind),
        rate_bp=row.rate_bp,
        conditions=row.conditions,
        valid_from=row.valid_from,
        group=PriceGroup(row.group),
        steps=rules.read_steps(row.steps),
        step_mode=StepMode(row.step_mode),
        minimum_fen=None if row.minimum_fen is None else Fen(row.minimum_fen),
        valid_until=row.valid_until,
    )


def search(
    actor: Actor, *, text: str = "", region: str = "", service_class: str = "", kind: str = "", carrier_kind: str = ""
) -> QuerySet[Offer]:
    """Offers open for orders, by pinyin (资源目录); filters narrow, words are looked for in the name.

    The rows carry their carrier: a page costs the same statements whatever its length.
    """
    rows = visible_to(actor).filter(state=OfferState.OPEN).select_related("carrier", "party")
    if wanted := tidy(text):
        rows = rows.filter(Q(name__icontains=wanted) | Q(pinyin__startswith=wanted.lower()))
    if region:
        rows = rows.filter(region__in=covers(region))
    for name, value in (("service_class", service_class), ("kind", kind), ("carrier__kind", carrier_kind)):
        if value:
            rows = rows.filter(**{name: value})
    return rows.order_by("pinyin", "id")


def own_offers(actor: Actor, *, state: str = "", text: str = "") -> QuerySet[Offer]:
    """The actor's own offers in any state, those to finish first (我的服务)."""
    rows = Offer.objects.filter(carrier__in=carriers_of(actor)).select_related("carrier")
    if state:
        rows = rows.filter(state=state)
    if wanted := tidy(text):
        rows = rows.filter(Q(name__icontains=wanted) | Q(inner_number__icontains=wanted))
    return rows.order_by("state", "pinyin", "id")


def own_carriers(actor: Actor) -> QuerySet[Carrier]:
    """The actor's own carriers with how many offers each has open."""
    rows = Offer.objects.filter(carrier=OuterRef("pk"), state=OfferState.OPEN).order_by().values("carrier")
    counted = Subquery(rows.annotate(count=Count("id")).values("count"))
    return carriers_of(actor).annotate(open_count=Coalesce(counted, 0)).order_by("pinyin", "id")


def carrier(actor: Actor, carrier_id: str) -> Carrier:
    """One's own carrier; raises NotVisible."""
    row = carriers_of(actor).filter(id=carrier_id).first()
    if row is None:
        raise NotVisible
    return row


def imports_of(actor: Actor) -> QuerySet[Import]:
    """Files taken over for one's own carriers, newest first."""
    return Import.objects.filter(carrier__in=carriers_of(actor)).select_related("carrier").order_by("-at", "-id")


def offer_named(party_id: str, name: str) -> OfferCard | None:
    """A party's service by its own name, for tables that name services (按名称找服务); the newest of several."""
    named = Offer.objects.filter(party_id=party_id, name=tidy(name)).order_by("-id").values_list("id", flat=True)
    ids = list(named[:1])
    return cards(ids)[ids[0]] if ids else None


def offers_of_parties(party_ids: Iterable[str]) -> dict[str, int]:
    """How many open offers each party has: for the public list of providers."""
    rows = Offer.objects.filter(party_id__in=set(party_ids), state=OfferState.OPEN)
    return dict(rows.values_list("party_id").annotate(Count("id")))


def blank(kind: OfferKind) -> tuple[str, bytes, str]:
    """An empty file to fill in: its name, content and media type (空白表)."""
    if kind is OfferKind.INSTRUMENT:
        return _("大型科研仪器信息表.xlsx"), written(), str(Media.XLSX)
    return _("服务清单.csv"), write_csv([[*SERVICE_COLUMNS, *SERVICE_MORE]]), str(Media.CSV)


def waiting_for(actor: Actor, *, on: date) -> list[Waiting]:
    """Drafts that their provider has still to complete and open (待办)."""
    if not actor.party_id:
        return []
    return [
        waiting(
            OFFER_MACHINE.labels[OfferState.DRAFT],
            subject_id=row.id,
            number=row.number,
            url=reverse("catalog:offer", args=[row.id]),
            state_label=OFFER_MACHINE.labels[OfferState.DRAFT],
            party=row.name,
        )
        for row in _own_drafts(actor)
    ]


@compiled
def _own_drafts(actor: Actor) -> QuerySet[Offer]:
    return own_offers(actor, state=OfferState.DRAFT)[:WAITING_MAX]


def _visible(actor: Actor, offer_id: str) -> Offer:
    row = _seen.first(actor, offer_id)
    if row is None:
        raise NotVisible
    return row


@compiled
def _seen(actor: Actor, offer_id: str) -> QuerySet[Offer]:
    return visible_to(actor).select_related("carrier").filter(id=offer_id)


def _not_dropped() -> Q:
    """Lines that were replaced before their first day have an empty period."""
    return Q(valid_until__isnull=True) | Q(valid_until__gt=F("valid_from"))
