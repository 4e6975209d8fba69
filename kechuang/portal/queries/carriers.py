"""The public pages of carriers (载体名录、载体公开页): what each is, what it offers at which price, how to reach it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet

from kechuang.catalog import queries as catalog
from kechuang.catalog.queries import CarrierCard, StaffCard
from kechuang.catalog.states import StaffTitle
from kechuang.kernel.actor import Actor
from kechuang.parties.queries import party_names, region_name, unit_names
from kechuang.portal.queries import finding
from kechuang.portal.queries.finding import Shown


@dataclass(frozen=True, slots=True)
class CarrierPage:
    """All that the public page of a carrier shows but its offers, which are paged."""

    card: CarrierCard
    party_name: str
    unit_name: str
    region_name: str
    opening: object  # the opening rules in force, or None
    named: Sequence[StaffCard]  # who agreed that the name is public
    counts: Mapping[StaffTitle, int]  # everybody, by title
    papers: bool  # whether the actor may read more

    @property
    def staff_count(self) -> int:
        return sum(self.counts.values())


def carrier_page(actor: Actor, carrier_id: str, *, on: date) -> CarrierPage:
    """A carrier as everybody may see it; raises NotVisible. A fixed number of statements."""
    card = catalog.carrier_card(carrier_id)
    people = catalog.staff(carrier_id, on=on)
    titles = [one.title for one in people]
    return CarrierPage(
        card=card,
        party_name=party_names([card.party_id]).get(card.party_id, ""),
        unit_name=unit_names([card.unit_id]).get(card.unit_id, "") if card.unit_id else "",
        region_name=region_name(card.region),
        opening=catalog.opening(carrier_id, on=on),
        named=[one for one in people if one.published],
        counts={title: titles.count(title) for title in StaffTitle if title in titles},
        papers=catalog.may_read_papers(actor, carrier_id),
    )


def offers_of(carrier_id: str) -> QuerySet[Any]:
    """What a carrier offers to everybody today, to be paged."""
    return catalog.open_offers_of(carrier_id)


def shown(actor: Actor, offer_ids: Sequence[str], *, on: date, now: datetime) -> list[Shown]:
    """One page of a carrier's offers with prices, what the actor would pay, and free times."""
    return finding.of_ids(actor, offer_ids, on=on, now=now)


def listed(*, text: str = "", kind: str = "", region: str = "", department: str = "", party: str = "") -> QuerySet[Any]:
    """Carriers by pinyin (载体名录), to be paged; rows carry party and unit."""
    return catalog.carriers(text=text, kind=kind, region=region, department=department, party_id=party)


def region_names(codes: Sequence[str]) -> dict[str, str]:
    """Names of the places of a page."""
    return {code: region_name(code) for code in codes}
