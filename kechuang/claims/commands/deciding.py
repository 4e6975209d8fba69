"""The county's side (确认服务事项): confirm, return for correction, refuse. Never by who submitted it."""

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
    tell_provider,
    terms_of,
)
from kechuang.claims.commands.publishing import publish_locked
from kechuang.claims.models import Claim
from kechuang.claims.states import CONFIRMATION, MACHINE, ClaimState
from kechuang.deadlines import commands as deadlines
from kechuang.kernel.actor import Actor, Role
from kechuang.kernel.money import Fen
from kechuang.kernel.text import gettext_noop as _
from kechuang.kernel.text import tidy
from kechuang.ledger.rules import Kind as AccountKind
from kechuang.ledger.rules import OnRefusal
from kechuang.parties.queries import refuse_same_hands
from kechuang.trail.commands import acting_role, advance
from kechuang.ui import clock
from kechuang.ui.rows import together

_CONFIRMED = (ClaimState.CONFIRMED, ClaimState.IN_NOTICE)


@transaction.atomic
def confirm(
    actor: Actor,
    *,
    claim_id: str,
    now: datetime,
    confirmed_fen: Fen | None = None,
    note: str = "",
    seen_on_state: str = "",
    publish: bool = True,
) -> Claim:
    """Confirms that the service took place (确认服务事项, 三（一）4) and, unless it is to wait for a batch, opens its notice.

    `seen_on_state` is the state the officer's page showed: an old page is refused. Papers that differ somewhere need a
    `note` of what was looked at. Confirmed already by the same person, it answers with that. Raises MoveNotOpen,
    OtherState, SameHands, Related, NoteMissing, NoPartialConfirmation, ConfirmedTooMuch.
    """
    claim = locked(actor, claim_id)
    if claim.state in _CONFIRMED and claim.confirmed_by == actor.person_id:
        return claim
    if seen_on_state and seen_on_state != claim.state:
        raise rules.OtherState(number=claim.number)
    _confirm(actor, claim, confirmed_fen, tidy(note), now=now)
    if publish:
        publish_locked(actor, [claim], now=now)
    return claim


@transaction.atomic
def confirm_many(actor: Actor, *, claim_ids: list[str], now: datetime, publish: bool = True) -> list[Claim]:
    """Confirms clean claims together (一并确认) and opens one notice for them; all or none.

    Raises NotClean for a claim with anything that differs or is missing: that one is to be opened and looked at;
    NothingChosen.
    """
    claims = locked_many(actor, claim_ids)
    for claim in claims:
        if not (claim.clean and terms_of(claim).terms.bulk_confirmation):
            raise rules.NotClean(number=claim.number)
        _confirm(actor, claim, None, "", now=now)
    if publish:
        publish_locked(actor, claims, now=now)
    return claims


def _confirm(actor: Actor, claim: Claim, confirmed_fen: Fen | None, note: str, *, now: datetime) -> None:
    roles = roles_on(actor, claim)
    move = MACHINE.check("confirm", ClaimState(claim.state), roles)
    _refuse_own(actor, claim, acting_role(roles, move))
    rules.refuse_unlooked(claim.number, clean=claim.clean, note=note)
    terms = terms_of(claim)
    partly = terms.terms.partial_confirmation
    claim.confirmed_fen = rules.confirmed(Fen(claim.claimed_fen), confirmed_fen, partial_confirmation=partly)
    claim.confirmed_by, claim.confirmed_on = actor.person_id, clock.day(now)
    saves = ["confirmed_fen", "confirmed_by", "confirmed_on"]
    facts = {"confirmed_fen": claim.confirmed_fen, "clean": claim.clean, "note": note}
    article = terms.article("confirm_working_days")
    advance(actor, claim, move, roles=roles, now=now, saves=saves, article=article, facts=facts)
    if rest := claim.claimed_fen - claim.confirmed_fen:
        give_up(actor, claim, OnRefusal(terms.terms.on_refusal), Fen(rest), now=now)
    with together():
        if rules.ends_confirmation(rules.Covers.CONFIRMATION, terms=terms.terms):
            deadlines.meet(claim.id, CONFIRMATION, now=now)
        tell_provider(
            claim, _("服务事项已确认：{number}").format(number=claim.number), _("即将公示，公示无异议后拨付。"), now=now
        )


def _refuse_own(actor: Actor, claim: Claim, role: Role) -> None:
    """Neither who submitted it nor anybody of its two sides decides on it."""
    sides = (claim.provider_party, claim.holder_party)
    refuse_same_hands(actor, claim.region, role, before=[claim.submitted_by], of=[claim.id], sides=sides)


@transaction.atomic
def return_(actor: Actor, *, claim_id: str, reason: str, now: datetime) -> Claim:
    """Returns the claim for correction (退回补正): the clock stops, for a bounded time and a bounded number of times.

    Raises ReasonMissing, ReturnedTooOften, MoveNotOpen.
    """
    claim = locked(actor, claim_id)
    roles = roles_on(actor, claim)
    move = MACHINE.check("return", ClaimState(claim.state), roles)
    terms = terms_of(claim)
    if not tidy(reason):
        raise rules.ReasonMissing()
    if claim.returned_count >= terms.terms.return_times_count:
        raise rules.ReturnedTooOften(count=claim.returned_count)
    step = f"return:{claim.returned_count}"
    move_money(claim, "back", AccountKind.IN_CLAIM, AccountKind.UNCLAIMED, step=step, now=now, fen=claim.claimed_fen)
    claim.returned_count += 1
    claim.reason = tidy(reason)
    facts = {"reason": claim.reason}
    article = terms.article("return_cap_days")
    advance(actor, claim, move, roles=roles, now=now, saves=["returned_count", "reason"], article=article, facts=facts)
    cap = terms.terms.return_cap_days
    deadlines.suspend(claim.id, CONFIRMATION, why=claim.reason, cap_days=cap, now=now)
    correction_clock(claim, cap, article, now=now)
    tell_provider(claim, _("兑付申请退回补正：{number}").format(number=claim.number), claim.reason, now=now)
    return claim


@transaction.atomic
def refuse(actor: Actor, *, claim_id: str, reason: str, now: datetime) -> Claim:
    """Does not confirm (不予确认), with the reason; who bears the amount is as was shown before the order (`on_refusal`).

    Raises ReasonMissing, SameHands, Related, MoveNotOpen.
    """
    claim = locked(actor, claim_id)
    roles = roles_on(actor, claim)
    move = MACHINE.check("refuse", ClaimState(claim.state), roles)
    _refuse_own(actor, claim, acting_role(roles, move))
    if not tidy(reason):
        raise rules.ReasonMissing()
    terms = terms_of(claim)
    claim.reason = tidy(reason)
    facts = {"reason": claim.reason, "on_refusal": terms.terms.on_refusal}
    article = terms.article("on_refusal")
    advance(actor, claim, move, roles=roles, now=now, saves=["reason"], article=article, facts=facts)
    outcome = OnRefusal(terms.terms.on_refusal)
    give_up(actor, claim, outcome, Fen(claim.claimed_fen), now=now)
    uncite(claim)
    deadlines.meet(claim.id, CONFIRMATION, now=now)
    tell_provider(claim, _("兑付申请不予确认：{number}").format(number=claim.number), claim.reason, now=now)
    return claim
