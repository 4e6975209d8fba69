"""Page of conversion results (成果转化实绩): what was imported and which of it holds, a new import, checking it."""

from http import HTTPStatus

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kechuang.subsidies import commands, queries
from kechuang.subsidies.forms import ConversionForm, ReasonForm
from kechuang.subsidies.pages.judging import judged
from kechuang.subsidies.pages.settlements import years_before
from kechuang.subsidies.states import CONVERSION_MACHINE, ConversionState
from kechuang.ui import clock
from kechuang.ui.requests import actor_of, attempt, page_of

HERE = "subsidies:conversions"


@login_required
def conversions(request: HttpRequest) -> HttpResponse:
    actor, status = actor_of(request), HTTPStatus.OK
    regions = queries.settles_in(actor)
    form = ConversionForm(
        request.POST or None, request.FILES or None, regions=regions, years=years_before(clock.today())
    )
    if request.method == "POST":

        def bring() -> str:
            said = form.cleaned_data
            file = said["file"]
            made = commands.bring_conversions(
                actor,
                region=said["region"],
                year=said["year"],
                origin=form.origin(),
                name=file.name,
                content=file.read(),
                now=clock.now(),
            )
            return made.state

        tried = attempt(form, bring)
        if tried.done:
            waits = tried.value == ConversionState.BROUGHT
            messages.success(
                request, _("已导入，由另一人核对后才作为分配依据") if waits else _("这份文件已经导入，正在使用")
            )
            return redirect(HERE)
        status = HTTPStatus(tried.status)
    page = page_of(request, queries.conversions(actor))
    context = {
        "page": page,
        "rows": queries.conversion_rows(actor, list(page)),
        "form": form,
        "brings": bool(regions),
        "machine": CONVERSION_MACHINE,
        "reason": ReasonForm(),
    }
    return render(request, "subsidies/conversions.html", context, status=status)


@require_POST
@login_required
def check(request: HttpRequest, conversion_id: str) -> HttpResponse:
    return judged(
        request, commands.check_conversions, _("已核对，作为该年度的分配依据"), HERE, conversion_id=conversion_id
    )


@require_POST
@login_required
def reject(request: HttpRequest, conversion_id: str) -> HttpResponse:
    said = {"conversion_id": conversion_id, "reason": request.POST.get("reason", "")}
    return judged(request, commands.reject_conversions, _("已不予采信"), HERE, **said)
