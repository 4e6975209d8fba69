"""Payee accounts: proposed by one, confirmed by another, used after the cool-off (收款账户变更, threat T18)."""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from kechuang.kernel.actor import Actor, Role
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.text import gettext_noop as _
from kechuang.kernel.text import tidy
from kechuang.parties import queries, rules
from kechuang.parties.access import accounts_visible_to, roles_on
from kechuang.parties.formats import sealed
from kechuang.parties.models import BankAccount, Party, Unit
from kechuang.parties.states import ACCOUNT_MACHINE, OFFICERS, AccountState
from kechuang.trail.commands import advance, record
from kechuang.ui import clock
from kechuang.ui.compiled import compiled


@transaction.atomic
def propose_account(
    actor: Actor,
    *,
    party_id: str,
    holder_name: str,
    bank_name: str,
    number: str,
    proof_file: str,
    now: datetime,
    unit_id: str = "",
    bank_code: str = "",
    region: str = "",
) -> BankAccount:
    """Names where the payee wants to be paid; it is used only after confirmation and cool-off.

    `region` is the county that confirms: the payee's own, or for outsiders the one they applied to. The number in use
    proposed once more answers with that account. Raises WrongAccountNumber, ProofMissing, HolderDiffers, AccountWaits.
    """
    party = _payee(actor, party_id, region)
    if unit_id and not Unit.objects.filter(id=unit_id, party=party, ended_on__isnull=True).exists():
        raise rules.NotOurUnit
    if not proof_file:
        raise rules.ProofMissing
    if not rules.same_name(holder_name, party.name):
        raise rules.HolderDiffers(holder_name=holder_name, name=party.name)
    plain = rules.account_number(number)
    keys = queries.seal_keys()
    digest = sealed.digest(plain, keys[-1])
    if (known := _standing(party_id, unit_id)) and known.digest == digest:
        return known
    if known and known.state == AccountState.PROPOSED:
        raise rules.AccountWaits
    account = BankAccount.objects.create(
        party=party,
        unit_id=unit_id or None,
        region=region or party.region,
        holder_name=tidy(holder_name),
        bank_name=rules.name(bank_name),
        bank_code=bank_code,
        sealed=sealed.seal(plain, keys),
        masked=rules.masked_account(plain),
        digest=digest,
        proof_file=proof_file,
        proposed_by_id=actor.person_id,
        proposed_on=clock.day(now),
        replaces=known,
        old_contact_id=(party.contact_id or known.proposed_by_id) if known else None,
    )
    role = min(roles_on(actor, account))
    facts = {"digest": digest, "proof": proof_file, "replaces": known.id if known else ""}
    target = AccountState.PROPOSED
    record(actor, account, "propose", label=_("提交收款账户"), role=role, now=now, target=target, facts=facts)
    return account


def _payee(actor: Actor, party_id: str, region: str) -> Party:
    """The party, locked so that two proposals at once become one; its people or an officer of the county propose."""
    party = Party.objects.filter(id=party_id).select_for_update().first()
    offices = actor.roles_in(region or (party.region if party else ""))
    if party is None or (actor.party_id != party_id and not offices & (OFFICERS | {Role.CLOCK})):
        raise NotVisible
    return party


def _standing(party_id: str, unit_id: str) -> BankAccount | None:
    """The account a new one would follow: a waiting one first, else the newest confirmed."""
    rows = BankAccount.objects.filter(
        party_id=party_id, unit_id=unit_id or None, state__in=[AccountState.PROPOSED, AccountState.CONFIRMED]
    )
    order = {AccountState.CONFIRMED: 0, AccountState.PROPOSED: 1}
    newest = sorted(rows, key=lambda row: (order[AccountState(row.state)], row.usable_from or row.proposed_on, row.id))
    return newest[-1] if newest else None


@transaction.atomic
def confirm_account(actor: Actor, *, account_id: str, cool_off_days: int, now: datetime) -> BankAccount:
    """An officer has compared the proof: the account counts from its first usable day on.

    `cool_off_days` are those of the policy in force (`account_cool_off_days`). Raises SameHands when the proposer, or
    the officer stood in for, proposed it; MoveNotOpen; NotVisible.
    """
    account = _locked(actor, account_id)
    roles = roles_on(actor, account)
    move = ACCOUNT_MACHINE.check("confirm", AccountState(account.state), roles)
    for role in roles & move.by:
        queries.refuse_same_hands(actor, account.region, role, before=[account.proposed_by_id], of=[account.id])
    account.confirmed_by_id = actor.person_id
    account.confirmed_on = clock.day(now)
    replaces = account.replaces_id is not None
    account.usable_from = rules.usable_from(
        account.confirmed_on, cool_off_days=cool_off_days, replaces_another=replaces
    )
    saves = ["confirmed_by", "confirmed_on", "usable_from"]
    facts = {"cool_off_days": cool_off_days, "usable_from": account.usable_from.isoformat()}
    advance(actor, account, move, roles=roles, now=now, saves=saves, facts=facts)
    return account


@transaction.atomic
def refuse_account(actor: Actor, *, account_id: str, reason: str, now: datetime) -> BankAccount:
    """The proof does not bear the account out; the payee proposes another."""
    account = _locked(actor, account_id)
    roles = roles_on(actor, account)
    move = ACCOUNT_MACHINE.check("refuse", AccountState(account.state), roles)
    account.refused_reason = rules.reason(reason)
    advance(actor, account, move, roles=roles, now=now, saves=["refused_reason"])
    return account


@transaction.atomic
def retire_account(actor: Actor, *, account_id: str, now: datetime) -> BankAccount:
    """The account is used no more: withdrawn, stopped during the cool-off, or followed by another (停用)."""
    account = _locked(actor, account_id)
    roles = roles_on(actor, account)
    move = ACCOUNT_MACHINE.check("retire", AccountState(account.state), roles)
    account.ended_on = clock.day(now)
    advance(actor, account, move, roles=roles, now=now, saves=["ended_on"])
    return account


@transaction.atomic
def mark_told(actor: Actor, *, account_id: str, now: datetime) -> BankAccount:
    """The old contact has been told of the change; told twice counts once."""
    account = _locked(actor, account_id)
    if account.told_at is None:
        roles = roles_on(actor, account)
        move = ACCOUNT_MACHINE.check("tell", AccountState(account.state), roles)
        account.told_at = now
        advance(actor, account, move, roles=roles, now=now, saves=["told_at"])
    return account


def _locked(actor: Actor, account_id: str) -> BankAccount:
    account = _visible_locked.first(actor, account_id)
    if account is None:
        raise NotVisible
    return account


@compiled
def _visible_locked(actor: Actor, account_id: str) -> QuerySet[BankAccount]:
    return accounts_visible_to(actor).filter(id=account_id).select_for_update(of=("self",))
