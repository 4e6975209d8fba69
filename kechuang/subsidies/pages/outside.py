"""Page of redemptions off the platform (平台外兑付): entering, checking, rejecting."""

from http import HTTPStatus

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kechuang.subsidies import commands, queries
from kechuang.subsidies.forms import OutsideForm, ReasonForm
from kechuang.subsidies.pages.judging import judged
from kechuang.subsidies.states import OUTSIDE_MACHINE
from kechuang.ui import clock
from kechuang.ui.requests import actor_of, attempt, page_of

HERE = "subsidies:outside"


@login_required
def outside(request: HttpRequest) -> HttpResponse:
    actor, status = actor_of(request), HTTPStatus.OK
    regions = queries.settles_in(actor)
    form = OutsideForm(request.POST or None, regions=regions)
    if request.method == "POST":
        tried = attempt(
            form,
            lambda: commands.enter_outside(
                actor, region=form.cleaned_data["region"], redemption=form.redemption(), now=clock.now()
            ),
        )
        if tried.done:
            messages.success(request, _("已登记，由另一人核实后计入兑付总额"))
            return redirect(HERE)
        status = HTTPStatus(tried.status)
    page = page_of(request, queries.outside(actor))
    context = {
        "page": page,
        "rows": queries.outside_rows(actor, list(page)),
        "form": form,
        "enters": bool(regions),
        "machine": OUTSIDE_MACHINE,
        "reason": ReasonForm(),
    }
    return render(request, "subsidies/outside.html", context, status=status)


@require_POST
@login_required
def check(request: HttpRequest, outside_id: str) -> HttpResponse:
    return judged(request, commands.check_outside, _("已核实，计入兑付总额"), HERE, outside_id=outside_id)


@require_POST
@login_required
def reject(request: HttpRequest, outside_id: str) -> HttpResponse:
    said = {"outside_id": outside_id, "reason": request.POST.get("reason", "")}
    return judged(request, commands.reject_outside, _("已不予采信"), HERE, **said)
