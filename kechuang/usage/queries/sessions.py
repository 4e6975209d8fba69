"""Runs under way, and what proves the hours of one instrument (上机、计量)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet

from kechuang.catalog.queries import OfferCard, carrier, offer
from kechuang.kernel.actor import Actor
from kechuang.kernel.errors import NotVisible
from kechuang.parties.queries import person_names
from kechuang.ui.compiled import compiled
from kechuang.usage.access import keys_visible_to, meters_visible_to, sessions_visible_to
from kechuang.usage.models import Meter, PushKey, Reading, Session
from kechuang.usage.states import BATCH, FORGOTTEN_HOURS, SessionState


@dataclass(frozen=True, slots=True)
class RunSheet:
    """The page of one instrument for its operator: who runs it now, what was run lately, its meter."""

    offer: OfferCard
    running: Session | None
    operator: str
    own: bool
    latest: list[Session]
    meter: Meter | None
    last_reading: Reading | None


def run_sheet(actor: Actor, instrument_id: str, *, shown: int) -> RunSheet:
    """What an operator sees of an instrument; raises NotVisible for who is not of its carrier."""
    card = offer(actor, instrument_id)
    carrier(actor, card.carrier_id)
    rows = Session.objects.filter(instrument_id=instrument_id)
    running = rows.filter(state=SessionState.RUNNING).first()
    meter = meters_visible_to(actor).filter(instrument_id=instrument_id, ended_at__isnull=True).first()
    return RunSheet(
        offer=card,
        running=running,
        operator=person_names([running.operator_id]).get(running.operator_id, "") if running else "",
        own=running is not None and running.operator_id == actor.person_id,
        latest=list(rows.exclude(state=SessionState.RUNNING).order_by("-started_at")[:shown]),
        meter=meter,
        last_reading=Reading.objects.filter(meter=meter).order_by("-at").first() if meter else None,
    )


def running_of(actor: Actor) -> QuerySet[Session]:
    """The runs under way of one's own party."""
    rows = sessions_visible_to(actor).filter(state=SessionState.RUNNING)
    return rows.select_related("instrument").order_by("started_at", "id")


def forgotten(*, now: datetime) -> list[str]:
    """Runs that have gone on too long and were not told yet."""
    return _forgotten(now - timedelta(hours=FORGOTTEN_HOURS))


@compiled
def _forgotten(before: datetime) -> QuerySet[Session, str]:
    rows = Session.objects.filter(state=SessionState.RUNNING, started_at__lt=before, reminded_at__isnull=True)
    return rows.order_by("started_at").values_list("id", flat=True)[:BATCH]


def meters_of(actor: Actor) -> QuerySet[Meter]:
    """The meters of one's own party, those in use first."""
    return meters_visible_to(actor).select_related("instrument").order_by("-ended_at", "-id")


def keys_of(actor: Actor) -> QuerySet[PushKey]:
    """The push keys of one's own party, those in use first."""
    return keys_visible_to(actor).select_related("carrier").order_by("-ended_at", "-id")


def session(actor: Actor, session_id: str) -> Session:
    """One run of one's own party; raises NotVisible."""
    row = sessions_visible_to(actor).filter(id=session_id).first()
    if row is None:
        raise NotVisible
    return row
