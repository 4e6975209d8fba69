"""Reading carriers: their people, opening rules and income splits; the public list."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from kechuang.catalog import rules
from kechuang.catalog.access import carriers_of, carriers_seen_by
from kechuang.catalog.models import Carrier, Offer, Opening, Operating, Sharing, Staff
from kechuang.catalog.states import CarrierKind, OfferState, StaffTitle
from kechuang.documents.queries import File, files_of
from kechuang.kernel.actor import Actor
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.text import tidy
from kechuang.parties.queries import covers
from kechuang.policy.book import InForce, current, in_force
from kechuang.trail.models import Event
from kechuang.trail.queries import way
from kechuang.ui.compiled import compiled


@dataclass(frozen=True, slots=True)
class StaffCard:
    """One of a carrier's people (技术人员), with what they may operate on the day asked about."""

    id: str
    carrier_id: str
    person_id: str
    name: str
    title: StaffTitle
    post: str
    published: bool
    valid_from: date
    valid_until: date | None
    operates: tuple[str, ...] = ()  # ids of offers


@dataclass(frozen=True, slots=True)
class CarrierCard:
    """What upper rooms need to know of a carrier."""

    id: str
    party_id: str
    unit_id: str
    kind: CarrierKind
    name: str
    department: str
    region: str
    address: str
    code: str
    ended_on: date | None
    admission_id: str


@dataclass(frozen=True, slots=True)
class FiledSharing:
    """One version of a carrier's income split, from its first day until the next one's."""

    carrier_id: str
    version: int
    document_number: str
    title: str
    valid_from: date
    shares: tuple[rules.Share, ...]


@dataclass(frozen=True, slots=True)
class CarrierSheet:
    """All that the page of a carrier shows to its provider, who may change it, and to the offices of its place."""

    carrier: Carrier
    own: bool
    staff: Sequence[StaffCard]
    names: Mapping[str, str]  # of the offers that staff may operate
    openings: Sequence[Opening]
    opening: Opening | None
    sharings: Sequence[Sharing]
    sharing: Sharing | None
    files: Sequence[File]
    events: Sequence[Event]


def carrier_card(carrier_id: str) -> CarrierCard:
    """A carrier, as everybody may know it (载体公开信息); raises NotVisible. One statement."""
    found = carrier_cards([carrier_id]).get(carrier_id)
    if found is None:
        raise NotVisible
    return found


def carrier_cards(carrier_ids: Iterable[str]) -> dict[str, CarrierCard]:
    """Carriers by id. One statement."""
    return {row.id: _card(row) for row in Carrier.objects.filter(id__in=set(carrier_ids))}


def carriers(
    *, text: str = "", kind: str = "", region: str = "", department: str = "", party_id: str = ""
) -> QuerySet[Carrier]:
    """Carriers that are open to the public, by pinyin (载体名录), with how many offers each has open."""
    rows = Offer.objects.filter(carrier=OuterRef("pk"), state=OfferState.OPEN).order_by().values("carrier")
    counted = Subquery(rows.annotate(count=Count("id")).values("count"))
    found = Carrier.objects.filter(ended_on__isnull=True).select_related("party", "unit")
    found = found.annotate(open_count=Coalesce(counted, 0)).order_by("pinyin", "id")
    if wanted := tidy(text):
        named = Q(name__icontains=wanted) | Q(pinyin__startswith=wanted.lower()) | Q(party__name__icontains=wanted)
        found = found.filter(named)
    if region:
        found = found.filter(region__in=covers(region))
    for name, value in (("kind", kind), ("department", department), ("party_id", party_id)):
        if value:
            found = found.filter(**{name: value})
    return found


def departments() -> list[str]:
    """The departments beside science whose carriers there are (主管部门)."""
    rows = Carrier.objects.filter(ended_on__isnull=True).exclude(department="").order_by("department")
    return list(rows.values_list("department", flat=True).distinct())


def open_offers_of(carrier_id: str) -> QuerySet[Offer]:
    """What a carrier offers to everybody today, by pinyin."""
    rows = Offer.objects.filter(carrier_id=carrier_id, state=OfferState.OPEN).select_related("carrier", "party")
    return rows.order_by("kind", "pinyin", "id")


def staff(carrier_id: str, *, on: date) -> list[StaffCard]:
    """A carrier's people on a day (技术人员), by title and pinyin, with what they may operate. Two statements."""
    rows = list(_alive(Staff.objects.filter(carrier_id=carrier_id), on).order_by("pinyin", "id"))
    operating = _operating([row.id for row in rows], on)
    cards = [_staff(row, operating.get(row.id, ())) for row in rows]
    return sorted(cards, key=lambda one: list(StaffTitle).index(one.title))


def staff_cards(staff_ids: Iterable[str]) -> dict[str, StaffCard]:
    """People by id, whenever they were there. One statement."""
    return {row.id: _staff(row, ()) for row in Staff.objects.filter(id__in=set(staff_ids))}


def staff_of_person(person_id: str) -> list[StaffCard]:
    """Where somebody works or worked as staff, the latest first: for a technician's own record (职称)."""
    rows = Staff.objects.filter(person_id=person_id).order_by("-valid_from", "-id")
    return [_staff(row, ()) for row in rows]


def operators(offer_ids: Iterable[str], *, on: date) -> dict[str, list[StaffCard]]:
    """Who may operate each instrument on a day (上机授权), by pinyin. One statement."""
    found: dict[str, list[StaffCard]] = {offer_id: [] for offer_id in offer_ids}
    rows = _alive(Operating.objects.filter(offer_id__in=list(found)), on).select_related("staff")
    rows = rows.filter(Q(staff__valid_until__isnull=True) | Q(staff__valid_until__gt=on), staff__valid_from__lte=on)
    for row in rows.order_by("staff__pinyin", "id"):
        found[row.offer_id].append(_staff(row.staff, (row.offer_id,)))
    return found


def may_operate(person_id: str, offer_id: str, *, on: date) -> bool:
    """Whether a person of the platform may operate an instrument for others on a day. One statement."""
    return any(one.person_id == person_id for one in operators([offer_id], on=on)[offer_id])


def opening(carrier_id: str, *, on: date) -> Opening | None:
    """The opening rules in force on a day (开放制度)."""
    rows = Opening.objects.filter(carrier_id=carrier_id, valid_from__lte=on)
    return rows.order_by("-version").first()


def sharing(carrier_id: str, *, on: date) -> Sharing | None:
    """The sharing rules and income split in force on a day (收入分配办法)."""
    return Sharing.objects.filter(carrier_id=carrier_id, valid_from__lte=on).order_by("-version").first()


def sharings(carrier_ids: Iterable[str]) -> dict[str, list[FiledSharing]]:
    """Every filed split of several carriers, oldest first: for statements over a period. One statement."""
    found: dict[str, list[FiledSharing]] = {}
    rows = Sharing.objects.filter(carrier_id__in=set(carrier_ids)).order_by("carrier_id", "version")
    for row in rows:
        filed = FiledSharing(
            row.carrier_id, row.version, row.document_number, row.title, row.valid_from, rules.read_shares(row.shares)
        )
        found.setdefault(row.carrier_id, []).append(filed)
    return found


def sharing_terms(region: str, *, on: date) -> InForce[rules.SharingTerms] | None:
    """What the packs of a place say of sharing income; None where no pack of the place speaks of it."""
    return in_force(scheme, rules.SharingTerms, on=on) if (scheme := sharing_scheme(region, on=on)) else None


def sharing_scheme(region: str, *, on: date) -> str:
    """The scheme of open sharing that a place lies in (开放共享办法), the narrowest first; "" for none."""
    found: list[tuple[str, str]] = []
    for scheme, pack in current().packs.items():
        if "split_suggestion" not in pack.parameters or pack.parameters["home_region"].on(on) is None:
            continue
        home = in_force(scheme, rules.SharingTerms, on=on).terms.home_region
        if region.startswith(home):
            found.append((home, scheme))
    return max(found, key=lambda one: len(one[0]), default=("", ""))[1]


def carrier_sheet(actor: Actor, carrier_id: str, *, on: date) -> CarrierSheet:
    """A carrier with all that belongs to it, one's own or of one's place; raises NotVisible. A fixed number of statements."""
    row = carriers_seen_by(actor).select_related("unit", "admission").filter(id=carrier_id).first()
    if row is None:
        raise NotVisible
    people = staff(carrier_id, on=on)
    openings = list(Opening.objects.filter(carrier=row).order_by("-version"))
    filed = list(Sharing.objects.filter(carrier=row).order_by("-version"))
    wanted = {offer_id for one in people for offer_id in one.operates}
    subjects = [*(one.id for one in openings), *(one.id for one in filed)]
    return CarrierSheet(
        carrier=row,
        own=carriers_of(actor).filter(id=carrier_id).exists(),
        staff=people,
        names=dict(Offer.objects.filter(id__in=wanted).values_list("id", "name")),
        openings=openings,
        opening=next((one for one in openings if one.valid_from <= on), None),
        sharings=filed,
        sharing=next((one for one in filed if one.valid_from <= on), None),
        files=list(files_of(*subjects)) if subjects else [],
        events=list(way([row.id, *subjects, *(one.id for one in people)])),
    )


def may_read_papers(actor: Actor, carrier_id: str) -> bool:
    """Whether a carrier's papers are the actor's to read."""
    return bool(actor.person_id) and carriers_seen_by(actor).filter(id=carrier_id).exists()


def own_offer_names(actor: Actor, carrier_id: str) -> dict[str, str]:
    """The offers of one's own carrier that are not closed, for choosing what somebody may operate; by pinyin."""
    rows = Offer.objects.filter(carrier__in=carriers_of(actor).filter(id=carrier_id))
    rows = rows.exclude(state=OfferState.CLOSED).order_by("kind", "pinyin", "id")
    return dict(rows.values_list("id", "name"))


def own_staff(actor: Actor, staff_id: str, *, on: date) -> StaffCard:
    """One of the people of one's own carriers; raises NotVisible."""
    row = Staff.objects.filter(id=staff_id, carrier__in=carriers_of(actor)).first()
    if row is None:
        raise NotVisible
    return _staff(row, _operating([row.id], on).get(row.id, ()))


def joining(admission_ids: Iterable[str]) -> set[str]:
    """Which of these admissions have no carrier yet (待登记载体)."""
    wanted = set(admission_ids)
    known = Carrier.objects.filter(admission_id__in=wanted, ended_on__isnull=True)
    return wanted - set(known.values_list("admission_id", flat=True))


def of_admissions() -> dict[str, str]:
    """Living carriers that an admission made: admission by carrier."""
    return dict(_of_admissions())


@compiled
def _of_admissions() -> QuerySet[Carrier, tuple[str, str]]:
    rows = Carrier.objects.filter(admission__isnull=False, ended_on__isnull=True)
    return rows.values_list("id", "admission_id")


def _alive(rows: QuerySet[Any], on: date) -> QuerySet[Any]:
    return rows.filter(Q(valid_until__isnull=True) | Q(valid_until__gt=on), valid_from__lte=on)


def _operating(staff_ids: Sequence[str], on: date) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for row in _alive(Operating.objects.filter(staff_id__in=staff_ids), on).order_by("id"):
        found[row.staff_id] = (*found.get(row.staff_id, ()), row.offer_id)
    return found


def _staff(row: Staff, operates: tuple[str, ...]) -> StaffCard:
    return StaffCard(
        id=row.id,
        carrier_id=row.carrier_id,
        person_id=row.person_id or "",
        name=row.name,
        title=StaffTitle(row.title),
        post=row.post,
        published=row.published,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        operates=operates,
    )


def _card(row: Carrier) -> CarrierCard:
    return CarrierCard(
        id=row.id,
        party_id=row.party_id,
        unit_id=row.unit_id or "",
        kind=CarrierKind(row.kind),
        name=row.name,
        department=row.department,
        region=row.region,
        address=row.address,
        code=row.code,
        ended_on=row.ended_on,
        admission_id=row.admission_id or "",
    )
