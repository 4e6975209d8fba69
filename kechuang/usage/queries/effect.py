"""What a carrier did in a year, for the national yearly report (年度服务成效): sums, clients, and what was paid for."""

from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet, Sum

from kechuang.catalog.queries import CarrierCard, carrier_cards, own_carriers
from kechuang.kernel.actor import Actor
from kechuang.kernel.errors import NotVisible
from kechuang.usage.access import may_watch
from kechuang.usage.models import InstrumentYear, Standing
from kechuang.usage.states import Audience, Purpose


@dataclass(frozen=True, slots=True)
class Support:
    """What was done for one side, the carrier's own house or others (支撑本单位、外单位创新)."""

    services: int
    clients: int  # by name
    reports: int
    minutes: int
    amount_fen: int


@dataclass(frozen=True, slots=True)
class YearServed:
    """The year's records of one carrier, those that hold."""

    inside: Support
    outside: Support
    voucher_fen: int
    by_purpose: dict[str, tuple[int, int]]  # 服务类型 -> inside, outside

    @property
    def income_fen(self) -> int:
        return self.inside.amount_fen + self.outside.amount_fen


def watched_carrier(actor: Actor, carrier_id: str) -> CarrierCard:
    """A carrier for its own people and the offices over its place; raises NotVisible to others."""
    known = carrier_cards([carrier_id]).get(carrier_id)
    if known is None:
        raise NotVisible
    if not may_watch(actor, known.region) and not own_carriers(actor).filter(id=carrier_id).exists():
        raise NotVisible
    return known


def _held(carrier_id: str, year: int) -> QuerySet[Standing]:
    return Standing.objects.filter(carrier_id=carrier_id, active=True, served_on__year=year)


def year_served(carrier_id: str, *, year: int) -> YearServed:
    """Sums of the records that hold. Three statements."""
    rows = _held(carrier_id, year)
    sides = {
        external: Support(services, clients, reports or 0, minutes or 0, fen or 0)
        for external, services, clients, reports, minutes, fen in rows.order_by()
        .values("external")
        .annotate(
            n=Count("id"),
            clients=Count("record__client_name", distinct=True, filter=~Q(record__client_name="")),
            reports=Sum("record__reports"),
            total=Sum("minutes"),
            fen=Sum("amount_fen"),
        )
        .values_list("external", "n", "clients", "reports", "total", "fen")
    }
    counted = rows.order_by().values_list("record__purpose", "external").annotate(Count("id"))
    purposes = {str(purpose): [0, 0] for purpose in Purpose}
    for purpose, external, count in counted:
        purposes[purpose][external] += count
    nothing = Support(0, 0, 0, 0, 0)
    return YearServed(
        inside=sides.get(False, nothing),
        outside=sides.get(True, nothing),
        voucher_fen=rows.aggregate(fen=Sum("voucher_fen"))["fen"] or 0,
        by_purpose={purpose: (inside, outside) for purpose, (inside, outside) in purposes.items()},
    )


def served_outside(carrier_id: str, *, year: int) -> list[Standing]:
    """The paid services to others, the first of the year first, with record and instrument: what income came from."""
    rows = _held(carrier_id, year).filter(external=True, amount_fen__gt=0, record__audience=Audience.OUTSIDE)
    return list(rows.select_related("record", "instrument").order_by("served_on", "id"))


def hours_of_year(instrument_ids: list[str], *, year: int) -> dict[str, tuple[int, int]]:
    """Effective minutes and those for others, by instrument (年有效机时、年对外机时). One statement."""
    rows = InstrumentYear.objects.filter(instrument_id__in=instrument_ids, year=year)
    return {
        row.instrument_id: (row.metered + row.run + row.typed, row.external)
        for row in rows.only("instrument_id", "metered", "run", "typed", "external")
    }
