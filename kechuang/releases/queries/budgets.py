"""How much of a county's budget releases have planned (放券占用的预算). No hold in the ledger: the money stays in the budget."""

from django.db.models import Sum

from kechuang.kernel.money import Fen
from kechuang.ledger.queries import balance_at
from kechuang.ledger.rules import Kind, Place
from kechuang.releases.models import Entry, Release
from kechuang.releases.states import EntryState, ReleaseState

_RUNNING = (ReleaseState.ANNOUNCED, ReleaseState.CLOSED, ReleaseState.RANKED)


def free_fen(region: str, year: int) -> Fen:
    """What is in the county's budget of the year and not yet granted."""
    return Fen(balance_at(Place(Kind.BUDGET, region, year)).free_fen)


def planned_fen(region: str, year: int) -> Fen:
    """What running releases may still grant of it: their amounts less what they have granted."""
    running = Release.objects.filter(region=region, year=year, state__in=_RUNNING)
    whole = running.aggregate(fen=Sum("amount_fen"))["fen"] or 0
    granted = Entry.objects.filter(release__in=running, state=EntryState.GRANTED).aggregate(fen=Sum("fen"))["fen"] or 0
    return Fen(whole - granted)
