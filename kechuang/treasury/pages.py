"""Pages of the treasury: budgets of counties, guidance quotas, and a payee's settlement sheet.

Pages of payment batches stand in claims, which shows what each of them pays.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kechuang.kernel.actor import Actor, Role
from kechuang.kernel.errors import NotVisible
from kechuang.kernel.machine import Move
from kechuang.kernel.text import gettext_noop
from kechuang.ledger.queries import Money
from kechuang.parties.queries import region_name
from kechuang.policy.book import current
from kechuang.treasury import commands, queries
from kechuang.treasury.forms import (
    AdjustForm,
    DraftForm,
    EditForm,
    MoveForm,
    ReasonForm,
    ReconciliationForm,
    ReleaseForm,
    SettlementForm,
    YearForm,
)
from kechuang.treasury.queries import BudgetSheet
from kechuang.treasury.states import BUDGET_MACHINE, CHANGE_LABELS
from kechuang.ui import clock
from kechuang.ui.forms import Form
from kechuang.ui.requests import actor_of, attempt
from kechuang.ui.show import MoneyRow


@dataclass(frozen=True, slots=True)
class _Act:
    """One act on a budget: its form (none for a mere confirmation), its command, and what will happen."""

    call: Callable[[Actor, str, Form], object]
    happens: str
    done: str
    form: type[Form] | None = None
    tone: str = "primary"


def _adjust(command: Callable[..., object]) -> Callable[[Actor, str, Any], object]:
    return lambda actor, name, form: command(
        actor, budget_id=name, fen=form.cleaned_data["fen"], ground=form.ground(), now=clock.now()
    )


def _plain(command: Callable[..., object]) -> Callable[[Actor, str, Form], object]:
    return lambda actor, name, form: command(actor, budget_id=name, now=clock.now())


def _release(actor: Actor, name: str, form: Any) -> object:
    given = {"fen": form.cleaned_data["fen"], "document": form.document()}
    return commands.release(actor, budget_id=name, now=clock.now(), **given)


def _return(actor: Actor, name: str, form: Form) -> object:
    return commands.return_budget(actor, budget_id=name, reason=form.cleaned_data["reason"], now=clock.now())


def _move(actor: Actor, name: str, form: Any) -> object:
    given = {"fen": form.cleaned_data["fen"], "ground": form.ground(), "to_budget_id": form.cleaned_data["other"]}
    return commands.move(actor, budget_id=name, now=clock.now(), **given)


# One entry per button; the moves of the machine that it stands for are its keys in `_BUTTON_OF`.
ACTS: dict[str, _Act] = {
    "submit": _Act(
        _plain(commands.submit_budget),
        gettext_noop("报送后由县财政局审定，及时下达的时限开始计算。"),
        gettext_noop("已报送预算"),
    ),
    "return": _Act(
        _return, gettext_noop("退回后由编制人修改，可再次报送。"), gettext_noop("已退回"), ReasonForm, "danger"
    ),
    "approve": _Act(
        _plain(commands.approve_budget), gettext_noop("审定后即可凭文件下达。"), gettext_noop("已审定预算")
    ),
    "release": _Act(
        _release,
        gettext_noop("下达的金额立即可用于核发创新券；同一文号只入账一次。"),
        gettext_noop("已下达预算"),
        ReleaseForm,
    ),
    "raise": _Act(
        _adjust(commands.raise_),
        gettext_noop("调增的部分仍须凭文件下达后才能使用。"),
        gettext_noop("已调增预算"),
        AdjustForm,
        "plain",
    ),
    "cut": _Act(
        _adjust(commands.cut),
        gettext_noop("先减尚未下达的部分，再收回尚未核发的部分；已核发的不受影响。"),
        gettext_noop("已调减预算"),
        AdjustForm,
        "danger",
    ),
    "move_out": _Act(
        _move,
        gettext_noop("资金连同预算数一并调至另一县（市、区），两地同时入账。"),
        gettext_noop("已办理调剂"),
        MoveForm,
        "plain",
    ),
    "remind": _Act(
        _plain(commands.remind), gettext_noop("县财政局将收到督促消息，并留下记录。"), gettext_noop("已督促下达")
    ),
    "end_year": _Act(
        _plain(commands.end_year),
        gettext_noop("未核发的结余按规则收回或结转；已核发的券继续有效。"),
        gettext_noop("已办理年终结余"),
        tone="plain",
    ),
    "sweep": _Act(_plain(commands.sweep), gettext_noop("年后退回的券额按规则收回或结转。"), gettext_noop("已办理收回")),
    "close": _Act(
        _plain(commands.close_year),
        gettext_noop("关闭后本年度不再支付，未支付的申请排队由下年预算支付。"),
        gettext_noop("已关闭预算年度"),
    ),
}
_BUTTON_OF = {"release_part": "release", "release_all": "release", "raise_released": "raise", "cut_to_released": "cut"}

_MONEY_LABELS = {
    "released": gettext_noop("已下达"),
    "cut": gettext_noop("核减与收回"),
    "moved": gettext_noop("调剂与结转（净）"),
    "unallocated": gettext_noop("尚未核发"),
    "granted": gettext_noop("核发创新券"),
    "returned": gettext_noop("到期、放弃、撤销收回"),
    "voucher_available": gettext_noop("券内可用"),
    "held": gettext_noop("订单占用"),
    "unclaimed": gettext_noop("已抵扣待申兑"),
    "in_claim": gettext_noop("申兑中"),
    "owed": gettext_noop("应付"),
    "paid": gettext_noop("已付"),
    "clawed_back": gettext_noop("已追回"),
}


@login_required
@require_safe
def budgets(request: HttpRequest) -> HttpResponse:
    actor, on = actor_of(request), clock.today()
    known = queries.years(actor)
    this_one = on.year if on.year in known or not known else known[0]
    form = YearForm(request.GET or None, years=known, initial={"year": this_one})
    year = (form.chosen() if form.is_bound else {}).get("year") or this_one
    rows = queries.progress(actor, year=year, on=on)
    context = {
        "form": form,
        "year": year,
        "rows": rows,
        "clocks": any(row.clock for row in rows),
        "totals": queries.totals_of(rows) if len(rows) > 1 else None,
        "machine": BUDGET_MACHINE,
        "drafts": actor.holds(Role.BUDGET_AUTHOR),
        "quotas": [(pack.title, *scheme.split("/")) for scheme, pack in _with_quotas()],
    }
    return render(request, "treasury/budgets.html", context)


@login_required
def draft(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    regions = {code: region_name(code) for code in sorted(actor.regions(Role.BUDGET_AUTHOR))}
    if not regions:
        raise Http404
    form = DraftForm(
        request.POST or None, regions=regions, schemes=_voucher_schemes(), initial={"year": clock.today().year}
    )
    status = 200
    if request.method == "POST":
        tried = attempt(form, lambda: commands.draft_budget(actor, now=clock.now(), **form.cleaned_data))
        if tried.done:
            messages.success(request, _("预算草案已保存，核对后报送县财政局"))
            return redirect("treasury:budget", tried.value.id)
        status = tried.status
    return render(request, "treasury/edit.html", {"form": form}, status=status)


@login_required
def edit(request: HttpRequest, budget_id: str) -> HttpResponse:
    actor = actor_of(request)
    row = queries.budget(actor, budget_id, on=clock.today()).budget
    form = EditForm(request.POST or None, initial={"amount_fen": row.amount_fen, "basis": row.basis})
    status = 200
    if request.method == "POST":
        tried = attempt(
            form, lambda: commands.edit_budget(actor, budget_id=budget_id, now=clock.now(), **form.cleaned_data)
        )
        if tried.done:
            messages.success(request, _("预算草案已修改"))
            return redirect("treasury:budget", budget_id)
        status = tried.status
    return render(request, "treasury/edit.html", {"form": form, "budget": row}, status=status)


@login_required
@require_safe
def budget(request: HttpRequest, budget_id: str) -> HttpResponse:
    return _budget_page(request, queries.budget(actor_of(request), budget_id, on=clock.today()))


@login_required
@require_POST
def act(request: HttpRequest, budget_id: str, action: str) -> HttpResponse:
    chosen = ACTS.get(action)
    if chosen is None:
        raise Http404
    actor = actor_of(request)
    sheet = queries.budget(actor, budget_id, on=clock.today())
    form = _form(chosen, action, sheet, request.POST) or Form(request.POST)
    tried = attempt(form, lambda: chosen.call(actor, budget_id, form))
    if tried.done:
        messages.success(request, _(chosen.done))
        return redirect("treasury:budget", budget_id)
    return _budget_page(request, sheet, failed=(action, form), status=tried.status)


@login_required
@require_safe
def quotas(request: HttpRequest, region: str, name: str) -> HttpResponse:
    scheme, on = f"{region}/{name}", clock.today()
    if scheme not in dict(_with_quotas()) or not actor_of(request).posts:
        raise Http404
    rows = queries.quota_progress(scheme, year=on.year, on=on)
    context = {"rows": rows, "title": current().packs[scheme].title, "year": on.year, "scheme": (region, name)}
    return render(request, "treasury/quotas.html", context)


@login_required
@require_safe
def settlements(request: HttpRequest) -> HttpResponse:
    actor, on = actor_of(request), clock.today()
    first = on.replace(day=1)
    form = SettlementForm(request.GET or None, initial={"since": first, "until": on})
    chosen = form.chosen() if form.is_bound else {}
    since, last = chosen.get("since", first), chosen.get("until", on)
    rows = queries.settlement_sheet(actor, party_id=actor.party_id, since=since, until=last + timedelta(days=1))
    context = {"form": form, "since": since, "last": last, "laboratories": queries.by_laboratory(rows)}
    return render(request, "treasury/settlements.html", context)


def _budget_page(
    request: HttpRequest, sheet: BudgetSheet, *, failed: tuple[str, Form] | None = None, status: int = 200
) -> HttpResponse:
    offered = [
        (name, move, ACTS[name], failed[1] if failed and failed[0] == name else _form(ACTS[name], name, sheet))
        for name, move in _buttons(sheet)
    ]
    context = {
        "sheet": sheet,
        "row": sheet.budget,
        "machine": BUDGET_MACHINE,
        "offered": offered,
        "failed": failed[1] if failed else None,
        "edits": any(move.action == "edit" for move in sheet.open_moves),
        "money": _money_rows(sheet.money),
        "changes": {str(change): label for change, label in CHANGE_LABELS.items()},
    }
    return render(request, "treasury/budget.html", context, status=status)


def _buttons(sheet: BudgetSheet) -> list[tuple[str, Move]]:
    """Each act once, though the machine has several rows for it by what it leads to."""
    named: dict[str, Move] = {}
    for move in sheet.open_moves:
        name = _BUTTON_OF.get(move.action, move.action)
        if name in ACTS and (name != "move_out" or sheet.others):
            named.setdefault(name, move)
    return list(named.items())


def _form(chosen: _Act, action: str, sheet: BudgetSheet, given: Any = None) -> Form | None:
    if chosen.form is None:
        return None
    more: dict[str, Any] = {"auto_id": f"{action}_%s"}
    if chosen.form is MoveForm:
        more["others"] = {other.id: sheet.places[other.region] for other in sheet.others}
    if chosen.form is ReleaseForm:
        more["initial"] = {"fen": sheet.to_release_fen, "on": clock.today()}
    return chosen.form(given, **more)


def _money_rows(money: Money) -> list[MoneyRow]:
    figures = asdict(money)
    return [MoneyRow(label, figures[name]) for name, label in _MONEY_LABELS.items()]


def _voucher_schemes() -> dict[str, str]:
    """The packs in force that a budget can be spent by: those that say when its money must be released."""
    return {
        scheme: pack.title
        for scheme, pack in sorted(current().packs.items())
        if {"budget_release_by_on", "carry_over"} <= set(pack.parameters)
    }


def _with_quotas() -> list[tuple[str, Any]]:
    return [(scheme, pack) for scheme, pack in sorted(current().packs.items()) if "city_quota_fen" in pack.parameters]


@login_required
@require_safe
def reconciliation(request: HttpRequest) -> HttpResponse:
    """What the bank answered beside what the ledger has booked, with every difference (支付结果对账)."""
    actor, today = actor_of(request), clock.today()
    regions = {code: region_name(code) for code in queries.reconciled_regions(actor)}
    if not regions:
        raise NotVisible
    form = ReconciliationForm(request.GET or None, regions=regions)
    chosen = form.chosen() if form.is_bound else {}
    region, last = chosen.get("region") or next(iter(regions)), chosen.get("last") or today
    since = min(chosen.get("since") or today.replace(month=1, day=1), last)
    found = queries.reconciliation(actor, region, since=since, until=last + timedelta(days=1))
    context = {"form": form, "found": found, "county": regions[region], "since": since, "last": last, "region": region}
    return render(request, "treasury/reconciliation.html", context)
