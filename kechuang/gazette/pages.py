"""Public pages of the rules: which there are, one pack in words, a worked case with other figures."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from kechuang.gazette import commands, queries
from kechuang.gazette.access import INTERPRETERS, roles_on
from kechuang.gazette.forms import NoteForm, TryForm
from kechuang.gazette.templatetags.gazette import refused, results
from kechuang.kernel.errors import NotVisible
from kechuang.policy import book, cases
from kechuang.ui import clock
from kechuang.ui.requests import actor_of, attempt


@require_GET
def packs(request: HttpRequest) -> HttpResponse:
    rows = [(row, queries.parsed(row)) for row in queries.latest().values()]
    return render(request, "gazette/packs.html", {"rows": rows})


@require_GET
def pack(request: HttpRequest, region: str, name: str) -> HttpResponse:
    actor = actor_of(request)
    sheet = queries.sheet(actor, scheme=f"{region}/{name}", on=clock.today())
    return render(
        request,
        "gazette/pack.html",
        {
            "sheet": sheet,
            "today": clock.today(),
            "numbered": list(enumerate(sheet.outcomes)),
            "may_interpret": bool(roles_on(actor, sheet.pack) & INTERPRETERS),
        },
    )


@require_GET
def text(request: HttpRequest, region: str, name: str, version: int) -> HttpResponse:
    """The pack as it was published, byte for byte: its SHA-256 is the digest shown on the page."""
    row = queries.published(actor_of(request), f"{region}/{name}", version)
    return HttpResponse(row.text, content_type="text/plain; charset=utf-8")


@require_GET
def try_case(request: HttpRequest, region: str, name: str, number: int) -> HttpResponse:
    """试算: the same rule with the visitor's figures; nothing is stored."""
    row = queries.published(actor_of(request), f"{region}/{name}")
    worked = queries.worked(row)
    if number >= len(worked) or not worked[number].rule:
        raise NotVisible
    read, case = queries.parsed(row), worked[number]
    form = TryForm(read, case, request.GET or None)
    found: dict[str, Any] = {}
    if form.is_valid():
        tried = attempt(
            form,
            lambda: cases.tried(case, read, book.current(), on=form.cleaned_data["rules_on"], given=form.given()),
        )
        if tried.done:
            found = {"outcome": tried.value, "got": results(read, tried.value), "refusal": refused(read, tried.value)}
    context = {"pack": read, "case": case, "form": form, "back_url": f"{row.address}#cases", **found}
    return render(request, "gazette/try.html", context)


def interpret(request: HttpRequest, region: str, name: str) -> HttpResponse:
    """发布解释口径, by an interpreting body."""
    actor = actor_of(request)
    read = queries.pack(actor, f"{region}/{name}")
    if not roles_on(actor, read) & INTERPRETERS:
        raise NotVisible
    form = NoteForm(read, request.POST or None, on=clock.today())
    if request.method == "POST":
        tried = attempt(
            form,
            lambda: commands.interpret(actor, scheme=read.scheme, now=clock.now(), **form.cleaned_data),
        )
        if tried.done:
            messages.success(request, _("解释口径已发布"))
            return redirect("gazette:pack", region, name)
    return render(request, "gazette/interpret.html", {"pack": read, "form": form})
