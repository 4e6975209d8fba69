"""What the best grades bring (结果运用): a certificate of priority each, the list that credit reads, and taking one back."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime

from django.db import IntegrityError, transaction

from kechuang.catalog.queries import carrier_cards
from kechuang.credit import commands as credit
from kechuang.credit.rules import ListRow
from kechuang.evaluation import rules
from kechuang.evaluation.access import issued_in, roles_on
from kechuang.evaluation.commands.locked import other_hands, tell_carrier
from kechuang.evaluation.models import Evaluation, Priority, Revocation, Sheet
from kechuang.evaluation.queries.cards import course_of, months_after
from kechuang.evaluation.queries.priorities import holding, state_of
from kechuang.evaluation.states import EXCELLENT_LIST, PRIORITY_MACHINE, PriorityState
from kechuang.kernel.actor import Actor, Role
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.ids import public_number
from kechuang.kernel.text import gettext_noop as _
from kechuang.kernel.text import tidy
from kechuang.parties.queries import parties, region_name
from kechuang.trail.commands import acting_role, canonical, record
from kechuang.ui import clock


def prefer(actor: Actor, row: Evaluation, graded: Iterable[Sheet], now: datetime) -> list[Sheet]:
    """A dated certificate for each of the best, for exactly the programmes that the pack names by its article (优先凭证).

    Credit learns who holds one. A pack that grants nothing changes nothing. Answers the best.
    """
    course, on = course_of(row), clock.day(now)
    best = [one for one in graded if one.grade in course.terms.priority_grades]
    if not (course.terms.priority_grades and course.terms.priority_programmes):
        return best
    names = {one.id: one.name for one in carrier_cards([sheet.carrier_id for sheet in best]).values()}
    until = months_after(on.replace(day=1), course.terms.priority_months)
    for sheet in best:
        said: Mapping[str, object] = {
            "party": sheet.party, "grade": sheet.grade, "year": row.year, "until": until.isoformat(),
            "programmes": list(course.terms.priority_programmes), "sheet": sheet.number,
        }  # fmt: skip
        one = Priority.objects.create(
            number=public_number("YX"),
            sheet=sheet,
            region=row.region,
            party=sheet.party,
            name=names.get(sheet.carrier_id, ""),
            grade=sheet.grade,
            programmes=list(course.terms.priority_programmes),
            article=course.article("priority_programmes"),
            issued_on=on,
            valid_until=until,
            digest=hashlib.sha256(canonical(said)).hexdigest(),
        )
        label, facts = _("开具优先凭证"), {"digest": one.digest, "programmes": one.programmes}
        role = Role.COUNTY_APPROVER
        record(actor, one, "issue", label=label, role=role, now=now, target="issued", article=one.article, facts=facts)
    _tell_credit(actor, row.region, now)
    return best


def _tell_credit(actor: Actor, region: str, now: datetime) -> None:
    """Who holds a certificate of the office in force, by whichever scorecard, is a list that credit shows (结果用于信用)."""
    on = clock.day(now)
    held: Sequence[Priority] = holding(on=on, region=region)
    cards = parties({one.party for one in held})
    latest = {one.party: one for one in sorted(held, key=lambda one: (one.valid_until, one.id))}
    rows = [
        ListRow(cards[party].credit_code, "", cards[party].name, one.number, one.issued_on, one.valid_until)
        for party, one in sorted(latest.items(), key=lambda pair: cards[pair[0]].credit_code)
        if cards[party].credit_code
    ]
    said = [asdict(one) | {"valid_from": str(one.valid_from), "valid_until": str(one.valid_until)} for one in rows]
    credit.import_list(
        actor,
        list_code=EXCELLENT_LIST,
        rows=rows,
        source=_("有效的优先凭证"),
        issuer=region_name(region),
        digest=hashlib.sha256(canonical({"rows": said, "at": now.isoformat()})).hexdigest(),
        now=now,
        region=region,
        allow_empty=True,
    )


@transaction.atomic
def revoke_priority(actor: Actor, *, priority_id: str, reason: str, now: datetime) -> Revocation:
    """Takes a certificate back (撤销优先凭证) by a row that is added; the list and credit follow. The clock does so by the lists.

    Raises ReasonMissing, AlreadyRevoked, Related, MoveNotOpen, NotVisible.
    """
    row = issued_in(actor).select_related("sheet__evaluation").filter(id=priority_id).first()
    if row is None:
        raise NotVisible
    roles = roles_on(actor, row)
    move = PRIORITY_MACHINE.check("revoke", PriorityState(state_of(row)), roles)
    if not tidy(reason):
        raise rules.ReasonMissing()
    other_hands(actor, row.sheet, move, [])
    person = "" if actor.clock else actor.person_id
    made = Revocation(
        priority=row, region=row.region, reason=tidy(reason), revoked_by=person, revoked_on=clock.day(now)
    )
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError as error:
        raise rules.AlreadyRevoked(on=clock.day(now).isoformat()) from error
    facts: dict[str, object] = {"reason": made.reason, "digest": row.digest}
    source, target = PriorityState.ISSUED, PriorityState.REVOKED
    role = acting_role(roles, move)
    record(actor, row, move.action, label=move.label, role=role, now=now, source=source, target=target, facts=facts)
    _tell_credit(actor, row.region, now)
    tell_carrier(row.sheet, _("优先凭证已撤销"), now=now, text=made.reason)
    return made
