"""One of everything that bookings can own, for the matrix of who sees what."""

from datetime import datetime, timedelta
from typing import Any

from kechuang.bookings import commands, queries
from kechuang.bookings.commands import Declared
from kechuang.bookings.models import Training, Wait
from kechuang.bookings.rules import Span
from kechuang.bookings.states import Mode
from kechuang.kernel.actor import Actor
from kechuang.ui import clock
from tests.bookings.conftest import ALWAYS


def booked(*, server: Actor, holder: Actor, offer_id: str, now: datetime) -> dict[str, str]:
    """A booking, a block, an outside calendar, a sample, a wait, a training, a qualification and a subscription."""
    row = commands.open_calendar(server, instrument_id=offer_id, hours=ALWAYS, now=now)
    begin = clock.instant(clock.day(now) + timedelta(days=2))
    span = Span(begin, begin + timedelta(hours=1))
    times = {"from_at": span.from_at, "until_at": span.until_at, "now": now}
    booking = commands.book(holder, instrument_ids=[offer_id], **times)
    later = {name: at + timedelta(days=1) for name, at in times.items() if name != "now"}
    (block,) = commands.block(server, instrument_id=offer_id, kind="maintenance", now=now, **later)
    source = commands.connect_source(server, instrument_id=offer_id, kind="push", consents=True, now=now)
    declared = Declared("镀锌板", clock.day(now), return_address="越城区 1 号")
    sample = commands.announce_sample(holder, instrument_id=offer_id, sample=declared, now=now)
    qualification = commands.qualify(
        server, instrument_id=offer_id, person_id=holder.person_id, trained_on=clock.day(now), now=now
    )
    between: dict[str, Any] = {
        "region": row.region,
        "instrument_id": offer_id,
        "provider_id": server.party_id,
        "holder_id": holder.party_id,
        "person_id": holder.person_id,
        "made_at": now,
    }
    window = {"wanted_from_at": span.from_at, "wanted_until_at": span.until_at, "minutes": 60, "mode": Mode.SLOT}
    commands.subscribe(holder, now=now)
    return {
        "booking_id": booking.id,
        "block_id": block.id,
        "source_id": source.id,
        "sample_id": sample.id,
        "qualification_id": qualification.id,
        "training_id": Training.objects.create(**between).id,
        "wait_id": Wait.objects.create(**between, **window).id,
        "token": queries.own_feeds(holder)[0].token,
    }


# Open offers are everybody's to look at and to ask for; a subscription's address is its own key.
NOBODYS = {
    "bookings:calendar", "bookings:events", "bookings:book", "bookings:wait", "bookings:train", "bookings:announce",
    "bookings:feed",
}  # fmt: skip
ACTIONS = {
    "booking_id": "cancel",
    "sample_id": "withdraw",
    "training_id": "pass",
    "qualification_id": "revoke",
    "wait_id": "leave",
    "instrument_id": "pause",
}
UNITS = {"booking_id", "block_id", "source_id", "sample_id", "training_id", "qualification_id"}
BODY = {"from_at": "2030-01-01T09:00:00+08:00", "until_at": "2030-01-01T10:00:00+08:00", "person_id": "psn_1"}
