"""Every day: what ran out, what authorities' lists say, what passed its notice. Run late or twice, the same once."""

from datetime import datetime
from functools import cache

from kechuang.credit.queries import daily_hits
from kechuang.kernel.actor import CLOCK
from kechuang.kernel.text import gettext_noop as _
from kechuang.notices.queries import gates
from kechuang.registers import commands, queries
from kechuang.registers.states import CaseKind
from kechuang.ui import clock


def run_notices(*, now: datetime) -> int:
    """Admissions whose notice has passed without an objection left are taken in (公示无异议入库)."""
    ids = queries.waiting_behind_notice()
    passed = gates(ids, on=clock.day(now))
    done = [one for one in ids if one in passed and passed[one].passed]
    for admission_id in done:
        commands.admit_after_notice(CLOCK, admission_id=admission_id, now=now)
    return len(done)


def run_expiries(*, now: datetime) -> int:
    """Admissions whose last day has passed, and those of parties that are no more (入库期满、机构注销)."""
    over = queries.run_out(clock.day(now))
    for admission_id in over:
        commands.expire(CLOCK, admission_id=admission_id, reason=_("入库有效期已满"), now=now)
    gone = queries.kept_of_ended()
    for admission_id in gone:
        commands.expire(CLOCK, admission_id=admission_id, reason=_("机构已注销或并入其他机构"), now=now)
    return len(over) + len(gone)


def run_certificates(*, now: datetime) -> int:
    """Admissions that no certificate carries any more get a case (资质证书到期)."""
    on = clock.day(now)
    over = queries.uncertified(on)
    for row, key in over:
        commands.open_case(
            CLOCK,
            admission_id=row.id,
            kind=CaseKind.CERTIFICATE,
            source=_("所凭资质证书自 {day} 起失效").format(day=row.certified_until),
            source_key=key,
            article=queries.terms_on(row.scheme, on).article("on_certificate_expiry"),
            now=now,
        )
    return len(over)


def run_lists(*, now: datetime) -> int:
    """Admitted parties that an integrity list names today get a case (失信名单每日比对)."""
    on = clock.day(now)
    named = cache(lambda code: daily_hits(code, on))  # lists that several registers ask
    opened = 0
    for scheme in queries.kept_schemes():
        terms = queries.terms_on(scheme, on)
        for code in terms.terms.integrity_lists:
            for row, hit in queries.newly_listed(scheme, named(code)):
                commands.open_case(
                    CLOCK,
                    admission_id=row.id,
                    kind=CaseKind.DISHONEST,
                    source=f"{queries.list_title(code)} {hit.reference} {hit.first_seen_on}",
                    source_key=hit.entry_id,
                    article=terms.article("integrity_lists"),
                    now=now,
                )
                opened += 1
    return opened


def run_removals(*, now: datetime) -> int:
    """Open cases whose list no longer names the party are told so (移出名单); orders go on only by a person's decision."""
    lifted = queries.no_longer_listed(clock.day(now))
    for case_id in lifted:
        commands.mark_lifted(CLOCK, case_id=case_id, now=now)
    return len(lifted)


def run_names(*, now: datetime) -> int:
    """Registers follow their parties' new names (名称变更)."""
    ids = queries.renamed()
    for admission_id in ids:
        commands.rename(CLOCK, admission_id=admission_id, now=now)
    return len(ids)
