"""Boards of carriers and regions with their charts, the idle list, downloads, the public's figures."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_POST

from kechuang.documents.rules import write_csv, write_xlsx
from kechuang.documents.states import Media
from kechuang.kernel.money import yuan
from kechuang.parties.queries import region_name
from kechuang.ui import clock
from kechuang.ui.requests import actor_of, attempt, page_of
from kechuang.usage import commands, queries
from kechuang.usage.forms import BaselineForm, YearForm
from kechuang.usage.pages.records import attachment
from kechuang.usage.queries import Board
from kechuang.usage.rules import cumulated, hours_text, months_over
from kechuang.usage.states import LIST_SHOWN, MONTHS_IN_YEAR, Scope

BAND_LABELS = (gettext_noop("全部仪器"), gettext_noop("原值 30 万元以上"), gettext_noop("原值 50 万元以上"))


@login_required
def boards(request: HttpRequest) -> HttpResponse:
    """The boards one has; the only one at once."""
    found = queries.scopes_of(actor_of(request))
    if len(found) == 1:
        return _shown(request, found[0][0], found[0][1])
    rows = [(name, reverse(f"usage:{scope}", args=[id_]), scope) for scope, id_, name in found]
    return render(request, "usage/boards.html", {"rows": rows})


@login_required
def carrier(request: HttpRequest, carrier_id: str) -> HttpResponse:
    return _shown(request, Scope.CARRIER, carrier_id)


@login_required
def region(request: HttpRequest, region_code: str) -> HttpResponse:
    return _shown(request, Scope.REGION, region_code)


def public(request: HttpRequest, code: str) -> HttpResponse:
    form, year = _year(request)
    board = queries.public_board(code, year=year, on=clock.today())
    return render(request, "usage/public.html", _context(board, form) | {"code": code})


def _shown(
    request: HttpRequest, scope: Scope, subject_id: str, *, baseline_form: BaselineForm | None = None, status: int = 200
) -> HttpResponse:
    form, year = _year(request)
    board = _board(request, scope, subject_id, year)
    more = {"baseline_form": baseline_form or BaselineForm(), **_ways(scope, subject_id)}
    return render(request, "usage/board.html", _context(board, form) | more, status=status)


def _ways(scope: Scope, subject_id: str) -> dict[str, str]:
    """Where the parts of one board are."""
    parts = {"idle_url": "idle", "baseline_url": "baseline"}
    found = {name: reverse(f"usage:{scope}_{part}", args=[subject_id]) for name, part in parts.items()}
    return found | {
        f"{media}_url": reverse(f"usage:{scope}_table", args=[subject_id, media]) for media in ("xlsx", "csv")
    }


def _board(request: HttpRequest, scope: Scope, subject_id: str, year: int) -> Board:
    read = queries.carrier_board if scope is Scope.CARRIER else queries.region_board
    return read(actor_of(request), subject_id, year=year, on=clock.today())


def _year(request: HttpRequest) -> tuple[YearForm, int]:
    years = queries.years(clock.today())
    form = YearForm(request.GET or None, years=years, initial={"year": str(years[0])})
    chosen = form.chosen().get("year") if form.is_bound else None
    return form, int(chosen) if chosen else years[0]


def _context(board: Board, form: YearForm) -> dict[str, Any]:
    counted = board.client_months if board.is_region else board.months
    shown = months_over(board.reach.year, clock.today())
    counted = counted[:shown]
    running = cumulated([month["enterprises"] for month in counted])
    return {
        "form": form,
        "board": board,
        "year": board.reach.year,
        "bands": list(zip(BAND_LABELS, board.bands, strict=True)),
        "months": [
            {
                "label": _month(n),
                "own": own,
                "enterprises": all_["enterprises"],
                "people": all_["people"],
                "total": total,
            }
            for n, (own, all_, total) in enumerate(zip(board.months[:shown], counted, running, strict=True), 1)
        ],
        "use_chart": _use_chart(board),
        "hours_chart": _hours_chart(board),
        "months_chart": _months_chart(board, [month["enterprises"] for month in counted], running),
        "counties": [(row, region_name(row.id)) for row in board.counties],
        "article": board.plan.record["params"]["utilisation_increase_bp"],
        "base": board.terms.record["params"]["base_hours_count"],
        "idle_line": board.terms.record["params"]["idle_below_bp"],
        "entry_line": board.terms.record["params"]["entry_within_days"],
    }


def _month(number: int) -> str:
    return _("{month} 月").format(month=number)


def _percent(bp: int) -> str:
    """As a text: ECharts reads numbers from texts, and nothing here is a binary fraction."""
    whole, rest = divmod(bp, 100)
    return f"{whole}.{rest:02d}"


def _use_chart(board: Board) -> dict[str, Any]:
    """使用率 by value of the instruments, with the goal as a line."""
    series: dict[str, Any] = {
        "type": "bar",
        "name": _("使用率（%）"),
        "data": [_percent(stock.use.bp) for stock in board.bands],
        "label": {"show": True, "position": "right", "formatter": "{c}%"},
        "barMaxWidth": 26,
    }
    if board.goal:
        mark = {"name": _("目标"), "xAxis": _percent(board.goal.wanted_bp)}
        label = {"formatter": _("目标 {c}%"), "position": "end"}
        series["markLine"] = {"data": [mark], "symbol": "none", "label": label, "lineStyle": {"color": "#b3261e"}}
    return {
        "tooltip": {"trigger": "axis"},
        "grid": {"left": 8, "right": 56, "top": 24, "bottom": 4, "containLabel": True},
        "xAxis": {"type": "value", "min": 0, "axisLabel": {"formatter": "{value}%", "hideOverlap": True}},
        "yAxis": {"type": "category", "inverse": True, "data": [_(label) for label in BAND_LABELS]},
        "series": [series],
    }


def _hours_chart(board: Board) -> dict[str, Any]:
    """有效机时: for outsiders, for one's own, and metered without a record."""
    minutes = board.total.minutes
    inside = board.total.used - minutes["external"] - minutes["unassigned"]
    parts = (
        (_("对外服务"), minutes["external"]),
        (_("内部使用"), inside),
        (_("计量到、未登记"), minutes["unassigned"]),
    )
    return {
        "tooltip": {"trigger": "item", "formatter": "{b}：{c} " + _("小时") + "（{d}%）"},
        "legend": {"bottom": 0},
        "series": [
            {
                "type": "pie",
                "radius": ["45%", "70%"],
                "center": ["50%", "44%"],
                "label": {"formatter": "{d}%", "position": "inside", "color": "#fff"},
                "minShowLabelAngle": 20,
                "color": ["#14508f", "#456f9c", "#6b7c90"],
                "data": [{"name": name, "value": hours_text(part).replace(",", "")} for name, part in parts],
            }
        ],
    }


def _months_chart(board: Board, counts: Sequence[int], running: Sequence[int]) -> dict[str, Any]:
    """服务家次 by month, and how far the year's sum has come."""
    return {
        "tooltip": {"trigger": "axis"},
        "legend": {"top": 0},
        "grid": {"left": 8, "right": 8, "top": 40, "bottom": 4, "containLabel": True},
        "xAxis": {"type": "category", "data": [_month(number) for number in range(1, MONTHS_IN_YEAR + 1)]},
        "yAxis": [
            {"type": "value", "minInterval": 1, "splitLine": {"show": True}},
            {"type": "value", "minInterval": 1, "splitLine": {"show": False}},
        ],
        "series": [
            {"type": "bar", "name": _("当月家次"), "data": list(counts), "barMaxWidth": 26},
            {"type": "line", "name": _("累计家次"), "data": list(running), "yAxisIndex": 1, "showSymbol": False},
        ],
    }


@login_required
def carrier_idle(request: HttpRequest, carrier_id: str) -> HttpResponse:
    return _idle(request, Scope.CARRIER, carrier_id)


@login_required
def region_idle(request: HttpRequest, region_code: str) -> HttpResponse:
    return _idle(request, Scope.REGION, region_code)


def _idle(request: HttpRequest, scope: Scope, subject_id: str) -> HttpResponse:
    form, year = _year(request)
    rows = queries.idle_list(actor_of(request), scope, subject_id, year=year, on=clock.today())
    page = page_of(request, rows, size=LIST_SHOWN)
    context = {
        "form": form,
        "page": page,
        "rows": queries.idle_rows(page),
        "year": year,
        "scope": scope,
        "id": subject_id,
    }
    return render(request, "usage/idle.html", context)


@login_required
def carrier_table(request: HttpRequest, carrier_id: str, media: str) -> HttpResponse:
    return _table(request, Scope.CARRIER, carrier_id, media)


@login_required
def region_table(request: HttpRequest, region_code: str, media: str) -> HttpResponse:
    return _table(request, Scope.REGION, region_code, media)


def _table(request: HttpRequest, where: Scope, subject_id: str, media: str) -> HttpResponse:
    """The board as a table: bands, months, carriers, the whole idle list."""
    _form, year = _year(request)
    board = _board(request, where, subject_id, year)
    idle_rows = queries.idle_list(actor_of(request), where, subject_id, year=year, on=clock.today())
    table = [*_board_rows(board), *_idle_rows(queries.idle_rows(idle_rows))]
    name = _("使用与服务看板-{name}-{year}").format(name=board.name, year=year)
    if media == "csv":
        return attachment(f"{name}.csv", write_csv(table), str(Media.CSV))
    return attachment(f"{name}.xlsx", write_xlsx(table, sheet=_("看板")), str(Media.XLSX))


def _board_rows(board: Board) -> list[list[str]]:
    rows = [
        [
            _("范围"),
            _("台数"),
            _("定额机时"),
            _("有效机时"),
            _("使用率（%）"),
            _("对外机时"),
            _("对外占比（%）"),
            _("闲置台数"),
        ]
    ]
    named = [(_(label), stock) for label, stock in zip(BAND_LABELS, board.bands, strict=True)]
    named += [(row.name, row.stock) for row in (*board.counties, *board.carriers)]
    for label, stock in named:
        use, out = stock.use, stock.external
        rows.append([
            label, str(stock.instruments), hours_text(use.base), hours_text(use.minutes), _percent(use.bp),
            hours_text(out.minutes), _percent(out.bp), str(stock.idle),
        ])  # fmt: skip
    rows += [
        [],
        [_("月份"), _("服务次数"), _("对外服务次数"), _("服务企业家次"), _("服务金额（元）"), _("其中创新券（元）")],
    ]
    for number, month in enumerate(board.months[: months_over(board.reach.year, clock.today())], 1):
        counts = [str(month[name]) for name in ("services", "external_services", "enterprises")]
        rows.append([_month(number), *counts, yuan(month["amount_fen"]), yuan(month["voucher_fen"])])
    return rows


def _idle_rows(rows: Sequence[queries.IdleRow]) -> list[list[str]]:
    table: list[list[str]] = [
        [],
        [_("闲置仪器"), _("编号"), _("创新载体"), _("原值（元）"), _("使用率（%）"), _("处理建议")],
    ]
    for row in rows:
        value = yuan(row.value_fen) if row.value_fen is not None else ""
        table.append([row.name, row.number, row.carrier_name, value, _percent(row.use.bp), _(row.advice)])
    return table


@require_POST
@login_required
def carrier_baseline(request: HttpRequest, carrier_id: str) -> HttpResponse:
    return _baseline(request, Scope.CARRIER, carrier_id)


@require_POST
@login_required
def region_baseline(request: HttpRequest, region_code: str) -> HttpResponse:
    return _baseline(request, Scope.REGION, region_code)


def _baseline(request: HttpRequest, where: Scope, subject_id: str) -> HttpResponse:
    form = BaselineForm(request.POST)
    tried = attempt(
        form,
        lambda: commands.set_baseline(
            actor_of(request),
            scope=where,
            subject_id=subject_id,
            year=form.cleaned_data["year"],
            utilisation_bp=form.cleaned_data["utilisation"],
            source=form.cleaned_data["source"],
            now=clock.now(),
        ),
    )
    if not tried.done:
        return _shown(request, where, subject_id, baseline_form=form, status=tried.status)
    messages.success(request, _("已填报基准年使用率"))
    return redirect(f"usage:{where}", subject_id)
