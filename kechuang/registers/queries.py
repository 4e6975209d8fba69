"""Reading registers: who is admitted, the public list, the queue, one admission with all that belongs to it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet
from django.urls import reverse

from kechuang.credit.queries import Hit, daily_hits
from kechuang.credit.states import LABELS, Label
from kechuang.deadlines.queries import Clock, clocks
from kechuang.kernel.actor import Actor, Role
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.machine import Move
from kechuang.kernel.text import tidy
from kechuang.parties.queries import areas, city_of, covers
from kechuang.policy.book import InForce, current, in_force
from kechuang.registers import rules
from kechuang.registers.access import cases_visible_to, roles_on, roles_on_case, visible_to
from kechuang.registers.models import WAITING_MAX, Admission, Case, Certificate, Step
from kechuang.registers.states import (
    ADMISSION_MACHINE,
    CASE_LABELS,
    CASE_MACHINE,
    OFFICES,
    ON_PROVIDER,
    PASSING,
    WAITING_TITLES,
    AdmissionState,
    CaseKind,
    CaseState,
)
from kechuang.trail.models import Event
from kechuang.trail.queries import way
from kechuang.ui.waiting import Waiting, waiting

_KEPT = (AdmissionState.ADMITTED, AdmissionState.SUSPENDED)
_ENTITLED = (AdmissionState.ADMITTED, AdmissionState.SUSPENDED, AdmissionState.REVOKED)


@dataclass(frozen=True, slots=True)
class Admitted:
    """An admission that takes new orders (在库且可承接新订单)."""

    id: str
    number: str
    scheme: str
    party_id: str
    unit_id: str
    name: str
    region: str
    revoking_region: str
    entrant_class: str
    opening_required: bool  # content, process and price list before the first order
    valid_from: date
    valid_until: date | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """All that the page of one admission shows."""

    admission: Admission
    certificates: list[Certificate]
    steps: list[Step]
    cases: list[Case]
    events: list[Event]
    moves: list[Move]
    roles: frozenset[Role]
    clock: Clock | None


@dataclass(frozen=True, slots=True)
class CaseSheet:
    """A case with what the actor may do about it."""

    case: Case
    events: list[Event]
    moves: list[Move]


def admitted(scheme: str, *, party_id: str, unit_id: str = "", on: date, region: str = "") -> Admitted | None:
    """The admission under which new orders may be placed on a day (可承接新订单), or None. One statement.

    A unit's own admission speaks for the unit, also when it was stopped; without one the whole party's does (高校含二级
    学院). `region` is the county that pays: a revocation that binds one county only leaves the others open.
    """
    rows = Admission.objects.filter(scheme=scheme, party_id=party_id, state__in=_ENTITLED)
    rows = rows.filter(Q(unit_id=unit_id) | Q(unit__isnull=True)) if unit_id else rows.filter(unit__isnull=True)
    found = list(rows.order_by("-decided_on", "-id"))
    own = [row for row in found if row.unit_id == unit_id] if unit_id else []
    good = next((row for row in own or found if good_on(row, on=on, region=region)), None)
    return _admitted(good) if good else None


def admitted_parties(scheme: str, party_ids: Iterable[str], *, on: date) -> dict[str, Admitted]:
    """The same for whole parties at once, by party: for lists of offers."""
    rows = Admission.objects.filter(
        scheme=scheme, party_id__in=set(party_ids), state=AdmissionState.ADMITTED, unit__isnull=True
    )
    return {row.party_id: _admitted(row) for row in rows if good_on(row, on=on)}


def good_on(row: Admission, *, on: date, region: str = "") -> bool:
    """Whether a row takes new orders on a day: state, validity and certificates."""
    ends = [end for end in (row.valid_until, row.certified_until) if end is not None]
    return rules.stays_good(
        state=AdmissionState(row.state),
        valid_from=row.valid_from,
        until=min(ends, default=None),
        revoked_in=row.revoking_region,
        binds=row.revocation_binds,
        region=region,
        on=on,
    )


def revoked_since(scheme: str, on: date) -> QuerySet[Admission]:
    """Admissions revoked on or after a day: what happens to their open orders is the upper room's to do."""
    return Admission.objects.filter(scheme=scheme, state=AdmissionState.REVOKED, ended_on__gte=on).order_by("id")


def library(scheme: str, *, on: date, text: str = "", region: str = "", entrant_class: str = "") -> QuerySet[Admission]:
    """The public list of a register, by pinyin (名录公开): who takes new orders today."""
    rows = Admission.objects.filter(scheme=scheme, state=AdmissionState.ADMITTED, valid_from__lte=on)
    rows = rows.filter(
        Q(valid_until__isnull=True) | Q(valid_until__gt=on), Q(certified_until__isnull=True) | Q(certified_until__gt=on)
    )
    if wanted := tidy(text):
        rows = rows.filter(Q(name__icontains=wanted) | Q(pinyin__startswith=wanted.lower()))
    if region:
        rows = rows.filter(region__in=covers(region))
    if entrant_class:
        rows = rows.filter(entrant_class=entrant_class)
    return rows.order_by("pinyin", "id")


def opening_article(party_id: str, *, on: date) -> str:
    """The article that asks for content, process and prices before the first order (规范服务标准).

    That of the party's own admission, else of the first register there is; "" where no register asks for it.
    """
    row = Admission.objects.filter(party_id=party_id).exclude(terms={}).order_by("-id").first()
    if row is not None:
        return str(row.terms["params"]["price_list_required"]["article"])
    return next((terms_on(scheme, on).article("price_list_required") for scheme in registers()), "")


def library_counts(scheme: str) -> dict[str, int]:
    """How many of each class are admitted (各类机构数)."""
    rows = Admission.objects.filter(scheme=scheme, state=AdmissionState.ADMITTED)
    return dict(rows.values_list("entrant_class").annotate(Count("id")).order_by("entrant_class"))


def registers() -> dict[str, str]:
    """Every register there is, title by scheme: a pack that says how one enters makes one (名录)."""
    packs = current().packs.items()
    return {scheme: pack.title for scheme, pack in sorted(packs) if "entry_route" in pack.parameters}


def class_labels(scheme: str) -> Mapping[str, str]:
    """The classes of a register in the pack's words (机构类别)."""
    pack = current().packs.get(scheme)
    return pack.words.get("provider_kind", {}) if pack else {}


def certificate_labels(scheme: str) -> Mapping[str, str]:
    """The kinds of certificates in the pack's words (证书种类)."""
    pack = current().packs.get(scheme)
    return pack.parameters["class_certificates"].options if pack else {}


def terms_on(scheme: str, on: date) -> InForce[rules.AdmissionTerms]:
    return in_force(scheme, rules.AdmissionTerms, on=on)


def articles(terms: InForce[rules.AdmissionTerms]) -> dict[str, str]:
    """The article of each parameter, readable, for the refusals of the rules."""
    return {name: str(param["article"]) for name, param in terms.record["params"].items()}


def papers_of(admission_id: str) -> list[rules.Paper]:
    """The certificates of an admission that were not followed by others."""
    rows = Certificate.objects.filter(admission_id=admission_id, replaced_on__isnull=True).order_by("id")
    return [rules.Paper(row.id, row.kind, row.number, row.valid_from, row.valid_until) for row in rows]


def admission(actor: Actor, admission_id: str) -> Admission:
    """One admission as the actor may see it; raises NotVisible."""
    row = visible_to(actor).filter(id=admission_id).first()
    if row is None:
        raise NotVisible
    return row


def sheet(actor: Actor, admission_id: str, *, on: date) -> Sheet:
    """One admission with its papers, steps, cases and way; raises NotVisible."""
    row = admission(actor, admission_id)
    roles = roles_on(actor, row)
    certificates = list(Certificate.objects.filter(admission=row).order_by("replaced_on", "kind", "id"))
    cases = list(Case.objects.filter(admission=row).order_by("-opened_on", "-id"))
    return Sheet(
        admission=row,
        certificates=certificates,
        steps=list(Step.objects.filter(admission=row).order_by("round", "step")),
        cases=cases,
        events=list(way([row.id])),
        moves=_moves(row, roles, on),
        roles=roles,
        clock=clocks([row.id], on=on).get(row.id),
    )


def next_action(row: Admission, terms: InForce[rules.AdmissionTerms]) -> str:
    """What passing the present step of an application leads to."""
    return rules.next_action(step=row.step, steps=row.steps, notice_before_entry=terms.terms.notice_before_entry)


def _moves(row: Admission, roles: frozenset[Role], on: date) -> list[Move]:
    """The open moves as a person may choose them: of the three ways to pass a step only the one that is ahead."""
    found = ADMISSION_MACHINE.open(AdmissionState(row.state), roles)
    if row.state == AdmissionState.SUBMITTED:
        ahead = next_action(row, terms_on(row.scheme, on))
        found = [move for move in found if move.action == ahead or move.action not in PASSING]
    return [move for move in found if move.action != "enter"]


def list_title(code: str) -> str:
    """What an imported list is called (名单名称)."""
    return LABELS[Label(code)] if code in list(Label) else code


def counties(scheme: str, *, on: date) -> list[tuple[str, str]]:
    """The counties (and zones) of a register's own city, code and name: where outsiders may apply."""
    home = terms_on(scheme, on).terms.home_region
    inner = [area for area in areas().values() if area.code.startswith(home) and city_of(area.code) != area.code]
    return [(area.code, area.name) for area in inner if area.holds_on(on)]


def is_outside(scheme: str, party_region: str, *, on: date) -> bool:
    """Whether a party lies outside the register's city and so must say where it applies."""
    return not party_region.startswith(terms_on(scheme, on).terms.home_region)


def queue(actor: Actor, *, scheme: str = "", state: str = "") -> QuerySet[Admission]:
    """Admissions of the actor's places, those longest waiting first (入库审核)."""
    rows = visible_to(actor).exclude(state=AdmissionState.DRAFT)
    if scheme:
        rows = rows.filter(scheme=scheme)
    if state:
        rows = rows.filter(state=state)
    return rows.order_by("submitted_on", "id")


def waiting_for(actor: Actor, *, on: date) -> list[Waiting]:
    """What waits for this actor (待办): steps to decide, cases to look into, one's own drafts and returned ones."""
    seen = visible_to(actor).filter(state__in=[AdmissionState.SUBMITTED, *ON_PROVIDER]).order_by("submitted_on", "id")
    rows = [
        row for row in seen[:WAITING_MAX] if ADMISSION_MACHINE.open(AdmissionState(row.state), roles_on(actor, row))
    ]
    rows = [row for row in rows if row.state in ON_PROVIDER or roles_on(actor, row) & OFFICES]
    running = clocks([row.id for row in rows], on=on)
    found = [
        waiting(
            WAITING_TITLES[AdmissionState(row.state)],
            subject_id=row.id,
            number=row.number,
            url=reverse("registers:admission", args=[row.id]),
            state_label=ADMISSION_MACHINE.labels[AdmissionState(row.state)],
            clock=running.get(row.id),
            party=row.name,
        )
        for row in rows
    ]
    return found + _cases_waiting(actor)


def _cases_waiting(actor: Actor) -> list[Waiting]:
    rows = cases_visible_to(actor).filter(state=CaseState.OPEN).select_related("admission").order_by("opened_on", "id")
    return [
        waiting(
            CASE_LABELS[CaseKind(row.kind)],
            subject_id=row.id,
            number=row.number,
            url=reverse("registers:case", args=[row.id]),
            state_label=CASE_MACHINE.labels[CaseState(row.state)],
            party=row.admission.name,
        )
        for row in rows[:WAITING_MAX]
        if roles_on_case(actor, row) & OFFICES
    ]


def own(actor: Actor) -> QuerySet[Admission]:
    """The actor's own admissions and applications, the newest first."""
    return visible_to(actor).filter(party_id=actor.party_id).order_by("-id")


def cases(actor: Actor, *, state: str = CaseState.OPEN) -> QuerySet[Case]:
    """Cases of the actor's places, the oldest first (核查事项)."""
    rows = cases_visible_to(actor).select_related("admission")
    return (rows.filter(state=state) if state else rows).order_by("opened_on", "id")


def case(actor: Actor, case_id: str) -> CaseSheet:
    """One case with its way; raises NotVisible."""
    row = cases_visible_to(actor).select_related("admission").filter(id=case_id).first()
    if row is None:
        raise NotVisible
    moves = CASE_MACHINE.open(CaseState(row.state), roles_on_case(actor, row))
    return CaseSheet(row, list(way([row.id])), moves)


def _admitted(row: Admission) -> Admitted:
    assert row.valid_from is not None, row.id
    return Admitted(
        id=row.id,
        number=row.number,
        scheme=row.scheme,
        party_id=row.party_id,
        unit_id=row.unit_id or "",
        name=row.name,
        region=row.region,
        revoking_region=row.revoking_region,
        entrant_class=row.entrant_class,
        opening_required=row.opening_required,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
    )


def clocks_of(rows: Iterable[Admission], *, on: date) -> dict[str, Clock]:
    """The running clock of each application of a page."""
    return clocks([row.id for row in rows], on=on)


# ---- what the daily jobs ask


def waiting_behind_notice() -> list[str]:
    """Admissions whose notice runs, in the order in which they were handed in."""
    rows = Admission.objects.filter(state=AdmissionState.IN_NOTICE).order_by("submitted_on", "id")
    return list(rows.values_list("id", flat=True))


def run_out(on: date) -> list[str]:
    """Admissions whose last day has passed, in the order in which they ran out (入库期满)."""
    rows = Admission.objects.filter(state__in=_KEPT, valid_until__lte=on).order_by("valid_until", "id")
    return list(rows.values_list("id", flat=True))


def kept_parties() -> dict[str, str]:
    """The party of each admission that is admitted or suspended, by admission."""
    return dict(Admission.objects.filter(state__in=_KEPT).order_by("id").values_list("id", "party_id"))


def uncertified(on: date) -> list[tuple[Admission, str]]:
    """Admissions that no certificate carries any more and that have no case of it yet, with the case's key."""
    over = Admission.objects.filter(state__in=_KEPT, certified_until__lte=on).order_by("certified_until", "id")
    rows = [(row, f"{row.certified_until:%Y%m%d}") for row in over]
    known = _known(CaseKind.CERTIFICATE, [row.id for row, _key in rows])
    return [(row, key) for row, key in rows if (row.id, key) not in known]


def kept_schemes() -> list[str]:
    """The registers that have anybody on them."""
    return sorted(set(Admission.objects.filter(state__in=_KEPT).values_list("scheme", flat=True)))


def newly_listed(scheme: str, code: str, on: date) -> list[tuple[Admission, Hit]]:
    """Admissions whose party an integrity list names today and that have no case of that entry yet (失信比对)."""
    hits = {hit.party_id: hit for hit in daily_hits(code, on)}
    rows = list(Admission.objects.filter(scheme=scheme, state__in=_KEPT, party_id__in=hits).order_by("id"))
    known = _known(CaseKind.DISHONEST, [row.id for row in rows])
    return [(row, hits[row.party_id]) for row in rows if (row.id, hits[row.party_id].entry_id) not in known]


def no_longer_listed(on: date) -> list[str]:
    """Open cases whose list no longer names the party and of which nobody has been told (移出名单)."""
    rows = Case.objects.filter(kind=CaseKind.DISHONEST, state=CaseState.OPEN, lifted_on__isnull=True)
    found = list(rows.select_related("admission").order_by("id"))
    codes = {code for row in found for code in terms_on(row.admission.scheme, on).terms.integrity_lists}
    still = {hit.entry_id for code in sorted(codes) for hit in daily_hits(code, on)}
    return [row.id for row in found if row.source_key not in still]


def _known(kind: CaseKind, admission_ids: list[str]) -> set[tuple[str, str]]:
    rows = Case.objects.filter(admission_id__in=admission_ids, kind=kind)
    return set(rows.values_list("admission_id", "source_key"))
