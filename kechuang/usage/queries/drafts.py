"""A record's version as the draft it was made from; what is on file of instruments and clients."""

from collections.abc import Iterable
from dataclasses import fields
from datetime import date

from kechuang.catalog.queries import customs_clear_of, instruments
from kechuang.ui import clock
from kechuang.usage.models import ServiceRecord
from kechuang.usage.rules import Draft, Life
from kechuang.usage.states import Audience, ClientRole, Purpose, Way

_SAME = {one.name for one in fields(Draft)} - {
    "carrier_id",
    "instrument_id",
    "client_id",
    "from_at",
    "until_at",
    "way",
    "audience",
    "purpose",
    "client_role",
    "report_numbers",
}


def draft_of(row: ServiceRecord) -> Draft:
    """What a version says, in legal time."""
    return Draft(
        carrier_id=row.carrier_id,
        instrument_id=row.instrument_id or "",
        client_id=row.client_id or "",
        from_at=row.from_at.astimezone(clock.LEGAL_ZONE),
        until_at=row.until_at.astimezone(clock.LEGAL_ZONE),
        way=Way(row.way),
        audience=Audience(row.audience),
        purpose=Purpose(row.purpose),
        client_role=ClientRole(row.client_role),
        report_numbers=tuple(row.report_numbers),
        **{name: getattr(row, name) for name in _SAME},
    )


def lives(instrument_ids: Iterable[str], *, on: date) -> dict[str, Life]:
    """What records depend on of instruments, by id (建账、退役、海关监管). One statement, two more for customs."""
    cards = instruments(instrument_ids)
    cleared = customs_clear_of([card.id for card in cards.values() if card.under_customs], on) if cards else {}
    return {
        card.id: Life(
            card.offer.name, card.exists_from, card.retired_on, card.under_customs, cleared.get(card.id, True)
        )
        for card in cards.values()
    }
