"""One of everything that usage can own, for the matrix of who sees what."""

from datetime import datetime, timedelta

from kechuang.catalog.commands import NewOffer, add_offers
from kechuang.catalog.states import OfferKind
from kechuang.kernel.actor import Actor
from kechuang.ui import clock
from kechuang.usage import commands
from kechuang.usage.rules import Draft
from kechuang.usage.states import Audience


def used(server: Actor, *, carrier_id: str, now: datetime) -> dict[str, str]:
    """An instrument with a run under way, a meter, a key, a record and a paper of the one who served."""
    new = NewOffer(OfferKind.INSTRUMENT, "扫描电镜", "instrument", inner_number="YQ-1")
    (offer,) = add_offers(server, carrier_id=carrier_id, offers=[new], now=now)
    run = commands.start(server, instrument_id=offer.id, title="上机", audience=Audience.INSIDE, now=now)
    meter, _token = commands.add_meter(
        server, instrument_id=offer.id, name="电表", threshold_watts=300, gap_minutes=10, now=now
    )
    key, _token = commands.add_key(server, carrier_id=carrier_id, name="LIMS", now=now)
    yesterday = now - timedelta(days=1)
    draft = Draft(
        carrier_id=carrier_id, title="材料检测", from_at=yesterday - timedelta(hours=1), until_at=yesterday,
        client_name="某某公司", operator_id=server.person_id,
    )  # fmt: skip
    record = commands.enter(server, draft=draft, now=now)
    today = clock.day(now)
    paper = commands.issue_paper(
        server,
        person_id=server.person_id,
        valid_from=today.replace(day=1) - timedelta(days=60),
        valid_until=today,
        now=now,
    )
    return {
        "instrument_id": offer.id,
        "session_id": run.id,
        "meter_id": meter.id,
        "key_id": key.id,
        "record_id": record.id,
        "paper_id": paper.id,
    }
