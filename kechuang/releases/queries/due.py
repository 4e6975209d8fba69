"""What the clock looks for (到时事项): ids only, each is then taken up by its command."""

from datetime import date, datetime, timedelta

from django.db.models import QuerySet

from kechuang.parties.queries import ended_since
from kechuang.releases.models import Entry, Release
from kechuang.releases.states import BATCH, LIVE, MERGER_LOOK_BACK_DAYS, EntryState, ReleaseState, Way
from kechuang.ui.compiled import compiled


def to_close(*, now: datetime) -> list[str]:
    """Releases whose last instant is over."""
    return _to_close(now)


@compiled
def _to_close(now: datetime) -> QuerySet[Release, str]:
    rows = Release.objects.filter(state=ReleaseState.ANNOUNCED, closes_at__lte=now)
    return rows.order_by("closes_at", "id").values_list("id", flat=True)[:BATCH]


def to_serve() -> list[str]:
    """First-come releases in which somebody still stands in the queue: who served was interrupted."""
    return sorted(set(_standing()))


@compiled
def _standing() -> QuerySet[Entry, str]:
    rows = Release.objects.filter(state=ReleaseState.ANNOUNCED, way=Way.FIRST_COME)
    return Entry.objects.filter(release__in=rows, state=EntryState.ENTERED).values_list("release_id", flat=True)


def to_lapse(*, now: datetime) -> list[str]:
    """Places that were not taken up in time, the earliest first."""
    return _to_lapse(now)


@compiled
def _to_lapse(now: datetime) -> QuerySet[Entry, str]:
    rows = Entry.objects.filter(state=EntryState.OFFERED, kept_until__lte=now)
    return rows.order_by("kept_until", "id").values_list("id", flat=True)[:BATCH]


def to_finish(*, now: datetime) -> list[str]:
    """Releases whose waiting list is over and in which nobody has a place kept."""
    return _to_finish(now)


@compiled
def _to_finish(now: datetime) -> QuerySet[Release, str]:
    rows = Release.objects.filter(state__in=[ReleaseState.CLOSED, ReleaseState.RANKED], waits_until__lte=now)
    kept = Entry.objects.filter(state=EntryState.OFFERED).values("release_id")
    return rows.exclude(id__in=kept).order_by("id").values_list("id", flat=True)[:BATCH]


def of_ended(*, on: date) -> list[str]:
    """Entries in the running whose party was merged or struck off of late."""
    gone = [card.id for card in ended_since(on - timedelta(days=MERGER_LOOK_BACK_DAYS))]
    rows = Entry.objects.filter(party_id__in=gone, state__in=LIVE)
    return list(rows.order_by("place").values_list("id", flat=True)[:BATCH])
