"""Settling a year (核算补助): every redeemed claim written down, added up, and made into one statement per payee."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from kechuang.kernel.actor import Actor, Role
from kechuang.kernel.ids import public_number
from kechuang.kernel.money import BasisPoints, Fen
from kechuang.kernel.text import gettext_noop as _
from kechuang.parties.queries import covers, party_names, region_name
from kechuang.policy.book import in_force
from kechuang.subsidies import rules
from kechuang.subsidies.access import roles_on
from kechuang.subsidies.commands.locked import first_and_last, locked
from kechuang.subsidies.models import Settlement, Statement
from kechuang.subsidies.queries.redeemed import (
    Group,
    books_closed,
    other_subsidies,
    outside_groups,
    redeemed_groups,
    write_redeemed,
)
from kechuang.subsidies.states import MACHINE, STATEMENT_MACHINE, StatementState, SubsidyState
from kechuang.trail.commands import Act, advance, record_many
from kechuang.ui import clock


@dataclass(frozen=True, slots=True)
class _Payee:
    """One payee's amount with the groups it was made of."""

    party: str
    unit: str
    amount: rules.Amount
    groups: Sequence[Group]
    stacked: rules.Stacking

    @property
    def full_fen(self) -> int:
        return self.amount.fen - self.stacked.cut_fen


@transaction.atomic
def settle(actor: Actor, *, settlement_id: str, now: datetime) -> Settlement:
    """Computes the year's subsidies from what the ledger paid (核算补助), within the money set aside.

    Raises YearNotClosed, NothingRedeemed, PotTooSmall, MoveNotOpen.
    """
    row = locked(actor, settlement_id)
    roles = roles_on(actor, row)
    move = MACHINE.check("settle", SubsidyState(row.state), roles)
    since, until = first_and_last(row.year)
    on = clock.day(now)
    terms = in_force(row.scheme, rules.ProviderTerms, on=on)
    money = in_force(row.scheme, rules.PotTerms, on=on)
    rules.check_closed(year=row.year, until=until, on=on, closed_until={}, names={})
    counties = covers(row.scope)
    write_redeemed(
        settlement=row.id,
        formula=row.formula,
        payer=row.region,
        regions=counties,
        channels=terms.terms.subsidised_channels,
        counted_by=terms.terms.subsidy_counted_by,
        since=since,
        until=until,
    )
    groups = redeemed_groups(row.id) + outside_groups(regions=counties, since=since, until=until)
    if not groups:
        raise rules.NothingRedeemed(year=row.year)
    named = {group.region for group in groups if group.count}  # what was entered from elsewhere rests on no books here
    closed, names = books_closed(named), {region: region_name(region) for region in named}
    rules.check_closed(year=row.year, until=until, on=on, closed_until=closed, names=names)
    payees = _payees(row, groups, terms.terms, money.terms)
    paid = rules.within_pot(pot_fen=Fen(row.pot_fen or 0), due_fen=[one.full_fen for one in payees], terms=money.terms)
    _write(actor, row, payees, paid, now)
    row.terms = {**terms.record, "params": {**terms.record["params"], **money.record["params"]}}
    row.settled_by, row.settled_on = actor.person_id, on
    row.redeemed_fen = sum(group.fen + group.outside_fen for group in groups)
    row.redeemed_count = sum(group.count for group in groups)
    row.full_fen, row.total_fen = sum(one.full_fen for one in payees), sum(paid)
    sums = ["redeemed_fen", "redeemed_count", "full_fen", "total_fen"]
    saves = ["terms", "settled_by", "settled_on", *sums]
    facts: dict[str, object] = {name: getattr(row, name) for name in sums}
    article = terms.article("subsidy_threshold_fen")
    advance(actor, row, move, roles=roles, now=now, saves=saves, article=article, facts=facts)
    return row


def _payees(
    row: Settlement, groups: Sequence[Group], terms: rules.ProviderTerms, money: rules.PotTerms
) -> list[_Payee]:
    """Every provider of the year, also those that are due nothing, in the order of their names."""
    by_party: dict[str, list[Group]] = {}
    for group in groups:
        by_party.setdefault(group.party, []).append(group)
    others, names = other_subsidies(settlement=row.id, year=row.year), party_names(set(by_party))
    found: list[_Payee] = []
    for party in sorted(by_party, key=lambda party: (names.get(party, ""), party)):
        found += _of_party(row, party, by_party[party], terms, money, others)
    return found


def _of_party(
    row: Settlement,
    party: str,
    groups: Sequence[Group],
    terms: rules.ProviderTerms,
    money: rules.PotTerms,
    others: Mapping[str, int],
) -> list[_Payee]:
    parts = [rules.Part(group.region, group.fen, group.platform_fen, group.unit, group.outside_fen) for group in groups]
    paying = row.region if terms.subsidy_payer is rules.Payer.COUNTY else ""
    amounts = rules.provider_subsidies(parts=parts, rate_bp=BasisPoints(row.rate_bp or 0), terms=terms, paying=paying)
    whole = terms.subsidy_threshold_per is rules.Per.LEGAL_PERSON
    found, stacks = [], others.get(party, 0)  # what others gave the house is weighed against its first payee
    for amount in amounts:
        mine = [group for group in groups if whole or group.unit == amount.name]
        public = sum(group.fen + group.outside_fen for group in mine) + stacks
        price = Fen(sum(group.price_fen for group in mine))
        stacked = rules.stacking(price_fen=price, public_fen=Fen(public), full_fen=amount.fen, terms=money)
        found.append(_Payee(party, "" if whole else amount.name, amount, mine, stacked))
        stacks = 0
    return found


def _write(actor: Actor, row: Settlement, payees: Sequence[_Payee], paid: Sequence[Fen], now: datetime) -> None:
    statements = [_statement(row, payee, fen) for payee, fen in zip(payees, paid, strict=True)]
    Statement.objects.bulk_create(statements)
    due = [one for one in statements if one.state == StatementState.COUNTED]
    out = [one for one in statements if one.state == StatementState.NOT_DUE]
    told = {"role": Role.COUNTY_OFFICER, "now": now}
    record_many(actor, [_act(one, "") for one in due], "count", label=_("出具结算单"), **told)  # type: ignore[arg-type]
    move = STATEMENT_MACHINE.check("leave_out", StatementState.COUNTED, roles_on(actor, row))
    acts = [_act(one, StatementState.COUNTED) for one in out]
    record_many(actor, acts, move.action, label=move.label, **told)  # type: ignore[arg-type]


def _act(one: Statement, before: str) -> Act:
    return Act(one, {"fen": one.fen, "full": one.full_fen, "redeemed": one.redeemed_fen}, before, one.state)


def _statement(row: Settlement, payee: _Payee, fen: Fen) -> Statement:
    amount, groups = payee.amount, payee.groups
    why = "" if payee.full_fen else _not_due(amount)
    if payee.full_fen and not fen:
        why = _("按比例核减后不足一分")
    return Statement(
        number=public_number("JS"),
        settlement=row,
        region=row.region,
        party=payee.party,
        unit=payee.unit,
        state=StatementState.COUNTED if fen else StatementState.NOT_DUE,
        redeemed_count=sum(group.count for group in groups),
        redeemed_fen=sum(group.fen for group in groups),
        outside_fen=sum(group.outside_fen for group in groups),
        counted_fen=amount.counted_fen,
        platform_fen=amount.platform_fen,
        rate_bp=row.rate_bp,
        rate_part_fen=amount.rate_part_fen,
        platform_part_fen=amount.platform_part_fen,
        price_fen=sum(group.price_fen for group in groups),
        public_bp=payee.stacked.share_bp,
        above_fen=payee.stacked.above_fen,
        cut_fen=payee.stacked.cut_fen,
        full_fen=payee.full_fen,
        fen=fen,
        why=why,
    )


def _not_due(amount: rules.Amount) -> str:
    return _("财政资金叠加后已无可补助的余地") if amount.fen else _("上年度实际兑付总额未达门槛")
