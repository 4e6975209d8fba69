"""Applying for a voucher (申领) and deciding on it (核发、退回、不予核发). Sending it is in `granting.py`."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from kechuang.deadlines import commands as deadlines
from kechuang.documents.commands import keep
from kechuang.kernel.actor import Actor, Role
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.money import Fen
from kechuang.kernel.text import gettext_noop as _
from kechuang.kernel.text import tidy
from kechuang.kernel.workdays import Length, Unit
from kechuang.ledger import commands as ledger
from kechuang.ledger.rules import Kind, Leg, NotEnough, Place
from kechuang.outbox.commands import tell
from kechuang.parties.queries import PartyCard, covers, party, refuse_same_hands
from kechuang.policy.book import InForce, in_force
from kechuang.trail.commands import acting_role, advance, record
from kechuang.ui import clock
from kechuang.ui.compiled import compiled
from kechuang.ui.rows import add, insert_many
from kechuang.vouchers import rules
from kechuang.vouchers.access import roles_on, visible_to
from kechuang.vouchers.commands.caps import add_granted, year_locked
from kechuang.vouchers.models import Voucher, page_of
from kechuang.vouchers.queries import Standing, applicant_facts
from kechuang.vouchers.rules import GrantTerms
from kechuang.vouchers.states import MACHINE, VoucherState

REVIEW_CLOCK = "voucher_review"


@dataclass(frozen=True, slots=True)
class Declared:
    """What an applicant says of itself (自行申报), because no list knows it."""

    labels: tuple[str, ...] = ()
    staff_count: int | None = None
    revenue_fen: Fen | None = None
    capital_fen: Fen | None = None
    purpose: str = ""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it came from a person: its name and its bytes."""

    name: str
    content: bytes


@transaction.atomic
def apply(
    actor: Actor,
    *,
    party_id: str,
    scheme: str,
    region: str,
    requested_fen: Fen,
    declared: Declared = Declared(),
    files: Sequence[Upload] = (),
    key: str = "",
    now: datetime,
) -> Voucher:
    """Drafts an application for a voucher (申领) of the county `region`; asked again with one `key`, the first answers.

    Raises NotVisible for another's party, NotYourCounty, NothingAsked, and what `documents` says of the files.
    """
    if not actor.party_id or actor.party_id != party_id:
        raise NotVisible
    if key and (found := Voucher.objects.filter(party_id=party_id, request_key=key).first()):
        return found
    card = party(party_id)
    _refuse_other_county(card, region)
    rules.refuse_nothing_asked(requested_fen)
    terms = in_force(scheme, GrantTerms, on=clock.day(now))
    voucher = Voucher(
        party_id=party_id,
        scheme=scheme,
        region=region,
        year=clock.day(now).year,
        requested_fen=requested_fen,
        declared=_kept_words(declared),
        applied_by=actor.person_id,
        request_key=key or None,
    )
    voucher.checks = _checked(card, voucher, terms, now)
    add(voucher)
    _keep(actor, voucher, files, now)
    facts = {"scheme": scheme, "requested_fen": requested_fen, "checks": voucher.checks}
    record(actor, voucher, "create", label=_("填写申领"), role=Role.HOLDER, now=now, target=voucher.state, facts=facts)
    return voucher


@dataclass(frozen=True, slots=True)
class Ask:
    """An application whose conditions its caller has just looked at (见 `queries.standing`)."""

    actor: Actor
    standing: Standing
    scheme: str
    region: str
    requested_fen: Fen
    key: str


def apply_all(asks: Sequence[Ask], *, now: datetime) -> list[Voucher]:
    """Drafts many applications by lists alone (批量申领), in the caller's transaction; what `apply` does for one.

    Each key is new: its caller has seen to it. Sending them looks at every condition once more.
    """
    vouchers = [
        Voucher(
            party_id=ask.actor.party_id,
            scheme=ask.scheme,
            region=ask.region,
            year=clock.day(now).year,
            requested_fen=ask.requested_fen,
            declared=_kept_words(Declared()),
            applied_by=ask.actor.person_id,
            request_key=ask.key,
            checks=written(ask.standing.checks, ask.standing.terms),
        )
        for ask in asks
    ]
    insert_many(Voucher, vouchers)
    label = _("填写申领")
    for ask, voucher in zip(asks, vouchers, strict=True):
        facts = {"scheme": ask.scheme, "requested_fen": ask.requested_fen, "checks": voucher.checks}
        record(ask.actor, voucher, "create", label=label, role=Role.HOLDER, now=now, target=voucher.state, facts=facts)
    return vouchers


@transaction.atomic
def edit(
    actor: Actor,
    *,
    voucher_id: str,
    requested_fen: Fen,
    declared: Declared,
    files: Sequence[Upload] = (),
    now: datetime,
) -> Voucher:
    """Changes an application that was not sent, or came back (修改申领内容)."""
    voucher = locked(actor, voucher_id)
    roles = roles_on(actor, voucher)
    move = MACHINE.check("edit", VoucherState(voucher.state), roles)
    rules.refuse_nothing_asked(requested_fen)
    terms = in_force(voucher.scheme, GrantTerms, on=clock.day(now))
    voucher.requested_fen, voucher.declared = requested_fen, _kept_words(declared)
    voucher.checks = _checked(party(voucher.party_id), voucher, terms, now)
    _keep(actor, voucher, files, now)
    facts = {"requested_fen": requested_fen, "checks": voucher.checks}
    saves = ["requested_fen", "declared", "checks"]
    advance(actor, voucher, move, roles=roles, now=now, saves=saves, facts=facts)
    return voucher


@transaction.atomic
def issue(actor: Actor, *, voucher_id: str, face_fen: Fen | None = None, now: datetime) -> Voucher:
    """Grants a reviewed application (核发创新券), at most what was asked for; issued already, it answers with it.

    Raises BudgetShort, GrantCapReached, NotEligible when a list has changed since.
    """
    voucher = locked(actor, voucher_id)
    roles = roles_on(actor, voucher)
    if voucher.state == VoucherState.ISSUED and voucher.decided_by == actor.person_id:
        return voucher
    move = MACHINE.check("issue", VoucherState(voucher.state), roles)
    refuse_own(actor, voucher, acting_role(roles, move))
    on = clock.day(now)
    terms = in_force(voucher.scheme, GrantTerms, on=on)
    facts = applicant_facts(party(voucher.party_id), voucher, on=on)
    rules.refuse_ineligible(rules.eligibility(facts=facts, terms=terms.terms))
    asked = min(voucher.requested_fen, face_fen) if face_fen is not None else voucher.requested_fen
    rules.refuse_nothing_asked(asked)
    _grant(actor, voucher, facts, terms, asked_fen=Fen(asked), now=now)
    deadlines.meet(voucher.id, REVIEW_CLOCK, now=now)
    return voucher


@transaction.atomic
def return_(actor: Actor, *, voucher_id: str, reason: str, now: datetime) -> Voucher:
    """Sends an application back for correction, with the reason (退回补正)."""
    return _decide(actor, voucher_id, "return", reason, _("创新券申领需补正"), now)


@transaction.atomic
def refuse(actor: Actor, *, voucher_id: str, reason: str, now: datetime) -> Voucher:
    """Refuses an application, with the reason (不予核发)."""
    return _decide(actor, voucher_id, "refuse", reason, _("创新券申领不予核发"), now)


def locked(actor: Actor, voucher_id: str) -> Voucher:
    """The voucher, locked, as the actor may see it; raises NotVisible."""
    voucher = _locked.first(actor, voucher_id)
    if voucher is None:
        raise NotVisible
    return voucher


@compiled
def _locked(actor: Actor, voucher_id: str) -> QuerySet[Voucher]:
    return visible_to(actor).select_for_update(of=("self",)).filter(id=voucher_id)


def refuse_own(actor: Actor, voucher: Voucher, role: Role) -> None:
    """Neither the applicant nor anybody of the holder decides. Raises OwnCase, parties.SameHands, parties.Related."""
    rules.refuse_own_case(decider=actor.person_id, applicant=voucher.applied_by)
    refuse_same_hands(actor, voucher.region, role, before=[voucher.applied_by], sides=[voucher.party_id])


def written(checks: tuple[rules.Check, ...], terms: InForce[GrantTerms]) -> list[dict[str, object]]:
    """Checks as they are kept and shown, each with its article."""
    params = terms.record["params"]
    return [
        {
            **asdict(check),
            "article": terms.article(check.parameter),
            "illustrative": params[check.parameter]["illustrative"],
        }
        for check in checks
    ]


def _decide(actor: Actor, voucher_id: str, action: str, reason: str, title: str, now: datetime) -> Voucher:
    voucher = locked(actor, voucher_id)
    roles = roles_on(actor, voucher)
    move = MACHINE.check(action, VoucherState(voucher.state), roles)
    refuse_own(actor, voucher, acting_role(roles, move))
    voucher.reason, voucher.decided_by = rules.reason(reason), actor.person_id
    saves = ["reason", "decided_by"]
    if move.target == VoucherState.REFUSED:
        voucher.closed_on = clock.day(now)
        saves.append("closed_on")
    advance(actor, voucher, move, roles=roles, now=now, saves=saves, facts={"reason": voucher.reason})
    deadlines.meet(voucher.id, REVIEW_CLOCK, now=now)
    tell_holder(voucher, title, voucher.reason, now)
    return voucher


def _grant(
    actor: Actor,
    voucher: Voucher,
    facts: rules.ApplicantFacts,
    terms: InForce[GrantTerms],
    *,
    asked_fen: Fen,
    now: datetime,
) -> None:
    """Takes the face amount from the county's budget of the year (核发): lock the holder's year, compute, post, write."""
    on = clock.day(now)
    voucher.year = on.year
    before = year_locked(voucher.party_id, voucher.scheme, voucher.year)
    # The applicant was counted before the lock; two applications at once are told apart only behind it.
    facts = replace(facts, live_vouchers_count=max(facts.live_vouchers_count, _live_now(voucher, on)))
    rules.refuse_ineligible(rules.eligibility(facts=facts, terms=terms.terms))
    face = rules.grant(
        requested_fen=asked_fen, granted_this_year_fen=before.granted_fen, facts=facts, terms=terms.terms
    )
    place = Place(Kind.VOUCHER, voucher.region, voucher.year, voucher.id)
    leg = Leg("grant", Place(Kind.BUDGET, voucher.region, voucher.year), place, face)
    try:
        ledger.post([leg], key=f"{voucher.id}:grant", subject=voucher.id, now=now)
    except NotEnough as short:
        raise rules.BudgetShort(asked_fen=face, free_fen=short.facts["available_fen"], year=voucher.year) from short
    voucher.account = ledger.account(Kind.VOUCHER, region=voucher.region, year=voucher.year, owner=voucher.id)
    write_grant(actor, voucher, terms, face_fen=face, now=now)


def write_grant(actor: Actor, voucher: Voucher, terms: InForce[GrantTerms], *, face_fen: Fen, now: datetime) -> None:
    """The voucher as it is once granted (核发): face, period, terms; counted in its holder's year, and the holder told."""
    on = clock.day(now)
    voucher.face_fen, voucher.valid_from, voucher.valid_until = face_fen, on, rules.valid_until(on, terms.terms)
    voucher.terms, voucher.decided_by = terms.record, actor.person_id
    roles = roles_on(actor, voucher)
    move = MACHINE.check("issue", VoucherState(voucher.state), roles)
    saves = ["year", "face_fen", "valid_from", "valid_until", "account", "terms", "decided_by"]
    granted = {"face_fen": face_fen, "valid_until": voucher.valid_until.isoformat(), "terms": terms.digest}
    article = terms.article("grant_fen")
    advance(actor, voucher, move, roles=roles, now=now, saves=saves, article=article, facts=granted)
    add_granted(voucher.party_id, voucher.scheme, voucher.year, face_fen)
    tell_holder(voucher, _("创新券已核发"), _("可在下单时抵扣，请在有效期内使用"), now)


def _live_now(voucher: Voucher, on: object) -> int:
    mine = Voucher.objects.filter(party_id=voucher.party_id, scheme=voucher.scheme, state=VoucherState.ISSUED)
    return mine.filter(valid_until__gt=on).count()


def await_review(voucher: Voucher, terms: InForce[GrantTerms], now: datetime) -> None:
    """The officer's clock runs from here, and the office is told (转人工审核)."""
    days = terms.terms.grant_review_working_days
    deadlines.start(
        kind=REVIEW_CLOCK,
        label=_("审核申领"),
        subject_id=voucher.id,
        number=voucher.number,
        region=voucher.region,
        role=Role.COUNTY_OFFICER,
        length=Length(days, Unit.WORKING_DAYS),
        article=terms.article("grant_review_working_days"),
        now=now,
    )
    tell(
        subject_id=voucher.id,
        path=page_of(voucher.id),
        title=_("有创新券申领待审核"),
        text=voucher.number,
        to_role=Role.COUNTY_OFFICER,
        region=voucher.region,
        now=now,
    )


def tell_holder(voucher: Voucher, title: str, text: str, now: datetime) -> None:
    """A message to the voucher's party, with its number."""
    tell(
        subject_id=voucher.id,
        path=page_of(voucher.id),
        title=title,
        text=f"{voucher.number} {text}",
        to_party=voucher.party_id,
        now=now,
    )


def _checked(card: PartyCard, voucher: Voucher, terms: InForce[GrantTerms], now: datetime) -> list[dict[str, object]]:
    facts = applicant_facts(card, voucher, on=clock.day(now))
    return written(rules.eligibility(facts=facts, terms=terms.terms), terms)


def _kept_words(declared: Declared) -> dict[str, object]:
    words = asdict(declared)
    return {**words, "labels": sorted(set(declared.labels)), "purpose": tidy(declared.purpose)}


def _keep(actor: Actor, voucher: Voucher, files: Sequence[Upload], now: datetime) -> None:
    for file in files:
        keep(
            actor,
            name=file.name,
            content=file.content,
            kind="evidence",
            subject_id=voucher.id,
            region=voucher.region,
            now=now,
        )


def _refuse_other_county(card: PartyCard, region: str) -> None:
    if not card.active:
        raise rules.PartyEnded(name=card.name)
    if card.region not in covers(region):
        raise rules.NotYourCounty()
