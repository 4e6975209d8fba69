"""One claim with all that its page shows, and the archive volume of a closed one."""

from dataclasses import dataclass
from datetime import date

from kechuang.claims.access import roles_on, visible_to
from kechuang.claims.models import Citation, Claim, InvoiceLine, SetAside
from kechuang.claims.queries.drafting import Preview, preview
from kechuang.claims.queries.orders import ClaimOrder, claim_order, terms_of
from kechuang.claims.queries.payouts import case_among
from kechuang.claims.rules import ClaimTerms, NotClosed
from kechuang.claims.states import CLOSED, LIVE, MACHINE, ClaimState
from kechuang.deadlines.queries import Clock, calendar, clocks
from kechuang.documents.queries import File, content_of, files_of
from kechuang.documents.rules import Comparison, Paper, Step, VolumeFacts, volume_zip
from kechuang.documents.states import KIND_LABELS, Kind, Media
from kechuang.kernel.actor import ROLE_LABELS, Actor, Role
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.machine import Move
from kechuang.kernel.money import yuan
from kechuang.kernel.text import gettext_noop as _
from kechuang.ledger.queries import Station, transfers_of
from kechuang.notices.queries import gate
from kechuang.notices.rules import Gate, NoticeTerms, Period, period
from kechuang.parties.queries import accounts_of, payee_account, region_name
from kechuang.policy.book import InForce, in_force
from kechuang.screening.queries import FindingRow, findings_of, rows_of
from kechuang.trail.models import Event
from kechuang.trail.queries import receipt_address, way
from kechuang.ui.show import Evidence, Verdict


@dataclass(frozen=True, slots=True)
class ClaimSheet:
    """All that the page of a claim shows."""

    claim: Claim
    order: ClaimOrder
    terms: InForce[ClaimTerms]
    evidence: list[Evidence]
    files: list[File]
    lines: list[InvoiceLine]
    clock: Clock | None
    gate: Gate | None
    events: list[Event]
    stations: list[Station]
    earlier: list[Claim]
    open_moves: list[Move]
    roles: frozenset[Role]
    preview: Preview | None  # for who may hand it in
    aside: frozenset[str]  # files it no longer rests on
    findings: list[FindingRow]  # for the offices, before anybody decides
    account_id: str  # where a payment failed to, for who may look at it
    case: str  # the number of the case that holds the payout; "" where none does

    @property
    def claims(self) -> bool:
        """Whether the reader is on the claimant's side."""
        return Role.PROVIDER in self.roles


def sheet(actor: Actor, *, claim_id: str, on: date) -> ClaimSheet:
    """One claim as `actor` may see it; raises NotVisible also when they may not."""
    claim = visible_to(actor).filter(id=claim_id).first()
    if claim is None:
        raise NotVisible
    order = claim_order(claim.order_id)
    roles = roles_on(actor, claim)
    cited = Citation.objects.filter(claim=claim)
    cited = cited.filter(live=True) if claim.state in LIVE else cited
    lines = InvoiceLine.objects.filter(id__in=cited.values("line_id"))
    events = list(way([claim.id, order.id]))
    drafting = MACHINE.open(ClaimState(claim.state), roles & {Role.PROVIDER})
    return ClaimSheet(
        claim,
        order,
        terms_of(claim),
        doubts_first([evidence_of(Comparison(**row)) for row in claim.evidence]),
        list(files_of(claim.id, order.id)),
        list(lines.select_related("invoice").order_by("id")),
        clocks([claim.id], on=on).get(claim.id),
        gate(claim.id, on=on) if claim.notice_id else None,
        events,
        transfers_of([claim.id, order.id]),
        list(Claim.objects.filter(order_id=order.id).exclude(id=claim.id).order_by("id")),
        MACHINE.open(ClaimState(claim.state), roles),
        roles,
        preview(claim, order, on=on) if any(move.action == "submit" for move in drafting) else None,
        frozenset(SetAside.objects.filter(claim=claim).values_list("file_id", flat=True)),
        rows_of(findings_of([claim.id])) if roles & _READS_FINDINGS else [],
        _account(actor, claim, on) if claim.state == ClaimState.PAYMENT_FAILED else "",
        case_among(events, claim.id) if claim.state == ClaimState.SUSPENDED else "",
    )


_READS_FINDINGS = frozenset({Role.COUNTY_OFFICER, Role.COUNTY_APPROVER, Role.CITY_SCIENCE, Role.AUDITOR})


def _account(actor: Actor, claim: Claim, on: date) -> str:
    """The account that the next payment would go to; "" for who may not look at it."""
    account = payee_account(claim.provider_party, unit_id=claim.provider_unit, on=on)
    seen = {row.id for row in accounts_of(actor, claim.provider_party)}
    return account.id if account and account.id in seen else ""


def doubts_first(rows: list[Evidence]) -> list[Evidence]:
    """What differs or is missing stands on top (先看不符)."""
    return sorted(rows, key=lambda row: row.verdict is Verdict.AGREES)


def evidence_of(row: Comparison) -> Evidence:
    """A comparison as its table shows it."""
    return Evidence(row.label, row.expected, row.found, Verdict(row.verdict), row.article, row.reason)


def volume(actor: Actor, *, claim_id: str, on: date) -> tuple[str, bytes]:
    """The archive volume (案卷) of a closed claim: name and zip bytes, the same bytes each time.

    Raises NotVisible, NotClosed.
    """
    shown = sheet(actor, claim_id=claim_id, on=on)
    claim, order = shown.claim, shown.order
    if claim.state not in CLOSED:
        raise NotClosed(number=claim.number)
    closed_on = claim.paid_on or (shown.events[-1].on if shown.events else on)
    facts = VolumeFacts(
        number=claim.number,
        title=_("创新券兑付案卷：{title}").format(title=order.title),
        fonds=_("{county}科技局").format(county=region_name(claim.region)),
        closed_on=closed_on,
        retention=_("{count} 年").format(count=shown.terms.terms.archive_retention_years),
        facts={
            _("服务机构"): order.provider.name,
            _("使用者"): order.holder.name,
            _("订单"): order.number,
            _("价款（含税）"): yuan(order.price_fen),
            _("申请金额"): yuan(claim.claimed_fen),
            _("确认金额"): yuan(claim.confirmed_fen or 0),
            _("状态"): MACHINE.labels[ClaimState(claim.state)],
        },
        receipt=receipt_address(claim.id),
        steps=[Step(event.on, ROLE_LABELS[Role(event.role)], event.label, event.article) for event in shown.events],
    )
    papers = [_paper(file) for file in shown.files]
    return f"{claim.number}.zip", volume_zip(facts, papers)


def _paper(file: File) -> Paper:
    content = content_of(subject_id=file.subject_id, file_id=file.id).content
    return Paper(file.name, KIND_LABELS[Kind(file.kind)], content, file.digest, Media(file.media_type), file.at.date())


def notice_if_confirmed(scheme: str, *, on: date) -> Period:
    """The period of the notice that confirming would open on a day (确认后的公示期)."""
    return period(on, in_force(scheme, NoticeTerms, on=on).terms, calendar())
