"""One of everything that releases can own, for the matrix of who sees what."""

from datetime import datetime, timedelta

from kechuang.kernel.actor import Actor
from kechuang.kernel.money import Fen
from kechuang.releases import commands
from tests.vouchers.conftest import SCHEME


def released(author: Actor, *, checker: Actor, firm: Actor, region: str, now: datetime) -> dict[str, str]:
    """A release that is still being planned, and the firm's place in one that is open."""
    opens, closes = now + timedelta(hours=1), now + timedelta(hours=5)
    plan = commands.Plan("试探批次", "first_come", Fen(20_000_000), 1, opens, closes)
    made = [commands.draft(author, scheme=SCHEME, region=region, plan=plan, now=now).id for _ in range(2)]
    commands.submit(author, release_id=made[1], now=now)
    commands.announce(checker, release_id=made[1], now=now)
    place = commands.enter(firm, release_id=made[1], now=opens)
    return {"release_id": made[0], "place_id": place.id}
