"""The end of a voucher (到期、撤回、撤销), and vouchers that lived before the platform did (导入)."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction

from kechuang.kernel.actor import CLOCK, Actor, Role
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.money import Fen
from kechuang.kernel.text import gettext_noop as _
from kechuang.ledger import commands as ledger
from kechuang.ledger.queries import balance, transfers_of
from kechuang.ledger.rules import Kind, Leg, Place
from kechuang.outbox.commands import tell
from kechuang.policy.book import in_force
from kechuang.trail.commands import acting_role, advance, record
from kechuang.ui import clock
from kechuang.ui.rows import run
from kechuang.vouchers import rules
from kechuang.vouchers.access import roles_on
from kechuang.vouchers.commands.applying import locked, refuse_own
from kechuang.vouchers.commands.caps import add_granted, add_used, year_locked
from kechuang.vouchers.models import Voucher, page_of
from kechuang.vouchers.queries import live_by_year
from kechuang.vouchers.states import MACHINE, VoucherState

_REMIND = 'INSERT INTO vouchers_reminder (voucher_id, "on") VALUES (%s, %s) ON CONFLICT (voucher_id) DO NOTHING'


@transaction.atomic
def withdraw(actor: Actor, *, voucher_id: str, reason: str = "", now: datetime) -> Voucher:
    """The holder gives up an application or a voucher (撤回); its balance goes back to the budget.

    Raises StillHeld while an order holds a part of it. Asked twice, it answers with the withdrawn one.
    """
    voucher = locked(actor, voucher_id)
    roles = roles_on(actor, voucher)
    if voucher.state == VoucherState.WITHDRAWN and voucher.ended_by == actor.person_id:
        return voucher
    move = MACHINE.check("withdraw", VoucherState(voucher.state), roles)
    if voucher.account:
        rules.refuse_while_held(balance(voucher.account).held_fen)
    voucher.reason, voucher.closed_on = reason, clock.day(now)
    _end(actor, voucher, move.action, roles, ["reason"], now)
    return voucher


@transaction.atomic
def revoke(actor: Actor, *, voucher_id: str, reason: str, now: datetime) -> Voucher:
    """The county takes an issued voucher back, with the reason (撤销创新券).

    What orders hold stays theirs until they settle or end; what becomes free then goes back to the budget.
    """
    voucher = locked(actor, voucher_id)
    roles = roles_on(actor, voucher)
    move = MACHINE.check("revoke", VoucherState(voucher.state), roles)
    refuse_own(actor, voucher, acting_role(roles, move))
    voucher.reason, voucher.decided_by = rules.reason(reason), actor.person_id
    voucher.closed_on = clock.day(now)
    _end(actor, voucher, "revoke", roles, ["reason", "decided_by"], now)
    _tell(voucher, _("创新券已撤销"), voucher.reason, now)
    return voucher


@transaction.atomic
def expire(actor: Actor, *, voucher_id: str, now: datetime) -> Voucher:
    """After its last day a voucher pays nothing (到期作废); what is free goes back to the budget, what is held stays.

    Raises NotYetExpired before that day. Asked twice, it answers with the expired one.
    """
    voucher = locked(actor, voucher_id)
    roles = roles_on(actor, voucher)
    if voucher.state == VoucherState.EXPIRED and voucher.ended_by == actor.person_id:
        return voucher
    MACHINE.check("expire", VoucherState(voucher.state), roles)
    rules.refuse_not_yet_expired(voucher.valid_until, on=clock.day(now))
    voucher.closed_on = clock.day(now)
    _end(actor, voucher, "expire", roles, [], now)
    _tell(voucher, _("创新券已到期"), _("未用余额已退回预算"), now)
    return voucher


@transaction.atomic
def import_live(
    actor: Actor,
    *,
    party_id: str,
    scheme: str,
    region: str,
    number: str,
    face_fen: Fen,
    balance_fen: Fen,
    valid_from: date,
    valid_until: date,
    now: datetime,
) -> Voucher:
    """Takes over a voucher that was issued elsewhere, with what is left of it (导入在用创新券): an opening posting.

    The same number again answers with the voucher taken over. Raises MoveNotOpen for other offices, NothingAsked,
    LeftAboveFace, NotVisible when another county's voucher has the number.
    """
    roles = actor.roles_in(region)
    move = MACHINE.check("import", VoucherState.DRAFT, roles)
    if found := Voucher.objects.filter(number=number).first():
        if (found.party_id, found.region) != (party_id, region):
            raise NotVisible
        return found
    rules.refuse_nothing_asked(balance_fen)
    rules.refuse_left_above_face(balance_fen, face_fen=face_fen)
    terms = in_force(scheme, rules.GrantTerms, on=clock.day(now))
    year = valid_from.year
    voucher = Voucher(number=number, party_id=party_id, scheme=scheme, region=region, year=year, requested_fen=face_fen)
    voucher.face_fen, voucher.valid_from, voucher.valid_until = face_fen, valid_from, valid_until
    voucher.terms, voucher.applied_by, voucher.state = terms.record, party_id, move.lands(VoucherState.DRAFT)
    budget = Place(Kind.BUDGET, region, year)
    legs = [
        Leg("open_release", Place(Kind.APPROPRIATION, region, year), budget, balance_fen),
        Leg("open_grant", budget, Place(Kind.VOUCHER, region, year, voucher.id), balance_fen),
    ]
    ledger.post(legs, key=f"{voucher.id}:opening", subject=voucher.id, now=now)
    voucher.account = ledger.account(Kind.VOUCHER, region=region, year=year, owner=voucher.id)
    voucher.save(force_insert=True)
    year_locked(party_id, scheme, year)
    add_granted(party_id, scheme, year, face_fen)
    facts = {"face_fen": face_fen, "balance_fen": balance_fen, "number": number}
    role = sorted(roles & move.by)[0]
    record(actor, voucher, "import", label=move.label, role=role, now=now, target=voucher.state, facts=facts)
    return voucher


@transaction.atomic
def undo_import(actor: Actor, *, voucher_id: str, now: datetime) -> Voucher:
    """Takes an import back while nothing was used of it (冲销导入); the opening posting is reversed."""
    voucher = locked(actor, voucher_id)
    roles = roles_on(actor, voucher)
    move = MACHINE.check("undo_import", VoucherState(voucher.state), roles)
    opening = ledger_opening(voucher)
    if not opening:
        raise rules.NotImported()
    rules.refuse_while_held(balance(voucher.account or 0).held_fen)
    ledger.reverse(list(reversed(opening)), key=f"{voucher.id}:undo", now=now)
    voucher.closed_on, voucher.ended_by = clock.day(now), actor.person_id
    year_locked(voucher.party_id, voucher.scheme, voucher.year)
    add_granted(voucher.party_id, voucher.scheme, voucher.year, -voucher.face_fen)
    advance(actor, voucher, move, roles=roles, now=now, saves=["closed_on", "ended_by"])
    return voucher


@transaction.atomic
def carry_over(actor: Actor, *, voucher_id: str, to_party: str, now: datetime) -> Voucher:
    """A merged holder's voucher goes on with the party that took it over (合并承继), and so do the year's caps.

    Called by the clock. Asked twice, it answers with the voucher that went over.
    """
    voucher = locked(actor, voucher_id)
    roles = roles_on(actor, voucher)
    if Role.CLOCK in roles and voucher.party_id == to_party:
        return voucher
    move = MACHINE.check("carry_over", VoucherState(voucher.state), roles)
    before = voucher.party_id
    for year, used in live_by_year(voucher).items():
        for party_id, fen in sorted([(before, -used), (to_party, used)]):
            year_locked(party_id, voucher.scheme, year)
            add_used(party_id, voucher.scheme, year, fen)
    if voucher.face_fen:
        for party_id, fen in sorted([(before, -voucher.face_fen), (to_party, voucher.face_fen)]):
            year_locked(party_id, voucher.scheme, voucher.year)
            add_granted(party_id, voucher.scheme, voucher.year, fen)
    voucher.party_id = to_party
    advance(actor, voucher, move, roles=roles, now=now, saves=["party"], facts={"before": before, "after": to_party})
    _tell(voucher, _("创新券已由承继单位承接"), "", now)
    return voucher


@transaction.atomic
def remind(*, voucher_id: str, now: datetime) -> bool:
    """Tells the holder once that a voucher ends soon (到期提醒); answers whether it was told now."""
    voucher = locked(CLOCK, voucher_id)
    told: bool = run(_REMIND, [voucher.id, clock.day(now)]).rowcount == 1
    if told:
        _tell(voucher, _("创新券即将到期"), _("请在有效期内使用"), now)
    return told


def ledger_opening(voucher: Voucher) -> Sequence[int]:
    """The transfers of the opening posting; none when the voucher was issued here."""
    key = f"{voucher.id}:opening"
    return [station.id for station in transfers_of([voucher.id]) if station.key == key]


def _end(
    actor: Actor, voucher: Voucher, action: str, roles: frozenset[Role], saves: Sequence[str], now: datetime
) -> None:
    move = MACHINE.check(action, VoucherState(voucher.state), roles)
    free = balance(voucher.account).free_fen if voucher.account else 0
    voucher.ended_by = actor.person_id
    all_saves = ["closed_on", "ended_by", *saves]
    facts = {"returned_fen": free, "reason": voucher.reason}
    advance(actor, voucher, move, roles=roles, now=now, saves=all_saves, facts=facts)
    if free:
        source = Place(Kind.VOUCHER, voucher.region, voucher.year, voucher.id)
        leg = Leg(
            rules.RETURN_RULES[VoucherState(voucher.state)],
            source,
            Place(Kind.BUDGET, voucher.region, voucher.year),
            free,
        )
        ledger.post([leg], key=f"{voucher.id}:{action}", subject=voucher.id, now=now)


def _tell(voucher: Voucher, title: str, text: str, now: datetime) -> None:
    tell(
        subject_id=voucher.id,
        path=page_of(voucher.id),
        title=title,
        text=f"{voucher.number} {text}",
        to_party=voucher.party_id,
        now=now,
    )
