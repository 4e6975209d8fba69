"""Subscriptions (日历订阅): a private address for a calendar program, taken back at any time."""

from datetime import datetime

from django.db import transaction

from kechuang.bookings.access import calendars_visible_to, roles_on_own
from kechuang.bookings.commands.taking import inform, locked
from kechuang.bookings.models import Feed, SentEntry
from kechuang.bookings.states import BookingState, FeedKind
from kechuang.kernel.actor import CLOCK, Actor, Role
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.text import gettext_noop as _
from kechuang.trail.commands import record
from kechuang.ui.rows import insert

_LABEL, _REVOKED = _("开通日历订阅"), _("停用日历订阅")


@transaction.atomic
def subscribe(actor: Actor, *, instrument_id: str = "", now: datetime) -> Feed:
    """A private address for one's own bookings, or for those of an instrument that one provides (开通订阅).

    Asked again while one is open, that one answers. Raises NotVisible.
    """
    if not actor.person_id or not actor.party_id:
        raise NotVisible
    if instrument_id:
        calendar = calendars_visible_to(actor).filter(instrument_id=instrument_id).first()
        if calendar is None or Role.PROVIDER not in roles_on_own(actor, calendar):
            raise NotVisible
    once = {"person_id": actor.person_id, "party_id": actor.party_id, "instrument_id": instrument_id or None}
    kind = FeedKind.INSTRUMENT if instrument_id else FeedKind.PERSON
    row = Feed(**once, kind=kind, made_at=now)
    if not insert(row):
        return Feed.objects.get(**once, revoked_at__isnull=True)
    role = Role.PROVIDER if instrument_id else Role.HOLDER
    record(actor, row, "subscribe", label=_LABEL, role=role, now=now, facts={"instrument_id": instrument_id})
    return row


@transaction.atomic
def revoke_feed(actor: Actor, *, feed_id: str, now: datetime) -> Feed:
    """The address leads nowhere any more (停用订阅); revoked twice, the first stands. Raises NotVisible."""
    row = Feed.objects.select_for_update(of=("self",)).filter(id=feed_id, person_id=actor.person_id).first()
    if row is None or not actor.person_id:
        raise NotVisible
    if row.revoked_at is None:
        row.revoked_at = now
        row.save(update_fields=["revoked_at"])
        record(actor, row, "revoke_feed", label=_REVOKED, role=Role.HOLDER, now=now)
    return row


@transaction.atomic
def renew_feed(actor: Actor, *, feed_id: str, now: datetime) -> Feed:
    """A new address in place of one that others may have seen (更换地址)."""
    row = revoke_feed(actor, feed_id=feed_id, now=now)
    return subscribe(actor, instrument_id=row.instrument_id or "", now=now)


@transaction.atomic
def send_entry(*, booking_id: str, now: datetime) -> bool:
    """Who booked where no provider confirms gets the entry for their calendar (日程附件), once; whether it was sent."""
    booking = locked(CLOCK, booking_id)
    if booking.state != BookingState.CONFIRMED or not insert(SentEntry(booking=booking, at=now)):
        return False
    inform(booking, _("预约已确认"), now=now, person=booking.person_id)
    return True
