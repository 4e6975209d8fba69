"""Planning a release (编制、复核、公告): one drafts, another checks and announces, then its parts are cut."""

from dataclasses import dataclass, fields
from datetime import date, datetime

from django.db import transaction

from kechuang.kernel.actor import Actor, Role
from kechuang.kernel.draw import SEED_PATTERN
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.money import Fen
from kechuang.kernel.text import gettext_noop as _
from kechuang.kernel.text import tidy
from kechuang.outbox.commands import tell
from kechuang.parties.queries import refuse_same_hands
from kechuang.policy.book import InForce, in_force
from kechuang.releases import rules
from kechuang.releases.access import may_draft, roles_on, visible_to
from kechuang.releases.commands.locks import alone, planning_alone
from kechuang.releases.commands.serving import refill
from kechuang.releases.models import Entry, Pool, Release, page_of
from kechuang.releases.queries.budgets import free_fen, planned_fen
from kechuang.releases.rules import ReleaseTerms
from kechuang.releases.states import GENERAL, MACHINE, ReleaseState, Way
from kechuang.trail.commands import acting_role, advance, record
from kechuang.ui import clock
from kechuang.vouchers.rules import GrantTerms


@dataclass(frozen=True, slots=True)
class Plan:
    """What a county plans (放券方案)."""

    title: str
    way: str
    amount_fen: Fen
    round: int
    opens_at: datetime
    closes_at: datetime
    seed_event: str = ""
    seed_on: date | None = None
    seed_pattern: str = SEED_PATTERN


@transaction.atomic
def draft(actor: Actor, *, scheme: str, region: str, plan: Plan, now: datetime) -> Release:
    """Drafts a release of the county's budget (编制放券方案).

    Raises NotVisible for who plans no budget there, WayNotNamed, AmountTooSmall, WindowWrong, WindowTooShort,
    NotAReleaseDay, SeedNotNamed, SeedPatternWeak.
    """
    if not may_draft(actor, region):
        raise NotVisible
    release = Release(scheme=scheme, region=region, drafted_by=actor.person_id)
    _planned(release, plan)
    release.save(force_insert=True)
    facts = {"way": release.way, "amount_fen": release.amount_fen, "round": release.round}
    role = Role.BUDGET_AUTHOR
    label = _("编制放券方案")
    record(actor, release, "draft", label=label, role=role, now=now, target=release.state, facts=facts)
    return release


@transaction.atomic
def edit(actor: Actor, *, release_id: str, plan: Plan, now: datetime) -> Release:
    """Changes a draft (修改放券方案); who changes it is its author."""
    release = locked(actor, release_id)
    roles = roles_on(actor, release)
    move = MACHINE.check("edit", ReleaseState(release.state), roles)
    release.drafted_by = actor.person_id
    saves = _planned(release, plan)
    facts = {"way": release.way, "amount_fen": release.amount_fen, "round": release.round}
    advance(actor, release, move, roles=roles, now=now, saves=[*saves, "drafted_by"], facts=facts)
    return release


@transaction.atomic
def submit(actor: Actor, *, release_id: str, now: datetime) -> Release:
    """Hands a plan over to be checked (提交复核)."""
    release = locked(actor, release_id)
    roles = roles_on(actor, release)
    move = MACHINE.check("submit", ReleaseState(release.state), roles)
    advance(actor, release, move, roles=roles, now=now)
    title = _("有放券方案待复核")
    for role in (Role.COUNTY_APPROVER, Role.COUNTY_FINANCE):
        _tell_office(release, role, title, now)
    return release


@transaction.atomic
def return_(actor: Actor, *, release_id: str, reason: str, now: datetime) -> Release:
    """Gives a plan back to its author, with the reason (退回修改)."""
    release = locked(actor, release_id)
    roles = roles_on(actor, release)
    move = MACHINE.check("return", ReleaseState(release.state), roles)
    refuse_own(actor, release, acting_role(roles, move))
    release.reason = rules.reason(reason)
    advance(actor, release, move, roles=roles, now=now, saves=["reason"], facts={"reason": release.reason})
    _tell_office(release, Role.BUDGET_AUTHOR, _("放券方案退回修改"), now)
    return release


@transaction.atomic
def announce(actor: Actor, *, release_id: str, now: datetime) -> Release:
    """Checks and announces a plan (复核并公告): from now it is public, and its parts are cut by the terms of the day.

    Raises OwnRelease and SameHands (four eyes), BeginsInThePast, BudgetTooSmall beside what runs already.
    """
    release = alone(actor, release_id)
    roles = roles_on(actor, release)
    move = MACHINE.check("announce", ReleaseState(release.state), roles)
    refuse_own(actor, release, acting_role(roles, move))
    if release.opens_at <= now:
        raise rules.BeginsInThePast()
    terms = in_force(release.scheme, ReleaseTerms, on=clock.day(now))
    _refuse_plan(release, terms)
    planning_alone(release.region, release.year)
    rules.refuse_without_budget(
        amount_fen=Fen(release.amount_fen),
        free_fen=free_fen(release.region, release.year),
        planned_fen=planned_fen(release.region, release.year),
        year=release.year,
    )
    parts = rules.parts(amount_fen=Fen(release.amount_fen), terms=terms.terms)
    release.held_back_fen, release.terms, release.checked_by = parts.held_back_fen, terms.record, actor.person_id
    article = terms.article("release_ways")
    facts = {"pools": dict(parts.pools), "held_back_fen": parts.held_back_fen, "terms": terms.digest}
    saves = ["held_back_fen", "terms", "checked_by"]
    advance(actor, release, move, roles=roles, now=now, saves=saves, article=article, facts=facts)
    Pool.objects.bulk_create(
        Pool(release=release, key=key, position=n, amount_fen=fen) for n, (key, fen) in enumerate(parts.pools.items())
    )
    return release


@transaction.atomic
def free_held_back(actor: Actor, *, release_id: str, fen: Fen, reason: str, now: datetime) -> Release:
    """Opens a part of what was held back (动用留存额度); the waiting list moves up by it. Raises HeldBackShort."""
    release = alone(actor, release_id)
    roles = roles_on(actor, release)
    move = MACHINE.check("free_held_back", ReleaseState(release.state), roles)
    refuse_own(actor, release, acting_role(roles, move))
    if not 0 < fen <= release.held_back_fen:
        raise rules.HeldBackShort(left_fen=release.held_back_fen)
    release.held_back_fen -= fen
    facts = {"fen": fen, "reason": rules.reason(reason)}
    advance(actor, release, move, roles=roles, now=now, saves=["held_back_fen"], facts=facts)
    pool = Pool.objects.select_for_update().get(release=release, key=GENERAL)
    pool.amount_fen, pool.full = pool.amount_fen + fen, False
    pool.save(update_fields=["amount_fen", "full"])
    refill(release, now)
    return release


@transaction.atomic
def withdraw(actor: Actor, *, release_id: str, reason: str, now: datetime) -> Release:
    """Takes a release back that nobody has entered yet, with the reason (撤回放券). Raises HasEntries."""
    release = alone(actor, release_id)
    roles = roles_on(actor, release)
    move = MACHINE.check("withdraw", ReleaseState(release.state), roles)
    if count := Entry.objects.filter(release=release).count():
        raise rules.HasEntries(count=count)
    release.reason = rules.reason(reason)
    advance(actor, release, move, roles=roles, now=now, saves=["reason"], facts={"reason": release.reason})
    return release


def locked(actor: Actor, release_id: str) -> Release:
    """The release, locked, as the actor may see it; raises NotVisible."""
    release = visible_to(actor).select_for_update(of=("self",)).filter(id=release_id).first()
    if release is None:
        raise NotVisible
    return release


def refuse_own(actor: Actor, release: Release, role: Role) -> None:
    """Four eyes (四眼原则): raises OwnRelease, or SameHands where one stands in for the author."""
    if actor.person_id == release.drafted_by:
        raise rules.OwnRelease()
    refuse_same_hands(actor, release.region, role, before=[release.drafted_by], of=[release.id])


def _planned(release: Release, plan: Plan) -> list[str]:
    """Writes a plan on its row, once the pack bears it; answers the columns that were written."""
    release.title, release.way, release.amount_fen = tidy(plan.title), plan.way, plan.amount_fen
    release.round, release.opens_at, release.closes_at = plan.round, plan.opens_at, plan.closes_at
    release.seed_event, release.seed_on = tidy(plan.seed_event), plan.seed_on
    release.seed_pattern = " ".join(tidy(plan.seed_pattern).split()) if plan.way == Way.LOTTERY else ""
    release.year = clock.day(plan.opens_at).year
    _refuse_plan(release, in_force(release.scheme, ReleaseTerms, on=clock.day(plan.opens_at)))
    return [*(field.name for field in fields(Plan)), "year"]


def _refuse_plan(release: Release, terms: InForce[ReleaseTerms]) -> None:
    said, day = terms.terms, clock.day(release.opens_at)
    rules.refuse_way(release.way, terms.article("release_ways"), terms=said)
    grants = in_force(release.scheme, GrantTerms, on=day).terms.grant_fen
    face = max(row.value for row in grants.rows)
    rules.refuse_amount(amount_fen=Fen(release.amount_fen), face_fen=face, terms=said)
    rules.refuse_window(
        way=release.way,
        opens_at=release.opens_at,
        closes_at=release.closes_at,
        article=terms.article("entry_window_hours"),
        terms=said,
    )
    rules.refuse_day(day, terms.article("batches"), terms=said)
    closes_on = clock.day(release.closes_at)
    rules.refuse_unnamed_seed(
        way=release.way,
        event=release.seed_event,
        seed_on=release.seed_on,
        pattern=release.seed_pattern,
        closes_on=closes_on,
    )


def _tell_office(release: Release, role: Role, title: str, now: datetime) -> None:
    tell(
        subject_id=release.id,
        path=page_of(release.id),
        title=title,
        text=f"{release.number} {release.title}",
        to_role=role,
        region=release.region,
        now=now,
    )
