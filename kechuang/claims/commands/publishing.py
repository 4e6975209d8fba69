"""Making confirmed claims known, and what happens behind the gate (公示)."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from kechuang.claims import rules
from kechuang.claims.access import roles_on
from kechuang.claims.commands.citing import uncite
from kechuang.claims.commands.giving_up import give_up
from kechuang.claims.commands.locked import (
    correction_clock,
    locked,
    locked_many,
    move_money,
    page_of,
    tell_office,
    tell_provider,
    terms_of,
)
from kechuang.claims.models import Claim
from kechuang.claims.states import CLOCK_LABELS, CONFIRMATION, MACHINE, PAYOUT, ClaimState
from kechuang.deadlines import commands as deadlines
from kechuang.kernel.actor import Actor, Role
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.money import Fen
from kechuang.kernel.text import gettext_noop as _
from kechuang.kernel.workdays import Length, Unit
from kechuang.ledger.rules import Kind, OnRefusal
from kechuang.notices import commands as notices
from kechuang.notices.queries import gate
from kechuang.notices.rules import NoticeTerms
from kechuang.notices.states import CLAIMS_TITLE
from kechuang.orders.queries import labels_of
from kechuang.parties.queries import parties, region_name
from kechuang.policy.book import in_force
from kechuang.trail.commands import advance
from kechuang.treasury.commands import add_payable
from kechuang.ui import clock

NOTICE_KIND = "claim_payout"


@transaction.atomic
def publish(actor: Actor, *, claim_ids: list[str], now: datetime) -> list[Claim]:
    """Opens one notice for confirmed claims of one county (编制公示批次); all or none. Raises MoveNotOpen."""
    claims = locked_many(actor, claim_ids)
    publish_locked(actor, claims, now=now)
    return claims


def publish_locked(actor: Actor, claims: Sequence[Claim], *, now: datetime) -> None:
    """The same for claims that the caller has locked; claims of several counties or schemes get a notice each."""
    groups: dict[tuple[str, str], list[Claim]] = {}
    for claim in claims:
        groups.setdefault((claim.region, claim.scheme), []).append(claim)
    for (region, scheme), group in sorted(groups.items()):
        _publish(actor, region, scheme, group, now)


def _publish(actor: Actor, region: str, scheme: str, claims: Sequence[Claim], now: datetime) -> None:
    moves = [(claim, MACHINE.check("publish", ClaimState(claim.state), roles_on(actor, claim))) for claim in claims]
    on = clock.day(now)
    terms = in_force(scheme, NoticeTerms, on=on)
    notice = notices.open_notice(
        actor,
        scheme=scheme,
        region=region,
        kind=NOTICE_KIND,
        title=CLAIMS_TITLE.format(county=region_name(region), day=on.isoformat(), count=len(claims)),
        basis=terms.article("notice_days"),
        items=named(claims),
        terms=terms.terms,
        role=Role.COUNTY_OFFICER,
        now=now,
    )
    for claim, move in moves:
        claim.notice_id = notice.id
        facts = {"notice_id": notice.id, "until_on": notice.until_on.isoformat()}
        roles, article = roles_on(actor, claim), notice.basis
        advance(actor, claim, move, roles=roles, now=now, saves=["notice_id"], article=article, facts=facts)
        if rules.ends_confirmation(rules.Covers.NOTICE_STARTED, terms=terms_of(claim).terms):
            deadlines.meet(claim.id, CONFIRMATION, now=now)


def named(claims: Sequence[Claim]) -> list[notices.Named]:
    """What the public reads of each claim: the provider, what for, how much; natural persons are masked there."""
    cards = parties([claim.provider_party for claim in claims])
    orders = labels_of([claim.order_id for claim in claims])
    return [
        notices.Named(
            subject_id=claim.id,
            party_id=claim.provider_party,
            name=cards[claim.provider_party].name,
            natural_person=cards[claim.provider_party].natural_person,
            label=f"{orders[claim.order_id].title}（{claim.number}）",
            fen=Fen(claim.confirmed_fen or claim.claimed_fen),
            decided_by=claim.confirmed_by,
        )
        for claim in claims
    ]


@transaction.atomic
def unpublish(actor: Actor, *, notice_id: str, why: str, now: datetime) -> list[Claim]:
    """Takes a notice back (撤回公示); its claims are confirmed as before and wait for another notice."""
    claims = _in_notice(actor, notice_id)
    notices.withdraw(actor, notice_id=notice_id, why=why, now=now)
    for claim in claims:
        roles = roles_on(actor, claim)
        move = MACHINE.check("unpublish", ClaimState(claim.state), roles)
        claim.notice_id = ""
        advance(actor, claim, move, roles=roles, now=now, saves=["notice_id"], facts={"why": why})
    return claims


@transaction.atomic
def correct_notice(actor: Actor, *, notice_id: str, title: str, why: str, now: datetime) -> list[Claim]:
    """Replaces a published notice (更正公示); the period of every claim in it begins anew."""
    claims = _in_notice(actor, notice_id)
    new = notices.correct(actor, notice_id=notice_id, items=named(claims), title=title, why=why, now=now)
    for claim in claims:
        roles = roles_on(actor, claim)
        move = MACHINE.check("renotice", ClaimState(claim.state), roles)
        claim.notice_id = new.id
        advance(actor, claim, move, roles=roles, now=now, saves=["notice_id"], facts={"why": why, "notice_id": new.id})
    return claims


def _in_notice(actor: Actor, notice_id: str) -> list[Claim]:
    ids = list(Claim.objects.filter(notice_id=notice_id, state=ClaimState.IN_NOTICE).values_list("id", flat=True))
    if not ids:
        raise NotVisible
    return locked_many(actor, ids)


@transaction.atomic
def pass_gate(actor: Actor, *, claim_id: str, now: datetime) -> Claim:
    """What the clock does behind the notice: clear for payout, refuse or return when an objection was upheld, or wait.

    The gate is asked under the claim's lock; nothing passes early, and a late run passes it once (I8, I9).
    """
    claim = locked(actor, claim_id)
    if claim.state != ClaimState.IN_NOTICE:
        return claim
    terms = terms_of(claim)
    behind = gate(claim.id, on=clock.day(now))
    action = rules.after_notice(
        passed=behind.passed, upheld=behind.upheld, on_objection_upheld=terms.terms.on_objection_upheld
    )
    if action:
        {"clear": _clear, "uphold": _uphold, "uphold_return": _uphold_return}[action](actor, claim, now)
    return claim


def _clear(actor: Actor, claim: Claim, now: datetime) -> None:
    terms = terms_of(claim)
    roles = roles_on(actor, claim)
    claim.cleared_on = clock.day(now)
    payable = add_payable(
        actor,
        claim_id=claim.id,
        claim_number=claim.number,
        order_number=labels_of([claim.order_id])[claim.order_id].number,
        payee_party=claim.provider_party,
        unit=claim.provider_unit,
        confirmed_by=claim.confirmed_by,
        fen=Fen(claim.confirmed_fen or 0),
        region=claim.region,
        year=claim.year,
        now=now,
    )
    claim.payable_id = payable.id
    move = MACHINE.check("clear", ClaimState(claim.state), roles)
    facts = {"notice_id": claim.notice_id}
    saves, article = ["cleared_on", "payable_id"], terms.article("confirm_working_days")
    advance(actor, claim, move, roles=roles, now=now, saves=saves, article=article, facts=facts)
    move_money(claim, "approve", Kind.IN_CLAIM, Kind.OWED, step="approve", now=now)
    if rules.ends_confirmation(rules.Covers.NOTICE_ENDED, terms=terms.terms):
        deadlines.meet(claim.id, CONFIRMATION, now=now)
    deadlines.start(
        kind=PAYOUT,
        label=CLOCK_LABELS[PAYOUT],
        subject_id=claim.id,
        number=claim.number,
        region=claim.region,
        role=Role.COUNTY_OFFICER,
        path=page_of(claim),
        length=Length(terms.terms.payout_internal_working_days, Unit.WORKING_DAYS),
        article=terms.article("payout_internal_working_days"),
        now=now,
    )
    tell_office(
        claim,
        Role.COUNTY_OFFICER,
        _("公示无异议，待拨付：{number}").format(number=claim.number),
        _("请编入拨付批次。"),
        now=now,
    )


def _uphold(actor: Actor, claim: Claim, now: datetime) -> None:
    terms, roles = terms_of(claim), roles_on(actor, claim)
    move = MACHINE.check("uphold", ClaimState(claim.state), roles)
    claim.reason = _("公示异议成立")
    article = terms.article("on_objection_upheld")
    advance(actor, claim, move, roles=roles, now=now, saves=["reason"], article=article)
    outcome = OnRefusal(terms.terms.on_refusal)
    give_up(actor, claim, outcome, Fen(claim.confirmed_fen or claim.claimed_fen), now=now)
    uncite(claim)
    deadlines.meet(claim.id, CONFIRMATION, now=now)
    tell_provider(claim, _("公示异议成立，不予兑付：{number}").format(number=claim.number), claim.reason, now=now)


def _uphold_return(actor: Actor, claim: Claim, now: datetime) -> None:
    terms, roles = terms_of(claim), roles_on(actor, claim)
    move = MACHINE.check("uphold_return", ClaimState(claim.state), roles)
    fen = claim.confirmed_fen or claim.claimed_fen
    step = f"uphold:{claim.returned_count}"
    move_money(claim, "back", Kind.IN_CLAIM, Kind.UNCLAIMED, step=step, now=now, fen=fen)
    claim.reason, claim.returned_count = _("公示异议成立，退回补正"), claim.returned_count + 1
    claim.claimed_fen = fen  # what was not confirmed was given up then and is not asked for again
    claim.notice_id, claim.confirmed_fen, claim.confirmed_by, claim.confirmed_on = "", None, "", None
    saves = ["reason", "returned_count", "claimed_fen", "notice_id", "confirmed_fen", "confirmed_by", "confirmed_on"]
    article, cap = terms.article("on_objection_upheld"), terms.terms.return_cap_days
    advance(actor, claim, move, roles=roles, now=now, saves=saves, article=article)
    if terms.terms.confirm_covers == rules.Covers.NOTICE_ENDED:  # else the clock was met before
        deadlines.suspend(claim.id, CONFIRMATION, why=claim.reason, cap_days=cap, now=now)
    correction_clock(claim, cap, article, now=now)
    tell_provider(claim, _("公示异议成立，退回补正：{number}").format(number=claim.number), claim.reason, now=now)
