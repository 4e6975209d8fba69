"""The page of one's own organisation, and what waits because of it (我的单位)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext

from kechuang.credit.queries.commitments import ToSign, to_sign
from kechuang.credit.queries.lists import entries_of
from kechuang.credit.queries.records import counting_of
from kechuang.credit.states import WAITING_MAX
from kechuang.documents.queries import files_of
from kechuang.kernel.actor import Actor, Role
from kechuang.parties import queries as parties
from kechuang.parties.states import ACCOUNT_MACHINE, AccountState
from kechuang.trail.queries import way
from kechuang.ui.waiting import Waiting, waiting


@dataclass(frozen=True, slots=True)
class OrganisationSheet:
    """All that the page shows. `labels` are the lists that name the party today."""

    sheet: parties.PartySheet
    accounts: list[Any]
    commitments: list[ToSign]
    labels: list[Any]
    people: Mapping[str, str]
    counting: int  # credit records that still count against the party


def organisation(actor: Actor, party_id: str, *, on: date) -> OrganisationSheet:
    """One party with members, units, accounts and commitments; raises NotVisible."""
    sheet = parties.party_sheet(actor, party_id, on=on)
    changed = {row.before for row in sheet.history} | {row.after for row in sheet.history}
    return OrganisationSheet(
        sheet=sheet,
        accounts=parties.accounts_of(actor, party_id),
        commitments=to_sign(party_id, on=on),
        labels=entries_of(party_id, on=on),
        people=parties.person_names(changed),
        counting=counting_of(party_id),
    )


@dataclass(frozen=True, slots=True)
class AccountPage:
    sheet: parties.AccountSheet
    files: list[Any]
    events: list[Any]
    people: Mapping[str, str]


def account_page(actor: Actor, account_id: str) -> AccountPage:
    """One payee account with its proof and its way; raises NotVisible."""
    sheet = parties.account_sheet(actor, account_id)
    events = list(way([account_id]))
    names = {event.person_id for event in events} | {event.stands_in_for for event in events}
    proof = [file for file in files_of(sheet.account.party_id) if file.id == sheet.account.proof_file]
    return AccountPage(sheet, proof, events, parties.person_names(names - {""}))


def waiting_for(actor: Actor, *, on: date) -> list[Waiting]:
    """Payee accounts that wait for this officer's confirmation (待办)."""
    rows = parties.accounts_waiting(actor)[:WAITING_MAX]
    return [
        waiting(
            gettext("确认收款账户：{masked}").format(masked=row.masked),
            subject_id=row.id,
            number="",
            url=reverse("credit:account", args=[row.id]),
            state_label=ACCOUNT_MACHINE.labels[AccountState(row.state)],
            party=row.party.name,
        )
        for row in rows
    ]


def confirming_counties(region: str, *, on: date) -> list[tuple[str, str]]:
    """For a payee seated where no officer confirms: the counties that have one. Empty for everybody else."""
    held = parties.regions_with(Role.COUNTY_OFFICER, on=on)
    if region in held:
        return []
    return [(code, parties.region_path(code)) for code in held]
