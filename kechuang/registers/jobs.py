"""Every day: what ran out, what authorities' lists say, what passed its notice. Run late or twice, the same once."""

from datetime import datetime

from django.db.models import QuerySet

from kechuang.credit.queries import daily_hits
from kechuang.kernel.actor import CLOCK
from kechuang.notices.queries import gates
from kechuang.parties.queries import parties
from kechuang.registers import commands, queries
from kechuang.registers.models import Admission, Case
from kechuang.registers.states import AdmissionState, CaseKind, CaseState
from kechuang.ui import clock

_KEPT = (AdmissionState.ADMITTED, AdmissionState.SUSPENDED)


def run_notices(*, now: datetime) -> int:
    """Admissions whose notice has passed without an objection left are taken in (公示无异议入库)."""
    ids = _ids(Admission.objects.filter(state=AdmissionState.IN_NOTICE).order_by("submitted_on", "id"))
    passed = gates(ids, on=clock.day(now))
    done = [one for one in ids if one in passed and passed[one].passed]
    for admission_id in done:
        commands.admit_after_notice(CLOCK, admission_id=admission_id, now=now)
    return len(done)


def run_expiries(*, now: datetime) -> int:
    """Admissions whose last day has passed, and those of parties that are no more (入库期满、机构注销)."""
    on = clock.day(now)
    over = _ids(Admission.objects.filter(state__in=_KEPT, valid_until__lte=on).order_by("valid_until", "id"))
    kept = dict(Admission.objects.filter(state__in=_KEPT).values_list("id", "party_id"))
    cards = parties(kept.values())
    gone = [one for one, party_id in sorted(kept.items()) if not cards[party_id].active and one not in set(over)]
    for admission_id in over:
        commands.expire(CLOCK, admission_id=admission_id, reason="入库有效期已满", now=now)
    for admission_id in gone:
        commands.expire(CLOCK, admission_id=admission_id, reason="机构已注销或并入其他机构", now=now)
    return len(over) + len(gone)


def run_certificates(*, now: datetime) -> int:
    """Admissions that no certificate carries any more get a case (资质证书到期)."""
    on = clock.day(now)
    over = Admission.objects.filter(state__in=_KEPT, certified_until__lte=on).order_by("certified_until", "id")
    opened = 0
    for row in over:
        key = f"{row.certified_until:%Y%m%d}"
        if Case.objects.filter(admission=row, kind=CaseKind.CERTIFICATE, source_key=key).exists():
            continue
        commands.open_case(
            CLOCK,
            admission_id=row.id,
            kind=CaseKind.CERTIFICATE,
            source=f"所凭资质证书自 {row.certified_until} 起失效",
            source_key=key,
            article=queries.terms_on(row.scheme, on).article("on_certificate_expiry"),
            now=now,
        )
        opened += 1
    return opened


def run_lists(*, now: datetime) -> int:
    """Admitted parties that an integrity list names today get a case (失信名单每日比对)."""
    on = clock.day(now)
    opened = 0
    for scheme in sorted(set(Admission.objects.filter(state__in=_KEPT).values_list("scheme", flat=True))):
        terms = queries.terms_on(scheme, on)
        for code in terms.terms.integrity_lists:
            hits = {hit.party_id: hit for hit in daily_hits(code, on)}
            rows = Admission.objects.filter(scheme=scheme, state__in=_KEPT, party_id__in=hits).order_by("id")
            known = set(
                Case.objects.filter(admission__in=rows, kind=CaseKind.DISHONEST).values_list(
                    "admission_id", "source_key"
                )
            )
            for row in rows:
                hit = hits[row.party_id]
                if (row.id, hit.entry_id) in known:
                    continue
                commands.open_case(
                    CLOCK,
                    admission_id=row.id,
                    kind=CaseKind.DISHONEST,
                    source=f"{queries.list_title(code)} {hit.reference} {hit.first_seen_on}".strip(),
                    source_key=hit.entry_id,
                    article=terms.article("integrity_lists"),
                    now=now,
                )
                opened += 1
    return opened


def run_removals(*, now: datetime) -> int:
    """Open cases whose list no longer names the party are told so (移出名单); orders go on only by a person's decision."""
    on = clock.day(now)
    rows = Case.objects.filter(kind=CaseKind.DISHONEST, state=CaseState.OPEN, lifted_on__isnull=True)
    waiting = list(rows.select_related("admission").order_by("id"))
    codes = {code for row in waiting for code in queries.terms_on(row.admission.scheme, on).terms.integrity_lists}
    still = {hit.entry_id for code in sorted(codes) for hit in daily_hits(code, on)}
    lifted = [row.id for row in waiting if row.source_key not in still]
    for case_id in lifted:
        commands.mark_lifted(CLOCK, case_id=case_id, now=now)
    return len(lifted)


def _ids(rows: QuerySet[Admission]) -> list[str]:
    return list(rows.values_list("id", flat=True))
