"""Pages of links and contests: what the platform keeps of the own party, speaking against it, the office's answer."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kechuang.kernel.errors import NotVisible
from kechuang.screening import commands, queries
from kechuang.screening.forms import AnswerForm, ContestForm
from kechuang.screening.states import CONTEST_MACHINE, LINK_LABELS, LINK_MACHINE, LinkKind
from kechuang.ui import clock
from kechuang.ui.requests import actor_of, attempt


@login_required
def links(request: HttpRequest) -> HttpResponse:
    return _links(request)


def _links(request: HttpRequest, *, status: int = 200, **forms: Any) -> HttpResponse:
    actor = actor_of(request)
    if not actor.party_id:
        raise NotVisible
    rows = [(link, LINK_LABELS[LinkKind(link.kind)], said) for link, said in queries.own_links(actor)]
    context = {
        "rows": rows,
        "findings": queries.own_findings(actor),
        "link_machine": LINK_MACHINE,
        "contest_machine": CONTEST_MACHINE,
        "said": ContestForm(),
        **forms,
    }
    return render(request, "screening/links.html", context, status=status)


@require_POST
@login_required
def contest_link(request: HttpRequest, link_id: str) -> HttpResponse:
    actor, form = actor_of(request), ContestForm(request.POST)
    queries.link(actor, link_id)
    tried = attempt(
        form, lambda: commands.contest(actor, link_id=link_id, text=form.cleaned_data["text"], now=clock.now())
    )
    if not tried.done:
        return _links(request, said=form, status=tried.status)
    messages.success(request, _("申辩已提交，请等待答复"))
    return redirect("screening:contest", tried.value.id)


@login_required
def contest(request: HttpRequest, contest_id: str) -> HttpResponse:
    return _contest(request, contest_id)


def _contest(request: HttpRequest, contest_id: str, *, status: int = 200, **forms: Any) -> HttpResponse:
    sheet = queries.contest_sheet(actor_of(request), contest_id)
    context = {
        "sheet": sheet,
        "row": sheet.contest,
        "machine": CONTEST_MACHINE,
        "answer": AnswerForm(),
        "may_answer": bool(sheet.open_moves),
        **forms,
    }
    return render(request, "screening/contest.html", context, status=status)


@require_POST
@login_required
def answer(request: HttpRequest, contest_id: str) -> HttpResponse:
    form = AnswerForm(request.POST)
    tried = attempt(
        form,
        lambda: commands.answer(
            actor_of(request),
            contest_id=contest_id,
            outcome=form.cleaned_data["outcome"],
            text=form.cleaned_data["text"],
            now=clock.now(),
        ),
    )
    if not tried.done:
        return _contest(request, contest_id, answer=form, status=tried.status)
    messages.success(request, _("已答复"))
    return redirect("screening:contest", contest_id)
