"""A provider's carriers, offers and prices."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from kechuang.catalog import rules
from kechuang.catalog.access import carriers_of, roles_on, visible_to
from kechuang.catalog.commands.indexing import index
from kechuang.catalog.models import Carrier, Instrument, Offer, Price
from kechuang.catalog.queries import line_of, price_lines
from kechuang.catalog.states import (
    CARRIER_LABELS,
    CLASS_VERSION,
    INSTRUMENT_KINDS,
    JOINING_KINDS,
    OFFER_MACHINE,
    CarrierKind,
    OfferKind,
    OfferState,
    PriceGroup,
    ServiceClass,
)
from kechuang.kernel.actor import Actor, Role
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.ids import public_number
from kechuang.kernel.machine import Move
from kechuang.kernel.text import gettext_noop as _
from kechuang.kernel.text import halfwidth, tidy
from kechuang.parties.queries import party, units_of
from kechuang.parties.rules import pinyin_key
from kechuang.registers.queries import carrier_admission, opening_article
from kechuang.trail.commands import advance, record
from kechuang.ui import clock
from kechuang.ui.compiled import Change, compiled, compiled_update
from kechuang.ui.rows import insert_many


@dataclass(frozen=True, slots=True)
class NewOffer:
    """One service or instrument as a provider writes it, with its first price list."""

    kind: OfferKind
    name: str
    service_class: str
    content: str = ""
    process: str = ""
    inner_number: str = ""
    class_code: str = ""
    sheet: dict[str, object] = field(default_factory=dict)
    prices: tuple[rules.NewPrice, ...] = ()


@transaction.atomic
def add_carrier(
    actor: Actor,
    *,
    party_id: str,
    kind: CarrierKind,
    name: str,
    now: datetime,
    unit_id: str = "",
    department: str = "",
    address: str = "",
    code: str = "",
) -> Carrier:
    """Registers a carrier of one's own party (登记创新载体); the same name again answers with the first.

    Raises NotVisible for another's party, NameMissing, UnitOfAnother, NotJoined for kinds that join by an admission.
    """
    if actor.party_id != party_id or (actor.unit_ids and unit_id not in actor.unit_ids):
        raise NotVisible
    written = tidy(name)
    if not written:
        raise rules.NameMissing
    if unit_id and unit_id not in units_of(party_id):
        raise rules.UnitOfAnother
    alive = Carrier.objects.filter(party_id=party_id, unit_id=unit_id or None, name=written, ended_on__isnull=True)
    if known := alive.first():
        return known
    check_joined(party_id=party_id, unit_id=unit_id, kind=CarrierKind(kind), on=clock.day(now))
    carrier = Carrier(
        party_id=party_id,
        unit_id=unit_id or None,
        kind=CarrierKind(kind),
        department=tidy(department),
        name=written,
        pinyin=pinyin_key(written),
        region=party(party_id).region,
        address=tidy(address),
        code=tidy(code),
    )
    try:
        with transaction.atomic():
            carrier.save(force_insert=True)
    except IntegrityError:  # another click has written it meanwhile
        return alive.get()
    record(actor, carrier, "add_carrier", label=_("登记创新载体"), role=Role.PROVIDER, now=now, facts={"kind": kind})
    return carrier


def add_offer(
    actor: Actor,
    *,
    carrier_id: str,
    kind: OfferKind,
    name: str,
    service_class: str,
    now: datetime,
    content: str = "",
    process: str = "",
    inner_number: str = "",
    class_code: str = "",
) -> Offer:
    """Writes down a service or an instrument as a draft (登记服务项目、仪器设备); see `add_offers`."""
    written = NewOffer(kind, name, service_class, content, process, inner_number, class_code)
    (offer,) = add_offers(actor, carrier_id=carrier_id, offers=[written], now=now)
    return offer


@transaction.atomic
def add_offers(actor: Actor, *, carrier_id: str, offers: Sequence[NewOffer], now: datetime) -> list[Offer]:
    """Many at once, in a few statements and one event each; what has content, process and prices is open at once.

    An offer of the same kind and number (without a number: of the same name) that is not closed is answered in place of
    a second one. Raises NotVisible, NameMissing, UnknownServiceClass, PriceListUnfit.
    """
    carrier = own_carrier(actor, carrier_id)
    for new in offers:
        _check(new)
    standing = {_key(row): row for row in _standing(carrier.id)}
    made = [(new, _row(carrier, new, clock.day(now))) for new in offers if _key_of(new) not in standing]
    insert_many(Offer, [row for _new, row in made])
    insert_many(Price, [price for new, row in made for price in _prices(actor, row, new.prices, clock.day(now))])
    insert_many(Instrument, [_sheet(row) for _new, row in made if row.kind in INSTRUMENT_KINDS])
    for new, row in made:
        said = {"carrier": carrier.id, "prices": [_said(price) for price in new.prices]}
        label = _("登记仪器设备") if row.kind in INSTRUMENT_KINDS else _("登记服务项目")
        record(actor, row, "add_offer", label=label, role=Role.PROVIDER, now=now, target=row.state, facts=said)
    index([row.id for _new, row in made if row.state != OfferState.DRAFT], now=now)
    standing |= {_key(row): row for _new, row in made}
    return [standing[_key_of(new)] for new in offers]


@compiled
def _standing(carrier_id: str) -> QuerySet[Offer]:
    return Offer.objects.filter(carrier_id=carrier_id).exclude(state=OfferState.CLOSED)


@transaction.atomic
def edit_offer(
    actor: Actor, *, offer_id: str, name: str, service_class: str, content: str, process: str, now: datetime
) -> Offer:
    """Changes what an offer says (修改服务信息); an open one must stay whole. Raises MoveNotOpen, StandardsMissing."""
    offer, roles, move = ready(actor, offer_id, "edit")
    _check(NewOffer(OfferKind(offer.kind), name, service_class, content, process))
    offer.name, offer.pinyin = tidy(name), pinyin_key(tidy(name))
    offer.service_class, offer.content, offer.process = service_class, tidy(content), tidy(process)
    if offer.state == OfferState.OPEN:
        check_whole(offer, clock.day(now))
    saves = ["name", "pinyin", "service_class", "content", "process"]
    advance(actor, offer, move, roles=roles, now=now, saves=saves)
    tell_search(offer, now=now)
    return offer


@transaction.atomic
def set_prices(
    actor: Actor, *, offer_id: str, lines: Sequence[rules.NewPrice], valid_from: date, now: datetime
) -> list[rules.PriceLine]:
    """The whole price list from a day on (调整收费标准): lines that stay run on, the others end and new ones begin.

    Orders keep the price they were placed with. Lines once planned for a day at or after `valid_from` are dropped.
    Raises MoveNotOpen, PriceListUnfit, PriceBackdated.
    """
    offer, roles, move = ready(actor, offer_id, "price")
    rules.check_list(lines)
    rules.check_first_day(valid_from, on=clock.day(now))
    _drop_planned(offer, valid_from)
    ends, begins = rules.changed(price_lines(offer.id, on=valid_from, group=PriceGroup.ALL), lines)
    Price.objects.filter(id__in=[line.id for line in ends]).update(valid_until=valid_from)
    places = {(line.item, line.group): place for place, line in enumerate(lines)}
    made = _prices(actor, offer, begins, valid_from, places)
    insert_many(Price, made)
    said = {
        "from": valid_from.isoformat(),
        "ended": [line.id for line in ends],
        "begun": [_said(line) for line in begins],
    }
    advance(actor, offer, move, roles=roles, now=now, facts=said)
    tell_search(offer, now=now)
    running = price_lines(offer.id, on=valid_from, group=PriceGroup.ALL)
    kept = [line for line in running if line.id not in {row.id for row in made}]
    return [*kept, *(line_of(row) for row in made)]


@transaction.atomic
def open_offer(actor: Actor, *, offer_id: str, now: datetime) -> Offer:
    """Opens an offer for orders (上架服务). Raises MoveNotOpen, CarrierEnded, StandardsMissing."""
    offer, roles, move = ready(actor, offer_id, "open")
    rules.check_carrier(ended_on=offer.carrier.ended_on)
    article = check_whole(offer, clock.day(now))
    offer.opened_on = offer.opened_on or clock.day(now)
    advance(actor, offer, move, roles=roles, now=now, saves=["opened_on"], article=article)
    tell_search(offer, now=now)
    return offer


@transaction.atomic
def pause_offer(actor: Actor, *, offer_id: str, now: datetime, reason: str = "") -> Offer:
    """No orders for now (暂停接单), by the provider or by the office that watches over it. Raises MoveNotOpen."""
    offer, roles, move = ready(actor, offer_id, "pause")
    advance(actor, offer, move, roles=roles, now=now, facts={"reason": tidy(reason)})
    tell_search(offer, now=now)
    return offer


@transaction.atomic
def close_offer(actor: Actor, *, offer_id: str, now: datetime) -> Offer:
    """Takes an offer off the catalogue for good (下架服务); its prices end with it. Raises MoveNotOpen."""
    offer, roles, move = ready(actor, offer_id, "close")
    tomorrow = clock.day(now) + timedelta(days=1)
    _drop_planned(offer, tomorrow)
    Price.objects.filter(offer=offer, valid_until__isnull=True).update(valid_until=tomorrow)
    advance(actor, offer, move, roles=roles, now=now)
    tell_search(offer, now=now)
    return offer


def tell_search(offer: Offer, *, now: datetime) -> None:
    """After a change the offer is found as it is now; a draft never was."""
    if offer.state != OfferState.DRAFT:
        index([offer.id], now=now)


def check_joined(*, party_id: str, unit_id: str, kind: CarrierKind, on: date) -> None:
    """County institutes and firms join by an admission before they serve as carriers (加入平台). Raises NotJoined."""
    if kind in JOINING_KINDS and carrier_admission(party_id, unit_id=unit_id, on=on) is None:
        raise rules.NotJoined(kind=CARRIER_LABELS[kind])


def own_carrier(actor: Actor, carrier_id: str) -> Carrier:
    """One's own carrier, locked so that two additions see each other; raises NotVisible."""
    carrier = _own_locked.first(actor, carrier_id)
    if carrier is None:
        raise NotVisible
    return carrier


@compiled
def _own_locked(actor: Actor, carrier_id: str) -> QuerySet[Carrier]:
    return carriers_of(actor).select_for_update(of=("self",)).filter(id=carrier_id)


@compiled
def _locked(actor: Actor, offer_id: str) -> QuerySet[Offer]:
    return visible_to(actor).select_related("carrier").select_for_update(of=("self",)).filter(id=offer_id)


def ready(actor: Actor, offer_id: str, action: str) -> tuple[Offer, frozenset[Role], Move]:
    offer = _locked.first(actor, offer_id)
    if offer is None:
        raise NotVisible
    roles = roles_on(actor, offer)
    return offer, roles, OFFER_MACHINE.check(action, OfferState(offer.state), roles)


def _check(new: NewOffer) -> None:
    if not tidy(new.name):
        raise rules.NameMissing
    if new.service_class not in list(ServiceClass):
        raise rules.UnknownServiceClass(service_class=new.service_class)
    if new.prices:
        rules.check_list(new.prices)


def check_whole(offer: Offer, on: date) -> str:
    """Raises StandardsMissing; answers the article that asks for content, process and prices."""
    article = opening_article(offer.party_id, on=on)
    lines = price_lines(offer.id, on=on, group=PriceGroup.ALL)
    rules.check_standards(content=offer.content, process=offer.process, lines=lines, article=article)
    return article


def _row(carrier: Carrier, new: NewOffer, on: date) -> Offer:
    whole = bool(new.prices and tidy(new.content) and tidy(new.process))
    return Offer(
        number=public_number("FW"),
        carrier=carrier,
        party_id=carrier.party_id,
        unit_id=carrier.unit_id,
        region=carrier.region,
        state=OfferState.OPEN if whole else OfferState.DRAFT,
        kind=new.kind,
        name=tidy(new.name),
        pinyin=pinyin_key(tidy(new.name)),
        service_class=new.service_class,
        content=tidy(new.content),
        process=tidy(new.process),
        inner_number=halfwidth(new.inner_number),
        class_code=new.class_code,
        sheet=new.sheet,
        opened_on=on if whole else None,
    )


def _sheet(row: Offer) -> Instrument:
    return Instrument(offer=row, class_version=CLASS_VERSION if row.class_code else "")


def _prices(
    actor: Actor,
    offer: Offer,
    lines: Sequence[rules.NewPrice],
    valid_from: date,
    places: Mapping[tuple[str, PriceGroup], int] | None = None,
) -> list[Price]:
    """Rows in the order written; `places` says where lines stand in a list of which they are only a part."""
    order = places or {(line.item, line.group): place for place, line in enumerate(lines)}
    given = {"offer": offer, "valid_from": valid_from, "set_by": actor.person_id}
    return [Price(**given, place=order[line.item, line.group], **asdict(line)) for line in lines]


def _drop_planned(offer: Offer, valid_from: date) -> None:
    """Lines that would begin on the day or later keep an empty period: they never were in force."""
    for row in _planned(offer.id, valid_from):
        row.valid_until = row.valid_from
        row.save(update_fields=["valid_until"])
    _run_on(offer.id, valid_from)


@compiled
def _planned(offer_id: str, valid_from: date) -> QuerySet[Price]:
    return Price.objects.filter(offer_id=offer_id, valid_from__gte=valid_from, valid_until__isnull=True)


@compiled_update
def _run_on(offer_id: str, valid_from: date) -> Change:
    """What a dropped line was to follow runs on."""
    followed = Price.objects.filter(offer_id=offer_id, valid_until__gte=valid_from, valid_from__lt=valid_from)
    return followed, {"valid_until": None}


def _key(row: Offer) -> tuple[str, str]:
    return (row.kind, row.inner_number or row.name)


def _key_of(new: NewOffer) -> tuple[str, str]:
    return (str(new.kind), halfwidth(new.inner_number) or tidy(new.name))


def _said(line: rules.NewPrice) -> dict[str, object]:
    said = {key: value for key, value in asdict(line).items() if value not in (None, "", (), PriceGroup.ALL)}
    return said if line.steps else {key: value for key, value in said.items() if key != "step_mode"}
