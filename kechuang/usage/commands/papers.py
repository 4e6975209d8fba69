"""What is entered once and looked up later: baselines with their source, papers for title review (基准年、职称证明)."""

import hashlib
from datetime import date, datetime

from django.db import transaction

from kechuang.kernel.actor import Actor, Role
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.ids import public_number
from kechuang.kernel.money import ONE
from kechuang.kernel.text import gettext_noop as _
from kechuang.parties.queries import party, person_names
from kechuang.trail.commands import canonical
from kechuang.trail.commands import record as record_event
from kechuang.usage import rules
from kechuang.usage.access import may_watch
from kechuang.usage.commands.entering import own_seat
from kechuang.usage.models import Baseline, Paper
from kechuang.usage.queries.papers import contents
from kechuang.usage.states import PAPER_ROWS_MAX, Scope


@transaction.atomic
def set_baseline(
    actor: Actor, *, scope: Scope, subject_id: str, year: int, utilisation_bp: int, source: str, now: datetime
) -> Baseline:
    """Enters a baseline year's utilisation with its source (基准年使用率); the newest of a scope holds.

    A carrier's own people enter its own, an office its region's. Raises NotVisible, BaselineWrong.
    """
    if scope is Scope.CARRIER:
        region, role = own_seat(actor, subject_id).region, Role.PROVIDER
    elif scope is Scope.REGION and may_watch(actor, subject_id):
        region, role = subject_id, min(actor.roles_in(subject_id))
    else:
        raise NotVisible
    if not source.strip() or not 0 <= utilisation_bp <= ONE:
        raise rules.BaselineWrong
    row = Baseline.objects.create(
        scope=scope,
        subject_id=subject_id,
        region=region,
        year=year,
        utilisation_bp=utilisation_bp,
        source=source.strip(),
        by=actor.person_id,
        at=now,
    )
    facts = {"scope": str(scope), "subject_id": subject_id, "year": year, "utilisation_bp": utilisation_bp}
    record_event(actor, row, "set_baseline", label=_("填报基准年使用率"), role=role, now=now, facts=facts)
    return row


@transaction.atomic
def issue_paper(actor: Actor, *, person_id: str, valid_from: date, valid_until: date, now: datetime) -> Paper:
    """Prints what one person has served over a period, for title review (技术人员服务业绩证明).

    The content is kept as printed with its digest; whoever holds the code can compare. The same content again answers
    with the first paper. Raises NotVisible for another party's person, PaperEmpty, PaperTooLong.
    """
    if not actor.party_id or (actor.unit_ids and person_id != actor.person_id):
        raise NotVisible
    owner = party(actor.party_id)
    rows = contents(party_id=owner.id, person_id=person_id, from_on=valid_from, until_on=valid_until)
    name = person_names([person_id]).get(person_id, "")
    if not rows.services:
        raise rules.PaperEmpty(name=name)
    if rows.services > PAPER_ROWS_MAX:
        raise rules.PaperTooLong(count=rows.services, limit=PAPER_ROWS_MAX)
    content = {
        "name": name,
        "party": owner.name,
        "from": valid_from.isoformat(),
        "until": valid_until.isoformat(),
        **rows.as_content(),
    }
    digest = hashlib.sha256(canonical(content)).hexdigest()
    there = Paper.objects.filter(party_id=owner.id, person_id=person_id, digest=digest).first()
    if there:
        return there
    row = Paper.objects.create(
        number=public_number("YJ"),
        person_id=person_id,
        party_id=owner.id,
        region=owner.region,
        valid_from=valid_from,
        valid_until=valid_until,
        content=content,
        digest=digest,
        issued_by=actor.person_id,
        issued_at=now,
    )
    facts = {"digest": digest, "services": rows.services, "person_id": person_id}
    record_event(actor, row, "issue_paper", label=_("开具服务业绩证明"), role=Role.PROVIDER, now=now, facts=facts)
    return row
