"""From a drawn sample to visits with their teams (派组): one per county and provider, together with visits already due."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from kechuang.claims.queries import queue
from kechuang.kernel.actor import CLOCK, Actor, Role
from kechuang.kernel.text import gettext_noop as _
from kechuang.supervision import rules
from kechuang.supervision.models import Inspector, Member, Plan, Sheet, Visit
from kechuang.supervision.rules import Candidate, CheckTerms, Opened
from kechuang.supervision.states.checks import VISITING
from kechuang.trail.commands import Act, record_many


def assign(
    actor: Actor,
    plan: Plan,
    opened: Sequence[Opened],
    strata: Mapping[str, str],
    candidates: Sequence[Candidate],
    terms: CheckTerms,
    *,
    role: Role,
    now: datetime,
) -> list[dict[str, Any]]:
    """Makes the visits of a sample (派组) with the inspectors drawn for each; answers what is published of them.

    A provider that another plan is about to visit is visited together (联合检查). Raises TooFewInspectors.
    """
    by_visit: dict[str, list[Opened]] = {}
    for one in opened:
        by_visit.setdefault(one.visit, []).append(one)
    numbers = [one.claim for one in opened]
    claims = {claim.number: claim for claim in queue(CLOCK).select_related("order").filter(number__in=numbers)}
    known = {row.number: row for row in Inspector.objects.filter(number__in=[one.number for one in candidates])}
    published, acts = [], []
    for key, chosen in rules.teams(plan.seed, opened, candidates, count=terms.check_inspectors_count):
        mine = [claims[one.claim] for one in by_visit[key]]
        visit = _visit(plan, key, mine[0].region, mine[0].provider_party)
        Sheet.objects.bulk_create(_sheet(visit, strata[claim.number], claim) for claim in mine)
        sides = frozenset[str]().union(*(one.sides for one in by_visit[key]))
        order = rules.team_order(plan.seed, key, candidates, sides)
        Member.objects.bulk_create(
            Member(visit=visit, inspector=known[number], place=place, on_team=number in chosen)
            for place, number in enumerate(order, start=1)
        )
        published.append({"key": key, "inspectors": chosen})
        facts = {"plan": plan.id, "inspectors": chosen, "claims": [claim.number for claim in mine]}
        acts.append(Act(visit, facts, target=visit.state))
    record_many(actor, acts, "assign", label=_("派组检查"), role=role, now=now)
    return published


def _visit(plan: Plan, key: str, region: str, party_id: str) -> Visit:
    due = Visit.objects.filter(party_id=party_id, region=region, state__in=VISITING).exclude(plan=plan)
    other = due.order_by("id").first()
    return Visit.objects.create(
        plan=plan,
        region=region,
        party_id=party_id,
        key=key,
        joined=(other.joined or other) if other else None,
        visit_on=other.visit_on if other else None,
    )


def _sheet(visit: Visit, stratum: str, claim: Any) -> Sheet:
    return Sheet(
        region=visit.region,
        visit=visit,
        claim_id=claim.id,
        number=claim.number,
        title=claim.order.title,
        fen=claim.confirmed_fen or claim.claimed_fen,
        stratum=stratum,
    )
