"""Pages of statutory time: how clocks are kept, and the calendar they rest on."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from kechuang.deadlines import commands, queries
from kechuang.deadlines.access import may_publish
from kechuang.deadlines.forms import YearForm
from kechuang.ui import clock
from kechuang.ui.requests import actor_of, attempt, page_of


@login_required
def clocks(request: HttpRequest) -> HttpResponse:
    actor, on = actor_of(request), clock.today()
    page = page_of(request, queries.overdue(actor, on=on))
    context = {"kept": queries.kept(actor.regions(), on=on), "page": page, "rows": queries.rows(list(page), on=on)}
    return render(request, "deadlines/clocks.html", context)


def calendar(request: HttpRequest) -> HttpResponse:
    context = {"years": queries.years(), "may_enter": may_publish(actor_of(request))}
    return render(request, "deadlines/calendar.html", context)


@login_required
def enter(request: HttpRequest) -> HttpResponse:
    form, status = YearForm(request.POST or None), 200
    if request.method == "POST":
        tried = attempt(
            form,
            lambda: commands.enter_year(
                actor_of(request),
                year=form.cleaned_data["year"],
                document=form.cleaned_data["document"],
                holidays=form.cleaned_data["holidays"],
                workdays=form.cleaned_data["workdays"],
                now=clock.now(),
            ),
        )
        if tried.done:
            messages.success(request, _("已录入，%(count)s 件事项的到期日随之调整") % {"count": tried.value})
            return redirect("deadlines:calendar")
        status = tried.status
    return render(request, "deadlines/enter.html", {"form": form}, status=status)
