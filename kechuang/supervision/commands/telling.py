"""Whom supervision tells, and the clocks it starts (告知与时限)."""

from datetime import datetime

from kechuang.deadlines import commands as deadlines
from kechuang.kernel.actor import Role
from kechuang.kernel.workdays import Length, Unit
from kechuang.outbox.commands import tell
from kechuang.supervision.models import Case, Clawback, case_page, clawback_page
from kechuang.supervision.states.cases import CASE_DECISION, CASE_REPLY, CLAWBACK_DUE, CLOCK_LABELS


def tell_party(row: Case | Clawback, title: str, text: str, *, now: datetime) -> None:
    path = case_page(row.id) if isinstance(row, Case) else clawback_page(row.id)
    tell(subject_id=row.id, path=path, title=title, text=text, to_party=row.party_id, now=now)


def tell_office(case: Case, role: Role, title: str, text: str, *, now: datetime) -> None:
    path = case_page(case.id)
    tell(subject_id=case.id, path=path, title=title, text=text, to_role=role, region=case.region, now=now)


def reply_clock(case: Case, days: int, article: str, *, now: datetime) -> None:
    """The party's time to answer a letter (答复期限)."""
    deadlines.start(
        kind=CASE_REPLY,
        label=CLOCK_LABELS[CASE_REPLY],
        subject_id=case.id,
        number=case.number,
        region=case.region,
        role=Role(case.side),
        party_id=case.party_id,
        path=case_page(case.id),
        length=Length(days, Unit.WORKING_DAYS),
        article=article,
        now=now,
    )


def decision_clock(case: Case, days: int, article: str, *, now: datetime) -> None:
    """The office's time to decide once the party was heard (决定期限); over it, the city is told."""
    deadlines.start(
        kind=CASE_DECISION,
        label=CLOCK_LABELS[CASE_DECISION],
        subject_id=case.id,
        number=case.number,
        region=case.region,
        role=Role.COUNTY_APPROVER,
        path=case_page(case.id),
        length=Length(days, Unit.WORKING_DAYS),
        article=article,
        now=now,
    )


def due_clock(row: Clawback, days: int, article: str, *, now: datetime) -> None:
    """The party's time to give back the next part (缴回期限)."""
    deadlines.start(
        kind=CLAWBACK_DUE,
        label=CLOCK_LABELS[CLAWBACK_DUE],
        subject_id=row.id,
        number=row.number,
        region=row.region,
        role=Role.PROVIDER,
        party_id=row.party_id,
        path=clawback_page(row.id),
        length=Length(max(days, 0), Unit.DAYS, ends_on_working_day=False),
        article=article,
        now=now,
    )
