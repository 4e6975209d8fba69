"""Plans, visits and rosters as their pages show them; what waits; whether a drawn sample follows from its seed."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Q, QuerySet
from django.urls import reverse

from kechuang.deadlines.queries import Clock, clocks, overdue_subjects
from kechuang.documents.queries import File, files_of
from kechuang.kernel.actor import Actor, Role
from kechuang.kernel.draw import entries_digest, leaf, seed
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.machine import Move
from kechuang.kernel.text import gettext_noop as _
from kechuang.parties.queries import covers, party_names, person_names, region_name
from kechuang.policy.book import current, in_force
from kechuang.supervision import rules
from kechuang.supervision.access import (
    OFFICES,
    PLANNERS,
    plans_visible_to,
    published_plans,
    roles_on_plan,
    roles_on_visit,
    visits_visible_to,
)
from kechuang.supervision.models import Member, Plan, PlanFile, Sheet, Visit
from kechuang.supervision.queries.halves import half_subject
from kechuang.supervision.queries.register import as_candidates, as_entries, as_opened
from kechuang.supervision.rules import ShareTerms
from kechuang.supervision.states.cases import WAITING_MAX
from kechuang.supervision.states.checks import (
    CHECK_FORMAT,
    HALF_LABEL,
    PLAN_MACHINE,
    PUBLIC_FILES,
    RECTIFY,
    RESULT,
    VISIT_MACHINE,
    PlanState,
    SheetResult,
    VisitState,
)
from kechuang.trail.models import Event
from kechuang.trail.queries import way
from kechuang.ui.compiled import compiled
from kechuang.ui.waiting import Waiting, waiting


@dataclass(frozen=True, slots=True)
class VisitRow:
    """One visit in a plan's list."""

    visit: Visit
    party: str
    place: str
    team: Sequence[str]
    sheets_count: int
    faulty_count: int


@dataclass(frozen=True, slots=True)
class PlanSheet:
    """All that the page of a plan shows. `redrawn` says whether the sample followed from register and seed when it was
    drawn and published; it is not drawn again for every reader."""

    plan: Plan
    place: str
    scheme_title: str
    roles: frozenset[Role]
    moves: Sequence[Move]
    visits: Sequence[VisitRow]
    params: Mapping[str, Mapping[str, object]]
    files: Sequence[str]
    redrawn: bool | None
    events: Sequence[Event]
    people: Mapping[str, str]
    office: bool


@dataclass(frozen=True, slots=True)
class VisitSheet:
    """All that the page of a visit shows. Names of inspectors only for the offices and the visited."""

    visit: Visit
    plan: Plan
    party: str
    place: str
    roles: frozenset[Role]
    moves: Sequence[Move]
    clock: Clock | None
    sheets: Sequence[Sheet]
    team: Sequence[tuple[Member, str]]
    mine: bool  # the reader is on the team
    joint: Sequence[Visit]
    files: Mapping[str, File]
    events: Sequence[Event]
    people: Mapping[str, str]
    office: bool


def plans(actor: Actor, *, state: str = "") -> QuerySet[Plan]:
    """The plans an actor may see, the latest first; for who holds no office those that were published."""
    rows = plans_visible_to(actor) if actor.posts or actor.clock else published_plans()
    rows = rows.filter(state=state) if state else rows
    return rows.order_by("-from_on", "-id")


def plan(actor: Actor, plan_id: str) -> Plan:
    """One plan as the actor may see it; raises NotVisible."""
    row = (plans_visible_to(actor) | published_plans()).filter(id=plan_id).first()
    if row is None:
        raise NotVisible
    return row


def office_plan(actor: Actor, plan_id: str) -> Plan:
    """One plan as the actor's office may act on it; raises NotVisible."""
    row = plans_visible_to(actor).filter(id=plan_id).first()
    if row is None:
        raise NotVisible
    return row


def plan_sheet(actor: Actor, plan_id: str) -> PlanSheet:
    """Everything of one plan; raises NotVisible. A fixed number of statements."""
    row = plan(actor, plan_id)
    roles = roles_on_plan(actor, row)
    office = bool((roles | _over(actor, row)) & set(OFFICES))
    kinds = list(PlanFile.objects.filter(plan=row).order_by("at", "kind").values_list("kind", flat=True))
    events = list(way([row.id])) if office else []
    return PlanSheet(
        plan=row,
        place=region_name(row.region),
        scheme_title=current().packs[row.scheme].title,
        roles=roles,
        moves=PLAN_MACHINE.open(PlanState(row.state), roles),
        visits=_visit_rows(row, named=office),
        params=row.terms.get("params", {}),
        files=[kind for kind in kinds if office or (row.published_on and kind in PUBLIC_FILES)],
        redrawn=row.redrawn,
        events=events,
        people=person_names({event.person_id for event in events} - {""}) if office else {},
        office=office,
    )


def _over(actor: Actor, row: Plan) -> frozenset[Role]:
    """A county that the city checks reads the city's plan."""
    seen = plans_visible_to(actor).filter(id=row.id).exists()
    return frozenset(post.role for post in actor.posts) if seen else frozenset()


def _visit_rows(row: Plan, *, named: bool) -> list[VisitRow]:
    rows = list(Visit.objects.filter(plan=row).order_by("region", "key"))
    tally: dict[str, list[int]] = {}
    for visit_id, result in Sheet.objects.filter(visit__plan=row).values_list("visit_id", "result"):
        found = tally.setdefault(visit_id, [0, 0])
        found[0] += 1
        found[1] += result == SheetResult.FAULTY
    names = party_names({visit.party_id for visit in rows})
    teams: dict[str, list[str]] = {}
    if named:
        members = Member.objects.filter(visit__in=rows, on_team=True).select_related("inspector").order_by("place")
        who = list(members)
        people = person_names({member.inspector.person_id for member in who})
        for member in who:
            teams.setdefault(member.visit_id, []).append(people.get(member.inspector.person_id, ""))
    return [
        VisitRow(
            visit,
            names[visit.party_id],
            region_name(visit.region),
            teams.get(visit.id, []),
            *tally[visit.id],
        )
        for visit in rows
    ]


def redrawn(row: Plan) -> bool:
    """Whether register, seed and sample fit together, drawn again from the kept file (重抽一致)."""
    said = json.loads(PlanFile.objects.get(plan=row, kind=RESULT).text)
    entries, result = said["entries"], said["result"]
    digest = entries_digest({one["number"]: leaf(one) for one in entries})
    made = seed(CHECK_FORMAT, row.number, digest, row.seed_value)
    if digest != row.register_digest or made != row.seed:
        return False
    sample = [entry.number for entry in rules.sampled(made, as_entries(entries), row.drawn_count)]
    if sample != result["sample"] or sample != [leaf(one) for one in result["opened"]]:
        return False
    opened, candidates = as_opened(result["opened"]), as_candidates(entries)
    kept = set(Sheet.objects.filter(visit__plan=row).values_list("number", flat=True))
    wanted = rules.teams(made, opened, candidates, count=said["plan"]["inspectors_count"])
    named = [{"key": key, "inspectors": team} for key, team in wanted]
    return kept == {one.claim for one in opened} and named == result["visits"]


def file_text(actor: Actor, plan_id: str, kind: str) -> tuple[str, str]:
    """Number of the plan and the text of one of its files: the offices', and everybody's once published. Raises NotVisible.

    The full register, with what is on record about claims that nobody decided on, is never everybody's.
    """
    row = plan(actor, plan_id)
    public = row.published_on is not None and kind in PUBLIC_FILES
    seen = public or plans_visible_to(actor).filter(id=row.id).exists()
    text = PlanFile.objects.filter(plan=row, kind=kind).values_list("text", flat=True).first() if seen else None
    if text is None:
        raise NotVisible
    return row.number, text


def visit_sheet(actor: Actor, visit_id: str, *, on: date) -> VisitSheet:
    """Everything of one visit; raises NotVisible. A fixed number of statements."""
    visit = visits_visible_to(actor).select_related("plan", "party").filter(id=visit_id).first()
    if visit is None:
        raise NotVisible
    roles = roles_on_visit(actor, visit)
    office = bool(roles & set(OFFICES))
    members = list(Member.objects.filter(visit=visit).select_related("inspector").order_by("place"))
    events = list(way([visit.id])) if office else []
    wanted = {one.inspector.person_id for one in members} | {event.person_id for event in events}
    people = person_names(wanted - {""})
    first = visit.joined_id or visit.id
    joint = Visit.objects.filter(Q(id=first) | Q(joined_id=first)).exclude(id=visit.id).select_related("plan")
    shown = members if office else [one for one in members if one.on_team]
    return VisitSheet(
        visit=visit,
        plan=visit.plan,
        party=visit.party.name,
        place=region_name(visit.region),
        roles=roles,
        moves=VISIT_MACHINE.open(VisitState(visit.state), roles),
        clock=clocks([visit.id], on=on).get(visit.id),
        sheets=list(Sheet.objects.filter(visit=visit).order_by("number")),
        team=[(one, people.get(one.inspector.person_id, "")) for one in shown],
        mine=any(one.on_team and one.inspector.person_id == actor.person_id for one in members),
        joint=list(joint.order_by("id")),
        files={file.id: file for file in files_of(visit.id)},
        events=events,
        people=people if office else {},
        office=office,
    )


def visits(actor: Actor) -> QuerySet[Visit]:
    """The visits an actor may see, those still open first."""
    rows = visits_visible_to(actor).select_related("plan", "party")
    return rows.order_by("-id")


def schemes(regions: Iterable[str], *, on: date) -> dict[str, tuple[str, int]]:
    """The schemes under which these places pay and whose payouts can be checked, with their titles and least shares."""
    counties = frozenset[str]().union(*(covers(region) for region in regions))
    found = {}
    for scheme, pack in sorted(current().packs.items()):
        parameter = pack.parameters.get("sample_min_bp")
        here = pack.rollout is not None and not counties.isdisjoint(pack.rollout.regions)
        if here and parameter is not None and parameter.on(on) is not None:
            found[scheme] = (pack.title, int(in_force(scheme, ShareTerms, on=on).terms.sample_min_bp))
    return found


def to_miss(*, on: date) -> list[str]:
    """Visits whose time to put things right is over."""
    over = overdue_subjects(RECTIFY, on=on)
    rows = Visit.objects.filter(id__in=over, state=VisitState.RECTIFYING)
    return list(rows.order_by("id").values_list("id", flat=True))


def checks_waiting_for(actor: Actor, *, on: date) -> list[Waiting]:
    """Plans to fix, draw, publish; visits to make, sign, put right, accept (待办)."""
    return [*_halves_waiting(actor, on), *_plans_waiting(actor), *_visits_waiting(actor, on)]


def _halves_waiting(actor: Actor, on: date) -> list[Waiting]:
    """The half-year that is over and not checked enough, while its clock runs."""
    regions = sorted(actor.regions(Role.COUNTY_OFFICER)) if actor.posts else []
    since, _until = rules.half_of(rules.half_of(on)[0] - timedelta(days=1))
    running = clocks([half_subject(region, since) for region in regions], on=on) if regions else {}
    return [
        waiting(
            HALF_LABEL,
            subject_id=subject,
            number=found.due_on.isoformat(),
            url=reverse("supervision:checks"),
            state_label=_("未达最低比例"),
            clock=found,
        )
        for subject, found in running.items()
    ]


_PLAN_TITLES: dict[PlanState, str] = {
    PlanState.DRAFT: _("冻结抽查名录"),
    PlanState.FIXED: _("抽取对象和检查人员"),
    PlanState.DRAWN: _("公布抽查结果"),
}


def _plans_waiting(actor: Actor) -> list[Waiting]:
    if not actor.posts:
        return []
    rows = _live_plans(actor)
    undone = set(_undone([row.id for row in rows if row.state == PlanState.DRAWN]))
    found = []
    for row in rows:
        roles = roles_on_plan(actor, row)
        mine = roles & PLANNERS if row.state == PlanState.DRAFT else roles & {Role.COUNTY_APPROVER, Role.CITY_SCIENCE}
        own = row.state == PlanState.FIXED and row.drafted_by == actor.person_id
        if mine and not own and not (row.state == PlanState.DRAWN and row.id in undone):
            found.append(_plan_row(row))
    return found


_OVER = (VisitState.SOUND, VisitState.RECTIFIED, VisitState.OVERDUE)


@compiled
def _live_plans(actor: Actor) -> QuerySet[Plan]:
    return plans_visible_to(actor).filter(state__in=list(_PLAN_TITLES)).order_by("id")[:WAITING_MAX]


def _undone(plan_ids: list[str]) -> list[str]:
    """Plans with a visit that is not over."""
    return _with_open_visits(plan_ids) if plan_ids else []


@compiled
def _with_open_visits(plan_ids: list[str]) -> QuerySet[Visit, str]:
    rows = Visit.objects.filter(plan_id__any=plan_ids).exclude(state__in=_OVER)
    return rows.order_by().values_list("plan_id", flat=True).distinct()


def _plan_row(row: Plan) -> Waiting:
    return waiting(
        _PLAN_TITLES[PlanState(row.state)],
        subject_id=row.id,
        number=row.number,
        url=reverse("supervision:plan", args=[row.id]),
        state_label=PLAN_MACHINE.labels[PlanState(row.state)],
        about=row.title,
    )


_VISIT_TITLES: dict[VisitState, str] = {
    VisitState.ASSIGNED: _("进行抽查"),
    VisitState.RECORDED: _("会签检查记录"),
    VisitState.RECTIFYING: _("整改并报送情况"),
    VisitState.OVERDUE: _("整改并报送情况"),
    VisitState.REPORTED: _("验收整改"),
}


def _visits_waiting(actor: Actor, on: date) -> list[Waiting]:
    rows = _live_visits(actor)
    mine = set(_on_teams(actor.person_id)) if actor.posts and rows else set()
    due = [row for row in rows if _visit_turn(actor, row, mine)]
    running = clocks([row.id for row in due], on=on)
    return [
        waiting(
            _VISIT_TITLES[VisitState(row.state)],
            subject_id=row.id,
            number=row.number,
            url=reverse("supervision:visit", args=[row.id]),
            state_label=VISIT_MACHINE.labels[VisitState(row.state)],
            clock=running.get(row.id),
            party=row.party.name,
            about=row.plan.title,
        )
        for row in due
    ]


@compiled
def _live_visits(actor: Actor) -> QuerySet[Visit]:
    rows = visits_visible_to(actor).filter(state__in=list(_VISIT_TITLES)).select_related("party", "plan")
    return rows.order_by("id")[:WAITING_MAX]


@compiled
def _on_teams(person_id: str) -> QuerySet[Member, str]:
    teams = Member.objects.filter(on_team=True, inspector__person_id=person_id)
    return teams.order_by().values_list("visit_id", flat=True)


def _visit_turn(actor: Actor, row: Visit, mine: set[str]) -> bool:
    if row.state in (VisitState.RECTIFYING, VisitState.OVERDUE):
        return Role.PROVIDER in roles_on_visit(actor, row)
    if row.state == VisitState.REPORTED:
        return bool(roles_on_visit(actor, row) & {Role.COUNTY_OFFICER, Role.CITY_SCIENCE})
    return row.id in mine and not (row.state == VisitState.RECORDED and row.recorded_by == actor.person_id)
