"""Spot-check plans (抽查计划): drafted, their register frozen with a digest and a seed named in advance, drawn, published."""

import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction

from kechuang.kernel.actor import Actor
from kechuang.kernel.draw import SEED_PATTERN, entries_digest, leaf, seed
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.text import gettext_noop as _
from kechuang.parties.queries import refuse_same_hands
from kechuang.policy.book import InForce, in_force, replay
from kechuang.supervision import rules
from kechuang.supervision.access import drafting_role, plans_visible_to, roles_on_plan
from kechuang.supervision.commands.assigning import assign
from kechuang.supervision.commands.halves import meet_halves
from kechuang.supervision.models import Plan, PlanFile
from kechuang.supervision.queries.checks import redrawn
from kechuang.supervision.queries.register import as_candidates, as_entries, as_opened, register_of
from kechuang.supervision.queries.terms import terms_of
from kechuang.supervision.rules import CheckTerms, ShareTerms
from kechuang.supervision.states.checks import (
    CHECK_FORMAT,
    FULL,
    PLAN_MACHINE,
    REGISTER,
    REGISTER_MAX,
    RESULT,
    PlanState,
)
from kechuang.trail.commands import acting_role, advance, record
from kechuang.ui import clock


@dataclass(frozen=True, slots=True)
class Draft:
    """What an office plans (抽查方案)."""

    title: str
    from_on: date
    last_on: date
    share_bp: int
    seed_event: str
    seed_on: date
    count: int = 0
    seed_pattern: str = SEED_PATTERN


@transaction.atomic
def draft_plan(actor: Actor, *, scheme: str, region: str, draft: Draft, now: datetime) -> Plan:
    """Drafts a check of what was paid (编制抽查计划), by the office that paid or the city over it.

    Raises NotVisible for anybody else, WordsMissing, PeriodNotInHalf, ShareBelowMinimum, SeedNotAfterFreeze,
    SeedPatternWeak.
    """
    role = drafting_role(actor, region)
    if role is None:
        raise NotVisible
    on = clock.day(now)
    rules.refuse_period(draft.from_on, draft.last_on)
    terms_of(region, CheckTerms, on=on)
    least = in_force(scheme, ShareTerms, on=on)
    if not draft.count and draft.share_bp < least.terms.sample_min_bp:
        raise rules.ShareBelowMinimum(
            asked_bp=draft.share_bp, least_bp=least.terms.sample_min_bp, article=least.article("sample_min_bp")
        )
    event, pattern = rules.said(draft.seed_event), rules.refuse_pattern(draft.seed_pattern)
    if draft.seed_on <= on:
        raise rules.SeedNotAfterFreeze(today_on=on.isoformat())
    plan = Plan.objects.create(
        title=rules.said(draft.title),
        scheme=scheme,
        region=region,
        from_on=draft.from_on,
        until_on=draft.last_on + timedelta(days=1),
        share_bp=draft.share_bp,
        count=draft.count,
        seed_event=event,
        seed_on=draft.seed_on,
        seed_pattern=pattern,
        drafted_by=actor.person_id,
    )
    facts = {"share_bp": plan.share_bp, "count": plan.count, "seed_event": event, "seed_pattern": pattern}
    record(actor, plan, "draft", label=_("编制抽查计划"), role=role, now=now, target=plan.state, facts=facts)
    return plan


@transaction.atomic
def fix(actor: Actor, *, plan_id: str, now: datetime) -> Plan:
    """Freezes who can be drawn and who can inspect (冻结抽查名录): its digest enters the log before the seed exists.

    Raises MoveNotOpen, SeedNotAfterFreeze, RegisterEmpty, RegisterTooLarge, SampleTooLarge, ShareBelowMinimum.
    """
    plan = locked_plan(actor, plan_id)
    roles = roles_on_plan(actor, plan)
    move = PLAN_MACHINE.check("fix", PlanState(plan.state), roles)
    on = clock.day(now)
    if plan.seed_on <= on:
        raise rules.SeedNotAfterFreeze(today_on=on.isoformat())
    terms, least = terms_of(plan.region, CheckTerms, on=on), in_force(plan.scheme, ShareTerms, on=on)
    register = register_of(actor, plan, terms.terms, on=on)
    all_ = len(register.entries)
    if all_ > REGISTER_MAX:
        raise rules.RegisterTooLarge(count=REGISTER_MAX)
    size = rules.sample_size(all_, share_bp=plan.share_bp, count=plan.count)
    rules.refuse_share(drawn=size, size=all_, terms=least.terms, article=least.article("sample_min_bp"))
    entries = [{**row, "leaf": leaf(row)} for row in [*register.entries, *register.inspectors]]
    plan.register_digest = entries_digest({str(row["number"]): str(row["leaf"]) for row in entries})
    plan.register_count, plan.drawn_count, plan.fixed_on = all_, size, on
    plan.terms = {**terms.record, "params": {**terms.record["params"], **least.record["params"]}}
    _write(plan, REGISTER, {**_head(plan), "stage": REGISTER, "entries": entries}, now)
    _write(plan, FULL, {**_head(plan), "stage": FULL, "sealed": register.sealed}, now)
    saves = ["register_digest", "register_count", "drawn_count", "fixed_on", "terms"]
    facts = {"register_digest": plan.register_digest, "register_count": all_, "seed_event": plan.seed_event}
    facts |= {"seed_pattern": plan.seed_pattern}
    article = least.article("sample_min_bp")
    advance(actor, plan, move, roles=roles, now=now, saves=saves, article=article, facts=facts)
    return plan


@transaction.atomic
def draw(actor: Actor, *, plan_id: str, seed_value: str, now: datetime) -> Plan:
    """Draws targets and inspectors by the public value (抽取对象和检查人员), not by who planned it.

    Raises MoveNotOpen, OwnPlan, SameHands, SeedMissing, SeedMalformed, SeedNotYetPublic, TooFewInspectors.
    """
    plan = locked_plan(actor, plan_id)
    roles = roles_on_plan(actor, plan)
    move = PLAN_MACHINE.check("draw", PlanState(plan.state), roles)
    role = acting_role(roles, move)
    if actor.person_id == plan.drafted_by:
        raise rules.OwnPlan()
    refuse_same_hands(actor, plan.region, role, before=[plan.drafted_by], of=[plan.id])
    if clock.day(now) < plan.seed_on:
        raise rules.SeedNotYetPublic(event=plan.seed_event, seed_on=plan.seed_on.isoformat())
    value = rules.seed_value(seed_value, plan.seed_pattern)
    plan.seed_value, plan.seed = value, seed(CHECK_FORMAT, plan.number, plan.register_digest, value)
    plan.drawn_by, plan.drawn_on = actor.person_id, clock.day(now)
    said, under = file_of(plan, REGISTER), {leaf(row): row for row in file_of(plan, FULL)["sealed"]}
    sample = rules.sampled(plan.seed, as_entries(said["entries"]), plan.drawn_count)
    opened, candidates = [under[entry.number] for entry in sample], as_candidates(said["entries"])
    strata = {under[entry.number]["claim"]: entry.stratum for entry in sample}
    teams = assign(actor, plan, as_opened(opened), strata, candidates, kept_terms(plan).terms, role=role, now=now)
    drawn = {"event": plan.seed_event, "value": value, "seed": plan.seed}
    result = {"sample": [entry.number for entry in sample], "opened": opened, "visits": teams}
    _write(plan, RESULT, {**said, "stage": RESULT, "seed": drawn, "result": result}, now)
    plan.redrawn = redrawn(plan)
    facts = {"seed_value": value, "seed": plan.seed, "drawn_count": plan.drawn_count, "visits": len(teams)}
    saves = ["seed_value", "seed", "drawn_by", "drawn_on", "redrawn"]
    advance(actor, plan, move, roles=roles, now=now, saves=saves, facts=facts)
    meet_halves({row["visit"].split("/")[0] for row in opened}, of=plan.from_on, now=now)
    return plan


@transaction.atomic
def withdraw_plan(actor: Actor, *, plan_id: str, reason: str, now: datetime) -> Plan:
    """Takes a plan back before anything was drawn (撤回抽查计划); its register stays on record. Raises WordsMissing."""
    plan = locked_plan(actor, plan_id)
    roles = roles_on_plan(actor, plan)
    move = PLAN_MACHINE.check("withdraw", PlanState(plan.state), roles)
    plan.reason = rules.said(reason)
    advance(actor, plan, move, roles=roles, now=now, saves=["reason"], facts={"reason": plan.reason})
    return plan


def locked_plan(actor: Actor, plan_id: str) -> Plan:
    """The plan, locked, as the actor's office may see it; raises NotVisible."""
    plan = plans_visible_to(actor).select_for_update(of=("self",), no_key=True).filter(id=plan_id).first()
    if plan is None:
        raise NotVisible
    return plan


def kept_terms(plan: Plan) -> InForce[CheckTerms]:
    """The terms the register was frozen under."""
    return replay(plan.terms, CheckTerms)


def file_of(plan: Plan, kind: str) -> dict[str, Any]:
    """A published file as it was written."""
    said: dict[str, Any] = json.loads(PlanFile.objects.get(plan=plan, kind=kind).text)
    return said


def _head(plan: Plan) -> dict[str, Any]:
    return {
        "format": CHECK_FORMAT,
        "plan": {
            "number": plan.number,
            "title": plan.title,
            "scheme": plan.scheme,
            "region": plan.region,
            "from_on": plan.from_on.isoformat(),
            "until_on": plan.until_on.isoformat(),
            "drawn_count": plan.drawn_count,
            "inspectors_count": plan.terms["params"]["check_inspectors_count"]["is"],
            "seed_event": plan.seed_event,
            "seed_on": plan.seed_on.isoformat(),
            "seed_pattern": plan.seed_pattern,
        },
        "entries_digest": plan.register_digest,
    }


def _write(plan: Plan, kind: str, said: dict[str, Any], now: datetime) -> None:
    text = json.dumps(said, ensure_ascii=False, indent=1) + "\n"
    PlanFile.objects.create(plan=plan, kind=kind, text=text, at=now)
