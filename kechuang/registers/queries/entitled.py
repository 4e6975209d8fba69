"""Who is admitted and takes new orders: one admission, many at once, the public list."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet

from kechuang.kernel.text import tidy
from kechuang.parties.queries import covers
from kechuang.registers import rules
from kechuang.registers.models import Admission
from kechuang.registers.queries.packs import carrier_registers, makes_carriers, registers, terms_on
from kechuang.registers.states import (
    AdmissionState,
)
from kechuang.ui.compiled import compiled

_ENTITLED = (AdmissionState.ADMITTED, AdmissionState.SUSPENDED, AdmissionState.REVOKED)


@dataclass(frozen=True, slots=True)
class Admitted:
    """An admission that takes new orders (在库且可承接新订单)."""

    id: str
    number: str
    scheme: str
    party_id: str
    unit_id: str
    name: str
    region: str
    revoking_region: str
    entrant_class: str
    opening_required: bool  # content, process and price list before the first order
    valid_from: date
    valid_until: date | None


def admitted(scheme: str, *, party_id: str, unit_id: str = "", on: date, region: str = "") -> Admitted | None:
    """The admission under which new orders may be placed on a day (可承接新订单), or None. One statement.

    A unit's own admission speaks for the unit, also when it was stopped; without one the whole party's does (高校含二级
    学院). `region` is the county that pays: a revocation that binds one county only leaves the others open.
    """
    found = _entitled(scheme, party_id, unit_id)
    own = [row for row in found if row.unit_id == unit_id] if unit_id else []
    good = next((row for row in own or found if good_on(row, on=on, region=region)), None)
    return _admitted(good) if good else None


@compiled
def _entitled(scheme: str, party_id: str, unit_id: str) -> QuerySet[Admission]:
    rows = Admission.objects.filter(scheme=scheme, party_id=party_id, state__in=_ENTITLED)
    rows = rows.filter(Q(unit_id=unit_id) | Q(unit__isnull=True)) if unit_id else rows.filter(unit__isnull=True)
    return rows.order_by("-decided_on", "-id")


def admitted_parties(scheme: str, party_ids: Iterable[str], *, on: date) -> dict[str, Admitted]:
    """The same for whole parties at once, by party: for lists of offers."""
    rows = Admission.objects.filter(
        scheme=scheme, party_id__in=set(party_ids), state=AdmissionState.ADMITTED, unit__isnull=True
    )
    return {row.party_id: _admitted(row) for row in rows if good_on(row, on=on)}


def good_on(row: Admission, *, on: date, region: str = "") -> bool:
    """Whether a row takes new orders on a day: state, validity and certificates."""
    ends = [end for end in (row.valid_until, row.certified_until) if end is not None]
    return rules.stays_good(
        state=AdmissionState(row.state),
        valid_from=row.valid_from,
        until=min(ends, default=None),
        revoked_in=row.revoking_region,
        binds=row.revocation_binds,
        region=region,
        on=on,
    )


def ever_admitted(party_id: str, *, unit_id: str = "") -> bool:
    """Whether a party, or one of its units, was ever on a register, also when its admission has ended since."""
    rows = Admission.objects.filter(party_id=party_id, valid_from__isnull=False)
    return rows.filter(Q(unit_id=unit_id) | Q(unit__isnull=True)).exists() if unit_id else rows.exists()


def carrier_admission(party_id: str, *, unit_id: str = "", on: date) -> Admitted | None:
    """The admission that permits a party (or one of its units) to serve as a carrier on a day (已加入平台), or None."""
    rows = Admission.objects.filter(party_id=party_id, scheme__in=carrier_registers(), state=AdmissionState.ADMITTED)
    rows = rows.filter(Q(unit_id=unit_id or None) | Q(unit__isnull=True)).order_by("-decided_on", "-id")
    return next((_admitted(row) for row in rows if good_on(row, on=on)), None)


def joined(*, on: date) -> list[Admitted]:
    """Everybody who is on a register that makes carriers, and in force (可登记载体的入库)."""
    schemes = [scheme for scheme in carrier_registers() if makes_carriers(scheme)]
    return [_admitted(row) for row in _joined(schemes) if good_on(row, on=on)]


@compiled
def _joined(schemes: list[str]) -> QuerySet[Admission]:
    return Admission.objects.filter(scheme__any=schemes, state=AdmissionState.ADMITTED).order_by("id")


def admission_of(admission_id: str, *, on: date) -> Admitted | None:
    """One admission, when it is in force on a day."""
    row = Admission.objects.filter(id=admission_id, state=AdmissionState.ADMITTED).first()
    return _admitted(row) if row is not None and good_on(row, on=on) else None


def ended(admission_ids: Iterable[str]) -> list[str]:
    """Which of these admissions have ended (已撤销、期满、退出): what they made ends with them."""
    ids = sorted(set(admission_ids))
    return _ended(ids) if ids else []


@compiled
def _ended(admission_ids: list[str]) -> QuerySet[Admission, str]:
    over = (AdmissionState.REVOKED, AdmissionState.EXPIRED, AdmissionState.WITHDRAWN)
    rows = Admission.objects.filter(id__any=admission_ids, state__in=over).order_by("id")
    return rows.values_list("id", flat=True)


@compiled
def revoked_since(scheme: str, on: date) -> QuerySet[Admission]:
    """Admissions revoked on or after a day: what happens to their open orders is the upper room's to do."""
    return Admission.objects.filter(scheme=scheme, state=AdmissionState.REVOKED, ended_on__gte=on).order_by("id")


def _admitted(row: Admission) -> Admitted:
    assert row.valid_from is not None, row.id
    return Admitted(
        id=row.id,
        number=row.number,
        scheme=row.scheme,
        party_id=row.party_id,
        unit_id=row.unit_id or "",
        name=row.name,
        region=row.region,
        revoking_region=row.revoking_region,
        entrant_class=row.entrant_class,
        opening_required=row.opening_required,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
    )


def library(scheme: str, *, on: date, text: str = "", region: str = "", entrant_class: str = "") -> QuerySet[Admission]:
    """The public list of a register, by pinyin (名录公开): who takes new orders today."""
    rows = Admission.objects.filter(scheme=scheme, state=AdmissionState.ADMITTED, valid_from__lte=on)
    rows = rows.filter(
        Q(valid_until__isnull=True) | Q(valid_until__gt=on), Q(certified_until__isnull=True) | Q(certified_until__gt=on)
    )
    if wanted := tidy(text):
        rows = rows.filter(Q(name__icontains=wanted) | Q(pinyin__startswith=wanted.lower()))
    if region:
        rows = rows.filter(region__in=covers(region))
    if entrant_class:
        rows = rows.filter(entrant_class=entrant_class)
    return rows.order_by("pinyin", "id")


def library_counts(scheme: str) -> dict[str, int]:
    """How many of each class are admitted (各类机构数)."""
    rows = Admission.objects.filter(scheme=scheme, state=AdmissionState.ADMITTED)
    return dict(rows.values_list("entrant_class").annotate(Count("id")).order_by("entrant_class"))


def standing_on(schemes: Collection[str], regions: Iterable[str], *, until: date) -> dict[str, int]:
    """Per region how many stood on one of these registers before the day `until` (在库)."""
    rows = Admission.objects.filter(scheme__in=list(schemes), region__in=list(regions), valid_from__lt=until)
    rows = rows.filter(Q(ended_on__isnull=True) | Q(ended_on__gte=until))
    rows = rows.filter(Q(valid_until__isnull=True) | Q(valid_until__gte=until))
    return dict(rows.order_by().values_list("region").annotate(n=Count("id")))


def opening_article(party_id: str, *, on: date) -> str:
    """The article that asks for content, process and prices before the first order (规范服务标准).

    That of the party's own admission, else of the first register there is; "" where no register asks for it.
    """
    said = next(filter(None, _terms_of(party_id)), None)
    if said is not None:
        return str(said["params"]["price_list_required"]["article"])
    return next((terms_on(scheme, on).article("price_list_required") for scheme in registers()), "")


@compiled
def _terms_of(party_id: str) -> QuerySet[Admission, dict[str, Any]]:
    return Admission.objects.filter(party_id=party_id).order_by("-id").values_list("terms", flat=True)
