"""Who may enter a release, by lists alone (报名条件): the same look before the hour, on the page, and when one enters."""

from datetime import date, datetime

from kechuang.credit.queries import commitment_in_force
from kechuang.kernel.actor import Actor
from kechuang.kernel.errors import Refusal
from kechuang.parties.queries import PartyCard, covers, party, region_name
from kechuang.releases import rules
from kechuang.releases.models import Release
from kechuang.ui import clock
from kechuang.vouchers.queries import Standing, standing
from kechuang.vouchers.rules import CommitmentMissing, needs_review, refuse_ineligible


def eligible(card: PartyCard, release: Release, *, on: date) -> Standing:
    """How this party stands, if it may have a voucher of this scheme at once.

    Raises PartyGone, NotYourRelease, HasVoucher, NotEligible, NeedsReview, CommitmentMissing.
    """
    if not card.active:
        raise rules.PartyGone(name=card.name)
    if card.region not in covers(release.region):
        raise rules.NotYourRelease(place=region_name(release.region))
    stands = standing(card, release.scheme, on=on)
    said = stands.terms.terms
    rules.refuse_holders(
        count=stands.facts.live_vouchers_count,
        most=said.live_vouchers_count,
        article=stands.terms.article("live_vouchers_count"),
    )
    refuse_ineligible(stands.checks)
    if needs_review(stands.checks, said):
        raise rules.NeedsReview(failed="、".join(check.what for check in stands.checks if check.declared))
    if not commitment_in_force(card.id, "holder", on=on):
        raise CommitmentMissing()
    return stands


def hindrance(actor: Actor, release: Release, *, now: datetime) -> Refusal | None:
    """Why the actor's party could not enter today, said before it presses the button; None when nothing is in the way."""
    if not actor.party_id:
        return None
    try:
        eligible(party(actor.party_id), release, on=clock.day(now)).face_fen()
    except Refusal as refusal:
        return refusal
    return None
