"""Pages of subsidy payouts (补助拨付): what waits, the batch, its three hands, the bank's answers."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kechuang.documents.rules import print_pdf
from kechuang.kernel.actor import Role
from kechuang.subsidies import commands
from kechuang.subsidies.forms import BatchForm, BounceForm, ReasonForm, ResultsForm
from kechuang.subsidies.queries import OfficePayables, approval_sheet, payable_rows
from kechuang.treasury import commands as treasury
from kechuang.treasury import queries
from kechuang.treasury.rules import Verdict
from kechuang.treasury.states import BATCH_MACHINE, SUBSIDIES
from kechuang.ui import clock
from kechuang.ui.requests import actor_of, attempt, back, chosen, page_of

_MEDIA = {"csv": "text/csv; charset=utf-8", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}


@login_required
def payouts(request: HttpRequest) -> HttpResponse:
    return _payouts(request)


def _payouts(request: HttpRequest, *, form: BatchForm | None = None, status: int = 200) -> HttpResponse:
    actor, on = actor_of(request), clock.today()
    waiting = payable_rows(actor, on=on)
    tried = {form["region"].value(): form} if form else {}
    context = {
        "waiting": [(county, tried.get(county.region) or _batch_form(county, on)) for county in waiting],
        "page": page_of(request, queries.batches(actor, state=request.GET.get("state", ""), purpose=SUBSIDIES)),
        "machine": BATCH_MACHINE,
        "prepares": actor.holds(Role.COUNTY_OFFICER),
    }
    return render(request, "subsidies/payouts.html", context, status=status)


def _batch_form(county: OfficePayables, on: date) -> BatchForm:
    """A batch is named after its county and day unless the officer says otherwise."""
    title = _("%(county)s %(day)s 科技服务补助拨付") % {"county": county.name, "day": on.isoformat()}
    return BatchForm(initial={"title": title, "region": county.region}, auto_id=f"id_{county.region}_%s")


@require_POST
@login_required
def prepare(request: HttpRequest) -> HttpResponse:
    form = BatchForm(request.POST)
    tried = attempt(
        form,
        lambda: commands.prepare(
            actor_of(request),
            title=form.cleaned_data["title"],
            statement_ids=chosen(request),
            region=form.cleaned_data["region"],
            now=clock.now(),
        ),
    )
    if not tried.done:
        return _payouts(request, form=form, status=tried.status)
    messages.success(request, _("已编制拨付批次，等待审批"))
    return redirect("subsidies:batch", tried.value)


@login_required
def batch(request: HttpRequest, batch_id: str) -> HttpResponse:
    return _batch(request, batch_id)


def _batch(request: HttpRequest, batch_id: str, *, status: int = 200, **given: Any) -> HttpResponse:
    actor = actor_of(request)
    sheet = queries.batch(actor, batch_id, purpose=SUBSIDIES)
    context = {
        "sheet": sheet,
        "batch": sheet.batch,
        "machine": BATCH_MACHINE,
        "roles": actor.roles_in(sheet.batch.region),
        "may": {move.action for move in sheet.open_moves},
        "bank": bank.name if (bank := queries.connected_bank()) else "",
        "reason": ReasonForm(),
        "results_form": ResultsForm(),
        "bounce": BounceForm(),
        "results": [],
        **given,
    }
    return render(request, "subsidies/batch.html", context, status=status)


def _done(request: HttpRequest, batch_id: str, call: Callable[[], object], words: str) -> HttpResponse:
    call()
    messages.success(request, words)
    return back(request, "subsidies:batch", batch_id)


@require_POST
@login_required
def approve(request: HttpRequest, batch_id: str) -> HttpResponse:
    actor, digest, now = actor_of(request), request.POST.get("digest", ""), clock.now()
    call = treasury.approve_batch
    return _done(
        request, batch_id, lambda: call(actor, batch_id=batch_id, digest=digest, now=now), _("已审批，等待财政核准拨付")
    )


@require_POST
@login_required
def release(request: HttpRequest, batch_id: str) -> HttpResponse:
    actor, digest, now = actor_of(request), request.POST.get("digest", ""), clock.now()
    call = treasury.release_batch
    return _done(
        request, batch_id, lambda: call(actor, batch_id=batch_id, digest=digest, now=now), _("已核准拨付，可送银行")
    )


@require_POST
@login_required
def cancel(request: HttpRequest, batch_id: str) -> HttpResponse:
    actor, now = actor_of(request), clock.now()
    call = commands.cancel_batch
    return _done(
        request, batch_id, lambda: call(actor, batch_id=batch_id, now=now), _("批次已撤销，所含结算单等待重新编入")
    )


@require_POST
@login_required
def return_(request: HttpRequest, batch_id: str) -> HttpResponse:
    form = ReasonForm(request.POST)
    actor, now = actor_of(request), clock.now()
    tried = attempt(
        form,
        lambda: commands.return_batch(actor, batch_id=batch_id, reason=form.cleaned_data["reason"], now=now),
    )
    if not tried.done:
        return _batch(request, batch_id, reason=form, status=tried.status)
    messages.success(request, _("批次已退回，所含结算单等待重新编入"))
    return redirect("subsidies:batch", batch_id)


@require_POST
@login_required
def file(request: HttpRequest, batch_id: str, kind: str) -> HttpResponse:
    made = treasury.export_file(actor_of(request), batch_id=batch_id, kind=kind, now=clock.now())
    return _download(made.name, made.content, _MEDIA[kind])


@require_POST
@login_required
def transmit(request: HttpRequest, batch_id: str) -> HttpResponse:
    results = commands.transmit(actor_of(request), batch_id=batch_id, now=clock.now())
    return _read(request, batch_id, results)


@require_POST
@login_required
def ask(request: HttpRequest, batch_id: str) -> HttpResponse:
    results = commands.ask_bank(actor_of(request), batch_id=batch_id, now=clock.now())
    return _read(request, batch_id, results)


@require_POST
@login_required
def results(request: HttpRequest, batch_id: str) -> HttpResponse:
    form = ResultsForm(request.POST, request.FILES)
    actor, now = actor_of(request), clock.now()

    def read() -> list[treasury.LineResult]:
        given = form.cleaned_data["file"]
        return commands.read_result_file(actor, batch_id=batch_id, name=given.name, content=given.read(), now=now)

    tried = attempt(form, read)
    if not tried.done:
        return _batch(request, batch_id, results_form=form, status=tried.status)
    return _read(request, batch_id, tried.value)


def _read(request: HttpRequest, batch_id: str, read: list[treasury.LineResult]) -> HttpResponse:
    applied = sum(result.verdict is Verdict.APPLIED for result in read)
    refused = [result for result in read if result.verdict is Verdict.REFUSED]
    messages.success(request, _("已读取 %(count)s 笔支付结果") % {"count": applied})
    if refused:
        return _batch(request, batch_id, results=refused)
    return redirect("subsidies:batch", batch_id)


@require_POST
@login_required
def bounce(request: HttpRequest, batch_id: str, line_id: str) -> HttpResponse:
    form = BounceForm(request.POST)
    given = form.cleaned_data if form.is_valid() else {}
    tried = attempt(form, lambda: commands.bounce(actor_of(request), line_id=line_id, now=clock.now(), **given))
    if not tried.done:
        return _batch(request, batch_id, bounce=form, status=tried.status)
    messages.success(request, _("已登记退汇，所含结算单待更正账户后重新拨付"))
    return redirect("subsidies:batch", batch_id)


@login_required
def approval_form(request: HttpRequest, batch_id: str) -> HttpResponse:
    name, sheet = approval_sheet(actor_of(request), batch_id=batch_id)
    return _download(name, print_pdf(sheet), "application/pdf")


def _download(name: str, content: bytes, media: str) -> HttpResponse:
    response = HttpResponse(content, content_type=media)
    response["Content-Disposition"] = content_disposition_header(True, name)
    return response
