"""Reading instruments: cards for upper rooms, what the search keeps of them, whether customs lets one serve others."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from kechuang.catalog.access import carriers_of, visible_to
from kechuang.catalog.models import Clearance, Instrument, Offer
from kechuang.catalog.queries.classes import class_codes, class_name
from kechuang.catalog.queries.offers import OfferCard, card, price_lists
from kechuang.catalog.rules import ReportingTerms, customs_faults, reported_to
from kechuang.catalog.states import (
    INSTRUMENT_KINDS,
    REPORTING_LABELS,
    REPORTING_SCHEME,
    SERVICE_LABELS,
    SHEET_LABELS,
    ItemKind,
    OfferState,
    RunStatus,
    ServiceClass,
    ShareMode,
)
from kechuang.kernel.actor import Actor
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.money import Fen
from kechuang.kernel.text import gettext_noop as _
from kechuang.kernel.text import tidy
from kechuang.parties.queries import covers
from kechuang.policy.book import InForce, in_force
from kechuang.search.rules import Document
from kechuang.ui.compiled import compiled

_SHOWN = (OfferState.OPEN, OfferState.PAUSED)
_STOPPED = (RunStatus.REPAIR, RunStatus.SCRAP)


@dataclass(frozen=True, slots=True)
class InstrumentCard:
    """What upper rooms need to know of an instrument (仪器卡片); names of classes are those of the code's own version."""

    offer: OfferCard
    inner_number: str
    own_number: str
    gs1_code: str
    english_name: str
    model: str
    maker: str
    country: str
    class_code: str
    class_version: str
    class_name: str
    class_path: tuple[str, ...]
    category: str
    original_value_fen: Fen | None
    under_customs: bool
    booked_on: date | None
    started_on: date | None
    retired_on: date | None
    open_modes: frozenset[str]
    share_mode: str
    run_status: str
    functions: str
    indicators: str
    services: str
    notice: str
    charges: str
    booking_url: str
    province: str
    city: str
    county: str
    street: str
    latitude_e6: int | None
    longitude_e6: int | None
    contact: str
    phone: str
    email: str
    picture_file_id: str
    yearly_hours_hundredths: int | None
    external_hours_hundredths: int | None

    @property
    def id(self) -> str:
        return self.offer.id

    @property
    def address(self) -> str:
        """安放地址 in one line; a city that is its own province is said once."""
        return "".join(dict.fromkeys((self.province, self.city, self.county, self.street)))

    @property
    def exists_from(self) -> date | None:
        """The first day it can have been used: 启用日期, else 建账日期."""
        return self.started_on or self.booked_on


@dataclass(frozen=True, slots=True)
class Openness:
    """How outsiders get at an instrument (开放方式、共享方式), and whether customs must have agreed first."""

    modes: frozenset[str] = frozenset()
    share_mode: str = ShareMode.EXTERNAL
    under_customs: bool = False


def instrument(actor: Actor, offer_id: str) -> InstrumentCard:
    """One instrument as the actor may see it; raises NotVisible, for services too. One statement."""
    row = visible_to(actor).select_related("carrier", "instrument").filter(id=offer_id, instrument__isnull=False)
    found = row.first()
    if found is None:
        raise NotVisible
    return instrument_card(found.instrument, found)


def instruments(offer_ids: Iterable[str]) -> dict[str, InstrumentCard]:
    """Cards by id; the caller has shown that the actor may see what they belong to. One statement."""
    ids = sorted(set(offer_ids))
    return {row.offer_id: instrument_card(row, row.offer) for row in _instruments(ids)} if ids else {}


@compiled
def _instruments(offer_ids: list[str]) -> QuerySet[Instrument]:
    return Instrument.objects.filter(offer_id__any=offer_ids).select_related("offer__carrier")


def openness(offer_ids: Iterable[str]) -> dict[str, Openness]:
    """How instruments are open, by id. One narrow statement."""
    found = _openness(sorted(set(offer_ids)))
    return {offer_id: Openness(frozenset(modes), share, customs) for offer_id, modes, share, customs in found}


@compiled
def _openness(offer_ids: list[str]) -> QuerySet[Instrument, tuple[str, list[str], str, bool]]:
    rows = Instrument.objects.filter(offer_id__any=offer_ids)
    return rows.values_list("offer_id", "open_modes", "share_mode", "under_customs")


def instrument_card(row: Instrument, offer: Offer) -> InstrumentCard:
    same = {name: getattr(row, name) for name in _SAME}
    return InstrumentCard(
        offer=card(offer),
        inner_number=offer.inner_number,
        class_code=offer.class_code,
        class_name=class_name(offer.class_code, row.class_version),
        class_path=class_codes(row.class_version).path(offer.class_code),
        open_modes=frozenset(row.open_modes),
        picture_file_id=row.picture,
        original_value_fen=None if row.original_value_fen is None else Fen(row.original_value_fen),
        **same,
    )


_SAME = (
    "own_number",
    "gs1_code",
    "english_name",
    "model",
    "maker",
    "country",
    "class_version",
    "category",
    "under_customs",
    "booked_on",
    "started_on",
    "retired_on",
    "share_mode",
    "run_status",
    "functions",
    "indicators",
    "services",
    "notice",
    "charges",
    "booking_url",
    "province",
    "city",
    "county",
    "street",
    "latitude_e6",
    "longitude_e6",
    "contact",
    "phone",
    "email",
    "yearly_hours_hundredths",
    "external_hours_hundredths",
)


def open_instruments(*, region: str = "", class_prefix: str = "", kind: str = "") -> QuerySet[Offer]:
    """What everybody may book or ask for: open and shared with outsiders, by id."""
    rows = Offer.objects.filter(state=OfferState.OPEN, kind__in=INSTRUMENT_KINDS)
    rows = rows.filter(instrument__share_mode=ShareMode.EXTERNAL).select_related("carrier", "instrument")
    if region:
        rows = rows.filter(region__in=covers(region))
    if class_prefix:
        rows = rows.filter(class_code__startswith=class_prefix)
    if kind:
        rows = rows.filter(kind=kind)
    return rows.order_by("id")


def own_instruments(actor: Actor, *, state: str = "", text: str = "", class_prefix: str = "") -> QuerySet[Offer]:
    """The actor's own instruments, centres and facilities in any state, with their sheets (我的仪器)."""
    rows = Offer.objects.filter(carrier__in=carriers_of(actor), kind__in=INSTRUMENT_KINDS)
    rows = rows.select_related("carrier", "instrument")
    if state:
        rows = rows.filter(state=state)
    if class_prefix:
        rows = rows.filter(class_code__startswith=class_prefix)
    if wanted := tidy(text):
        known = Q(name__icontains=wanted) | Q(inner_number__icontains=wanted) | Q(instrument__model__icontains=wanted)
        rows = rows.filter(known | Q(instrument__own_number__icontains=wanted))
    return rows.order_by("state", "pinyin", "id")


def own_instrument(actor: Actor, offer_id: str) -> Offer:
    """One of one's own instruments with its sheet; raises NotVisible."""
    row = own_instruments(actor).filter(id=offer_id).first()
    if row is None:
        raise NotVisible
    return row


def missing_for_report(row: Offer) -> list[str]:
    """What the national workbook asks for and the sheet does not say yet (上报前须补填)."""
    sheet = row.instrument
    given = {
        _("仪器编号"): row.inner_number,
        _("仪器分类编码"): row.class_code,
        _("原值（元）"): sheet.original_value_fen,
        **({SHEET_LABELS[fault.field]: "" for fault in customs_faults(vars(sheet))}),
    }
    return [label for label, value in given.items() if not value]


def reporting_terms(*, on: date) -> InForce[ReportingTerms]:
    """From which original value on instruments are reported (30万元、50万元), with the articles. Raises NoTermsInForce."""
    return in_force(REPORTING_SCHEME, ReportingTerms, on=on)


def reports_of(value_fen: int | None, *, on: date) -> list[tuple[str, dict[str, object]]]:
    """The platforms an instrument of this value is reported to: their names, each with the entry that says so."""
    terms = reporting_terms(on=on)
    return [
        (REPORTING_LABELS[level], terms.record["params"][f"{level}_value_fen"])
        for level in reported_to(value_fen, terms.terms)
    ]


def customs_cleared(offer_id: str, on: date) -> bool:
    """Whether customs lets an instrument serve outsiders on a day: not supervised, or a 补税记录 or 《通知书》 in force."""
    return customs_clear_of([offer_id], on)[offer_id]


def customs_clear_of(offer_ids: Iterable[str], on: date) -> dict[str, bool]:
    """The same for several at once. What has no sheet (a service) is not supervised. Two statements."""
    ids = set(offer_ids)
    supervised = set(Instrument.objects.filter(offer_id__in=ids, under_customs=True).values_list("offer_id", flat=True))
    held = Clearance.objects.filter(offer_id__in=supervised, valid_from__lte=on)
    held = held.filter(Q(valid_until__isnull=True) | Q(valid_until__gt=on))
    cleared = set(held.values_list("offer_id", flat=True)) if supervised else set()
    return {offer_id: offer_id not in supervised or offer_id in cleared for offer_id in ids}


def clearances(offer_id: str) -> QuerySet[Clearance]:
    """Customs papers of one instrument, newest first. The caller has shown that the actor may see it."""
    return Clearance.objects.filter(offer_id=offer_id).order_by("-valid_from", "-id")


def documents(offer_ids: Iterable[str], *, on: date) -> list[Document]:
    """What the search keeps of these offers (检索文档): open and paused ones that are shared at all. Two statements."""
    rows = _shared(sorted(set(offer_ids)))
    priced = price_lists([row.id for row in rows], on=on)
    return [_document(row, _lowest(priced[row.id])) for row in rows]


@compiled
def _shared(offer_ids: list[str]) -> QuerySet[Offer]:
    rows = Offer.objects.filter(id__any=offer_ids, state__in=_SHOWN).exclude(instrument__share_mode=ShareMode.NONE)
    return rows.select_related("carrier", "party", "instrument")


def _lowest(lines: Iterable[object]) -> int | None:
    """The lowest base price, by which results are filtered."""
    base = [line.price_fen for line in lines if line.kind is ItemKind.BASE and line.price_fen is not None]  # type: ignore[attr-defined]
    return min(base, default=None)


def _document(row: Offer, price_fen: int | None) -> Document:
    own: Instrument | None = getattr(row, "instrument", None)
    share = own.share_mode if own else ShareMode.EXTERNAL
    works = own is None or own.run_status not in _STOPPED
    return Document(
        subject_id=row.id,
        kind=row.kind,
        title=row.name,
        english=own.english_name if own else "",
        model=own.model if own else "",
        maker=own.maker if own else "",
        words=_words(row, own),
        class_code=row.class_code,
        region=row.region,
        carrier_id=row.carrier_id,
        carrier_kind=row.carrier.kind,
        share_mode=str(share),
        open_modes=tuple(own.open_modes) if own else (),
        price_fen=price_fen,
        latitude_e6=own.latitude_e6 if own else None,
        longitude_e6=own.longitude_e6 if own else None,
        bookable=row.state == OfferState.OPEN and share == ShareMode.EXTERNAL and works,
    )


def _words(row: Offer, own: Instrument | None) -> dict[str, list[str]]:
    """By weight: A what it is called, B what it is, C what it does, D all the rest."""
    place = [row.carrier.name, row.party.name, row.inner_number]
    if own is None:
        label = SERVICE_LABELS.get(ServiceClass(row.service_class)) if row.service_class in list(ServiceClass) else ""
        return {"A": [], "B": [label or ""], "C": [row.content], "D": [*place, row.process]}
    path = class_codes(own.class_version).path(row.class_code)
    does = [own.functions, own.services, row.content, own.purpose, own.application_area, own.charges]
    stands = [own.province, own.city, own.county, own.street, own.indicators, own.own_number, *own.subjects]
    return {"A": [], "B": list(path), "C": list(filter(None, does)), "D": [*place, *filter(None, stands)]}
