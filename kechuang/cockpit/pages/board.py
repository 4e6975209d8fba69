"""驾驶舱: a region's figures with their charts, the rows behind each, where each figure comes from."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kechuang.cockpit import queries
from kechuang.cockpit.forms import FreezeForm, YearForm
from kechuang.cockpit.pages.tables import figure, parts_grid, said
from kechuang.cockpit.queries import Board
from kechuang.cockpit.rules.indicators import BY_CODE, INDICATORS, Indicator
from kechuang.cockpit.states import LIST_SHOWN, MONTHS_IN_YEAR, PERIOD_LABELS
from kechuang.kernel.actor import Role
from kechuang.kernel.errors import NotVisible
from kechuang.ledger.rules import RULES
from kechuang.parties.queries import region_name
from kechuang.ui import clock
from kechuang.ui.forms import Form
from kechuang.ui.requests import actor_of, page_of
from kechuang.ui.words import percent

MAIN = ("budgeted", "granted", "offset", "paid", "spent_bp", "used_bp", "kept_bp", "providers")
LISTS = (("ages", "claims:claims"), ("clocks", "deadlines:clocks"), ("library", "registers:library"))
REVERSED = 4  # how a reversal is booked
SLIGHT = 50  # so many times smaller than the highest bar
CHARTED = ("granted", "offset", "paid")


@login_required
@require_safe
def cockpit(request: HttpRequest) -> HttpResponse:
    """One's own region's board; a list where there are several. An auditor's are those of the open tasks, maybe none."""
    actor = actor_of(request)
    found = queries.own_regions(actor)
    if not found and not actor.holds(Role.AUDITOR):
        raise NotVisible
    if len(found) == 1:
        return board_page(request, found[0])
    rows = [(region_name(code), reverse("cockpit:region", args=[code])) for code in found]
    return render(request, "cockpit/regions.html", {"rows": rows})


@login_required
@require_safe
def region(request: HttpRequest, region_code: str) -> HttpResponse:
    return board_page(request, region_code)


def board_page(
    request: HttpRequest, region_code: str, *, failed: Form | None = None, status: int = 200
) -> HttpResponse:
    actor, on = actor_of(request), clock.today()
    form, year = chosen_year(request)
    board = queries.board(actor, region_code, year=year, on=on)
    context = {
        "form": form,
        "board": board,
        "main": [(one, figure(one, board.reading.total)) for code in MAIN if (one := BY_CODE[code])],
        "all": [_line(board, one.code) for one in INDICATORS],
        "parts": parts_grid(board.reading),
        "links": _links(board),
        "tiles_chart": _tiles(board),
        "parts_chart": _parts_chart(board),
        "months_chart": _months_chart(board),
        "months": _months(board),
        "periods": {str(period): label for period, label in PERIOD_LABELS.items()},
        "freeze_form": failed or FreezeForm(years=queries.years(on), initial=_last_month(on)),
        "may_freeze": queries.may_freeze(actor, region_code),
        "names": {part: region_name(part) for part in board.reading.parts},
        "today": on,
        "targets_url": reverse("cockpit:targets", args=[region_code]),
    }
    return render(request, "cockpit/board.html", context, status=status)


@login_required
@require_safe
def rows(request: HttpRequest, region_code: str, indicator: str) -> HttpResponse:
    """The bookings behind a figure; their sum is the figure (穿透)."""
    one = BY_CODE.get(indicator)
    if one is None:
        raise NotVisible
    _form, year = chosen_year(request)
    found = queries.rows_of(actor_of(request), region_code, one, year=year, on=clock.today())
    page = page_of(request, found, size=LIST_SHOWN)
    context = {
        "one": one,
        "name": region_name(region_code),
        "code": region_code,
        "year": year,
        "page": page,
        "rows": [
            (row, RULES[row.rule].label, -row.fen if (row.rule in one.minus) != (row.phase == REVERSED) else row.fen)
            for row in page
        ],
        "numbers": queries.numbers_of([row.subject for row in page]),
        "count": _("{n} 笔").format(n=f"{page.paginator.count:,}"),
        "total": said(one, queries.sum_of(found, one)),
    }
    return render(request, "cockpit/rows.html", context)


def chosen_year(request: HttpRequest) -> tuple[YearForm, int]:
    known = queries.years(clock.today())
    form = YearForm(request.GET or None, years=known, initial={"year": str(known[0])})
    said = form.chosen().get("year") if form.is_bound else None
    return form, int(said) if said else known[0]


def _line(board: Board, code: str) -> dict[str, Any]:
    one = BY_CODE[code]
    return {
        "one": one,
        "value": figure(one, board.reading.total),
        "url": _rows_url(board, one),
    }


def _rows_url(board: Board, one: Indicator) -> str:
    """Where the rows behind a figure are: our own list of bookings, or the list of the room it is counted from."""
    if one.rules:
        return f"{reverse('cockpit:rows', args=[board.code, one.code])}?year={board.year}"
    if one.kinds and board.code in board.books:  # a county's accounts; a city's stand in its counties
        return f"{reverse('ledger:accounts')}?region={board.code}&kind={one.kinds[0]}"
    return next((reverse(where) for start, where in LISTS if one.other.startswith(start)), "")


def _links(board: Board) -> Mapping[str, str]:
    """From a part to its own cockpit."""
    return {
        part: f"{reverse('cockpit:region', args=[part])}?year={board.year}"
        for part in board.reading.parts
        if part != board.code
    }


def _tiles(board: Board) -> dict[str, Any]:
    """No map with a licence comes with the platform: each place is a tile, its size what was granted."""
    tiles = [
        {"name": f"{region_name(part)} {percent(figures['used_bp'])}", "value": figures["granted"]}
        for part, figures in board.reading.parts.items()
        if figures["granted"]
    ]
    return {
        "k_money": True,
        "color": ["#14508f", "#17603a", "#6b4a00", "#5a3b7a", "#35566f", "#7a3040"],
        "tooltip": {},
        "series": [
            {
                "type": "treemap",
                "roam": False,
                "nodeClick": False,
                "breadcrumb": {"show": False},
                "left": 0,
                "right": 0,
                "top": 0,
                "bottom": 0,
                "itemStyle": {"borderColor": "#fff", "borderWidth": 2, "gapWidth": 2},
                "label": {"fontSize": 14, "formatter": "{b}"},
                "data": tiles,
            }
        ],
    }


def _parts_chart(board: Board) -> dict[str, Any]:
    names = [region_name(part) for part in board.reading.parts]
    series = [
        {
            "type": "bar",
            "name": _(BY_CODE[code].label),
            "data": [figures[code] for figures in board.reading.parts.values()],
            "barMaxWidth": 22,
        }
        for code in CHARTED
    ]
    return _bars(names, series)


def _months_chart(board: Board) -> dict[str, Any]:
    series = [
        {"type": "line", "name": _(BY_CODE[code].label), "data": [month[code] for month in _each_month(board)]}
        for code in CHARTED
    ]
    return _bars([_("{month} 月").format(month=number + 1) for number in range(MONTHS_IN_YEAR)], series)


def _each_month(board: Board) -> Sequence[Mapping[str, int]]:
    return [board.reading.months[number + 1] for number in range(MONTHS_IN_YEAR)]


def _months(board: Board) -> list[tuple[str, list[str]]]:
    return [
        (_("{month} 月").format(month=number), [figure(BY_CODE[code], month) for code in CHARTED])
        for number, month in enumerate(_each_month(board), start=1)
    ]


def _bars(names: Sequence[str], series: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """A little below nothing, as where an offset was restored, takes no room of the axis."""
    values = [value for one in series for value in one["data"]]
    slight = -min(values, default=0) * SLIGHT < max(values, default=0)
    return {
        "k_money": True,
        "tooltip": {"trigger": "axis"},
        "legend": {"top": 0},
        "grid": {"left": 8, "right": 8, "top": 40, "bottom": 4, "containLabel": True},
        "xAxis": {"type": "category", "data": list(names), "axisLabel": {"interval": 0, "hideOverlap": True}},
        "yAxis": {"type": "value", **({"min": 0} if slight else {})},
        "series": list(series),
    }


def _last_month(on: Any) -> dict[str, str]:
    before = on.replace(day=1)
    month = before.month - 1 or MONTHS_IN_YEAR
    return {"year": str(before.year if before.month > 1 else before.year - 1), "month": str(month), "period": "month"}
