"""Claims over the API: list, one by id, and the acts of both sides. Amounts are fen."""

from datetime import date
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest
from ninja import File, Form, Router, Schema, Status
from ninja.files import UploadedFile

from kechuang.claims import commands, queries
from kechuang.claims.states import API_PAGE
from kechuang.kernel.money import Fen
from kechuang.ui import clock
from kechuang.ui.requests import actor_of

router = Router(tags=["claims"])


class ClaimOut(Schema):
    id: str
    number: str
    order_id: str
    scheme: str
    region: str
    year: int
    state: str
    provider_party: str
    provider_unit: str
    holder_party: str
    claimed_fen: int
    confirmed_fen: int | None
    clean: bool
    returned_count: int
    reason: str
    submitted_on: date | None
    confirmed_on: date | None
    notice_id: str
    cleared_on: date | None
    paid_on: date | None


class LineOut(Schema):
    number: str
    gross_fen: int
    allocated_fen: int  # to this claim's order


class SheetOut(ClaimOut):
    evidence: list[dict[str, str]]
    invoices: list[LineOut]
    files: list[str]
    missing: list[str]  # papers still to be brought, while it can be handed in
    due_on: date | None
    actions: list[str]


class MakeIn(Schema):
    order_id: str


class SubmitIn(Schema):
    allocations: dict[str, dict[str, int]] = {}  # invoice number → order id → gross fen


class ConfirmIn(Schema):
    confirmed_fen: int | None = None
    note: str = ""
    seen_on_state: str = ""
    publish: bool = True


class ReasonIn(Schema):
    reason: str


@router.get("", response=list[ClaimOut])
def claims(request: HttpRequest, state: str = "", clean: bool | None = None) -> list[queries.Claim]:
    """The first hundred claims that the caller may see, in the order of submission."""
    return list(queries.queue(actor_of(request), state=state, clean=clean)[:API_PAGE])


@router.get("/{claim_id}", response=SheetOut)
def one(request: HttpRequest, claim_id: str) -> dict[str, Any]:
    """One claim with its comparisons, its invoices, and what the caller may do now."""
    return _shown(request, claim_id)


@router.post("", response={201: SheetOut})
def make(request: HttpRequest, body: MakeIn) -> Status[dict[str, Any]]:
    """Begins a claim for a settled order; asked again while one stands, it answers with that one."""
    claim = commands.make(actor_of(request), order_id=body.order_id, now=clock.now())
    return Status(HTTPStatus.CREATED, _shown(request, claim.id))


@router.post("/{claim_id}/files", response=SheetOut)
def attach(request: HttpRequest, claim_id: str, file: File[UploadedFile], kind: Form[str]) -> dict[str, Any]:
    """Brings one paper: an invoice as XML, OFD or PDF, a contract, a report."""
    actor, content = actor_of(request), file.read()
    commands.attach(actor, claim_id=claim_id, name=file.name or "", content=content, kind=kind, now=clock.now())
    return _shown(request, claim_id)


@router.post("/{claim_id}/submit", response=SheetOut)
def submit(request: HttpRequest, claim_id: str, body: SubmitIn) -> dict[str, Any]:
    """Hands the claim in; asked twice by the same person, it answers with the submitted one."""
    spread = {number: {order: Fen(fen) for order, fen in lines.items()} for number, lines in body.allocations.items()}
    commands.submit(actor_of(request), claim_id=claim_id, allocations=spread, now=clock.now())
    return _shown(request, claim_id)


@router.post("/{claim_id}/confirm", response=SheetOut)
def confirm(request: HttpRequest, claim_id: str, body: ConfirmIn) -> dict[str, Any]:
    """Confirms the service and opens the notice, unless `publish` is false."""
    fen = None if body.confirmed_fen is None else Fen(body.confirmed_fen)
    given = {**body.dict(), "confirmed_fen": fen}
    commands.confirm(actor_of(request), claim_id=claim_id, now=clock.now(), **given)
    return _shown(request, claim_id)


@router.post("/{claim_id}/return", response=SheetOut)
def return_(request: HttpRequest, claim_id: str, body: ReasonIn) -> dict[str, Any]:
    commands.return_(actor_of(request), claim_id=claim_id, reason=body.reason, now=clock.now())
    return _shown(request, claim_id)


@router.post("/{claim_id}/refuse", response=SheetOut)
def refuse(request: HttpRequest, claim_id: str, body: ReasonIn) -> dict[str, Any]:
    commands.refuse(actor_of(request), claim_id=claim_id, reason=body.reason, now=clock.now())
    return _shown(request, claim_id)


@router.post("/{claim_id}/withdraw", response=SheetOut)
def withdraw(request: HttpRequest, claim_id: str, body: ReasonIn) -> dict[str, Any]:
    commands.withdraw(actor_of(request), claim_id=claim_id, reason=body.reason, now=clock.now())
    return _shown(request, claim_id)


def _shown(request: HttpRequest, claim_id: str) -> dict[str, Any]:
    sheet = queries.sheet(actor_of(request), claim_id=claim_id, on=clock.today())
    invoices = [
        {"number": line.invoice.number, "gross_fen": line.invoice.gross_fen, "allocated_fen": line.gross_fen}
        for line in sheet.lines
    ]
    return {
        **ClaimOut.from_orm(sheet.claim).dict(),
        "evidence": sheet.claim.evidence,
        "invoices": invoices,
        "files": [file.id for file in sheet.files if file.id not in sheet.aside],
        "missing": list(sheet.preview.missing) if sheet.preview else [],
        "due_on": sheet.clock.due_on if sheet.clock else None,
        "actions": sorted(move.action for move in sheet.open_moves),
    }
