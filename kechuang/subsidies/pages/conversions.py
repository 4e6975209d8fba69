"""Page of conversion results (成果转化实绩): what was imported, and a new import."""

from http import HTTPStatus

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from kechuang.parties.queries import region_name
from kechuang.subsidies import commands, queries
from kechuang.subsidies.forms import ConversionForm
from kechuang.subsidies.pages.settlements import years_before
from kechuang.ui import clock
from kechuang.ui.requests import actor_of, attempt, page_of


@login_required
def conversions(request: HttpRequest) -> HttpResponse:
    actor, status = actor_of(request), HTTPStatus.OK
    regions = queries.settles_in(actor)
    form = ConversionForm(
        request.POST or None, request.FILES or None, regions=regions, years=years_before(clock.today())
    )
    if request.method == "POST":

        def bring() -> int:
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
            return len(made.rows)

        tried = attempt(form, bring)
        if tried.done:
            messages.success(request, _("已导入 %(count)s 个市县的实绩") % {"count": tried.value})
            return redirect("subsidies:conversions")
        status = HTTPStatus(tried.status)
    page = page_of(request, queries.conversions(actor))
    context = {"page": page, "form": form, "brings": bool(regions)}
    context["rows"] = [(row, region_name(row.region), len(row.rows)) for row in page]
    return render(request, "subsidies/conversions.html", context, status=status)
