"""Who may apply where, and what is known of an applicant (申领)."""

from collections.abc import Iterable
from datetime import date

from django.db.models import QuerySet

from kechuang.credit.queries import labels
from kechuang.credit.states import LABELS
from kechuang.kernel.ids import new_id
from kechuang.parties.queries import PartyCard, region
from kechuang.parties.states import Level
from kechuang.policy.book import current, in_force, rollout_open
from kechuang.ui.compiled import compiled
from kechuang.vouchers import rules
from kechuang.vouchers.models import Voucher
from kechuang.vouchers.rules import ApplicantFacts
from kechuang.vouchers.states import VoucherState

APPLICANTS = {"organisation": "enterprise"}  # a party's kind as the packs call it; makers and teams keep theirs


def schemes_for(card: PartyCard, *, on: date) -> dict[str, str]:
    """The voucher schemes open where a party is registered (可申领的创新券), title by scheme."""
    home = issuing_county(card.region)
    return {
        scheme: pack.title
        for scheme, pack in sorted(current().packs.items())
        if pack.rollout and "grant_fen" in pack.parameters and rollout_open(scheme, region=home, on=on)
    }


def issuing_county(region_code: str) -> str:
    """The county whose bureau issues for a place: of a management zone (功能区) the county it lies in."""
    found = region(region_code)
    return found.parent if found.level == Level.ZONE and found.parent else found.code


def labels_asked(schemes: Iterable[str], *, on: date) -> dict[str, str]:
    """The labels that some applicant of these schemes must have, for the form: code → words."""
    asked = {
        label
        for scheme in schemes
        for row in in_force(scheme, rules.GrantTerms, on=on).terms.labels_any_of.rows
        for label in row.value
    }
    return {str(label): text for label, text in LABELS.items() if label in asked}


def known_labels(party_id: str, *, on: date) -> list[str]:
    """What imported lists say of a party, in words."""
    held = labels(party_id, on=on)
    return [text for label, text in LABELS.items() if label in held]


def fresh_key() -> str:
    """A key for a form, so that it sent twice is one application."""
    return new_id("key")


def applicant_facts(card: PartyCard, voucher: Voucher, *, on: date) -> ApplicantFacts:
    """What is known of an applicant on a day: imported lists first, then their own word."""
    declared = voucher.declared
    return ApplicantFacts(
        applicant=APPLICANTS.get(card.kind, card.kind),
        labels=labels(card.id, on=on),
        declared_labels=frozenset(declared.get("labels", ())),
        declared_staff_count=declared.get("staff_count"),
        declared_revenue_fen=declared.get("revenue_fen"),
        declared_capital_fen=declared.get("capital_fen"),
        live_vouchers_count=len(_other_live(card.id, voucher.scheme, voucher.id, on)),
    )


@compiled
def _other_live(party_id: str, scheme: str, voucher_id: str, on: date) -> QuerySet[Voucher, str]:
    live = Voucher.objects.filter(party_id=party_id, scheme=scheme, state=VoucherState.ISSUED, valid_until__gt=on)
    return live.exclude(id=voucher_id).values_list("id", flat=True)
