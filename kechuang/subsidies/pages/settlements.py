"""Pages of settlements (补助核算): the list, the draft, one with all its payees, a payee's statement, the claims beneath."""

from datetime import date
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from kechuang.documents.rules import print_pdf
from kechuang.kernel.actor import Actor
from kechuang.kernel.errors import NotVisible
from kechuang.parties.queries import region_name
from kechuang.subsidies import commands, queries
from kechuang.subsidies.forms import DecisionForm, DraftForm, FindForm, FundForm, ReasonForm
from kechuang.subsidies.states import FORMULA_LABELS, MACHINE, STATEMENT_MACHINE, YEARS_SHOWN, Formula
from kechuang.ui import clock
from kechuang.ui.acts import Acts, posted
from kechuang.ui.requests import actor_of, attempt, page_of

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@login_required
@require_safe
def settlements(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    form = FindForm(request.GET or None)
    page = page_of(request, queries.settlements(actor, **(form.chosen() if form.is_bound else {})))
    context = {
        "page": page,
        "rows": [(row, FORMULA_LABELS[Formula(row.formula)], region_name(row.region)) for row in page],
        "form": form,
        "machine": MACHINE,
        "drafts": bool(queries.settles_in(actor)),
        "own": bool(actor.party_id),
        "statements": queries.own_statements(actor) if actor.party_id else [],
        "statement": STATEMENT_MACHINE,
    }
    return render(request, "subsidies/settlements.html", context)


@login_required
def draft(request: HttpRequest) -> HttpResponse:
    actor, on = actor_of(request), clock.today()
    form = _draft_form(request, actor, on)
    status = HTTPStatus.OK
    if request.method == "POST":
        tried = attempt(form, lambda: _drafted(actor, form))
        if tried.done:
            messages.success(request, _("草案已报送，等待另一人核对"))
            return redirect("subsidies:settlement", tried.value)
        status = HTTPStatus(tried.status)
    return render(request, "subsidies/draft.html", {"form": form}, status=status)


def _draft_form(request: HttpRequest, actor: Actor, on: date) -> DraftForm:
    regions, kinds = queries.settles_in(actor), queries.kinds(on=on)
    if not regions or not kinds:
        raise NotVisible
    return DraftForm(request.POST or None, regions=regions, kinds=kinds, years=years_before(on))


def years_before(on: date) -> dict[int, str]:
    """The years that a form offers, the latest closed one first."""
    return {year: str(year) for year in range(on.year - 1, on.year - 1 - YEARS_SHOWN, -1)}


def _drafted(actor: Actor, form: DraftForm) -> str:
    said, (formula, scheme) = form.cleaned_data, form.chosen()
    row = commands.draft(
        actor,
        formula=formula,
        scheme=scheme,
        region=said["region"],
        year=said["year"],
        decision=form.decision(),
        now=clock.now(),
    )
    return row.id


@login_required
@require_safe
def settlement(request: HttpRequest, settlement_id: str) -> HttpResponse:
    return _settlement(request, settlement_id)


def _settlement(request: HttpRequest, settlement_id: str, *, status: int = 200, **given: Any) -> HttpResponse:
    sheet = queries.settlement_sheet(actor_of(request), settlement_id, on=clock.today())
    row = sheet.settlement
    context = {
        "sheet": sheet,
        "row": row,
        "machine": MACHINE,
        "statement": STATEMENT_MACHINE,
        "may": {move.action for move in sheet.open_moves},
        "fund": FundForm(),
        "reason": ReasonForm(),
        "edit": DecisionForm(
            initial={
                "rate_bp": row.rate_bp,
                "document_number": row.document_number,
                "office": row.decided_office,
                "on": row.decided_on,
            }
        ),
        **given,
    }
    return render(request, "subsidies/settlement.html", context, status=status)


_ACTS = Acts(_settlement, "subsidies:settlement", "settlement_id")
edit = _ACTS.typed(
    "edit",
    posted(DecisionForm),
    lambda actor, form, one, now: commands.edit(actor, settlement_id=one, decision=form.decision(), now=now),
    gettext_lazy("草案已修改，等待另一人核对"),
)
fund = _ACTS.typed(
    "fund",
    posted(FundForm),
    lambda actor, form, one, now: commands.fund(actor, settlement_id=one, **form.cleaned_data, now=now),
    gettext_lazy("补助资金已安排，可以核算"),
)
withdraw = _ACTS.typed(
    "reason",
    posted(ReasonForm),
    lambda actor, form, one, now: commands.withdraw(actor, settlement_id=one, **form.cleaned_data, now=now),
    gettext_lazy("核算已撤销，安排的资金已退回"),
)
unpublish = _ACTS.typed(
    "reason",
    posted(ReasonForm),
    lambda actor, form, one, now: commands.unpublish(
        actor, settlement_id=one, why=form.cleaned_data["reason"], now=now
    ),
    gettext_lazy("公示已撤回"),
)
decide = _ACTS.plain(
    lambda actor, one, now: commands.decide(actor, settlement_id=one, now=now), gettext_lazy("已核对，等待财政安排资金")
)
settle = _ACTS.plain(
    lambda actor, one, now: commands.settle(actor, settlement_id=one, now=now),
    lambda row: _("已核算 %(count)s 笔兑付，请核对后公示") % {"count": row.redeemed_count},
)
publish = _ACTS.plain(
    lambda actor, one, now: commands.publish(actor, settlement_id=one, now=now),
    gettext_lazy("已公示；公示期满无异议的即可拨付"),
)


@login_required
@require_safe
def counted(request: HttpRequest, settlement_id: str) -> HttpResponse:
    """Every claim beneath a settlement's total, of one county when the address names it."""
    actor, region = actor_of(request), request.GET.get("region", "")
    sheet = queries.settlement_sheet(actor, settlement_id, on=clock.today())
    page = page_of(request, queries.counted_of_settlement(actor, settlement_id, region=region))
    context = {"sheet": sheet, "page": page, "rows": queries.counted_rows(list(page)), "region": region}
    return render(request, "subsidies/counted.html", context)


@login_required
@require_safe
def statement(request: HttpRequest, statement_id: str) -> HttpResponse:
    actor = actor_of(request)
    sheet = queries.statement_sheet(actor, statement_id, on=clock.today())
    page = page_of(request, queries.counted_of(actor, statement_id))
    context = {
        "sheet": sheet,
        "row": sheet.statement,
        "settlement": sheet.settlement,
        "page": page,
        "rows": queries.counted_rows(list(page)),
        "machine": STATEMENT_MACHINE,
        "may": {move.action for move in sheet.open_moves},
    }
    return render(request, "subsidies/statement.html", context)


retry = Acts(statement, "subsidies:statement", "statement_id").plain(
    lambda actor, one, now: commands.retry(actor, statement_id=one, now=now),
    gettext_lazy("已转为待拨付，可编入下一批次"),
)


@login_required
@require_safe
def statement_file(request: HttpRequest, statement_id: str, kind: str) -> HttpResponse:
    """结算单 on paper, or every claim beneath it as a workbook."""
    actor, on = actor_of(request), clock.today()
    if kind == "pdf":
        name, sheet = queries.printed(actor, statement_id, on=on)
        return _download(name, print_pdf(sheet), "application/pdf")
    if kind == "xlsx":
        name, content = queries.workbook(actor, statement_id, on=on)
        return _download(name, content, _XLSX)
    raise NotVisible


def _download(name: str, content: bytes, media: str) -> HttpResponse:
    response = HttpResponse(content, content_type=media)
    response["Content-Disposition"] = content_disposition_header(True, name)
    return response
