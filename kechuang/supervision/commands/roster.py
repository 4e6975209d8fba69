"""The roster of inspectors (检查人员名录) and the interests they declare (利害关系申报)."""

from datetime import date, datetime

from django.db import IntegrityError, transaction

from kechuang.kernel.actor import Actor
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.text import gettext_noop as _
from kechuang.kernel.text import tidy
from kechuang.parties.queries import party_by_code, person_names
from kechuang.supervision import rules
from kechuang.supervision.access import keeping_role
from kechuang.supervision.models import Inspector, Interest
from kechuang.supervision.queries.roster import may_declare_for, office_people
from kechuang.supervision.states.checks import InterestKind
from kechuang.trail.commands import record
from kechuang.ui import clock


@transaction.atomic
def add_inspector(actor: Actor, *, region: str, person_id: str, now: datetime) -> Inspector:
    """Enters somebody in an office's roster (列入检查人员名录); only who holds a post over the place can inspect.

    Raises NotVisible, AlreadyInspector.
    """
    role = keeping_role(actor, region)
    if role is None or person_id not in dict(office_people(region, on=clock.day(now))):
        raise NotVisible
    try:
        with transaction.atomic():
            row = Inspector.objects.create(
                region=region, person_id=person_id, entered_by=actor.person_id, entered_on=clock.day(now)
            )
    except IntegrityError as error:
        raise rules.AlreadyInspector(name=person_names([person_id]).get(person_id, "")) from error
    label = _("列入检查人员名录")
    record(actor, row, "add_inspector", label=label, role=role, now=now, facts={"person": person_id})
    return row


@transaction.atomic
def remove_inspector(actor: Actor, *, inspector_id: str, now: datetime) -> Inspector:
    """Takes somebody off the roster (移出检查人员名录); visits already drawn stay as they are. Raises NotVisible."""
    row = Inspector.objects.select_for_update().filter(id=inspector_id, active=True).first()
    role = keeping_role(actor, row.region) if row else None
    if row is None or role is None:
        raise NotVisible
    row.active = False
    row.save(update_fields=["active"])
    record(actor, row, "remove_inspector", label=_("移出检查人员名录"), role=role, now=now)
    return row


@transaction.atomic
def declare_interest(
    actor: Actor,
    *,
    inspector_id: str,
    credit_code: str,
    kind: InterestKind,
    now: datetime,
    until_on: date | None = None,
) -> Interest:
    """An inspector, or the office for him, declares whom he may not inspect (申报利害关系); declared once, it stands.

    `credit_code` names the party. Raises NotVisible, PartyUnknown.
    """
    row = Inspector.objects.filter(id=inspector_id, active=True).first()
    role = may_declare_for(actor, row) if row else None
    if row is None or role is None:
        raise NotVisible
    card = party_by_code(tidy(credit_code).upper())
    if card is None:
        raise rules.PartyUnknown(typed=tidy(credit_code))
    interest, made = Interest.objects.get_or_create(
        inspector=row,
        party_id=card.id,
        kind=kind,
        defaults={
            "region": row.region,
            "until_on": until_on,
            "declared_by": actor.person_id,
            "declared_on": clock.day(now),
        },
    )
    if made:
        facts = {"inspector": row.id, "party": interest.party_id, "kind": str(kind)}
        record(actor, interest, "declare_interest", label=_("申报利害关系"), role=role, now=now, facts=facts)
    return interest
