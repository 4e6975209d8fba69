"""Who is granted a voucher, and for how much (申领条件、核发). Pure: every number comes in with the terms of the pack."""

from dataclasses import dataclass
from datetime import date, timedelta

from kechuang.kernel.money import Fen
from kechuang.kernel.text import gettext_noop
from kechuang.policy.tables import Table
from kechuang.vouchers.rules.offsetting import OrderFacts
from kechuang.vouchers.rules.refusals import (
    GrantCapReached,
    NotEligible,
    NotReleasedYet,
)


@dataclass(frozen=True, slots=True)
class GrantTerms:
    """The parameters of applying for and granting a voucher (申领、核发)."""

    applicant_kinds: tuple[str, ...]
    labels_any_of: Table[tuple[str, ...]]
    negative_labels: tuple[str, ...]
    review_when_declared: bool
    staff_max_count: int | None
    revenue_max_fen: Fen | None
    capital_max_fen: Fen | None
    instant_grant: bool
    live_vouchers_count: int
    grant_form: str
    grant_fen: Table[Fen]
    application_cap_fen: Fen | None
    year_cap_fen: Table[Fen | None]
    validity_rule: str
    validity_days: int
    allocation: str
    batches: tuple[date, ...]
    grant_review_working_days: int
    on_expiry: str


@dataclass(frozen=True, slots=True)
class ApplicantFacts:
    """What is known of an applicant: `labels` from imported lists, `declared_*` from themselves with evidence."""

    applicant: str
    labels: frozenset[str] = frozenset()
    declared_labels: frozenset[str] = frozenset()
    declared_staff_count: int | None = None
    declared_revenue_fen: Fen | None = None
    declared_capital_fen: Fen | None = None
    live_vouchers_count: int = 0

    def keys(self) -> dict[str, object]:
        return {"applicant": self.applicant, "labels": self.labels | self.declared_labels}


@dataclass(frozen=True, slots=True)
class Check:
    """One condition as it was looked at (资格核验): `passes`, and whether only the applicant's word says so."""

    what: str
    parameter: str
    value: str
    passes: bool
    declared: bool = False


def eligibility(*, facts: ApplicantFacts, terms: GrantTerms) -> tuple[Check, ...]:
    """Every condition of applying, each with what was found (申领条件). Decides nothing by itself.

    A label on an imported list counts before a declared one; a size test without a figure does not pass.
    """
    wanted = terms.labels_any_of.pick(**facts.keys())
    listed = sorted(facts.labels & set(wanted))
    declared = sorted(facts.declared_labels & set(wanted))
    bad = sorted((facts.labels | facts.declared_labels) & set(terms.negative_labels))
    checks = [
        Check(gettext_noop("申领人类别"), "applicant_kinds", facts.applicant, facts.applicant in terms.applicant_kinds),
        Check(
            gettext_noop("资格标签"),
            "labels_any_of",
            ",".join(listed or declared),
            not wanted or bool(listed or declared),
            declared=bool(wanted and declared and not listed),
        ),
        Check(gettext_noop("不良记录"), "negative_labels", ",".join(bad), not bad),
        Check(
            gettext_noop("有效创新券张数"),
            "live_vouchers_count",
            str(facts.live_vouchers_count),
            facts.live_vouchers_count < terms.live_vouchers_count,
        ),
    ]
    sizes = (
        (gettext_noop("从业人员数"), "staff_max_count", facts.declared_staff_count, terms.staff_max_count),
        (gettext_noop("营业收入"), "revenue_max_fen", facts.declared_revenue_fen, terms.revenue_max_fen),
        (gettext_noop("注册资本"), "capital_max_fen", facts.declared_capital_fen, terms.capital_max_fen),
    )
    checks += [_size(what, name, value, cap) for what, name, value, cap in sizes if cap is not None]
    return tuple(checks)


def _size(what: str, name: str, value: int | None, cap: int) -> Check:
    passes = value is not None and value <= cap
    return Check(what, name, "" if value is None else str(value), passes, declared=value is not None)


def refuse_ineligible(checks: tuple[Check, ...]) -> None:
    """Raises NotEligible that names every condition that is not met."""
    failed = [check for check in checks if not check.passes]
    if failed:
        raise NotEligible(
            failed="、".join(check.what for check in failed), parameters=[check.parameter for check in failed]
        )


def refuse_unreleased(terms: GrantTerms, *, on: date) -> None:
    """Raises NotReleasedYet before the first day of the first batch (分批发放)."""
    if terms.allocation == "batch" and terms.batches and on < min(terms.batches):
        raise NotReleasedYet(next_on=min(terms.batches).isoformat())


def needs_review(checks: tuple[Check, ...], terms: GrantTerms) -> bool:
    """Whether an officer looks first (转人工审核): declared facts, or terms that do not grant at once."""
    declared = any(check.declared for check in checks)
    drawn = terms.allocation in ("lottery", "score")
    return not terms.instant_grant or drawn or (declared and terms.review_when_declared)


def grant(*, requested_fen: Fen, granted_this_year_fen: Fen, facts: ApplicantFacts, terms: GrantTerms) -> Fen:
    """The face amount (券面额度): what was asked for, within the amount per voucher, per application and per year.

    A fixed face is granted whole or not at all. Raises GrantCapReached when the year's cap leaves nothing.
    """
    keys = facts.keys()
    face = terms.grant_fen.pick(**keys)
    cap = _pick_without_order(terms.year_cap_fen, facts)
    left = None if cap is None else cap - granted_this_year_fen
    amounts: list[int] = [face if terms.grant_form == "fixed_face" else min(face, requested_fen)]
    amounts += [amount for amount in (terms.application_cap_fen, left) if amount is not None]
    fen = min(amounts)
    if fen <= 0 or (terms.grant_form == "fixed_face" and fen < face):
        raise GrantCapReached(cap_fen=cap or 0, granted_fen=granted_this_year_fen)
    return Fen(fen)


def _pick_without_order(table: Table[Fen | None], facts: ApplicantFacts) -> Fen | None:
    """A cap by applicant alone: at the time of granting no order is known, so its own place counts for both sides."""
    keys = OrderFacts(applicant=facts.applicant, labels=tuple(facts.labels | facts.declared_labels)).keys(Fen(0))
    return table.pick(**keys)


def valid_until(granted_on: date, terms: GrantTerms) -> date:
    """The first day on which the voucher no longer pays (有效期, exclusive)."""
    if terms.validity_rule == "year_end":
        return granted_on.replace(year=granted_on.year + 1, month=1, day=1)
    return granted_on + timedelta(days=terms.validity_days)
