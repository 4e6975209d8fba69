"""Settling a year (核算补助): every redeemed claim written down, added up, and made into one statement per payee."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from kechuang.claims.states import CountedBy
from kechuang.kernel.actor import Actor, Role
from kechuang.kernel.ids import public_number
from kechuang.kernel.money import Fen
from kechuang.kernel.text import gettext_noop as _
from kechuang.parties.queries import covers, region_name
from kechuang.policy.book import in_force
from kechuang.subsidies import rules
from kechuang.subsidies.access import roles_on
from kechuang.subsidies.commands.counting import Payee, way_of
from kechuang.subsidies.commands.drafting import other_hands
from kechuang.subsidies.commands.locked import first_and_last, locked
from kechuang.subsidies.models import Settlement, Statement
from kechuang.subsidies.queries.redeemed import (
    Group,
    books_closed,
    outside_groups,
    redeemed_groups,
    write_redeemed,
)
from kechuang.subsidies.states import MACHINE, STATEMENT_MACHINE, StatementState, SubsidyState
from kechuang.trail.commands import Act, advance, record_many
from kechuang.ui import clock


@transaction.atomic
def settle(actor: Actor, *, settlement_id: str, now: datetime) -> Settlement:
    """Computes the year's subsidies from what the ledger paid (核算补助), within the money set aside.

    Raises YearNotClosed, NothingRedeemed, PotTooSmall, the refusals of each formula, Related, MoveNotOpen.
    """
    row = locked(actor, settlement_id)
    roles = roles_on(actor, row)
    move = MACHINE.check("settle", SubsidyState(row.state), roles)
    on = clock.day(now)
    way, money = way_of(row, on=on), in_force(row.scheme, rules.PotTerms, on=on)
    groups = _counted(row, way.counted_by, way.channels, outside=way.outside, now=now)
    payees = way.payees(row, groups, money.terms)
    other_hands(actor, row, move, sides={payee.party for payee in payees} - {""})
    full = [payee.full_fen for payee in payees]
    paid = rules.within_pot(pot_fen=Fen(row.pot_fen or 0), due_fen=full, terms=money.terms)
    _write(actor, row, payees, paid, now)
    params = {**way.terms.record["params"], **money.record["params"]}
    row.terms = {**way.terms.record, "params": params}
    row.settled_by, row.settled_on = actor.person_id, on
    row.redeemed_fen = sum(group.fen + group.outside_fen for group in groups)
    row.redeemed_count = sum(group.count for group in groups)
    row.full_fen, row.total_fen = sum(full), sum(paid)
    sums = ["redeemed_fen", "redeemed_count", "full_fen", "total_fen"]
    facts: dict[str, object] = {name: getattr(row, name) for name in sums}
    saves, article = ["terms", "settled_by", "settled_on", "conversion", *sums], way.terms.article(way.article)
    advance(actor, row, move, roles=roles, now=now, saves=saves, article=article, facts=facts)
    return row


def _counted(
    row: Settlement, counted_by: CountedBy, channels: Sequence[str], *, outside: bool, now: datetime
) -> list[Group]:
    """Writes the year's redemptions down and adds them up; raises YearNotClosed, NothingRedeemed."""
    since, until = first_and_last(row.year)
    on, counties = clock.day(now), covers(row.scope)
    rules.check_closed(year=row.year, until=until, on=on, closed_until={}, names={})
    write_redeemed(
        settlement=row.id,
        formula=row.formula,
        pays_for=row.pays_for,
        scope=row.scope,
        regions=counties,
        channels=channels,
        counted_by=counted_by,
        since=since,
        until=until,
    )
    groups = redeemed_groups(row.id)
    groups += outside_groups(regions=counties, since=since, until=until) if outside else []
    if not groups:
        raise rules.NothingRedeemed(year=row.year)
    named = {group.region for group in groups if group.count}  # what was entered from elsewhere rests on no books here
    closed, names = books_closed(named), {region: region_name(region) for region in named}
    rules.check_closed(year=row.year, until=until, on=on, closed_until=closed, names=names)
    return groups


def _write(actor: Actor, row: Settlement, payees: Sequence[Payee], paid: Sequence[Fen], now: datetime) -> None:
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


def _statement(row: Settlement, payee: Payee, fen: Fen) -> Statement:
    groups = payee.groups
    return Statement(
        number=public_number("JS"),
        settlement=row,
        region=row.region,
        party=payee.party,
        unit=payee.unit,
        place=payee.place,
        carrier=payee.carrier,
        sheet_id=payee.sheet,
        conversion_fen=payee.conversion_fen,
        state=StatementState.COUNTED if fen else StatementState.NOT_DUE,
        redeemed_count=sum(group.count for group in groups),
        redeemed_fen=sum(group.fen for group in groups),
        outside_fen=sum(group.outside_fen for group in groups),
        counted_fen=payee.counted_fen,
        platform_fen=payee.platform_fen,
        rate_bp=payee.rate_bp,
        grade=payee.grade,
        rate_part_fen=payee.rate_part_fen,
        platform_part_fen=payee.platform_part_fen,
        price_fen=0 if payee.place else sum(group.price_fen for group in groups),
        public_bp=payee.stacked.share_bp,
        above_fen=payee.stacked.above_fen,
        cut_fen=payee.stacked.cut_fen,
        full_fen=payee.full_fen,
        fen=fen,
        why=payee.why or ("" if fen else _("按比例核减后不足一分")),
    )
