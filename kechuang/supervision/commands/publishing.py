"""Publishing what a spot check found (公布抽查结果): by a notice of each county whose payouts were checked."""

from datetime import datetime

from django.db import transaction

from kechuang.kernel.actor import Actor
from kechuang.notices import commands as notices
from kechuang.notices.rules import NoticeTerms
from kechuang.notices.states import CHECK_TITLE
from kechuang.parties.queries import region_name
from kechuang.policy.book import in_force
from kechuang.supervision import rules
from kechuang.supervision.access import roles_on_plan
from kechuang.supervision.commands.planning import locked_plan
from kechuang.supervision.models import Plan, Visit
from kechuang.supervision.queries.checks import redrawn
from kechuang.supervision.states.checks import PLAN_MACHINE, UNSETTLED, VISIT_MACHINE, PlanState, VisitState
from kechuang.trail.commands import acting_role, advance
from kechuang.ui import clock

NOTICE_KIND = "spot_check"


@transaction.atomic
def publish(actor: Actor, *, plan_id: str, now: datetime) -> Plan:
    """Publishes every visit with its result (公布抽查结果), and the files from which anybody draws again.

    The sample is drawn again once more. Raises MoveNotOpen, VisitsOpen while one is not done.
    """
    plan = locked_plan(actor, plan_id)
    roles = roles_on_plan(actor, plan)
    move = PLAN_MACHINE.check("publish", PlanState(plan.state), roles)
    visits = list(Visit.objects.select_related("party").filter(plan=plan).order_by("region", "key"))
    if open_ := [visit for visit in visits if visit.state in UNSETTLED]:
        raise rules.VisitsOpen(count=len(open_))
    on, by_county = clock.day(now), dict[str, list[Visit]]()
    for visit in visits:
        by_county.setdefault(visit.region, []).append(visit)
    terms = in_force(plan.scheme, NoticeTerms, on=on)
    for region, rows in by_county.items():
        notices.open_notice(
            actor,
            scheme=plan.scheme,
            region=region,
            kind=NOTICE_KIND,
            title=CHECK_TITLE.format(county=region_name(region), title=plan.title, count=len(rows)),
            basis=terms.article("notice_days"),
            items=[_named(visit) for visit in rows],
            terms=terms.terms,
            role=acting_role(roles, move),
            now=now,
        )
    plan.published_on, plan.redrawn = on, redrawn(plan)
    facts = {"visits": len(visits), "redrawn": plan.redrawn}
    advance(actor, plan, move, roles=roles, now=now, saves=["published_on", "redrawn"], facts=facts)
    return plan


def _named(visit: Visit) -> notices.Named:
    label = VISIT_MACHINE.labels[VisitState(visit.state)]
    return notices.Named(
        subject_id=visit.id,
        party_id=visit.party_id,
        name=visit.party.name,
        natural_person=False,
        label=f"{label}（{visit.number}）",
        decided_by=visit.signed_by,
    )
