"""收入汇总: the provider's statement by unit, laboratory, project and person; who served an order; what is horizontal."""

from datetime import date, timedelta
from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kechuang.catalog.queries import own_carriers, staff
from kechuang.catalog.states import SHARE_LABELS, TITLE_LABELS
from kechuang.documents.rules import write_csv, write_xlsx
from kechuang.documents.states import Media
from kechuang.kernel.actor import Actor
from kechuang.kernel.errors import NotVisible
from kechuang.orders import commands, queries
from kechuang.orders.forms import IncomeForm, ServedForm
from kechuang.ui import clock
from kechuang.ui.requests import actor_of, attempt, page_of

MEDIA = {"csv": Media.CSV, "xlsx": Media.XLSX}
SHARES = {str(code): label for code, label in SHARE_LABELS.items()}


def _chosen(request: HttpRequest, actor: Actor) -> tuple[IncomeForm, date, date, str]:
    """The form and what it asks for: this month by default; the last day is shown, the period ends the day after."""
    on = clock.today()
    first = on.replace(day=1)
    carriers = {row.id: row.name for row in own_carriers(actor)} if actor.party_id else {}
    form = IncomeForm(request.GET or None, initial={"since": first, "until": on}, carriers=carriers)
    said = form.chosen() if form.is_bound else {}
    since, last = said.get("since") or first, said.get("until") or on
    return form, since, last + timedelta(days=1), said.get("carrier", "")


@login_required
@require_safe
def income(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    form, since, until, carrier_id = _chosen(request, actor)
    found = queries.income(actor, since=since, until=until, carrier_id=carrier_id)
    context = {
        "form": form,
        "income": found,
        "page": page_of(request, found.rows),
        "shares": SHARES,
        "check": None if actor.unit_ids else queries.ledger_check(actor.party_id),
        "query": request.GET.urlencode(),
        "last": until - timedelta(days=1),
    }
    return render(request, "orders/income.html", context)


@login_required
@require_safe
def income_file(request: HttpRequest, media: str) -> HttpResponse:
    """The same statement as a table to download."""
    if media not in MEDIA:
        raise Http404
    actor = actor_of(request)
    _form, since, until, carrier_id = _chosen(request, actor)
    rows = queries.income_table(queries.income(actor, since=since, until=until, carrier_id=carrier_id))
    content = write_csv(rows) if media == "csv" else write_xlsx(rows, sheet=_("收入汇总"))
    name = f"{_('收入汇总')} {since.isoformat()}—{(until - timedelta(days=1)).isoformat()}.{media}"
    response = HttpResponse(content, content_type=str(MEDIA[media]))
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    return response


@login_required
@require_safe
def horizontal_part(request: HttpRequest) -> HttpResponse:
    """Orders marked as horizontal research funds in a period: a part of the monthly settlement sheet."""
    actor = actor_of(request)
    _form, since, until, _carrier = _chosen(request, actor)
    rows = queries.horizontal_marked(actor, since=since, until=until) if actor.party_id else []
    context = {"rows": rows, "total_fen": sum(mark.fen for _order, mark in rows)}
    return render(request, "orders/_horizontal.html", context)


@login_required
def served(request: HttpRequest, order_id: str) -> HttpResponse:
    """For which project an order was served, and by whom."""
    actor, on = actor_of(request), clock.today()
    sheet = queries.sheet(actor, order_id, on=on)
    if "note_served" not in sheet.actions:
        raise NotVisible
    before = queries.served_of(order_id)
    people = {one.id: _named(one) for one in staff(sheet.order.offer.carrier_id, on=on)}
    weights = {one["staff_id"]: one["weight"] for one in before.people} if before else {}
    initial: dict[str, Any] = {"seen": sheet.order.revision, "project": before.project if before else ""}
    form = ServedForm(request.POST or None, initial=initial, people=people, weights=weights)
    status = 200
    if request.method == "POST":
        tried = attempt(form, lambda: commands.note_served(actor, order_id=order_id, now=clock.now(), **form.given()))
        if tried.done:
            messages.success(request, _("已登记项目和服务人员"))
            return redirect("orders:order", order_id)
        status = tried.status
    context = {"form": form, "row": sheet.order, "people": people}
    return render(request, "orders/served.html", context, status=status)


def _named(one: Any) -> str:
    return f"{one.name}（{_(TITLE_LABELS[one.title])}）"
