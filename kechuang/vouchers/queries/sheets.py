"""One voucher as its page shows it, lists, what waits, what the clock looks for."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, QuerySet
from django.urls import reverse

from kechuang.credit.queries import commitment_in_force
from kechuang.deadlines.queries import Clock, clocks
from kechuang.documents.queries import File, files_of
from kechuang.kernel.actor import Actor, Role
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.machine import Move
from kechuang.kernel.money import Fen
from kechuang.ledger.queries import Balance
from kechuang.parties.queries import PartyCard, ended_since, party
from kechuang.policy.book import current
from kechuang.trail.models import Event
from kechuang.trail.queries import way
from kechuang.ui.compiled import compiled
from kechuang.ui.waiting import Waiting
from kechuang.ui.waiting import waiting as waiting_row
from kechuang.vouchers.access import holds_visible_to, roles_on, visible_to
from kechuang.vouchers.models import LIVE, Hold, Reminder, Voucher
from kechuang.vouchers.queries.balances import balances_of, used_in_year
from kechuang.vouchers.states import (
    BATCH,
    MACHINE,
    MERGER_LOOK_BACK_DAYS,
    UNFINISHED,
    WAITING_MAX,
    WAITING_TITLES,
    HoldState,
    VoucherState,
)

HEAVY = ("terms", "checks", "declared")  # what a list does not show and would pay for


@dataclass(frozen=True, slots=True)
class VoucherSheet:
    """All that a voucher's page shows."""

    voucher: Voucher
    party: PartyCard
    balance: Balance
    used_this_year_fen: Fen
    holds: Sequence[Hold]
    files: Sequence[File]
    events: Sequence[Event]
    open_moves: Sequence[Move]
    roles: frozenset[Role]
    clock: Clock | None


def sheet(actor: Actor, voucher_id: str, *, on: date) -> VoucherSheet:
    """One voucher as `actor` may see it; raises NotVisible also when they may not."""
    voucher = visible_to(actor).filter(id=voucher_id).first()
    if voucher is None:
        raise NotVisible
    roles = roles_on(actor, voucher)
    return VoucherSheet(
        voucher=voucher,
        party=party(voucher.party_id),
        balance=balances_of([voucher])[voucher.id],
        used_this_year_fen=used_in_year(voucher.party_id, voucher.scheme, voucher.year),
        holds=list(holds_visible_to(actor).filter(voucher=voucher).order_by("-id")),
        files=list(files_of(voucher.id)),
        events=list(way([voucher.id])),
        open_moves=MACHINE.open(VoucherState(voucher.state), roles),
        roles=roles,
        clock=clocks([voucher.id], on=on).get(voucher.id),
    )


def listed(actor: Actor, *, state: str = "", scheme: str = "", party_id: str = "") -> QuerySet[Voucher]:
    """The vouchers an actor may see, newest first, filtered; the party's name comes with each row."""
    rows = visible_to(actor).select_related("party").defer(*HEAVY).order_by("-id")
    wanted = {"state": state, "scheme": scheme, "party_id": party_id}
    return rows.filter(**{name: value for name, value in wanted.items() if value})


def numbered(number: str) -> bool:
    """Whether a number is taken, in the whole installation (券号是否已有)."""
    return Voucher.objects.filter(number=number).exists()


def waiting(actor: Actor) -> QuerySet[Voucher]:
    """What waits for the actor: applications to review, or one's own that came back or were not sent."""
    rows = visible_to(actor).select_related("party").defer(*HEAVY).order_by("id")
    if actor.party_id:
        return rows.filter(state__in=[VoucherState.DRAFT, VoucherState.RETURNED])
    return rows.filter(state=VoucherState.SUBMITTED, region__in=actor.regions(Role.COUNTY_OFFICER))


def waiting_for(actor: Actor, *, on: date) -> list[Waiting]:
    """What waits for this actor (待办): applications to review, or one's own that came back or were not sent."""
    rows = _waiting(actor)
    running = clocks([row.id for row in rows], on=on)
    return [
        waiting_row(
            WAITING_TITLES[VoucherState(row.state)],
            subject_id=row.id,
            number=row.number,
            url=reverse("vouchers:voucher", args=[row.id]),
            state_label=MACHINE.labels[VoucherState(row.state)],
            clock=running.get(row.id),
            party=row.party.name,
            fen=row.requested_fen,
        )
        for row in rows
    ]


@compiled
def _waiting(actor: Actor) -> QuerySet[Voucher]:
    return waiting(actor)[:WAITING_MAX]


def scheme_title(scheme: str) -> str:
    pack = current().packs.get(scheme)
    return pack.title if pack else scheme


def expired(*, on: date) -> list[str]:
    """Ids of issued vouchers whose last day is over: the job expires them, so many at a time."""
    return _expired(on)


@compiled
def _expired(on: date) -> QuerySet[Voucher, str]:
    rows = Voucher.objects.filter(state=VoucherState.ISSUED, valid_until__lte=on).order_by("valid_until", "id")
    return rows.values_list("id", flat=True)[:BATCH]


def expiring(*, until: date, on: date) -> list[str]:
    """Ids of issued vouchers that end soon and whose holders were not told yet, so many at a time."""
    return _expiring(until, on)


@compiled
def _expiring(until: date, on: date) -> QuerySet[Voucher, str]:
    rows = Voucher.objects.filter(state=VoucherState.ISSUED, valid_until__gt=on, valid_until__lte=until)
    untold = rows.exclude(id__in=Reminder.objects.values("voucher_id")).order_by("valid_until", "id")
    return untold.values_list("id", flat=True)[:BATCH]


def live_by_year(voucher: Voucher) -> dict[int, int]:
    """What a voucher's live holds count for, by the year whose cap they count against."""
    found: dict[int, int] = {}
    rows = Hold.objects.filter(voucher=voucher, state__in=LIVE)
    for year, state, fen, captured, restored in rows.values_list(
        "year", "state", "fen", "captured_fen", "restored_fen"
    ):
        found[year] = found.get(year, 0) + (fen if state == HoldState.HELD else captured - restored)
    return found


def of_merged(*, on: date) -> list[tuple[str, str]]:
    """Open vouchers of holders merged lately, each with the party that took the holder over (合并承继)."""
    merged = {
        card.id: card.merged_into
        for card in ended_since(on - timedelta(days=MERGER_LOOK_BACK_DAYS))
        if card.merged_into
    }
    if not merged:
        return []
    rows = Voucher.objects.filter(party_id__in=merged, state__in=UNFINISHED).order_by("id")
    return [(voucher_id, merged[party_id]) for voucher_id, party_id in rows.values_list("id", "party_id")]


def counts() -> dict[str, int]:
    """How many vouchers are in each state."""
    counted = Voucher.objects.order_by().values_list("state").annotate(count=Count("id"))
    return dict.fromkeys((str(state) for state in VoucherState), 0) | dict(counted)


def names(voucher_ids: Iterable[str]) -> dict[str, str]:
    """Numbers of vouchers by id, for upper rooms' lists and the digest."""
    return dict(Voucher.objects.filter(id__in=set(voucher_ids)).values_list("id", "number"))


def words(scheme: str) -> dict[str, str]:
    """The words of a scheme's lists by their codes: tech_sme → 科技型中小企业."""
    lists = current().packs[scheme].words if scheme in current().packs else {}
    return {code: label for entries in lists.values() for code, label in entries.items()}


def must_sign(voucher: Voucher, *, on: date) -> bool:
    """Whether the application still waits for the applicant's 信用承诺."""
    waits = voucher.state in (VoucherState.DRAFT, VoucherState.RETURNED)
    return waits and not commitment_in_force(voucher.party_id, "holder", on=on)
