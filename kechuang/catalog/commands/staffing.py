"""Who works at a carrier and what they may operate (技术人员、上机授权)."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q

from kechuang.catalog import rules
from kechuang.catalog.access import carriers_of
from kechuang.catalog.commands.offering import own_carrier
from kechuang.catalog.models import Carrier, Offer, Operating, Staff
from kechuang.catalog.states import StaffTitle
from kechuang.kernel.actor import Actor, Role
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.text import gettext_noop as _
from kechuang.kernel.text import tidy
from kechuang.parties.queries import members_now, person_names
from kechuang.parties.rules import pinyin_key
from kechuang.trail.commands import record
from kechuang.ui import clock


@transaction.atomic
def add_staff(
    actor: Actor,
    *,
    carrier_id: str,
    name: str = "",
    person_id: str = "",
    title: StaffTitle = StaffTitle.NONE,
    post: str = "",
    published: bool = False,
    operates: Sequence[str] = (),
    valid_from: date,
    valid_until: date | None = None,
    now: datetime,
) -> Staff:
    """Somebody works at a carrier from a day on (登记技术人员): a member of the party, or a name only.

    The same person (without one: the same name) still there answers in place of a second. Raises NotVisible,
    StaffNameMissing, NotAMember, PeriodEmpty, NotThisCarriers.
    """
    carrier = own_carrier(actor, carrier_id)
    if person_id and person_id not in members_now(carrier.party_id):
        raise rules.NotAMember
    written = tidy(name) or person_names([person_id]).get(person_id, "")
    if not written:
        raise rules.StaffNameMissing
    rules.check_period(valid_from, valid_until)
    there = Staff.objects.filter(Q(valid_until__isnull=True) | Q(valid_until__gt=valid_from), carrier=carrier)
    same = there.filter(person_id=person_id) if person_id else there.filter(person__isnull=True, name=written)
    if known := same.first():
        return known
    row = Staff.objects.create(
        carrier=carrier,
        region=carrier.region,
        person_id=person_id or None,
        name=written,
        pinyin=pinyin_key(written),
        title=StaffTitle(title),
        post=tidy(post),
        published=published,
        valid_from=valid_from,
        valid_until=valid_until,
    )
    _authorise(carrier, row, operates, valid_from)
    facts = {"carrier": carrier.id, "title": str(title), "from": valid_from.isoformat(), "operates": sorted(operates)}
    record(actor, row, "add_staff", label=_("登记技术人员"), role=Role.PROVIDER, now=now, facts=facts)
    return row


@transaction.atomic
def edit_staff(
    actor: Actor,
    *,
    staff_id: str,
    title: StaffTitle,
    post: str,
    published: bool,
    operates: Sequence[str],
    valid_until: date | None = None,
    now: datetime,
) -> Staff:
    """Changes title, post, what may be operated from today on, and the last day (修改技术人员、上机授权).

    What may no more be operated ends today; who leaves keeps no authorisation. Raises NotVisible, PeriodEmpty,
    NotThisCarriers.
    """
    row = _own_staff(actor, staff_id)
    rules.check_period(row.valid_from, valid_until)
    row.title, row.post, row.published, row.valid_until = StaffTitle(title), tidy(post), published, valid_until
    row.save(update_fields=["title", "post", "published", "valid_until"])
    _authorise(row.carrier, row, operates, max(clock.day(now), row.valid_from))
    facts = {
        "title": str(title),
        "operates": sorted(operates),
        "until": valid_until.isoformat() if valid_until else "",
        "published": published,
    }
    record(actor, row, "edit_staff", label=_("修改技术人员信息"), role=Role.PROVIDER, now=now, facts=facts)
    return row


def _own_staff(actor: Actor, staff_id: str) -> Staff:
    rows = Staff.objects.select_for_update(of=("self",)).select_related("carrier")
    row = rows.filter(id=staff_id, carrier__in=carriers_of(actor)).first()
    if row is None:
        raise NotVisible
    return row


def _authorise(carrier: Carrier, row: Staff, offer_ids: Sequence[str], on: date) -> None:
    """From `on` these may be operated and no others; an authorisation that began today and ends today is emptied."""
    wanted = set(offer_ids)
    if wanted - set(Offer.objects.filter(carrier=carrier, id__in=wanted).values_list("id", flat=True)):
        raise rules.NotThisCarriers
    running = {one.offer_id: one for one in Operating.objects.filter(staff=row, valid_until__isnull=True)}
    ending = [one.id for offer_id, one in running.items() if offer_id not in wanted]
    Operating.objects.filter(id__in=ending, valid_from__gt=on).delete()
    Operating.objects.filter(id__in=ending).update(valid_until=on)
    begins = sorted(wanted - set(running))
    Operating.objects.bulk_create(Operating(staff=row, offer_id=offer_id, valid_from=on) for offer_id in begins)
