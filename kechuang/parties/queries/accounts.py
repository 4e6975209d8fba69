"""Where a payee is paid (收款账户)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.db.models import Q, QuerySet

from kechuang.kernel.actor import Actor, Role
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.machine import Move
from kechuang.parties.access import accounts_visible_to, roles_on
from kechuang.parties.formats import sealed
from kechuang.parties.models import BankAccount
from kechuang.parties.states import ACCOUNT_MACHINE, AccountState
from kechuang.ui.compiled import compiled


@dataclass(frozen=True, slots=True)
class Account:
    """A payee account that may be paid to. The number in clear is had by `account_number` only."""

    id: str
    party_id: str
    unit_id: str
    holder_name: str
    bank_name: str
    bank_code: str
    masked: str
    digest: str
    usable_from: date


@dataclass(frozen=True, slots=True)
class AccountChange:
    """A confirmed change of which the old contact has not been told yet."""

    account_id: str
    party_id: str
    to_person: str
    masked_before: str
    masked_after: str
    usable_from: date


def payee_account(party_id: str, *, unit_id: str = "", on: date) -> Account | None:
    """Where the party (its unit, else the party) is paid on a day: the newest account past its cool-off."""
    newest = sorted(_usable(party_id, unit_id, on), key=lambda row: (row.unit_id or "", row.usable_from, row.id))
    return _account(newest[-1]) if newest else None


@compiled
def _usable(party_id: str, unit_id: str, on: date) -> QuerySet[BankAccount]:
    rows = BankAccount.objects.filter(party_id=party_id, state=AccountState.CONFIRMED, usable_from__lte=on)
    return rows.filter(Q(unit_id=unit_id) | Q(unit__isnull=True)) if unit_id else rows.filter(unit__isnull=True)


def payee_accounts(account_ids: Iterable[str]) -> dict[str, Account]:
    """Accounts by id, for batches and their approval forms."""
    ids = sorted(set(account_ids))
    return {row.id: _account(row) for row in _accounts(ids)} if ids else {}


@compiled
def _accounts(account_ids: list[str]) -> QuerySet[BankAccount]:
    return BankAccount.objects.filter(id__any=account_ids)


def _account(row: BankAccount) -> Account:
    return Account(
        id=row.id,
        party_id=row.party_id,
        unit_id=row.unit_id or "",
        holder_name=row.holder_name,
        bank_name=row.bank_name,
        bank_code=row.bank_code,
        masked=row.masked,
        digest=row.digest,
        usable_from=row.usable_from or row.proposed_on,
    )


def account_numbers(actor: Actor, account_ids: Iterable[str]) -> dict[str, str]:
    """The numbers in clear, for a payment file; only finance (and the clock) reads them. Raises NotVisible."""
    if not (actor.clock or actor.holds(Role.COUNTY_FINANCE)):
        raise NotVisible
    ids = sorted(set(account_ids))
    keys = seal_keys()
    return {account: sealed.opened(text, keys) for account, text in _numbers(ids)} if ids else {}


@compiled
def _numbers(account_ids: list[str]) -> QuerySet[BankAccount, tuple[str, str]]:
    return BankAccount.objects.filter(id__any=account_ids).values_list("id", "sealed")


def seal_keys() -> list[str]:
    """The installation's key and those before it, newest first."""
    return [settings.SECRET_KEY, *map(str, settings.SECRET_KEY_FALLBACKS)]


def account_changes_to_tell(account_id: str = "") -> list[AccountChange]:
    """Confirmed changes whose old contact has not been told (T18), all or one. `credit` tells and marks them told."""
    return [
        AccountChange(
            account_id=row.id,
            party_id=row.party_id,
            to_person=row.old_contact_id or "",
            masked_before=row.replaces.masked if row.replaces else "",
            masked_after=row.masked,
            usable_from=row.usable_from or row.proposed_on,
        )
        for row in _untold(account_id)
    ]


@compiled
def _untold(account_id: str) -> QuerySet[BankAccount]:
    rows = BankAccount.objects.filter(
        state=AccountState.CONFIRMED, replaces__isnull=False, old_contact__isnull=False, told_at__isnull=True
    ).select_related("replaces")
    return (rows.filter(id=account_id) if account_id else rows).order_by("id")


def account(actor: Actor, account_id: str) -> BankAccount:
    """One account as the actor may see it; raises NotVisible."""
    row = accounts_visible_to(actor).filter(id=account_id).first()
    if row is None:
        raise NotVisible
    return row


def accounts_waiting(actor: Actor) -> QuerySet[BankAccount]:
    """Proposed accounts the actor may confirm, oldest first (待确认账户)."""
    regions = actor.regions(*(ACCOUNT_MACHINE.moves[0].by))
    return (
        accounts_visible_to(actor)
        .filter(state=AccountState.PROPOSED, region__in=regions)
        .exclude(proposed_by_id=actor.person_id)
        .select_related("party", "unit")
        .order_by("proposed_on", "id")
    )


def replaced_accounts(*, on: date) -> list[str]:
    """Ids of accounts whose successor has become usable: the daily job retires them."""
    return _replaced(on)


@compiled
def _replaced(on: date) -> QuerySet[BankAccount, str]:
    newer = BankAccount.objects.filter(
        state=AccountState.CONFIRMED, usable_from__lte=on, replaces__state=AccountState.CONFIRMED
    )
    return newer.order_by("id").values_list("replaces_id", flat=True)


@dataclass(frozen=True, slots=True)
class AccountSheet:
    """One account's page: what stands, what it replaces, and what the actor may do now."""

    account: BankAccount
    party_name: str
    unit_name: str
    roles: frozenset[Role]
    open_moves: list[Move]


def account_sheet(actor: Actor, account_id: str) -> AccountSheet:
    """One account as the actor may see it; a proposer is not offered to confirm. Raises NotVisible."""
    rows = accounts_visible_to(actor).select_related("party", "unit", "replaces", "proposed_by", "confirmed_by")
    row = rows.filter(id=account_id).first()
    if row is None:
        raise NotVisible
    roles = roles_on(actor, row)
    moves = ACCOUNT_MACHINE.open(AccountState(row.state), roles)
    if row.proposed_by_id == actor.person_id:
        moves = [move for move in moves if move.action != "confirm"]
    return AccountSheet(row, row.party.name, row.unit.name if row.unit else "", roles, moves)


def accounts_of(actor: Actor, party_id: str) -> list[BankAccount]:
    """A party's accounts as the actor may see them, newest first."""
    rows = accounts_visible_to(actor).filter(party_id=party_id).select_related("unit")
    return list(rows.order_by("-proposed_on", "-id"))
