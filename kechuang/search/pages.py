"""Pages of the editor of the synonyms, one's saved searches, and the completions that the search box asks for.

The page of results is the portal's: it stands in the highest room that it shows.
"""

from http import HTTPStatus

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kechuang.kernel.actor import Actor, Role
from kechuang.kernel.errors import NotVisible
from kechuang.search import commands, queries
from kechuang.search.access import roles_on
from kechuang.search.formats.synonym_files import BLANK
from kechuang.search.forms import EntryForm, FileForm, SynonymFilter
from kechuang.search.states import MACHINE, SYNONYM_KIND_LABELS, SynonymState
from kechuang.trail.queries import way
from kechuang.ui import clock
from kechuang.ui.requests import actor_of, attempt, back, page_of


@require_safe
def suggest(request: HttpRequest) -> HttpResponse:
    """What could be meant while somebody types: options of the search box."""
    return render(request, "search/_suggestions.html", {"found": queries.suggest(request.GET.get("q", ""))})


@login_required
@require_safe
def saved(request: HttpRequest) -> HttpResponse:
    return render(request, "search/saved.html", {"rows": queries.saved_searches(actor_of(request))})


@login_required
@require_POST
def forget(request: HttpRequest, saved_id: str) -> HttpResponse:
    commands.forget_search(actor_of(request), saved_id=saved_id)
    messages.success(request, _("不再提醒这个检索的新结果"))
    return back(request, "search:saved")


@login_required
@require_safe
def synonyms(request: HttpRequest) -> HttpResponse:
    form = SynonymFilter(request.GET)
    actor = _editor(request)
    page = page_of(request, queries.synonyms(actor, **form.chosen()))
    return render(
        request, "search/synonyms.html", {"form": form, "page": page, "machine": MACHINE, "kinds": SYNONYM_KIND_LABELS}
    )


@login_required
def add(request: HttpRequest) -> HttpResponse:
    """A new entry; `preview` shows what it would do, `save` keeps it."""
    actor, form = _editor(request), EntryForm(request.POST or None)
    context: dict[str, object] = {"form": form}
    status: int = HTTPStatus.OK
    if request.method == "POST" and "preview" in request.POST:
        context["previews"] = _previews(form)
    elif request.method == "POST":
        tried = attempt(form, lambda: commands.add_synonym(actor, entry=form.entry(), now=clock.now()))
        if tried.done:
            messages.success(request, _("同义词已新增，立即用于检索"))
            return redirect("search:synonym", tried.value.id)
        status = tried.status
    return render(request, "search/add.html", context, status=status)


@login_required
def synonym(request: HttpRequest, entry_id: str) -> HttpResponse:
    """One entry with its way so far; `preview` shows what the typed wording would do, `save` keeps it."""
    actor = _editor(request)
    row = queries.synonym(actor, entry_id)
    form = EntryForm(request.POST or None, initial=queries.typed_of(row), fixed=True)
    roles = roles_on(actor, row)
    context: dict[str, object] = {"row": row, "form": form, "machine": MACHINE, "roles": roles, "events": way([row.id])}
    context["open"] = {move.action for move in MACHINE.open(SynonymState(row.state), roles)}
    context["leads"] = queries.type_names(row.leads)
    status: int = HTTPStatus.OK
    if request.method == "POST" and "preview" in request.POST:
        context["previews"] = _previews(form)
    elif request.method == "POST":
        tried = attempt(
            form, lambda: commands.edit_synonym(actor, entry_id=entry_id, entry=form.entry(), now=clock.now())
        )
        if tried.done:
            messages.success(request, _("同义词已修改，立即用于检索"))
            return redirect("search:synonym", entry_id)
        status = tried.status
    elif row.state == SynonymState.IN_USE and "retiring" in request.GET:
        context["previews"] = queries.preview(queries.as_rule(row), samples=(), retire=True)
    return render(request, "search/synonym.html", context, status=status)


@login_required
@require_POST
def turn(request: HttpRequest, entry_id: str, action: str) -> HttpResponse:
    """Retired or restored."""
    acts = {"retire": commands.retire_synonym, "restore": commands.restore_synonym}
    if action not in acts:
        raise NotVisible
    acts[action](_editor(request), entry_id=entry_id, now=clock.now())
    return redirect("search:synonym", entry_id)


@login_required
def bring_in(request: HttpRequest) -> HttpResponse:
    actor, form = _editor(request), FileForm(request.POST or None, request.FILES or None)
    status: int = HTTPStatus.OK
    if request.method == "POST":
        tried = attempt(
            form,
            lambda: commands.import_synonyms(actor, content=form.cleaned_data["file"].read(), now=clock.now()),
        )
        if tried.done:
            added, changed = tried.value
            messages.success(
                request, _("导入完成：新增 %(added)s 条，修改 %(changed)s 条") % {"added": added, "changed": changed}
            )
            return redirect("search:synonyms")
        status = tried.status
    return render(request, "search/import.html", {"form": form}, status=status)


@login_required
@require_safe
def blank(request: HttpRequest) -> HttpResponse:
    _editor(request)
    answer = HttpResponse(("\ufeff" + BLANK).encode(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="synonyms.csv"'
    return answer


def _previews(form: EntryForm) -> list[queries.Preview]:
    return queries.preview(form.entry(), samples=form.tried()) if form.is_valid() else []


def _editor(request: HttpRequest) -> Actor:
    """Who maintains synonyms; for all others these pages are not there."""
    actor = actor_of(request)
    if not actor.holds(Role.SHARING_OFFICE):
        raise NotVisible
    return actor
