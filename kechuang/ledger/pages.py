"""Pages of the ledger for finance and audit: accounts of a county, one account's statement, closing (对账单、关账)."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kechuang.kernel.actor import Actor, Role
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.money import Fen, yuan
from kechuang.ledger import commands, queries
from kechuang.ledger.forms import AccountsForm, PeriodForm, RegionForm
from kechuang.ledger.rules import KIND_LABELS, PERIOD_LABELS, Kind, Period
from kechuang.parties.queries import region_name
from kechuang.ui import clock
from kechuang.ui.forms import Form
from kechuang.ui.requests import actor_of, attempt, page_of

ONE_DAY = timedelta(days=1)


@login_required
@require_safe
def accounts(request: HttpRequest) -> HttpResponse:
    """Every account of a county that moved or held money in a period, and what has not come to rest."""
    actor = actor_of(request)
    if _without_task(actor):
        return render(request, "ledger/no_task.html")
    form, asked = _asked(request, actor)
    rows = queries.accounts_of_region(actor, **asked)
    page, unsettled = page_of(request, rows), queries.unsettled(actor, asked["region"])
    context = {
        "form": form,
        "asked": asked,
        "page": page,
        "found": len(rows),
        "totals": _totals(rows),
        "unsettled": unsettled,
        "called": queries.called(row.place.owner for row in [*page, *unsettled]),
        "county": region_name(asked["region"]),
        "query": request.GET.urlencode(),
    }
    return render(request, "ledger/accounts.html", context)


@login_required
@require_safe
def export_accounts(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    _form, asked = _asked(request, actor)
    head = [_("科目"), _("户主"), _("预算年度"), _("期初余额"), _("本期收入"), _("本期支出"), _("期末余额")]
    rows = queries.accounts_of_region(actor, **asked)
    called = queries.called(row.place.owner for row in rows)
    lines = [
        [_(row.label), called.get(row.place.owner, ""), row.place.year]
        + [_yuan(fen) for fen in (row.opening_fen, row.in_fen, row.out_fen, row.closing_fen)]
        for row in rows
    ]
    return _csv(f"{asked['region']}-{asked['since']}-{asked['until'] - ONE_DAY}", head, lines)


@login_required
@require_safe
def account(request: HttpRequest, ledger_account_id: int) -> HttpResponse:
    form, since, until = _period(request, PeriodForm, {})
    found = queries.statement_for(actor_of(request), ledger_account_id, since=since, until=until)
    page = page_of(request, found.lines)
    context = {
        "form": form,
        "account_id": ledger_account_id,
        "statement": found,
        "label": KIND_LABELS[found.place.kind],
        "county": region_name(found.place.region),
        "page": page,
        "called": queries.called([found.place.owner, *_named_in(page)]),
        "since": since,
        "until": until,
        "kinds": KIND_LABELS,
        "query": request.GET.urlencode(),
    }
    return render(request, "ledger/account.html", context)


@login_required
@require_safe
def export_account(request: HttpRequest, ledger_account_id: int) -> HttpResponse:
    _form, since, until = _period(request, PeriodForm, {})
    found = queries.statement_for(actor_of(request), ledger_account_id, since=since, until=until)
    called = queries.called(_named_in(found.lines))
    head = [_("日期"), _("摘要"), _("对方科目"), _("对方户主"), _("业务编号"), _("收入"), _("支出"), _("余额")]
    lines = [
        [
            one.on,
            _(one.label),
            _(KIND_LABELS[one.other.kind]),
            called.get(one.other.owner, ""),
            called.get(one.subject, ""),
        ]
        + [_yuan(fen) for fen in (one.in_fen, one.out_fen, one.balance_fen)]
        for one in found.lines
    ]
    return _csv(f"{ledger_account_id}-{since}-{until - ONE_DAY}", head, lines)


@login_required
@require_safe
def closings(request: HttpRequest) -> HttpResponse:
    """What is closed, which period is next, and what will happen when it is."""
    return _closings_page(request)


@require_POST
@login_required
def close(request: HttpRequest, region: str, period: str, until: str) -> HttpResponse:
    try:
        wanted, day = Period(period), date.fromisoformat(until)
    except ValueError:
        raise Http404 from None
    form = Form({})
    tried = attempt(
        form,
        lambda: commands.close(actor_of(request), region=region, period=wanted, until=day, now=clock.now()),
    )
    if not tried.done:
        return _closings_page(request, region=region, form=form, status=tried.status)
    messages.success(request, _("已关账；该期间不能再记账"))
    return redirect(f"{reverse('ledger:closings')}?region={region}")


def _closings_page(
    request: HttpRequest, *, region: str = "", form: Form | None = None, status: int = 200
) -> HttpResponse:
    actor = actor_of(request)
    if _without_task(actor):
        return render(request, "ledger/no_task.html")
    regions = _regions(actor)
    chosen = RegionForm(request.GET or None, regions=regions)
    region = region or (chosen.chosen().get("region") if chosen.is_bound else "") or next(iter(regions))
    due, year_due = queries.next_month(region), queries.next_year(region)
    rows, unsettled = queries.closings(actor, region), queries.unsettled(actor, region)
    context = {
        "form": chosen,
        "failed": form,
        "region": region,
        "county": region_name(region),
        "rows": rows,
        "due": due,
        "due_over": due is not None and due <= clock.today(),
        "due_in": due - ONE_DAY if due else None,
        "year_due": year_due,
        "year_due_in": year_due - ONE_DAY if year_due else None,
        "may_close": queries.may_close(actor, region),
        "unsettled": unsettled,
        "called": queries.called(row.place.owner for row in unsettled),
        "periods": {period.value: label for period, label in PERIOD_LABELS.items()},
    }
    return render(request, "ledger/closings.html", context, status=status)


def _asked(request: HttpRequest, actor: Actor) -> tuple[AccountsForm, dict[str, Any]]:
    """The county and period that the address asks for; the first county and this year's to date when it asks for none."""
    regions = _regions(actor)
    form, since, until = _period(request, AccountsForm, {"regions": regions})
    chosen = form.chosen() if form.is_bound else {}
    region = chosen.get("region") or next(iter(regions))
    return form, {"region": region, "since": since, "until": until, "kind": chosen.get("kind", "")}


def _period(request: HttpRequest, kind: type[PeriodForm], given: Mapping[str, Any]) -> tuple[Any, date, date]:
    """This year to date where nothing else is asked for; the form shows which period that is."""
    today = clock.today()
    usual = {"since": today.replace(month=1, day=1), "last": today}
    form = kind(request.GET or None, initial=usual, **given)
    chosen = form.chosen() if form.is_bound else {}
    last = chosen.get("last") or usual["last"]
    since = min(chosen.get("since") or usual["since"], last)
    return form, since, last + ONE_DAY


def _named_in(lines: Iterable[queries.StatementLine]) -> Iterator[str]:
    for line in lines:
        yield line.subject
        yield line.other.owner


def _regions(actor: Actor) -> Mapping[str, str]:
    """Who keeps no books has no page here."""
    found = {region: region_name(region) for region in queries.regions_seen(actor)}
    if not found:
        raise NotVisible
    return found


def _without_task(actor: Actor) -> bool:
    """An auditor who has opened no task yet: told how to, not that there is no such page."""
    return actor.holds(Role.AUDITOR) and not queries.regions_seen(actor)


def _totals(rows: Iterable[queries.AccountLine]) -> list[tuple[str, int]]:
    sums: dict[Kind, int] = {}
    for row in rows:
        sums[row.place.kind] = sums.get(row.place.kind, 0) + row.closing_fen
    return [(KIND_LABELS[kind], fen) for kind, fen in sums.items()]


def _yuan(fen: int) -> str:
    return yuan(Fen(fen)).replace(",", "")


def _csv(name: str, head: Iterable[str], lines: Iterable[Iterable[object]]) -> HttpResponse:
    """As office programs open it: with the mark that says UTF-8; a text that begins like a formula is none."""
    written = io.StringIO()
    rows = csv.writer(written)
    rows.writerow(head)
    rows.writerows([[_harmless(value) for value in line] for line in lines])
    answer = HttpResponse(("\ufeff" + written.getvalue()).encode(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return answer


def _harmless(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value[:1] in {"=", "+", "@"} else value
