"""Sending applications (提交申领), and granting at once those that need no look (即时核发): whole commands, in groups.

On the day a county opens its budget thousands of firms press the same button. Each of their commands is the one that a
single firm's is: lock, check, compute, write, record. What a group adds is that the budget is asked once for all of them,
last of everything, and that all of them wait for one commit.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.db import transaction
from django.db.models import QuerySet

from kechuang.credit.queries import committed
from kechuang.kernel.actor import CLOCK, Actor
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.money import Fen
from kechuang.ledger import commands as ledger
from kechuang.ledger.queries import balance_at
from kechuang.ledger.rules import Kind, Leg, NotEnough, Place
from kechuang.parties.queries import PartyCard, parties
from kechuang.policy.book import InForce, in_force
from kechuang.trail.commands import advance
from kechuang.ui import clock
from kechuang.ui.compiled import compiled
from kechuang.ui.grouping import Group, tried
from kechuang.vouchers import rules
from kechuang.vouchers.access import roles_on, sees
from kechuang.vouchers.commands.applying import await_review, write_grant, written
from kechuang.vouchers.commands.caps import Year, years_locked
from kechuang.vouchers.models import Voucher
from kechuang.vouchers.queries import applicant_facts
from kechuang.vouchers.rules import ApplicantFacts, GrantTerms
from kechuang.vouchers.states import MACHINE, VoucherState


@dataclass(frozen=True, slots=True)
class Sending:
    """One applicant's press of the button."""

    actor: Actor
    voucher_id: str
    now: datetime

    @property
    def on(self) -> date:
        return clock.day(self.now)


@dataclass(frozen=True, slots=True)
class _Checked:
    """A sending that nothing stands against so far."""

    voucher: Voucher
    sending: Sending
    facts: ApplicantFacts
    terms: InForce[GrantTerms]
    checks: tuple[rules.Check, ...]

    @property
    def holder(self) -> tuple[str, str, int]:
        return self.voucher.party_id, self.voucher.scheme, self.sending.on.year

    @property
    def budget(self) -> Place:
        return Place(Kind.BUDGET, self.voucher.region, self.sending.on.year)


@dataclass(frozen=True, slots=True)
class _Granted:
    """A sending that is granted `face_fen`, if the budget bears it."""

    of: _Checked
    face_fen: Fen


Outcome = Voucher | Exception


def submit(actor: Actor, *, voucher_id: str, now: datetime) -> Voucher:
    """Sends an application (提交申领); it is granted in the same minute when the terms say so (即时核发).

    Sent twice, it answers with what became of it. Raises NotEligible naming each condition that is not met,
    CommitmentMissing, NotReleasedYet, GrantCapReached, BudgetShort; TooManyWaiting when it was not begun in time.
    """
    return GROUP.join(Sending(actor, voucher_id, now))


def submit_all(sendings: Sequence[Sending]) -> list[Outcome]:
    """Several applications in one transaction, each with its own outcome: the voucher, or why not.

    A refused one has written nothing. When the budget turns out shorter than it looked, because another process has
    granted from it meanwhile, nothing of the group stands, and they are sent one after another.
    """
    try:
        return _submit_all(sendings)
    except NotEnough as short:
        if len(sendings) == 1:
            return [_budget_short(short)]
    return [submit_all([sending])[0] for sending in sendings]


GROUP: Group[Sending, Voucher] = Group(submit_all)


@transaction.atomic
def _submit_all(sendings: Sequence[Sending]) -> list[Outcome]:
    rows = _locked(sendings)
    outcomes: dict[int, Outcome] = {}
    checked: dict[int, _Checked] = {}
    for number, one in _each_checked(sendings, rows):
        if isinstance(one, _Checked):
            checked[number] = one
        else:
            outcomes[number] = one
    for number, one in list(checked.items()):
        if rules.needs_review(one.checks, one.terms.terms):
            outcomes[number] = _sent_to_review(checked.pop(number))
    granted = dict(_each_granted(checked, outcomes))
    _open_accounts(granted.values())
    for number, grant in granted.items():
        outcomes[number] = _written(grant)
    _posted(granted.values())
    _repeated(sendings, rows, outcomes)
    return [outcomes[number] for number in range(len(sendings))]


def _locked(sendings: Iterable[Sending]) -> dict[str, Voucher]:
    return {row.id: row for row in _rows(sorted({one.voucher_id for one in sendings}))}


@compiled
def _rows(voucher_ids: list[str]) -> QuerySet[Voucher]:
    return Voucher.objects.select_for_update(of=("self",)).filter(id__any=voucher_ids).order_by("id")


def _each_checked(
    sendings: Sequence[Sending], rows: Mapping[str, Voucher]
) -> Iterator[tuple[int, _Checked | Voucher | Exception]]:
    """What stands against each; the second sending of one application waits for what becomes of the first."""
    cards = parties({row.party_id for row in rows.values()})
    days = {one.on for one in sendings}
    signed = {day: committed(dict.fromkeys(cards, "holder"), on=day) for day in days}
    taken: set[str] = set()
    for number, one in enumerate(sendings):
        if one.voucher_id in taken:
            continue
        taken.add(one.voucher_id)
        row = rows.get(one.voucher_id)
        yield number, tried(lambda one=one, row=row: _checked(one, row, cards, signed[one.on]))  # type: ignore[misc]


def _checked(
    sending: Sending, voucher: Voucher | None, cards: Mapping[str, PartyCard], signed: frozenset[str]
) -> _Checked | Voucher:
    actor, on = sending.actor, sending.on
    if voucher is None or not sees(actor, voucher):
        raise NotVisible
    if voucher.state in (VoucherState.SUBMITTED, VoucherState.ISSUED) and voucher.applied_by == actor.person_id:
        return voucher
    MACHINE.check("submit", VoucherState(voucher.state), roles_on(actor, voucher))
    terms = in_force(voucher.scheme, GrantTerms, on=on)
    rules.refuse_unreleased(terms.terms, on=on)
    if voucher.party_id not in signed:
        raise rules.CommitmentMissing()
    facts = applicant_facts(cards[voucher.party_id], voucher, on=on)
    checks = rules.eligibility(facts=facts, terms=terms.terms)
    rules.refuse_ineligible(checks)
    return _Checked(voucher, sending, facts, terms, checks)


def _each_granted(checked: Mapping[int, _Checked], refused: dict[int, Outcome]) -> Iterator[tuple[int, _Granted]]:
    """The face of each, behind the locks of the holders' years, in the order of arrival; those refused are put aside.

    A holder's second application sees what the first was granted. Of a budget no more is given than lies in it: what is
    sold out is refused here, before the budget is locked.
    """
    if not checked:
        return
    years = years_locked({one.holder for one in checked.values()})
    live = _live_now(checked.values())
    free: dict[Place, int] = {}
    for number, one in checked.items():
        left = free.setdefault(one.budget, balance_at(one.budget).free_fen)
        face = tried(lambda one=one, left=left: _face(one, years[one.holder], live[one.holder], left))  # type: ignore[misc]
        if isinstance(face, Exception):
            refused[number] = face
            continue
        before = years[one.holder]
        years[one.holder] = replace(before, granted_fen=Fen(before.granted_fen + face))
        live[one.holder] += 1
        free[one.budget] -= face
        yield number, _Granted(one, face)


def _face(one: _Checked, before: Year, live: int, left_fen: int) -> Fen:
    # The applicant was counted before the lock; two applications at once are told apart only behind it.
    facts = replace(one.facts, live_vouchers_count=max(one.facts.live_vouchers_count, live))
    rules.refuse_ineligible(rules.eligibility(facts=facts, terms=one.terms.terms))
    face = rules.grant(
        requested_fen=Fen(one.voucher.requested_fen),
        granted_this_year_fen=before.granted_fen,
        facts=facts,
        terms=one.terms.terms,
    )
    if face > left_fen:
        raise rules.BudgetShort(asked_fen=face, free_fen=left_fen, year=one.sending.on.year)
    return face


def _live_now(checked: Iterable[_Checked]) -> dict[tuple[str, str, int], int]:
    """Live vouchers of each holder, counted behind the lock of its year."""
    found: dict[tuple[str, str, int], int] = {}
    for on in {one.sending.on for one in checked}:
        mine = {one.holder for one in checked if one.sending.on == on}
        counts = Counter(_live_on(sorted({party for party, _scheme, _year in mine}), on))
        found |= {holder: counts[holder[:-1]] for holder in mine}
    return found


@compiled
def _live_on(party_ids: list[str], on: date) -> QuerySet[Voucher, tuple[str, str]]:
    rows = Voucher.objects.filter(party_id__any=party_ids, state=VoucherState.ISSUED, valid_until__gt=on)
    return rows.values_list("party_id", "scheme")


def _sent_to_review(one: _Checked) -> Voucher:
    _sent(one, review=True)
    await_review(one.voucher, one.terms, one.sending.now)
    return one.voucher


def _sent(one: _Checked, *, review: bool) -> None:
    voucher, sending = one.voucher, one.sending
    roles = roles_on(sending.actor, voucher)
    move = MACHINE.check("submit", VoucherState(voucher.state), roles)
    voucher.checks = written(one.checks, one.terms)
    voucher.year, voucher.applied_by = sending.on.year, sending.actor.person_id
    saves = ["checks", "year", "applied_by"]
    facts = {"review": review, "checks": voucher.checks}
    advance(sending.actor, voucher, move, roles=roles, now=sending.now, saves=saves, facts=facts)


def _written(grant: _Granted) -> Voucher:
    """The voucher as it is when the budget has paid for it; by the clock, nobody else decides (即时核发)."""
    one = grant.of
    _sent(one, review=False)
    write_grant(CLOCK, one.voucher, one.terms, face_fen=grant.face_fen, now=one.sending.now)
    return one.voucher


def _open_accounts(granted: Iterable[_Granted]) -> None:
    vouchers = [(grant.of.voucher, grant.of.sending.on.year) for grant in granted]
    places = [Place(Kind.VOUCHER, voucher.region, year, voucher.id) for voucher, year in vouchers]
    for (voucher, _year), account in zip(vouchers, ledger.accounts(places), strict=True):
        voucher.account = account


def _posted(granted: Iterable[_Granted]) -> None:
    """The money, last of all: the budget's row is the one for which others wait (热点账户).

    It moves at the instant of the last of a day's sendings; the events keep each one's own.
    """
    days: dict[date, datetime] = {}
    postings: dict[date, list[ledger.Posting]] = {}
    for grant in granted:
        voucher, sending = grant.of.voucher, grant.of.sending
        leg = Leg("grant", grant.of.budget, voucher.account or 0, grant.face_fen)
        postings.setdefault(sending.on, []).append(ledger.Posting(f"{voucher.id}:grant", voucher.id, [leg]))
        days[sending.on] = max(days.get(sending.on, sending.now), sending.now)
    for on in sorted(days):
        ledger.post_many(postings[on], now=days[on])


def _budget_short(short: NotEnough) -> rules.BudgetShort:
    facts = short.facts
    return rules.BudgetShort(asked_fen=facts["asked_fen"], free_fen=facts["available_fen"], year=facts["year"])


def _repeated(sendings: Sequence[Sending], rows: Mapping[str, Voucher], outcomes: dict[int, Outcome]) -> None:
    """One application sent twice within the group: the second is told what became of the first."""
    first: dict[str, Outcome] = {}
    for number, one in enumerate(sendings):
        if number in outcomes:
            first.setdefault(one.voucher_id, outcomes[number])
            continue
        outcomes[number] = first[one.voucher_id] if sees(one.actor, rows[one.voucher_id]) else NotVisible()
