"""A provider's carriers: what they are, their opening rules and filed splits, and joining by a register."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime

from django.db import IntegrityError, transaction

from kechuang.catalog import rules
from kechuang.catalog.commands.offering import check_joined, own_carrier, pause_offer
from kechuang.catalog.models import Carrier, Offer, Opening, Sharing
from kechuang.catalog.queries import sharing_terms
from kechuang.catalog.states import CarrierKind, OfferState
from kechuang.documents.commands import keep
from kechuang.kernel.actor import Actor, Role
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.text import gettext_noop as _
from kechuang.kernel.text import tidy
from kechuang.outbox.commands import tell
from kechuang.parties.rules import pinyin_key
from kechuang.registers.queries import Admitted, admission_of, carrier_kind
from kechuang.trail.commands import record
from kechuang.ui import clock


@dataclass(frozen=True, slots=True)
class Paper:
    """A file that comes with a rule (附件)."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class NewOpening:
    """Opening rules as a provider writes them (开放制度), with how to reach the carrier."""

    hours: str
    open_to: str
    notice: str
    content: str = ""
    process: str = ""
    about: str = ""
    contact: str = ""
    phone: str = ""
    email: str = ""
    website: str = ""
    route: str = ""
    latitude_e6: int | None = None
    longitude_e6: int | None = None


@transaction.atomic
def edit_carrier(
    actor: Actor,
    *,
    carrier_id: str,
    kind: CarrierKind,
    name: str,
    department: str,
    address: str,
    code: str,
    now: datetime,
) -> Carrier:
    """Changes what a carrier is (修改载体信息). Raises NotVisible, NameMissing, NotJoined for a kind that needs joining."""
    carrier = own_carrier(actor, carrier_id)
    written = tidy(name)
    if not written:
        raise rules.NameMissing
    if kind != carrier.kind:
        check_joined(party_id=carrier.party_id, unit_id=carrier.unit_id or "", kind=kind, on=clock.day(now))
    carrier.kind, carrier.name, carrier.pinyin = CarrierKind(kind), written, pinyin_key(written)
    carrier.department, carrier.address, carrier.code = tidy(department), tidy(address), tidy(code)
    carrier.save(update_fields=["kind", "name", "pinyin", "department", "address", "code"])
    record(actor, carrier, "edit_carrier", label=_("修改载体信息"), role=Role.PROVIDER, now=now, facts={"kind": kind})
    return carrier


@transaction.atomic
def set_opening(
    actor: Actor, *, carrier_id: str, opening: NewOpening, valid_from: date, files: Sequence[Paper] = (), now: datetime
) -> Opening:
    """Another version of a carrier's opening rules (开放制度), from a day on; earlier ones stay.

    The same words again change nothing. Raises NotVisible, OpeningIncomplete, NotAWebAddress, NotFromThen.
    """
    carrier, on = own_carrier(actor, carrier_id), clock.day(now)
    said = {name: tidy(value) if isinstance(value, str) else value for name, value in asdict(opening).items()}
    rules.check_opening(hours=said["hours"], open_to=said["open_to"], notice=said["notice"], website=said["website"])
    last = Opening.objects.filter(carrier=carrier).order_by("-version").first()
    if last is not None and not files and all(getattr(last, name) == value for name, value in said.items()):
        return last
    rules.check_follows(valid_from, before=last.valid_from if last else None, on=on)
    row = Opening(
        carrier=carrier,
        region=carrier.region,
        version=last.version + 1 if last else 1,
        valid_from=valid_from,
        set_by=actor.person_id,
        set_at=now,
        **said,
    )
    row.files = _kept(actor, row.id, carrier, files, now)
    row.save(force_insert=True)
    facts = {"carrier": carrier.id, "version": row.version, "from": valid_from.isoformat(), "files": row.files}
    record(actor, row, "set_opening", label=_("公布开放制度"), role=Role.PROVIDER, now=now, facts=facts)
    return row


@transaction.atomic
def file_sharing(
    actor: Actor,
    *,
    carrier_id: str,
    document_number: str,
    title: str,
    shares: Sequence[rules.Share],
    valid_from: date,
    text: str = "",
    files: Sequence[Paper] = (),
    now: datetime,
) -> Sharing:
    """Files the sharing rules and the income split of a carrier (收入分配办法备案), from a day on; versions stay.

    What was settled before keeps its split. The same filing again answers with the first. Raises NotVisible,
    DocumentMissing, SharesNotWhole, ShareTwice, NotFromThen.
    """
    carrier, on = own_carrier(actor, carrier_id), clock.day(now)
    number, named = tidy(document_number), tidy(title)
    rules.check_document(number, named)
    rules.check_shares(shares)
    kept = rules.kept_shares(shares)
    last = Sharing.objects.filter(carrier=carrier).order_by("-version").first()
    if last is not None and (last.document_number, last.shares, last.valid_from) == (number, kept, valid_from):
        return last
    rules.check_follows(valid_from, before=last.valid_from if last else None, on=on)
    terms = sharing_terms(carrier.region, on=on)
    row = Sharing(
        carrier=carrier,
        region=carrier.region,
        version=last.version + 1 if last else 1,
        document_number=number,
        title=named,
        text=tidy(text),
        shares=kept,
        basis=terms.record if terms else {},
        valid_from=valid_from,
        filed_by=actor.person_id,
        filed_at=now,
    )
    row.files = _kept(actor, row.id, carrier, files, now)
    row.save(force_insert=True)
    facts = {"carrier": carrier.id, "version": row.version, "shares": kept, "from": valid_from.isoformat()}
    article = terms.article("split_rules_required") if terms else ""
    label = _("备案收入分配办法")
    record(actor, row, "file_sharing", label=label, role=Role.PROVIDER, now=now, article=article, facts=facts)
    return row


@transaction.atomic
def join(actor: Actor, *, admission_id: str, name: str = "", address: str = "", now: datetime) -> Carrier:
    """Makes the carrier of a confirmed admission (加入平台，登记载体), by its party or by the clock; once per admission.

    Raises NotVisible for another's, AdmissionNotInForce, NotACarrierRegister.
    """
    on = clock.day(now)
    found = admission_of(admission_id, on=on)
    if found is None:
        raise rules.AdmissionNotInForce(name=_("该机构"))
    if not actor.clock and (
        actor.party_id != found.party_id or (actor.unit_ids and found.unit_id not in actor.unit_ids)
    ):
        raise NotVisible
    kind = carrier_kind(found.scheme, found.entrant_class, on=on)
    if not kind:
        raise rules.NotACarrierRegister
    known = Carrier.objects.filter(admission_id=found.id, ended_on__isnull=True)
    if made := known.first():
        return made
    try:
        with transaction.atomic():
            return _joined(actor, found, CarrierKind(kind), tidy(name) or found.name, tidy(address), now)
    except IntegrityError:  # the clock, or another click, has made it meanwhile
        return known.get()


@transaction.atomic
def leave(actor: Actor, *, carrier_id: str, now: datetime) -> Carrier:
    """Ends a carrier whose admission has ended (退出平台), and pauses what it offers. By the clock only."""
    carrier = Carrier.objects.select_for_update(of=("self",)).filter(id=carrier_id, ended_on__isnull=True).first()
    if carrier is None or not actor.clock:
        raise NotVisible
    for offer_id in (
        Offer.objects.filter(carrier=carrier, state=OfferState.OPEN).order_by("id").values_list("id", flat=True)
    ):
        pause_offer(actor, offer_id=offer_id, reason=_("载体已退出平台"), now=now)
    carrier.ended_on = clock.day(now)
    carrier.save(update_fields=["ended_on"])
    record(actor, carrier, "leave", label=_("退出平台"), role=Role.CLOCK, now=now)
    return carrier


def _joined(actor: Actor, found: Admitted, kind: CarrierKind, name: str, address: str, now: datetime) -> Carrier:
    same = Carrier.objects.select_for_update().filter(party_id=found.party_id, unit_id=found.unit_id or None, name=name)
    carrier = same.filter(ended_on__isnull=True).first() or Carrier(
        party_id=found.party_id, unit_id=found.unit_id or None, name=name, pinyin=pinyin_key(name), region=found.region
    )
    carrier.admission_id, carrier.kind = found.id, kind
    carrier.address = address or carrier.address
    carrier.save()
    said = {"admission": found.id, "scheme": found.scheme, "kind": kind}
    role = Role.CLOCK if actor.clock else Role.PROVIDER
    record(actor, carrier, "join", label=_("加入平台，登记载体"), role=role, now=now, facts=said)
    tell(
        subject_id=carrier.id,
        path=f"/catalog/carriers/{carrier.id}",
        title=_("载体已加入平台：{name}").format(name=name),
        text=_("请公布开放制度，登记服务项目和仪器。"),
        to_party=found.party_id,
        now=now,
    )
    return carrier


def _kept(actor: Actor, subject_id: str, carrier: Carrier, files: Sequence[Paper], now: datetime) -> list[str]:
    readers = [carrier.party_id, carrier.unit_id or ""]
    return [
        keep(
            actor,
            name=file.name,
            content=file.content,
            kind="evidence",
            subject_id=subject_id,
            region=carrier.region,
            readers=readers,
            role=Role.PROVIDER,
            now=now,
        ).id
        for file in files
    ]
