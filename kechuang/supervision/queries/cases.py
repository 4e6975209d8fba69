"""Cases and clawbacks as their pages show them, their lists, what waits for whom, what time has made due."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from kechuang.deadlines.queries import Clock, clocks, overdue_subjects
from kechuang.documents.queries import File, files_of
from kechuang.kernel.actor import CLOCK, Actor, Role
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.machine import Move
from kechuang.kernel.money import Fen
from kechuang.ledger.queries import Station, transfers_of
from kechuang.parties.queries import person_names, region_name
from kechuang.policy.book import replay
from kechuang.screening.queries import states_among
from kechuang.supervision import rules
from kechuang.supervision.access import (
    OFFICES,
    clawbacks_visible_to,
    opening_role,
    roles_on,
    roles_on_clawback,
    visible_to,
)
from kechuang.supervision.models import Case, Clawback, Complaint, Instalment, Item, Letter, Sanction, Visit
from kechuang.supervision.queries.payouts import PAYOUTS, asked_of, net_paid, payouts_among, since
from kechuang.supervision.states.cases import (
    CASE_MACHINE,
    CASE_REPLY,
    CLAWBACK_MACHINE,
    LIVE_CASES,
    CaseState,
    ClawbackState,
    Holding,
    ItemKind,
)
from kechuang.trail.models import Event
from kechuang.trail.queries import way
from kechuang.ui.compiled import compiled

_HELD = (Holding.ASKED, Holding.SUSPENDED)


@dataclass(frozen=True, slots=True)
class ItemRow:
    """One item of a case: for a claim or subsidy its state now, what was paid and what can still be asked back."""

    item: Item
    url: str
    state: str = ""
    paid_fen: int = 0
    open_fen: int = 0
    pays: bool = False  # a claim or subsidy, whose payout can be held


@dataclass(frozen=True, slots=True)
class CaseSheet:
    """All that the page of a case shows. Officers' names only for the offices."""

    case: Case
    party: str
    place: str
    roles: frozenset[Role]
    moves: Sequence[Move]
    clock: Clock | None
    items: Sequence[ItemRow]
    letters: Sequence[Letter]
    files: Mapping[str, File]
    clawbacks: Sequence[Clawback]
    params: Mapping[str, Mapping[str, object]]
    events: Sequence[Event]
    people: Mapping[str, str]
    office: bool


@dataclass(frozen=True, slots=True)
class PartRow:
    """One part of a clawback with its interest: as it came, or as it stands on its day."""

    part: Instalment
    interest_fen: int

    @property
    def sum_fen(self) -> int:
        return self.part.fen + self.interest_fen


@dataclass(frozen=True, slots=True)
class ClawbackSheet:
    """All that the page of a clawback shows. `due_fen` is the next part with interest to today."""

    row: Clawback
    paid_on: date  # of the payout that stands: from then on interest runs
    party: str
    place: str
    roles: frozenset[Role]
    moves: Sequence[Move]
    clock: Clock | None
    parts: Sequence[PartRow]
    pending: PartRow | None  # entered, not yet countersigned
    following: PartRow | None
    left_fen: int
    params: Mapping[str, Mapping[str, object]]
    stations: Sequence[Station]
    events: Sequence[Event]
    people: Mapping[str, str]
    office: bool


def cases(actor: Actor, *, state: str = "", words: str = "", party_id: str = "") -> QuerySet[Case]:
    """The cases an actor may see, the latest first."""
    rows = visible_to(actor).select_related("party")
    rows = rows.filter(state=state) if state else rows
    rows = rows.filter(party_id=party_id) if party_id else rows
    if words:
        rows = (
            rows.filter(title__icontains=words) | rows.filter(number=words) | rows.filter(party__name__icontains=words)
        )
    return rows.order_by("-opened_on", "-id")


def clawbacks(actor: Actor, *, state: str = "", party_id: str = "") -> QuerySet[Clawback]:
    """The clawbacks an actor may see, the latest first."""
    rows = clawbacks_visible_to(actor).select_related("party")
    rows = rows.filter(state=state) if state else rows
    rows = rows.filter(party_id=party_id) if party_id else rows
    return rows.order_by("-decided_on", "-id")


def clocks_of(rows: Sequence[Case | Clawback | Complaint | Sanction | Visit], *, on: date) -> dict[str, Clock]:
    """The open clock of each row of a list."""
    return clocks([row.id for row in rows], on=on)


def case_sheet(actor: Actor, case_id: str, *, on: date) -> CaseSheet:
    """One case with everything in it; raises NotVisible. A constant number of statements."""
    case = visible_to(actor).select_related("party").filter(id=case_id).first()
    if case is None:
        raise NotVisible
    roles = roles_on(actor, case)
    office = bool(actor.roles_in(case.region) & set(OFFICES))
    events = list(way([case.id])) if office else []
    files = {file.id: file for file in files_of(case.id)}
    return CaseSheet(
        case=case,
        party=case.party.name,
        place=region_name(case.region),
        roles=roles,
        moves=CASE_MACHINE.open(CaseState(case.state), roles),
        clock=clocks([case.id], on=on).get(case.id),
        items=_item_rows(actor, case),
        letters=list(Letter.objects.filter(case=case).order_by("at", "id")),
        files=files,
        clawbacks=list(Clawback.objects.filter(case=case).order_by("id")),
        params=case.terms["params"],
        events=events,
        people=person_names({event.person_id for event in events} - {""}) if office else {},
        office=office,
    )


_PAGES = {
    ItemKind.ORDER: "orders:order",
    ItemKind.COMPLAINT: "supervision:complaint",
    ItemKind.VISIT: "supervision:visit",
}


def _item_rows(actor: Actor, case: Case) -> list[ItemRow]:
    """What lies in a case; of what is paid to another than its party nothing can be asked back."""
    office = bool(actor.roles_in(case.region) & set(OFFICES))
    items = list(Item.objects.filter(case=case).order_by("kind", "id"))
    found = states_among(actor, [item.subject_id for item in items if item.kind == ItemKind.FINDING])
    paid: dict[str, dict[str, Any]] = {}
    for kind, ids in payouts_among(items).items():
        paid |= _paid_rows(actor, case, kind, ids) if ids else {}
    rows = []
    for item in items:
        kind = ItemKind(item.kind)
        if kind in PAYOUTS:
            rows.append(ItemRow(item, pays=True, **paid[item.subject_id]))
        elif item.subject_id in found:
            rows.append(ItemRow(item, reverse("screening:finding", args=[item.subject_id]), found[item.subject_id]))
        else:
            rows.append(
                ItemRow(item, reverse(_PAGES[kind], args=[item.subject_id]) if office and kind in _PAGES else "")
            )
    return rows


def _paid_rows(actor: Actor, case: Case, kind: ItemKind, ids: list[str]) -> dict[str, dict[str, Any]]:
    """Of each payout what its row shows: three statements, however many there are."""
    sort = PAYOUTS[kind]
    seen = {row[0]: row[1:] for row in sort.rows(actor).filter(id__in=ids).values_list("id", "state", sort.payee)}
    paid, asked = net_paid(kind, ids), asked_of(kind, ids)
    found = {}
    for one in ids:
        state, payee = seen.get(one, ("", ""))
        found[one] = {
            "url": reverse(sort.page, args=[one]) if one in seen else "",
            "state": sort.machine.labels[sort.machine.states(state)] if one in seen else "",
            "paid_fen": paid[one],
            "open_fen": max(paid[one] - asked[one], 0) if payee == case.party_id else 0,
        }
    return found


def clawback_sheet(actor: Actor, clawback_id: str, *, on: date) -> ClawbackSheet:
    """One clawback with its parts and what the ledger says; raises NotVisible."""
    row = clawbacks_visible_to(actor).select_related("party", "case").filter(id=clawback_id).first()
    if row is None:
        raise NotVisible
    roles = roles_on_clawback(actor, row)
    office = bool(actor.roles_in(row.region) & set(OFFICES))
    terms = replay(row.terms, rules.ClawbackTerms)
    paid_on = since(row)
    parts = [
        _part(paid_on, part, on, terms.terms) for part in Instalment.objects.filter(clawback=row).order_by("position")
    ]
    events = list(way([row.id])) if office else []
    keys = {f"{row.id}:{one.part.position}" for one in parts}
    pending = next((one for one in parts if one.part.received_on and one.part.checked_on is None), None)
    return ClawbackSheet(
        row=row,
        paid_on=paid_on,
        party=row.party.name,
        place=region_name(row.region),
        roles=roles,
        moves=_clawback_moves(actor, row, roles, pending),
        clock=clocks([row.id], on=on).get(row.id),
        parts=parts,
        pending=pending,
        following=next((one for one in parts if one.part.received_on is None), None),
        left_fen=row.principal_fen - row.received_fen,
        params=row.terms["params"],
        stations=[one for one in transfers_of([row.paid_id]) if one.key in keys],
        events=events,
        people=person_names({event.person_id for event in events} - {""}) if office else {},
        office=office,
    )


_SECOND = ("countersign", "strike")


def _clawback_moves(actor: Actor, row: Clawback, roles: frozenset[Role], pending: PartRow | None) -> list[Move]:
    """While a receipt waits for a second person nothing else is done, and not by who entered it."""
    moves = CLAWBACK_MACHINE.open(ClawbackState(row.state), roles)
    if pending is None:
        return [move for move in moves if move.action not in _SECOND]
    mine = pending.part.received_by == actor.person_id
    return [move for move in moves if move.action in _SECOND and not mine]


def _part(paid_on: date, part: Instalment, on: date, terms: rules.ClawbackTerms) -> PartRow:
    """A part that came keeps its interest; one to come is shown to its day, one that is late to today."""
    if part.interest_fen is not None:
        return PartRow(part, part.interest_fen)
    until = max(part.due_on, on)
    return PartRow(part, rules.interest_fen(Fen(part.fen), since=paid_on, until=until, terms=terms))


def interest_of_row(sheet: ClawbackSheet, *, on: date) -> int:
    """Interest on the next part if it comes in on a day; nothing when no part is to come."""
    if sheet.following is None:
        return 0
    terms = replay(sheet.row.terms, rules.ClawbackTerms).terms
    return rules.interest_fen(Fen(sheet.following.part.fen), since=sheet.paid_on, until=on, terms=terms)


def may_open(actor: Actor, region: str) -> bool:
    """Whether the actor opens cases over a county."""
    return opening_role(actor, region) is not None


def case_of(actor: Actor, subject_id: str, *, side: str = "") -> Case | None:
    """The case that runs over a claim, visit or complaint, as far as the actor may see it; of one side where named."""
    inside = Item.objects.filter(subject_id=subject_id).values("case_id")
    rows = visible_to(actor).filter(id__in=inside, state__in=LIVE_CASES)
    return (rows.filter(side=side) if side else rows).order_by("-id").first()


def holding_case(actor: Actor, payout_id: str) -> Case:
    """The case that holds the payout of a claim or statement (暂停拨付的案卷); raises NotVisible, also when none does."""
    held = Item.objects.filter(subject_id=payout_id, holding__in=_HELD).values("case_id")
    case = visible_to(actor).filter(id__in=held).first()
    if case is None:
        raise NotVisible
    return case


def to_lapse(*, on: date) -> list[str]:
    """Cases whose party has let the time to answer pass, in order."""
    over = overdue_subjects(CASE_REPLY, on=on)
    rows = Case.objects.filter(id__in=over, state=CaseState.ASKED)
    return list(rows.order_by("id").values_list("id", flat=True))


def to_follow() -> list[str]:
    """Holds about which something is to be done: the payout became payable, or is over."""
    held = _held()
    moved: set[str] = set()
    for kind, ids in payouts_among(held).items():
        sort = PAYOUTS[kind]
        rows = sort.rows(CLOCK).filter(id__in=ids, state__in=[*sort.stoppable, *sort.over]) if ids else ()
        moved |= {row.id for row in rows}
    return sorted(item.id for item in held if item.subject_id in moved)


@compiled
def _held() -> QuerySet[Item]:
    return Item.objects.filter(holding__in=_HELD)
