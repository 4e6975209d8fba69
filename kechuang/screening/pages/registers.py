"""The page on which an office brings what the registers say (登记信息导入)."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from kechuang.catalog.commands import ImportReport
from kechuang.documents.rules import write_xlsx
from kechuang.documents.states import Media
from kechuang.kernel.errors import NotVisible
from kechuang.screening import commands, queries
from kechuang.screening.forms import ALL_ROWS, CHECK_ONLY, GOOD_ROWS, RegisterForm
from kechuang.screening.states import REGISTER_COLUMNS, REGISTER_LABELS, RegisterKind
from kechuang.ui import clock
from kechuang.ui.requests import actor_of, attempt


@login_required
def registers(request: HttpRequest) -> HttpResponse:
    """The form, and after it the report by row and column."""
    actor = actor_of(request)
    if not queries.brings_registers(actor):
        raise NotVisible
    form = RegisterForm(request.POST or None, request.FILES or None, initial={"way": ALL_ROWS})
    status, report = 200, None
    if request.method == "POST":
        tried = attempt(form, lambda: _taken(request, form))
        status, report = tried.status, tried.value if tried.done else None
    context = {
        "form": form,
        "report": report,
        "kinds": [(kind, REGISTER_LABELS[kind]) for kind in RegisterKind],
        "labels": {str(kind): label for kind, label in REGISTER_LABELS.items()},
        "imports": queries.last_imports(actor),
    }
    return render(request, "screening/registers.html", context, status=status)


def _taken(request: HttpRequest, form: RegisterForm) -> ImportReport:
    data = form.cleaned_data
    return commands.import_register(
        actor_of(request),
        commands.Table(
            kind=RegisterKind(data["kind"]),
            source=data["source"],
            as_of_on=data["as_of_on"],
            name=data["file"].name,
            content=data["file"].read(),
        ),
        dry_run=data["way"] == CHECK_ONLY,
        good_rows_only=data["way"] == GOOD_ROWS,
        now=clock.now(),
    )


@require_safe
@login_required
def blank(request: HttpRequest, kind: str) -> HttpResponse:
    """An empty table with the right headings (空白表)."""
    if not queries.brings_registers(actor_of(request)):
        raise NotVisible
    if kind not in set(RegisterKind):
        raise Http404
    content = write_xlsx([REGISTER_COLUMNS[RegisterKind(kind)]])
    response = HttpResponse(content, content_type=str(Media.XLSX))
    response["Content-Disposition"] = f'attachment; filename="{kind}.xlsx"'
    response["X-Content-Type-Options"] = "nosniff"
    return response
