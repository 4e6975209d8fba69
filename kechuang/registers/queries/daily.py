"""What the daily jobs ask: what ran out, what lists say, what is called otherwise now."""

from collections.abc import Sequence
from datetime import date

from django.db.models import Case as Choose
from django.db.models import F, QuerySet, Value, When
from django.db.models.functions import Concat

from kechuang.credit.queries import Hit, daily_hits
from kechuang.parties.states import PartyState
from kechuang.registers.models import Admission, Case
from kechuang.registers.queries.packs import terms_on
from kechuang.registers.states import (
    LIVE,
    AdmissionState,
    CaseKind,
    CaseState,
)
from kechuang.ui.compiled import compiled

_KEPT = (AdmissionState.ADMITTED, AdmissionState.SUSPENDED)


def waiting_behind_notice() -> list[str]:
    """Admissions whose notice runs, in the order in which they were handed in."""
    return _waiting()


@compiled
def _waiting() -> QuerySet[Admission, str]:
    rows = Admission.objects.filter(state=AdmissionState.IN_NOTICE).order_by("submitted_on", "id")
    return rows.values_list("id", flat=True)


def run_out(on: date) -> list[str]:
    """Admissions whose last day has passed, in the order in which they ran out (入库期满)."""
    return _run_out(on)


@compiled
def _run_out(on: date) -> QuerySet[Admission, str]:
    rows = Admission.objects.filter(state__in=_KEPT, valid_until__lte=on).order_by("valid_until", "id")
    return rows.values_list("id", flat=True)


def kept_parties() -> dict[str, str]:
    """The party of each admission that is admitted or suspended, by admission."""
    return dict(_kept_parties())


@compiled
def _kept_parties() -> QuerySet[Admission, tuple[str, str]]:
    return Admission.objects.filter(state__in=_KEPT).order_by("id").values_list("id", "party_id")


def kept_of_ended() -> list[str]:
    """Admissions that are admitted or suspended though their party is no more (机构注销、并入其他机构)."""
    return _kept_of_ended()


@compiled
def _kept_of_ended() -> QuerySet[Admission, str]:
    rows = Admission.objects.filter(state__in=_KEPT).exclude(party__state=PartyState.ACTIVE)
    return rows.order_by("id").values_list("id", flat=True)


def uncertified(on: date) -> list[tuple[Admission, str]]:
    """Admissions that no certificate carries any more and that have no case of it yet, with the case's key."""
    rows = [(row, f"{row.certified_until:%Y%m%d}") for row in _over(on)]
    known = _known(CaseKind.CERTIFICATE, [row.id for row, _key in rows])
    return [(row, key) for row, key in rows if (row.id, key) not in known]


@compiled
def _over(on: date) -> QuerySet[Admission]:
    return Admission.objects.filter(state__in=_KEPT, certified_until__lte=on).order_by("certified_until", "id")


def kept_schemes() -> list[str]:
    """The registers that have anybody on them."""
    return sorted(_kept_schemes())


@compiled
def _kept_schemes() -> QuerySet[Admission, str]:
    return Admission.objects.filter(state__in=_KEPT).order_by().values_list("scheme", flat=True).distinct()


def newly_listed(scheme: str, named: Sequence[Hit]) -> list[tuple[Admission, Hit]]:
    """Admissions whose party an integrity list names today and that have no case of that entry yet (失信比对)."""
    hits = {hit.party_id: hit for hit in named}
    if not hits:
        return []
    rows = _kept_of(scheme, list(hits))
    known = _known(CaseKind.DISHONEST, [row.id for row in rows])
    return [(row, hits[row.party_id]) for row in rows if (row.id, hits[row.party_id].entry_id) not in known]


@compiled
def _kept_of(scheme: str, party_ids: list[str]) -> QuerySet[Admission]:
    return Admission.objects.filter(scheme=scheme, state__in=_KEPT, party_id__any=party_ids).order_by("id")


def no_longer_listed(on: date) -> list[str]:
    """Open cases whose list no longer names the party and of which nobody has been told (移出名单)."""
    found = _standing_cases()
    codes = {code for row in found for code in terms_on(row.admission.scheme, on).terms.integrity_lists}
    still = {hit.entry_id for code in sorted(codes) for hit in daily_hits(code, on)}
    return [row.id for row in found if row.source_key not in still]


@compiled
def _standing_cases() -> QuerySet[Case]:
    rows = Case.objects.filter(kind=CaseKind.DISHONEST, state=CaseState.OPEN, lifted_on__isnull=True)
    return rows.select_related("admission").order_by("id")


def renamed() -> list[str]:
    """Admissions whose party (or unit) is called otherwise now (名称变更)."""
    return _renamed()


@compiled
def _renamed() -> QuerySet[Admission, str]:
    unit = Choose(When(unit__isnull=True, then=Value("")), default=F("unit__name"))
    rows = Admission.objects.filter(state__in=LIVE).annotate(called=Concat("party__name", unit))
    return rows.exclude(name=F("called")).order_by("id").values_list("id", flat=True)


def _known(kind: CaseKind, admission_ids: list[str]) -> set[tuple[str, str]]:
    return set(_cases(kind, admission_ids)) if admission_ids else set()


@compiled
def _cases(kind: CaseKind, admission_ids: list[str]) -> QuerySet[Case, tuple[str, str]]:
    rows = Case.objects.filter(admission_id__any=admission_ids, kind=kind)
    return rows.values_list("admission_id", "source_key")
